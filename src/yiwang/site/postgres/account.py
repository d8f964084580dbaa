"""Whom the embedded server runs as, and whether that user can reach a path.

PostgreSQL refuses to run as root. Started by root it runs as a system user of its own; started by anybody else it runs
as that person.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

USER = "yiwang-db"


@dataclass(frozen=True)
class Account:
    """The operating system user of the server process; ``switch`` says whether we must change to it."""

    name: str
    uid: int
    gid: int
    switch: bool

    def popen_options(self) -> dict[str, Any]:
        """Keyword arguments that make :mod:`subprocess` run a program as this user, without root's groups."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def own(self, path: Path) -> None:
        """Hand ``path`` to this user."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def reaches(self, path: Path) -> bool:
        """Whether this user can pass through every folder above ``path`` and open it."""
        if not self.switch:
            return os.access(path, os.R_OK | os.X_OK)
        test = shutil.which("test") or "/usr/bin/test"
        return subprocess.run([test, "-x", str(path)], check=False, cwd="/", **self.popen_options()).returncode == 0  # noqa: S603  (fixed words)


def server_account() -> Account:
    """The user to run the server as: ourselves, or as root the system user ``yiwang-db``, made when missing.

    Where a user cannot be made (no ``useradd``, read-only ``/etc``) it is ``nobody``, who owns nothing else.
    """
    if os.geteuid() != 0:
        return Account(pwd.getpwuid(os.getuid()).pw_name, os.getuid(), os.getgid(), switch=False)
    entry = _lookup(USER) or (_create() and _lookup(USER)) or _lookup("nobody") or pwd.getpwuid(65534)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=True)


def _lookup(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _create() -> bool:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        return False
    command = [program, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    result = subprocess.run([*command, "--shell", "/usr/sbin/nologin", USER], check=False, capture_output=True)  # noqa: S603  (fixed words)
    # 9: somebody else has just made it.
    return result.returncode in (0, 9)
