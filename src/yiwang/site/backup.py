"""Back up an installation to one file, and restore it.

The file is a tar archive: ``manifest.json`` (versions, and size and SHA-256 of every part), ``manifest.sha256``,
``database.dump`` (pg_dump's custom format), ``files/…`` and ``lake/…``. Keys are not in it: whoever holds a backup
alone cannot read what is encrypted with them.

A restore touches nothing that is in use until everything has been unpacked and verified: files are named by their
content, so adding them changes nothing, and the database is loaded under another name and exchanged in one
transaction. Killed at any moment, the installation is the old one or the new one.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from yiwang.lib.problems import Problem
from yiwang.site import postgres, state

# 2: the lake is in it.
FORMAT = 2
MANIFEST, SEAL, DUMP = "manifest.json", "manifest.sha256", "database.dump"
# Folders of the state whose files are named by their content. The others are not in a backup: the database has its own
# way, keys must be kept apart, logs are not data, static files come with the program. The lake's newest snapshot could
# be taken again, older ones not.
COVERED = ("files", "lake")
NAME = re.compile(r"(?:[0-9]+-[0-9]{8}T[0-9]{6}Z-)?([0-9a-f]{64})(?:\.parquet|\.json)?")
BLOCK = 1024 * 1024
SWAP_TRIES = 20


@dataclass(frozen=True)
class Part:
    """One verified part of a backup."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class BackupDone:
    """What was written: bytes of the archive, number of files, where the keys are that it does not hold."""

    size: int
    files: int
    keys: Path


@dataclass(frozen=True)
class RestoreDone:
    """What was restored: when the backup was made (UTC) and how many files it held."""

    created: str
    files: int


def backup(target: Path) -> BackupDone:
    """Write a backup of the database and the files to ``target`` (0600), which must not exist; it appears whole.

    The database is dumped first: a file is stored before the row that names it, so every file that the dump names is
    there when the files are read. Raises a Problem when ``target`` exists or a program fails.
    """
    if target.exists():
        raise Problem(
            "backup_file_exists",
            f"文件 {target} 已存在，请换一个名字。",
            f"The file {target} exists already; choose another name.",
        )
    if not target.parent.is_dir():
        raise Problem(
            "backup_folder_missing",
            f"目录 {target.parent} 不存在，请先建立。",
            f"The folder {target.parent} does not exist; make it first.",
        )
    with postgres.lease() as url, tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as work:
        dump = Path(work) / DUMP
        _run_program("pg_dump", url, ["--format=custom", "--no-owner", "--no-privileges", f"--file={dump}"])
        with _lake_still(fcntl.LOCK_SH):
            sources = [(DUMP, dump), *_state_files()]
            archive = _archive(Path(work), sources)
        size = archive.stat().st_size
        archive.rename(target)
    return BackupDone(size, len(sources) - 1, state.keys())


