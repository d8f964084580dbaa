"""Backups are tested by restoring them: whole, damaged, killed in the middle."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import psycopg
import pytest

from yiwang.lib.problems import Problem
from yiwang.site import backup, postgres

pytestmark = pytest.mark.slow


def ask(question: str) -> object:
    with postgres.lease() as url, psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row[0] if row else None


def do(statement: str) -> None:
    with postgres.lease() as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def put(home: Path, content: bytes) -> Path:
    name = hashlib.sha256(content).hexdigest()
    path = home / "files" / name[:2] / name[2:4] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.fixture
def installation(home: Path) -> Path:
    """An installation with a row, a trigger, a Chinese text, a file and a key; its server stays up for the test."""
    postgres.keep_running()
    do("CREATE TABLE plan (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, name text NOT NULL)")
    do("INSERT INTO plan (name) VALUES ('数字政府“十四五”规划')")
    put(home, b"evidence")
    (home / "keys").mkdir()
    (home / "keys" / "secret.key").write_text("not for backups")
    return home


def test_what_was_backed_up_comes_back(installation: Path) -> None:
    file = installation / "one.backup"
    done = backup.backup(file)
    assert done.files == 1
    assert done.size == file.stat().st_size
    assert file.stat().st_mode & 0o777 == 0o600
    kept = put(installation, b"evidence")
    kept.unlink()
    do("DELETE FROM plan")
    do("CREATE TABLE later (id int)")
    restored = backup.restore(file, force=True)
    assert restored.files == 1
    assert ask("SELECT name FROM plan") == "数字政府“十四五”规划"
    assert ask("SELECT to_regclass('later')::text") is None
    assert kept.read_bytes() == b"evidence"
    # The identity column goes on after the restored rows.
    do("INSERT INTO plan (name) VALUES ('下一版')")
    assert ask("SELECT string_agg(datname, ',') FROM pg_database WHERE datname LIKE 'yiwang%'") == "yiwang"
    assert not list(installation.glob("restore-*"))


def test_comes_back_in_another_empty_installation(installation: Path) -> None:
    file = installation / "one.backup"
    backup.backup(file)
    other = installation / "other"
    other.mkdir(mode=0o711)
    os.environ["YIWANG_HOME"] = str(other)
    try:
        backup.restore(file)
        assert ask("SELECT name FROM plan") == "数字政府“十四五”规划"
        assert put(other, b"evidence").read_bytes() == b"evidence"
        assert not (other / "keys").exists()
    finally:
        postgres.stop()
        os.environ["YIWANG_HOME"] = str(installation)


def test_the_lake_comes_back_and_no_refresh_runs_meanwhile(installation: Path) -> None:
    data, text = b"PAR1", b"{}"
    name, manifest = (hashlib.sha256(content).hexdigest() for content in (data, text))
    files = {
        f"s05.kiosk/{name}.parquet": data,
        f"snapshots/000001-20261127T004625Z-{manifest}.json": text,
        "s05.kiosk/.draft": b"half",
    }
    for path, content in files.items():
        (installation / "lake" / path).parent.mkdir(parents=True, exist_ok=True)
        (installation / "lake" / path).write_bytes(content)
    file = installation / "one.backup"
    with (installation / "lake" / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        running = subprocess.Popen([sys.executable, "-c", f"""
