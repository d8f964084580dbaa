"""Configuration by environment variables: each declared once, with what it means and where its value came from.

(First cut by the lead so that settings import; the set-up engineer completes it.)
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


def home() -> Path:
    """The state folder (``YIWANG_HOME``, else ``var/`` beside ``src/``)."""
    value = os.environ.get("YIWANG_HOME")
    return Path(value).resolve() if value else Path(__file__).resolve().parents[3] / "var"


def base_url() -> str:
    """Address that people reach this installation at; links in documents start with it."""
    return os.environ.get("YIWANG_BASE_URL", "http://127.0.0.1:8000").rstrip("/")


def clamd() -> str:
    """Address of a ClamAV daemon (``host:port`` or socket path); empty: uploads are marked as not scanned."""
    return os.environ.get("YIWANG_CLAMD", "")


def secret_key() -> str:
    """``YIWANG_SECRET_KEY``, else a generated key kept 0600 under ``keys/``."""
    value = os.environ.get("YIWANG_SECRET_KEY")
    if value:
        return value
    path = home() / "keys" / "secret.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fd = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
        with os.fdopen(fd, "w") as handle:
            handle.write(secrets.token_urlsafe(48))
    return path.read_text()


def debug() -> bool:
    """``YIWANG_DEBUG=1``: never on a server."""
    return os.environ.get("YIWANG_DEBUG", "") == "1"


def https() -> bool:
    """Whether people reach this installation over TLS."""
    return base_url().startswith("https://")


def allowed_hosts() -> list[str]:
    """Host names that are answered."""
    value = os.environ.get("YIWANG_ALLOWED_HOSTS", "127.0.0.1,localhost")
    return [host.strip() for host in value.split(",") if host.strip()]


def trusted_origins() -> list[str]:
    """Origins whose forms are accepted."""
    return [base_url()]


def database() -> dict[str, Any]:
    """Django's database settings from ``DATABASE_URL`` or the embedded server."""
    url = os.environ.get("DATABASE_URL", "")
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/") or "yiwang",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "127.0.0.1",
        "PORT": str(parts.port or 5432),
        "TEST": {"NAME": os.environ.get("YIWANG_TEST_DB") or None},
    }


def logging_settings() -> dict[str, Any]:
    """Logging: to standard error."""
    return {"version": 1, "disable_existing_loggers": False}
