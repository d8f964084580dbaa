"""Frozen values of the lake room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

# ``versions``: versions of records, each once. ``ends``: when a version ended that a file of versions holds as current.
Part = Literal["versions", "ends"]
Column = tuple[str, str]


@dataclass(frozen=True)
class LakeFile:
    """A Parquet file; its name is the SHA-256 of its content."""

    part: Part
    name: str
    rows: int
    bytes: int


@dataclass(frozen=True)
class LakeTable:
    """A record type in a snapshot: ``versions`` rows in all, of which ``current`` had not ended.

    ``ahead`` is 0, or the highest transaction number in its rows that the database had not reached: its rows were
    loaded from another server's dump, and until this one has passed that number, numbers alone do not tell what is new.
    """

    key: str
    name_zh: str
    name_en: str
    columns: tuple[Column, ...]
    versions: int
    current: int
    files: tuple[LakeFile, ...]
    ahead: int = 0

    def of(self, part: Part) -> tuple[LakeFile, ...]:
        """The files of one part, oldest first."""
        return tuple(file for file in self.files if file.part == part)

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(file.bytes for file in self.files)


@dataclass(frozen=True)
class Database:
    """Which database, and on which of its time lines: another one has other transaction numbers."""

    system: str
    timeline: int
    oid: int


@dataclass(frozen=True)
class Snapshot:
    """All records at one moment. ``horizon`` is PostgreSQL's own snapshot: which transactions it shows."""

    number: int
    name: str
    taken_at: datetime
    database: Database
    horizon: str
    tables: tuple[LakeTable, ...]

    def table(self, key: str) -> LakeTable | None:
        """The table of this record type, or None when the snapshot is older than the type."""
        return next((table for table in self.tables if table.key == key), None)


Way = Literal["kept", "added", "rewritten"]


@dataclass(frozen=True)
class TableChange:
    """What a refresh did to a table: left it, added ``rows``, or wrote it anew because of ``reason``."""

    key: str
    way: Way
    rows: int
    reason: str = ""


@dataclass(frozen=True)
class Refreshed:
    """A finished refresh."""

    snapshot: Snapshot
    changes: tuple[TableChange, ...]
    seconds: float


@dataclass(frozen=True)
class TableFault:
    """What is wrong with a table of a snapshot: ``code`` and how many rows or which file."""

    key: str
    code: str
    count: int
    file: str = ""
