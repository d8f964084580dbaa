"""Where this installation keeps its state: everything under ``YIWANG_HOME`` (``var/`` of the checkout when unset).

Only paths and the folder's creation live here. Nothing in this module imports Django, so the command line and set-up
may use it before anything else works.
"""

from __future__ import annotations

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]


def home() -> Path:
    """The state folder (``YIWANG_HOME``, else ``var/`` of the checkout); it may not exist yet."""
    value = os.environ.get("YIWANG_HOME", "")
    return Path(value).expanduser().resolve() if value else CHECKOUT / "var"


def ensure_home() -> Path:
    """The state folder, created when missing.

    Others may not list it. As root it stays passable (0711), because the database runs as a user of its own and must
    reach its data directory through it; everything inside is private by itself.
    """
    path = home()
    path.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
    return path


def files() -> Path:
    """Uploaded and generated documents, named by their SHA-256."""
    return home() / "files"


def keys() -> Path:
    """Secrets that are never inside a database backup (0700)."""
    return home() / "keys"


def postgres() -> Path:
    """The embedded PostgreSQL: data directory, passwords, port and log (0700, or 0711 as root)."""
    return home() / "postgres"
