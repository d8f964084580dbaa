"""The lake's folder: files named by their content, manifests of snapshots, locks, and taking away what nobody needs.

``YIWANG_HOME/lake/<record type>/<sha256>.parquet`` and ``lake/snapshots/<number>-<sha256>.json``. Files never change.
Names that begin with a dot are being written, or were when a refresh was killed. A snapshot exists from the moment its
manifest has its name; before that all its files are on the disk.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from yiwang.lib.clock import local_date
from yiwang.lib.problems import Problem

from .types import Database, LakeFile, LakeTable, Part, Snapshot

FORMAT = 1
MANIFEST = re.compile(r"([0-9]{6,})-([0-9a-f]{64})\.json")


def root() -> Path:
    """The lake's folder."""
    return Path(settings.YIWANG_HOME) / "lake"


def path_of(key: str, name: str) -> Path:
    """Where a file of a record type lies."""
    return root() / key / f"{name}.parquet"


def draft(key: str) -> Path:
    """Where the next file of a record type is written until it has its name."""
    folder = root() / key
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder / ".draft.parquet"


def keep(key: str, part: Part, rows: int) -> LakeFile:
    """Give the written draft its name, once it is on the disk for good."""
    path = draft(key)
    with path.open("rb") as stream:
        name = hashlib.file_digest(stream, "sha256").hexdigest()
        os.fsync(stream.fileno())
        size = os.fstat(stream.fileno()).st_size
    path.chmod(0o600)
    path.replace(path_of(key, name))
    _sync_folder(path.parent)
    return LakeFile(part, name, rows, size)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def writing() -> Iterator[None]:
    """One refresh at a time, and none while a backup reads. Problem ``lake_busy`` (409)."""
    for folder in (root(), root() / "snapshots"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (root() / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem(
                "lake_busy",
                "数据湖正在刷新或备份，请等它结束再试。",
                "The lake is being refreshed or backed up; try again when that has ended.",
                status=409,
            ) from None
        yield


def manifests() -> list[tuple[int, Path]]:
    """Number and manifest of every snapshot that is kept, oldest first."""
    folder = root() / "snapshots"
    paths = folder.iterdir() if folder.is_dir() else ()
    return sorted((int(match[1]), path) for path in paths if (match := MANIFEST.fullmatch(path.name)))


def read(path: Path) -> Snapshot:
    """The snapshot of a manifest. Problem ``lake_damaged`` when it is not as it was written, ``lake_too_new``."""
    text = path.read_bytes()
    match = MANIFEST.fullmatch(path.name)
    if match is None or hashlib.sha256(text).hexdigest() != match[2]:
        raise damaged(path)
    data: dict[str, Any] = json.loads(text)
    if data["format"] > FORMAT:
        raise Problem(
            "lake_too_new",
            f"数据湖快照 {path.name} 由更新版本的一网写出，请先升级。",
            f"The snapshot {path.name} was written by a newer version of Yiwang; upgrade first.",
        )
    tables = tuple(
        LakeTable(
            **(table | {
                "columns": tuple((name, kind) for name, kind in table["columns"]),
                "files": tuple(LakeFile(**file) for file in table["files"]),
            })
        )
        for table in data["tables"]
    )  # fmt: skip
    return Snapshot(
        data["number"], match[2], datetime.fromisoformat(data["taken_at"]), Database(**data["database"]),
        data["horizon"], tables,
    )  # fmt: skip


def damaged(path: Path) -> Problem:
    """The Problem of a file that is missing or not as it was written."""
    shown = path.relative_to(root())
    return Problem(
        "lake_damaged",
        f"数据湖文件 {shown} 缺失或已损坏。请执行 yiwang lake refresh --full 重写。",
        f"The lake's file {shown} is missing or damaged. Write it anew: yiwang lake refresh --full.",
        status=503,
    )


def latest() -> Snapshot | None:
    """The newest snapshot, or None when there is none yet."""
    found = manifests()
    return read(found[-1][1]) if found else None


def manifest(
    number: int, taken_at: datetime, database: Database, horizon: str, tables: list[LakeTable]
) -> tuple[str, bytes]:
    """Name (the hash) and text of a manifest."""
    data = {
        "format": FORMAT,
        "number": number,
        "taken_at": taken_at.isoformat(),
        "database": asdict(database),
        "horizon": horizon,
        "tables": [asdict(table) for table in tables],
    }
    text = json.dumps(data, ensure_ascii=False).encode()
    return hashlib.sha256(text).hexdigest(), text


def publish(number: int, name: str, text: bytes) -> Path:
    """Let the snapshot exist."""
    folder = root() / "snapshots"
    path = folder / ".draft.json"
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    path.replace(target := folder / f"{number:06}-{name}.json")
    _sync_folder(folder)
    return target


@contextmanager
def reading(path: Path) -> Iterator[Snapshot]:
    """The snapshot, whose files stay for as long as this is open."""
    with path.open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_SH)
        if os.fstat(stream.fileno()).st_nlink == 0:
            raise FileNotFoundError(path)
        yield read(path)


def sweep(now: datetime) -> set[str]:
    """Take away drafts, snapshots past their time and files that no snapshot names; names of the snapshots left.

    A snapshot stays for a day, the last of each day for ``YIWANG_LAKE_KEEP_DAYS``, the newest for good, and any for as
    long as somebody reads it. Only under :func:`writing`.
    """
    found = manifests()
    needed: dict[str, set[str]] = {}
    kept: set[str] = set()
    last_of_day: dict[Any, Path] = {}
    snapshots: list[tuple[Path, Snapshot | None]] = []
    for _number, path in found:
        try:
            snapshot: Snapshot | None = read(path)
        except Problem:
            # A damaged one says nothing of its files any more: it goes, unless somebody reads it.
            snapshot = None
        snapshots.append((path, snapshot))
        if snapshot is not None:
            last_of_day[local_date(snapshot.taken_at)] = path
    oldest = now - timedelta(days=settings.YIWANG_LAKE_KEEP_DAYS)
    for path, snapshot in snapshots:
        if snapshot is None:
            stays = False
        else:
            young = snapshot.taken_at > now - timedelta(days=1)
            dated = snapshot.taken_at > oldest and path in last_of_day.values()
            stays = young or dated or path == found[-1][1]
        if (stays or not _remove(path)) and snapshot is not None:
            kept.add(snapshot.name)
            for table in snapshot.tables:
                needed.setdefault(table.key, set()).update(f"{file.name}.parquet" for file in table.files)
    for folder in root().iterdir():
        if folder.name in ("snapshots", ".lock") or not folder.is_dir():
            continue
        if folder.name.startswith("."):
            shutil.rmtree(folder)
            continue
        for path in folder.iterdir():
            if path.name not in needed.get(folder.name, ()):
                path.unlink()
    (root() / "snapshots" / ".draft.json").unlink(missing_ok=True)
    return kept


def _remove(path: Path) -> bool:
    """Take a manifest away unless somebody reads its snapshot."""
    with path.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        path.unlink()
    return True
