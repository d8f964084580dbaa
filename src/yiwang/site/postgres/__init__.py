"""The database server: an embedded PostgreSQL under our own wrapper, or the one that ``DATABASE_URL`` names.

This is the door. :func:`lease` and :func:`ensure_running` give a working address and start the embedded server when
they must; :func:`database_url` only tells the address; :func:`stop` and :func:`status` do what they say. Settings call
:func:`database_url`; starting is the business of the command line and of the tests.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit, urlunsplit

from yiwang.lib.problems import Problem
from yiwang.site import state
from yiwang.site.postgres import cluster as disk
from yiwang.site.postgres import external, server
from yiwang.site.postgres.account import Account, server_account

__all__ = [
    "Status", "database_url", "ensure_running", "is_embedded", "keep_running", "kept", "lease", "program", "script",
    "status", "stop",
]  # fmt: skip

log = logging.getLogger(__name__)
# A request that fails while the database is down is tried again by people and programs after about this long.
WATCH_SECONDS = 1.0
# Nothing listens on port 1: settings can be imported (for type checks, say) before the server was ever prepared.
NOT_PREPARED = "postgresql://yiwang@127.0.0.1:1/yiwang"


@dataclass(frozen=True)
class Status:
    """What is known of the database; ``kind`` is ``embedded`` or ``external``; the address has no password in it."""

    kind: str
    running: bool
    url: str
    version: str
    pid: int | None = None
    port: int | None = None
    user: str = ""
    data_directory: str = ""
    log: str = ""

    def as_json(self) -> dict[str, object]:
        """The same as plain values."""
        return asdict(self)


def is_embedded() -> bool:
    """Whether no ``DATABASE_URL`` is set, so that the embedded server is used."""
    return not os.environ.get("DATABASE_URL")


def database_url() -> str:
    """``DATABASE_URL``, or the embedded server's remembered address; starts nothing and writes nothing."""
    given = os.environ.get("DATABASE_URL", "")
    if given:
        return given
    cluster = disk.load(state.postgres())
    return cluster.url() if cluster else NOT_PREPARED


def ensure_running(*, throwaway: bool = False) -> str:
    """Address of a database server that answers: the embedded one is prepared and started when it does not run yet.

    It goes on running until :func:`stop`. With ``throwaway`` (tests) a server started here forces nothing to disk.
    Raises a Problem: the server of ``DATABASE_URL`` is unreachable or unfit, the data directory is of another major
    version, the embedded server does not start.
    """
    given = os.environ.get("DATABASE_URL", "")
    if given:
        external.check(given)
        return given
    account = server_account()
    folder = disk.ensure_folder(account)
    with disk.locked(folder):
        return _running(folder, account, throwaway=throwaway)


def _running(folder: Path, account: Account, *, throwaway: bool) -> str:
    cluster, data = disk.ensure_data(folder, account), disk.data_directory()
    pid = server.postmaster(data)
    if pid is not None and server.wait_ready(cluster, pid):
        return cluster.url()
    if server.postmaster(data) is not None:
        raise server.not_answering(f"process {pid} runs but does not answer")
    return server.start(folder, cluster, account, throwaway=throwaway).url()


@contextmanager
def lease(*, throwaway: bool = False) -> Iterator[str]:
    """A running server for as long as the block lasts; gives its address.

    The last one to leave stops the embedded server, unless `yiwang db start` asked for it to stay. Leases are shared
    locks, so a process that is killed gives up its own.
    """
    if not is_embedded():
        yield ensure_running()
        return
    account = server_account()
    folder = disk.ensure_folder(account)
    with disk.lock_file(folder, "users") as users:
        with disk.locked(folder):
            fcntl.flock(users, fcntl.LOCK_SH)
            url = _running(folder, account, throwaway=throwaway)
        try:
            yield url
        finally:
            with disk.locked(folder):
                if not (folder / "keep").exists() and _last(users):
                    server.stop(disk.data_directory())


@contextmanager
def kept() -> Iterator[None]:
    """The embedded server is started again when it dies, for as long as the block lasts; its data recover by its log.

    For the process that serves: pages fail while it is down and are well again a second after. Several may watch: the
    folder's lock lets one of them start it. A start that fails is tried again and told in the log. One that was stopped
    (`yiwang db stop`) has taken its pid file away and stays down.
    """
    if not is_embedded():
        yield
        return
    over = threading.Event()

    def watch() -> None:
        while not over.wait(WATCH_SECONDS):
            data = disk.data_directory()
            if (data / "postmaster.pid").exists() and server.postmaster(data) is None:
                log.warning("the embedded database is down and is started again")
                try:
                    ensure_running()
                except (Problem, OSError):
                    log.exception("the embedded database does not start")

    keeper = threading.Thread(target=watch, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join(server.START_SECONDS)


def _last(users: IO[str]) -> bool:
    """Whether nobody else holds a lease."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def keep_running() -> str:
    """As :func:`ensure_running`; the server stays up when commands that used it end."""
    url = ensure_running()
    if is_embedded():
        (state.postgres() / "keep").touch()
    return url


def stop() -> bool:
    """Stop the embedded server; False when it was not running (always so with ``DATABASE_URL``)."""
    folder = state.postgres()
    if not is_embedded() or not folder.is_dir():
        return False
    with disk.locked(folder):
        (folder / "keep").unlink(missing_ok=True)
        return server.stop(disk.data_directory())


def status() -> Status:
    """What is known of the database, without starting it."""
    if not is_embedded():
        url = os.environ["DATABASE_URL"]
        found = external.facts(url)
        return Status("external", True, without_password(url), found["version"])
    folder = state.postgres()
    cluster, data = disk.load(folder), disk.data_directory()
    pid = server.postmaster(data)
    return Status(
        kind="embedded",
        running=pid is not None,
        url=without_password(cluster.url()) if cluster else "",
        version=disk.version(),
        pid=pid,
        port=cluster.port if cluster else None,
        user=data.owner() if data.exists() else "",
        data_directory=str(data),
        log=str(disk.log_file()),
    )


def without_password(url: str) -> str:
    """``url`` with the password left out, for people to read."""
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.split(':')[0]}@{host}" if user else host))


def program(name: str) -> Path:
    """Path of one of the package's programs (``pg_dump``, ``pg_restore``, ``psql``)."""
    return disk.package_folder() / "pginstall" / "bin" / name


def script() -> str:
    """SQL that prepares a server of one's own for ``DATABASE_URL``."""
    return external.SCRIPT
