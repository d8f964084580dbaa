"""The embedded server: what it is like, and that it survives what happens to machines."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from yiwang.lib.problems import Problem
from yiwang.site import postgres, state
from yiwang.site.postgres import cluster as disk
from yiwang.site.postgres import processes
from yiwang.site.postgres.account import server_account

pytestmark = pytest.mark.slow


def eventually(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def ask(url: str, question: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(question.encode())
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def admin() -> str:
    cluster = disk.load(state.postgres())
    assert cluster is not None
    return cluster.admin_url()


def pid() -> int:
    found = postgres.status().pid
    assert found is not None
    return found


def python(code: str, **environment: str) -> subprocess.Popen[str]:
    """A Python process of ours that shares the state folder."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_is_private_and_sorts_the_same_everywhere(empty_home: Path) -> None:
    url = postgres.ensure_running()
    data = empty_home / "postgres" / "data"
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE((empty_home / "postgres" / "cluster.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((empty_home / "postgres" / "server.log").stat().st_mode) == 0o600
    assert ask(admin(), "SHOW listen_addresses") == "127.0.0.1"
    assert ask(admin(), "SHOW unix_socket_directories") == ""
    assert ask(url, "SHOW server_encoding") == "UTF8"
    assert ask(url, "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'yiwang'") == "bC.UTF-8"
    assert ask(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    rules = [line.split() for line in (data / "pg_hba.conf").read_text().splitlines() if line and line[0] != "#"]
    assert {rule[-1] for rule in rules} == {"scram-sha-256"}
    if os.geteuid() == 0:
        assert Path(f"/proc/{pid()}").stat().st_uid == server_account().uid != 0
    # With plain C, trigrams of Chinese text are empty.
    ask(url, "CREATE EXTENSION pg_trgm")
    assert ask(url, "SELECT similarity('汕尾市城区', '汕尾市城区政数局') > 0.3") is True


def test_a_wrong_password_is_refused(home: Path) -> None:
    url = postgres.ensure_running()
    cluster = disk.load(state.postgres())
    assert cluster is not None
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(cluster.owner_password, "wrong"))
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url.replace(f":{cluster.owner_password}", ""))


def test_address_is_kept_over_stop_and_start(empty_home: Path) -> None:
    assert postgres.database_url() == postgres.NOT_PREPARED
    first = postgres.ensure_running()
    assert postgres.ensure_running() == first == postgres.database_url()
    ask(first, "CREATE TABLE kept AS SELECT 7 AS value")
    assert postgres.stop()
    assert not postgres.stop()
    assert not postgres.status().running
    assert postgres.ensure_running() == first
    assert ask(first, "SELECT value FROM kept") == 7


def test_survives_kill_9_of_the_postmaster(home: Path) -> None:
    url = postgres.ensure_running()
    ask(url, "CREATE TABLE kept AS SELECT 7 AS value")
    for _ in range(3):
        # A backend in a long query stays behind and holds the shared memory.
        busy = psycopg.connect(url, autocommit=True)
        threading.Thread(target=sleep_until_lost, args=[busy], daemon=True).start()
        killed = pid()
        os.kill(killed, signal.SIGKILL)
        assert postgres.ensure_running() == url
        assert pid() != killed
        assert ask(url, "SELECT value FROM kept") == 7


def sleep_until_lost(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT pg_sleep(600)")


def test_survives_kill_9_of_a_backend(home: Path) -> None:
    url = postgres.ensure_running()
    ask(url, "CREATE TABLE kept AS SELECT 7 AS value")
    with psycopg.connect(url) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        # The postmaster ends all sessions and recovers; a start during the recovery waits for its end.
        assert postgres.ensure_running() == url
    assert ask(url, "SELECT value FROM kept") == 7


def test_survives_kill_9_of_the_parent(home: Path) -> None:
    parent = python("""
        import time
        from yiwang.site import postgres
        with postgres.lease() as url:
            print(url, flush=True)
            time.sleep(600)
    """)
    assert parent.stdout is not None
    url = parent.stdout.readline().strip()
    parent.kill()
    parent.wait()
    assert ask(url, "SELECT 1") == 1
    # The killed process's lease is gone with it, so the next one to leave stops the server.
    with postgres.lease() as again:
        assert again == url
    assert not postgres.status().running


def test_kill_9_in_the_middle_of_initdb_is_made_good(empty_home: Path) -> None:
    folder = empty_home / "postgres"
    starter = python("from yiwang.site import postgres; postgres.ensure_running()")
    assert eventually(lambda: any(folder.glob("initdb-*/data/base")))
    starter.kill()
    starter.wait()
    assert not (folder / "data").exists()
    url = postgres.ensure_running()
    assert ask(url, "SELECT 1") == 1
    assert not list(folder.glob("initdb-*"))


def test_simultaneous_starts_make_one_server(empty_home: Path) -> None:
    code = "from yiwang.site import postgres; print(postgres.ensure_running(), postgres.status().pid)"
    starters = [python(code) for _ in range(4)]
    said = {starter.communicate(timeout=120)[0].strip() for starter in starters}
    assert len(said) == 1
    assert said.pop().split()[1] == str(pid())


def test_two_state_folders_do_not_disturb_each_other(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = postgres.ensure_running()
    other = empty_home / "other"
    other.mkdir(mode=0o711)
    with monkeypatch.context() as patch:
        patch.setenv("YIWANG_HOME", str(other))
        second, second_admin = postgres.ensure_running(), admin()
        assert ask(second_admin, "SHOW data_directory") == str(other / "postgres" / "data")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(second.replace(second.rpartition(":")[2], url.rpartition(":")[2]))
        assert postgres.stop()
    assert ask(admin(), "SHOW data_directory") == str(empty_home / "postgres" / "data")


def test_a_foreign_process_number_is_not_our_server(home: Path) -> None:
    url = postgres.ensure_running()
    os.kill(pid(), signal.SIGKILL)
    pidfile = home / "postgres" / "data" / "postmaster.pid"
    foreign = subprocess.Popen(["sleep", "600"], **server_account().popen_options())
    try:
        assert eventually(lambda: not processes.working_in(disk.data_directory()))
        lines = pidfile.read_text().split("\n")
        pidfile.write_text("\n".join([str(foreign.pid), *lines[1:]]))
        assert not postgres.status().running
        assert postgres.stop() is False
        assert foreign.poll() is None
        assert postgres.ensure_running() == url
        assert pid() != foreign.pid
        assert foreign.poll() is None
    finally:
        foreign.kill()
        foreign.wait()


def test_takes_another_port_when_its_own_is_taken(home: Path) -> None:
    first = postgres.ensure_running()
    port = postgres.status().port
    assert port is not None
    postgres.stop()
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", port))
        squatter.listen()
        second = postgres.ensure_running()
    assert second != first
    assert postgres.database_url() == second
    assert ask(second, "SELECT 1") == 1


def test_refuses_another_major_version_and_leaves_it_alone(home: Path) -> None:
    postgres.ensure_running()
    postgres.stop()
    mark = home / "postgres" / "data" / "PG_VERSION"
    mark.write_text("17\n")
    with pytest.raises(Problem) as refused:
        postgres.ensure_running()
    assert refused.value.code == "database_version_mismatch"
    for word in ("17", "pg_dump", "DATABASE_URL", "yiwang restore", "移走"):
        assert word in refused.value.zh
    for word in ("17", "pg_dump", "DATABASE_URL", "yiwang restore", "keep"):
        assert word in refused.value.en
    assert mark.read_text() == "17\n"
    assert not (mark.parent / "postmaster.pid").exists()


def test_lost_passwords_are_said_and_nothing_is_overwritten(home: Path) -> None:
    postgres.ensure_running()
    postgres.stop()
    (home / "postgres" / "cluster.json").unlink()
    with pytest.raises(Problem) as refused:
        postgres.ensure_running()
    assert refused.value.code == "database_passwords_missing"
    assert (home / "postgres" / "data" / "PG_VERSION").exists()


def test_a_folder_of_another_user_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> object:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        for act in (postgres.ensure_running, postgres.database_url, postgres.lease().__enter__):
            with pytest.raises(Problem) as refused:
                act()
            assert refused.value.code == "state_not_accessible"
            assert "YIWANG_HOME" in refused.value.zh


def test_the_last_lease_stops_the_server_unless_it_was_to_stay(home: Path) -> None:
    with postgres.lease():
        with postgres.lease():
            assert postgres.status().running
        assert postgres.status().running
    assert not postgres.status().running
    postgres.keep_running()
    with postgres.lease():
        pass
    assert postgres.status().running


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as another user who may not reach the checkout")
def test_root_whose_folders_are_closed_keeps_them_closed(empty_home: Path) -> None:
    empty_home.chmod(0o700)
    url = postgres.ensure_running()
    assert ask(url, "SELECT 1") == 1
    assert stat.S_IMODE(empty_home.stat().st_mode) == 0o700
    assert (empty_home / "postgres").resolve().parent == disk.SYSTEM_FOLDER


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as another user who may not reach the package")
def test_root_whose_packages_are_closed_runs_a_linked_copy(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = server_account()
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    package = disk.package_folder()
    for name in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.parent / name, closed / name, symlinks=True)
    monkeypatch.setattr(disk, "package_folder", lambda: closed / package.name)
    monkeypatch.setattr(disk, "SYSTEM_FOLDER", home / "system")
    folder = disk.programs(account)
    assert folder.is_relative_to(home / "system")
    assert account.reaches(folder / "postgres")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