def _archive(work: Path, sources: list[tuple[str, Path]]) -> Path:
    """Write the archive of these parts into ``work``."""
    parts = [Part(name, path.stat().st_size, _sha256(path)) for name, path in sources]
    manifest = {
        "format": FORMAT,
        "yiwang": importlib.metadata.version("yiwang"),
        "postgresql": postgres.status().version,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "parts": [part.__dict__ for part in parts],
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    for name, content in ((MANIFEST, text), (SEAL, hashlib.sha256(text).hexdigest().encode())):
        (work / name).write_bytes(content)
    archive = work / "archive"
    with os.fdopen(os.open(archive, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as stream:
        with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for name, path in [(MANIFEST, work / MANIFEST), (SEAL, work / SEAL), *sources]:
                tar.add(path, arcname=name, recursive=False)
        stream.flush()
        os.fsync(stream.fileno())
    return archive


@contextmanager
def _lake_still(how: int) -> Iterator[None]:
    """No refresh of the lake in between: it takes away files of snapshots whose time is over."""
    folder = state.home() / "lake"
    folder.mkdir(exist_ok=True, mode=0o700)
    with (folder / ".lock").open("a") as lock:
        fcntl.flock(lock, how)
        yield


def _state_files() -> list[tuple[str, Path]]:
    """Name in the archive and path of every file of the covered folders; half-written ones are named otherwise."""
    found = []
    for folder in COVERED:
        root = state.home() / folder
        paths = sorted(path for path in root.rglob("*") if NAME.fullmatch(path.name) and path.is_file())
        found += [(f"{folder}/{path.relative_to(root).as_posix()}", path) for path in paths]
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def restore(source: Path, *, force: bool = False) -> RestoreDone:
    """Replace the installation's database by the backup's, and add its files.

    Refuses an installation that holds data unless ``force``, an archive that is damaged in any part, and a backup of a
    newer version. Nothing in use has changed when a Problem is raised.
    """
    if not source.is_file():
        raise Problem("backup_not_found", f"找不到备份文件 {source}。", f"There is no backup file {source}.")
    state.ensure_home()
    with _alone(), postgres.lease() as url, _staging() as work:
        _drop_leftovers(url)
        if not force and (_has_tables(url) or _state_files()):
            raise Problem(
                "installation_not_empty",
                f"本系统（{state.home()}）已有数据，恢复会替换它们。请先备份，确认后加 --force 再执行。",
                f"This installation ({state.home()}) holds data that a restore would replace. Back it up first, then "
                "run "
                "again with --force.",
            )
        manifest, parts = _unpack(source, work)
        _load(url, work / DUMP)
        with _lake_still(fcntl.LOCK_EX):
            for part in parts:
                if part.path != DUMP:
                    _place(work / part.path, state.home() / part.path)
        _exchange(url)
        _drop_leftovers(url)
    return RestoreDone(str(manifest["created"]), len(parts) - 1)


@contextmanager
def _alone() -> Iterator[None]:
    """One restore at a time."""
    with (state.home() / ".restore.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem(
                "restore_running",
                "另一个恢复正在进行，请等它结束。",
                "Another restore is running; wait until it ends.",
                status=409,
            ) from None
        yield


@contextmanager
def _staging() -> Iterator[Path]:
    """A private folder inside the state; those that killed restores left are removed."""
    for leftover in state.home().glob("restore-*"):
        shutil.rmtree(leftover)
    with tempfile.TemporaryDirectory(prefix="restore-", dir=state.home()) as name:
        yield Path(name)


def _unpack(source: Path, work: Path) -> tuple[dict[str, Any], list[Part]]:
    """Unpack into ``work`` and verify every part against the manifest."""
    try:
        with tarfile.open(source, mode="r:") as tar:
            manifest = _manifest(source, tar)
            parts = [Part(**row) for row in manifest["parts"]]
            for part in parts:
                _unpack_part(source, tar, part, work)
            if len(tar.getmembers()) != len(parts) + 2:
                raise damaged(source, "另有未登记的内容", "it holds parts that its manifest does not name")
    except (tarfile.TarError, EOFError, OSError, KeyError, TypeError, ValueError) as error:
        raise damaged(source, str(error), str(error)) from error
    if DUMP not in {part.path for part in parts}:
        raise damaged(source, "没有数据库", "there is no database in it")
    return manifest, parts


def _manifest(source: Path, tar: tarfile.TarFile) -> dict[str, Any]:
    text = _stream(tar, MANIFEST).read()
    if hashlib.sha256(text).hexdigest().encode() != _stream(tar, SEAL).read():
        raise damaged(source, "清单与其校验值不符", "its manifest does not match its hash")
    manifest: dict[str, Any] = json.loads(text)
    ours = importlib.metadata.version("yiwang")
    if manifest["format"] > FORMAT or _numbers(manifest["yiwang"]) > _numbers(ours):
        raise Problem(
            "backup_too_new",
            f"备份 {source} 由一网 {manifest['yiwang']} 制作，比当前的 {ours} 新。请先升级再恢复。",
            f"The backup {source} was made by Yiwang {manifest['yiwang']}, newer than this {ours}. Upgrade, then "
            "restore.",
        )
    return manifest


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3])


def _stream(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    stream = tar.extractfile(name)
    if stream is None:
        raise KeyError(name)
    return stream


def _unpack_part(source: Path, tar: tarfile.TarFile, part: Part, work: Path) -> None:
    path = PurePosixPath(part.path)
    if path.is_absolute() or ".." in path.parts or (part.path != DUMP and path.parts[0] not in COVERED):
        raise damaged(source, f"名称不允许：{part.path}", f"a name that is not allowed: {part.path}")
    target = work / part.path
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with _stream(tar, part.path) as stream, os.fdopen(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as out:
        # One byte too many is enough to know: a sparse entry may claim any size.
        while size <= part.size and (block := stream.read(BLOCK)):
            digest.update(block)
            size += len(block)
            out.write(block)
    match = NAME.fullmatch(path.name)
    named = part.path == DUMP or (match is not None and match[1] == digest.hexdigest())
    if (size, digest.hexdigest()) != (part.size, part.sha256) or not named:
        raise damaged(source, f"{part.path} 与清单不符", f"{part.path} does not match the manifest")


def damaged(source: Path, zh: str, en: str) -> Problem:
    """The Problem for an archive that is not a whole backup."""
    return Problem(
        "backup_damaged",
        f"备份文件 {source} 已损坏或不是一网的备份（{zh}），没有恢复任何内容。请换用另一份备份。",
        f"The backup file {source} is damaged or no backup of Yiwang ({en}). Nothing was restored. Use another backup.",
    )


def _place(source: Path, target: Path) -> None:
    """Put a file where it belongs; one that is there already has the same content, because the name is its hash."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    source.rename(target)


def _load(url: str, dump: Path) -> None:
    """Load the dump into the database beside the one in use."""
    names = _Names(url)
    with _maintenance(url) as connection:
        try:
            connection.execute(
                sql.SQL(
                    "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin "
                    "BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8'"
                ).format(sql.Identifier(names.restored))
            )
        except psycopg.errors.InsufficientPrivilege as error:
            raise Problem(
                "database_may_not_create",
                f"数据库用户 {names.user} 无权新建数据库，不能恢复。请由管理员执行：ALTER ROLE {names.user} CREATEDB;",
                f"The database user {names.user} may not create databases, which a restore needs. Have an "
                "administrator "
                f"run: ALTER ROLE {names.user} CREATEDB;",
                status=503,
            ) from error
    beside = make_conninfo(url, dbname=names.restored)
    _run_program(
        "pg_restore", beside, ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(dump)]
    )


class _Names:
    """The database in use, the one being loaded, and the one that was replaced."""

    def __init__(self, url: str) -> None:
        given = conninfo_to_dict(url)
        self.current = str(given.get("dbname") or "yiwang")
        self.user = str(given.get("user") or "")
        self.restored = f"{self.current}_restored"
        self.replaced = f"{self.current}_replaced"


def _maintenance(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection beside the database in use, to create, rename and drop databases."""
    return psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True)


def _exchange(url: str) -> None:
    """The moment of the restore: both renames in one transaction, once nobody is connected."""
    names = _Names(url)
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with _maintenance(url) as connection:
        for left in reversed(range(SWAP_TRIES)):
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s) AND pid <> "
                "pg_backend_pid()",
                [[names.current, names.restored]],
            )
            try:
                with connection.transaction():
                    connection.execute(rename.format(sql.Identifier(names.current), sql.Identifier(names.replaced)))
                    connection.execute(rename.format(sql.Identifier(names.restored), sql.Identifier(names.current)))
            except psycopg.errors.ObjectInUse:
                # Somebody connected again between the two statements.
                if left == 0:
                    raise
            else:
                return


