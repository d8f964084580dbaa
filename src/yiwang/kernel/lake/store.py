"""The lake's folder: files named by their content, manifests of snapshots, locks, and taking away what nobody needs.

``YIWANG_HOME/lake/<record type>/<sha256>.parquet`` and ``lake/snapshots/<number>-<moment>-<sha256>.json``. Files never
change. Names that begin with a dot are being written, or were when a refresh was killed. A snapshot exists from the
moment its manifest has its name; before that all its files are on the disk.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from yiwang.lib.clock import local_date
from yiwang.lib.problems import Problem

from .types import Database, LakeFile, LakeTable, Part, Snapshot

FORMAT = 1
MANIFEST = re.compile(r"([0-9]{6,})-([0-9]{8}T[0-9]{6}Z)-([0-9a-f]{64})\.json")
MOMENT = "%Y%m%dT%H%M%SZ"
DRAFT = ".draft"


def root() -> Path:
    """The lake's folder."""
    return Path(settings.YIWANG_HOME) / "lake"


def path_of(key: str, name: str) -> Path:
    """Where a file of a record type lies."""
    return root() / key / f"{name}.parquet"


def draft(key: str) -> Path:
    """Where the next file of a record type is written until it has its name."""
    folder = root() / key
    if not folder.is_dir():
        folder.mkdir(mode=0o700)
        _sync_folder(root())
    return folder / DRAFT


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


@dataclass(frozen=True)
class Manifest:
    """What the name of a manifest says: number, moment (to the second) and hash of its snapshot."""

    number: int
    taken_at: datetime
    name: str
    path: Path


def manifests() -> list[Manifest]:
    """Every snapshot that is kept, oldest first."""
    folder = root() / "snapshots"
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if match := MANIFEST.fullmatch(path.name):
            taken_at = datetime.strptime(match[2], MOMENT).replace(tzinfo=UTC)
            found.append(Manifest(int(match[1]), taken_at, match[3], path))
    return sorted(found, key=lambda manifest: manifest.number)


def kept_names() -> list[str]:
    """Names of the snapshots that are kept, oldest first."""
    return [manifest.name for manifest in manifests()]


def newest() -> Manifest | None:
    """What the newest snapshot's manifest is called; None when there is none yet."""
    found = manifests()
    return found[-1] if found else None


def newest_name() -> str:
    """The name of the newest snapshot; empty when there is none yet."""
    return (kept_names() or [""])[-1]


def read(path: Path) -> Snapshot:
    """The snapshot of a manifest. Problem ``lake_damaged`` when it is not as it was written, ``lake_too_new``."""
    text = path.read_bytes()
    match = MANIFEST.fullmatch(path.name)
    if match is None or hashlib.sha256(text).hexdigest() != match[3]:
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
        data["number"], match[3], datetime.fromisoformat(data["taken_at"]), Database(**data["database"]),
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
    return read(found[-1].path) if found else None


def write_manifest(number: int, taken_at: datetime, database: Database, horizon: str, tables: list[LakeTable]) -> str:
    """Write what is to become a snapshot as a draft; its name (the hash)."""
    data = {
        "format": FORMAT,
        "number": number,
        "taken_at": taken_at.isoformat(),
        "database": vars(database),
        "horizon": horizon,
        "tables": [vars(table) | {"files": [vars(file) for file in table.files]} for table in tables],
    }
    text = json.dumps(data, ensure_ascii=False).encode()
    with os.fdopen(os.open(root() / "snapshots" / DRAFT, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    return hashlib.sha256(text).hexdigest()


def publish(number: int, taken_at: datetime, name: str) -> Snapshot:
    """Let the snapshot of the draft exist."""
    folder = root() / "snapshots"
    path = folder / f"{number:06}-{taken_at.strftime(MOMENT)}-{name}.json"
    (folder / DRAFT).replace(path)
    _sync_folder(folder)
    return read(path)


@contextmanager
def reading(path: Path) -> Iterator[Snapshot]:
    """The snapshot, whose files stay for as long as this is open."""
    with path.open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_SH)
        if os.fstat(stream.fileno()).st_nlink == 0:
            raise FileNotFoundError(path)
        yield read(path)


def sweep(now: datetime, pins: Mapping[str, set[Path]]) -> set[str]:
    """Take away drafts, snapshots past their time and files that no snapshot names; names of the snapshots left.

    A snapshot stays for a day, the last of each day for ``YIWANG_LAKE_KEEP_DAYS``, the newest and those with ``pins``
    (their files by name) for good, and any for as long as somebody reads it. Only under :func:`writing`.
    """
    found = manifests()
    last_of_day = {local_date(manifest.taken_at): manifest for manifest in found}
    young, oldest = now - timedelta(days=1), now - timedelta(days=settings.YIWANG_LAKE_KEEP_DAYS)
    kept: set[str] = set()
    needed: set[Path] = set().union(*pins.values())
    for manifest in found:
        dated = manifest.taken_at > oldest and manifest in last_of_day.values()
        stays = dated or manifest.taken_at > young or manifest == found[-1]
        if manifest.name in pins:
            # A damaged one stays too: whoever rests on it is to find that it is damaged, not that it is gone.
            kept.add(manifest.name)
            continue
        files = _files_of(manifest.path)
        # A damaged one says nothing of its files any more: it goes with them.
        if files is not None and (stays or not _remove(manifest.path)):
            kept.add(manifest.name)
            needed |= files
        elif files is None:
            _remove(manifest.path)
    for folder in root().iterdir():
        if folder.name.startswith(".") and folder.is_dir():
            shutil.rmtree(folder)
        elif folder.is_dir() and folder.name != "snapshots":
            for path in folder.iterdir():
                if path not in needed:
                    path.unlink()
    (root() / "snapshots" / DRAFT).unlink(missing_ok=True)
    return kept


@lru_cache(maxsize=512)
def _files_of(path: Path) -> frozenset[Path] | None:
    """The files that a manifest names, None when it is damaged; read once a process, for manifests never change."""
    try:
        snapshot = read(path)
    except Problem as problem:
        if problem.code != "lake_damaged":
            raise
        return None
    return frozenset(path_of(table.key, file.name) for table in snapshot.tables for file in table.files)


def _remove(path: Path) -> bool:
    """Take a manifest away unless somebody reads its snapshot."""
    with path.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        path.unlink()
    return True