from pathlib import Path
from yiwang.site import backup
backup.backup(Path({str(file)!r}))
"""])  # fmt: skip
        time.sleep(3)
        assert not file.exists()
    assert running.wait(60) == 0
    shutil.rmtree(installation / "lake")
    backup.restore(file, force=True)
    found = {path.relative_to(installation / "lake").as_posix() for path in (installation / "lake").rglob("*.*")}
    assert found == {
        f"s05.kiosk/{name}.parquet",
        f"snapshots/000001-20261127T004625Z-{manifest}.json",
        "s05.kiosk",
        ".lock",
    }
    assert (installation / "lake" / "s05.kiosk" / f"{name}.parquet").read_bytes() == data


def test_keys_are_not_in_a_backup(installation: Path) -> None:
    file = installation / "one.backup"
    backup.backup(file)
    assert b"not for backups" not in file.read_bytes()
    with tarfile.open(file) as tar:
        assert {name.split("/")[0] for name in tar.getnames()} == {
            "manifest.json", "manifest.sha256", "database.dump", "files",
        }  # fmt: skip


def test_sessions_in_use_do_not_stop_a_restore(installation: Path) -> None:
    file = installation / "one.backup"
    backup.backup(file)
    with postgres.lease() as url, psycopg.connect(url, autocommit=True) as session:
        assert session.execute("SELECT 1").fetchone() == (1,)
        backup.restore(file, force=True)
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Problem) as problem:
        act()
    assert problem.value.zh != problem.value.en
    return problem.value.code


def test_data_in_place_are_not_replaced_without_force(installation: Path) -> None:
    file = installation / "one.backup"
    backup.backup(file)
    do("UPDATE plan SET name = '新'")
    assert refused(lambda: backup.restore(file)) == "installation_not_empty"
    assert ask("SELECT name FROM plan") == "新"


def test_a_backup_is_never_overwritten_and_needs_a_folder(installation: Path) -> None:
    file = installation / "one.backup"
    file.write_text("mine")
    assert refused(lambda: backup.backup(file)) == "backup_file_exists"
    assert file.read_text() == "mine"
    assert refused(lambda: backup.backup(installation / "nowhere" / "x")) == "backup_folder_missing"
    assert refused(lambda: backup.restore(installation / "nowhere")) == "backup_not_found"


@pytest.mark.parametrize("where", [0.02, 0.3, 0.6, 0.9])
def test_a_changed_byte_anywhere_that_counts_is_found(installation: Path, where: float) -> None:
    file = installation / "one.backup"
    backup.backup(file)
    content = bytearray(file.read_bytes())
    with tarfile.open(file) as tar:
        spots = [m.offset_data + int(m.size * where) for m in tar.getmembers() if m.size]
    for spot in spots:
        changed = bytearray(content)
        changed[spot] ^= 0xFF
        file.write_bytes(changed)
        assert refused(lambda: backup.restore(file, force=True)) == "backup_damaged"
    assert ask("SELECT count(*) FROM plan") == 1


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.8])
def test_a_cut_off_backup_is_found(installation: Path, share: float) -> None:
    file = installation / "one.backup"
    backup.backup(file)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content.rstrip(b"\0")) * share)])
    assert refused(lambda: backup.restore(file, force=True)) == "backup_damaged"
    assert ask("SELECT count(*) FROM plan") == 1


def forged(file: Path, change: Callable[[dict[str, object], dict[str, bytes]], None]) -> None:
    """Write the backup again, after ``change`` to its manifest and parts, sealed anew."""
    with tarfile.open(file) as tar:
        members = {m.name: (tar.extractfile(m) or BytesIO()).read() for m in tar.getmembers()}
    manifest = json.loads(members[backup.MANIFEST])
    change(manifest, members)
    members[backup.MANIFEST] = json.dumps(manifest).encode()
    members[backup.SEAL] = hashlib.sha256(members[backup.MANIFEST]).hexdigest().encode()
    with tarfile.open(file, "w") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, BytesIO(content))


@pytest.mark.parametrize(
    "name", ["../outside", "/etc/outside", "keys/secret.key", "files/../../outside", "files/readme"]
)
def test_names_that_lead_elsewhere_are_refused(installation: Path, name: str) -> None:
    file = installation / "one.backup"
    backup.backup(file)

    def change(manifest: dict[str, object], members: dict[str, bytes]) -> None:
        parts = manifest["parts"]
        assert isinstance(parts, list)
        parts.append({"path": name, "size": 1, "sha256": hashlib.sha256(b"x").hexdigest()})
        members[name] = b"x"

    forged(file, change)
    assert refused(lambda: backup.restore(file, force=True)) == "backup_damaged"
    assert (installation / "keys" / "secret.key").read_text() == "not for backups"


def test_a_newer_backup_is_refused(installation: Path) -> None:
    file = installation / "one.backup"
    backup.backup(file)
    forged(file, lambda manifest, members: manifest.update(yiwang="99.0.0"))
    assert refused(lambda: backup.restore(file, force=True)) == "backup_too_new"


def test_a_role_that_may_not_create_databases_is_told_so(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = installation / "one.backup"
    backup.backup(file)
    cluster = postgres.disk.load(installation / "postgres")
    assert cluster is not None
    with psycopg.connect(cluster.admin_url(), autocommit=True) as connection:
        connection.execute("ALTER ROLE yiwang NOCREATEDB")
    assert refused(lambda: backup.restore(file, force=True)) == "database_may_not_create"


def test_killed_at_any_moment_it_is_the_old_or_the_new(installation: Path) -> None:
    file = installation / "one.backup"
    do("INSERT INTO plan (name) SELECT repeat('行', 200) FROM generate_series(1, 20000)")
    for number in range(50):
        put(installation, b"%d" % number * 1000)
    backup.backup(file)
    start = time.monotonic()
    backup.restore(file, force=True)
    whole = time.monotonic() - start + 0.4
    seen = set()
    code = f"from pathlib import Path; from yiwang.site import backup; backup.restore(Path({str(file)!r}), force=True)"
    for step in range(8):
        do("UPDATE plan SET name = 'old'")
        restorer = subprocess.Popen([sys.executable, "-c", code])
        time.sleep(whole * (step + 1) / 8)
        restorer.send_signal(signal.SIGKILL)
        restorer.wait()
        old, rows = ask("SELECT count(*) FROM plan WHERE name = 'old'"), ask("SELECT count(*) FROM plan")
        assert rows == 20001
        assert old in (0, 20001)
        seen.add(old)
    backup.restore(file, force=True)
    assert ask("SELECT count(*) FROM plan WHERE name = 'old'") == 0
    assert ask("SELECT string_agg(datname, ',') FROM pg_database WHERE datname LIKE 'yiwang%'") == "yiwang"
    assert not list(installation.glob("restore-*"))
    assert 20001 in seen