def _drop_leftovers(url: str) -> None:
    """Drop what a finished or killed restore left beside the database in use."""
    names = _Names(url)
    with _maintenance(url) as connection:
        for name in (names.restored, names.replaced):
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _has_tables(url: str) -> bool:
    with psycopg.connect(url, autocommit=True) as connection:
        return (
            connection.execute(
                "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') "
                "AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') LIMIT 1"
            ).fetchone()
            is not None
        )


def _run_program(name: str, url: str, options: list[str]) -> None:
    """Run pg_dump or pg_restore on ``url``; the password goes by the environment, where other users cannot see it."""
    given = conninfo_to_dict(url)
    password = given.pop("password", None)
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    if password:
        environment["PGPASSWORD"] = str(password)
    conninfo = make_conninfo("", **{key: value for key, value in given.items() if value is not None})
    done = subprocess.run(  # noqa: S603  (our own program; the options hold no text of users)
        [str(postgres.program(name)), f"--dbname={conninfo}", *options],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )
    if done.returncode != 0:
        raise Problem(
            "database_program_failed",
            f"数据库程序 {name} 失败（退出码 {done.returncode}）：{done.stderr.strip()}",
            f"The database program {name} failed (exit status {done.returncode}): {done.stderr.strip()}",
            status=500,
        )
