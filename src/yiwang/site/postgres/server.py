"""Start, find and stop the embedded server.

A process counts as our server only when its working directory is our data directory (a postmaster and all of its
children stay in it) and it is ``postgres``; a number in ``postmaster.pid`` alone proves nothing, because numbers are
used again. A connection counts only when the server proves by SCRAM that it knows our password and names our data
directory.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import psycopg
from psycopg import sql

from yiwang.lib.problems import Problem
from yiwang.site.postgres import cluster as disk
from yiwang.site.postgres import processes
from yiwang.site.postgres.account import Account
from yiwang.site.postgres.cluster import Cluster

START_SECONDS = 60.0
STOP_SECONDS = 30.0
# Children of a killed postmaster normally end within a second; one deep in a query is ended after this.
ORPHAN_SECONDS = 5.0
LOG_BYTES = 10 * 1024 * 1024
SETTINGS = {
    "listen_addresses": disk.HOST,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "100",
    # A district's records are some GB: the busiest of it stays in memory, and a load is not broken by checkpoints.
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "log_min_duration_statement": "1000",
    "log_line_prefix": "%m [%p] %u@%d ",
}
# For tests: nothing is forced to disk, so a power cut may lose the data (a killed process does not).
THROWAWAY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def postmaster(data: Path) -> int | None:
    """Process number of our running postmaster, or None."""
    try:
        first = (data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0]
    except (FileNotFoundError, PermissionError):
        return None
    return int(first) if first.strip().isdigit() and int(first) in processes.working_in(data) else None


def connect(cluster: Cluster, timeout: int = 5) -> psycopg.Connection[tuple[object, ...]] | None:
    """A superuser connection to our server, or None when it does not answer or is not ours."""
    try:
        connection = psycopg.connect(
            cluster.admin_url(), connect_timeout=timeout, autocommit=True, require_auth="scram-sha-256"
        )
    except psycopg.OperationalError:
        return None
    row = connection.execute("SELECT current_setting('data_directory')").fetchone()
    if row is not None and Path(str(row[0])) == disk.data_directory():
        return connection
    connection.close()
    return None


def start(folder: Path, cluster: Cluster, account: Account, *, throwaway: bool = False) -> Cluster:
    """Start the server and return what is remembered of it (the port may be a new one). Call it under the lock."""
    settings = {**SETTINGS, **THROWAWAY} if throwaway else SETTINGS
    data, deadline = disk.data_directory(), time.monotonic() + START_SECONDS
    said = ""
    while time.monotonic() < deadline:
        clear_remains(data)
        offset = _shorten_log(disk.log_file())
        pid = _launch(cluster, account, data, settings)
        if wait_ready(cluster, pid, deadline - time.monotonic()):
            return cluster
        said = disk.log_file().read_bytes()[offset:].decode("utf-8", "replace").strip()
        if "could not create any TCP/IP sockets" in said:
            cluster = disk.new_port(folder, cluster)
        elif not any(text in said for text in ("pre-existing shared memory", "lock file", "is still in use")):
            break
        time.sleep(0.2)
    raise not_answering(said)


def not_answering(said: str) -> Problem:
    """The Problem for a server that does not come up, with what it ``said`` last."""
    return Problem(
        "database_start_failed",
        f"自带数据库没有启动起来。日志：{disk.log_file()}。最后几行：{said[-1500:]}",
        f"The embedded database did not start. Log: {disk.log_file()}. Its last lines: {said[-1500:]}",
        status=500,
    )


def _launch(cluster: Cluster, account: Account, data: Path, settings: dict[str, str]) -> int:
    """Start a postmaster that outlives us and is nobody's child here; returns its process number."""
    command = [str(disk.programs(account) / "postgres"), "-D", str(data), "-p", str(cluster.port)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    # The log may show statements with personal data: for the owner only. The server gets it as an open file.
    with os.fdopen(os.open(disk.log_file(), os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), "ab") as log:
        # The shell ends at once, so that init adopts the postmaster: as our child it would stay a zombie when killed,
        # and
        # a zombie's number counts as alive for PostgreSQL's own check of its pid file.
        done = subprocess.run(  # noqa: S603  (the package's program with our own options)
            ["/bin/sh", "-c", '"$@" >&2 & echo $!', "sh", *command],
            check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, start_new_session=True, cwd="/",
            env=disk.environment(), **account.popen_options(),
        )  # fmt: skip
    return int(done.stdout)


def wait_ready(cluster: Cluster, pid: int, seconds: float = START_SECONDS) -> bool:
    """Whether the server that runs as ``pid`` answers in time (not while it recovers); False once it is gone."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        connection = connect(cluster)
        if connection is not None:
            with connection:
                _ensure_owner(connection, cluster)
            return True
        if not processes.alive(pid):
            return False
        time.sleep(0.05)
    return False


def _ensure_owner(connection: psycopg.Connection[tuple[object, ...]], cluster: Cluster) -> None:
    """The application's role (no superuser, so that row-level security and triggers hold for it) and its database."""
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [disk.OWNER]).fetchone() is None:
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(
                sql.Identifier(disk.OWNER), sql.Literal(cluster.owner_password)
            )
        )
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [disk.APP_ROLE]).fetchone() is None:
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(disk.APP_ROLE)))
        connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(disk.APP_ROLE), sql.Identifier(disk.OWNER)))
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [disk.DATABASE]).fetchone() is None:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(disk.DATABASE), sql.Identifier(disk.OWNER))
        )


def clear_remains(data: Path) -> None:
    """After a killed postmaster: wait for its children, end those that stay, then drop a stale ``postmaster.pid``.

    The file guards against two servers on the same data, so it goes only when no process works in the data directory.
    """
    if processes.end_all(data, ORPHAN_SECONDS):
        (data / "postmaster.pid").unlink(missing_ok=True)


def stop(data: Path) -> bool:
    """Stop our server (fast, then hard); False when it was not running. Call it under the lock."""
    pid = postmaster(data)
    if pid is None:
        return False
    for number, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, STOP_SECONDS), (signal.SIGKILL, 5.0)):
        processes.send(pid, number)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not processes.alive(pid):
                return True
            time.sleep(0.05)
    raise Problem(
        "database_stop_failed",
        f"自带数据库（进程 {pid}）没有停下来，请查看日志 {disk.log_file()}。",
        f"The embedded database (process {pid}) did not stop; see its log {disk.log_file()}.",
        status=500,
    )


def _shorten_log(path: Path) -> int:
    """Keep one former log of :data:`LOG_BYTES`; returns where the next line will be written."""
    size = path.stat().st_size if path.exists() else 0
    if size > LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
        return 0
    return size
