"""A snapshot as tables of DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from yiwang.lib.problems import Problem

from . import store
from .layout import ENDS
from .source import OFFLINE, text
from .types import LakeFile, LakeTable, Part, Snapshot

TRIES = 5


@dataclass(frozen=True)
class Lake:
    """An open snapshot (数据湖快照). Each record type, say ``s05.kiosk``, is in ``connection``:

    - ``versions."s05.kiosk"``: every version of every record; ``superseded_at`` is null for the current one;
    - ``current."s05.kiosk"``: the records as they are;
    - ``known."s05.kiosk"(DATE '2023-06-30')``: the records as they were known at the end of that day in Shanghai.
    """

    snapshot: Snapshot
    connection: duckdb.DuckDBPyConnection

    def show(self, table: LakeTable) -> None:
        """Make the tables of a record type, unless they are there. Problem ``lake_damaged``."""
        try:
            for statement in views(table):
                self.connection.execute(statement)
        except duckdb.IOException as error:
            raise store.damaged(store.root() / table.key) from error


@contextmanager
def open_lake(name: str = "", *, shown: bool = True) -> Iterator[Lake]:
    """Open the newest snapshot, or the one of this name (its hash); its files stay for as long as it is open.

    The connection reads the lake only and reaches no network. Unless ``shown``, the caller shows the record types that
    it needs: all 40 take a tenth of a second. Problems: ``lake_empty``, ``snapshot_unknown``, ``lake_damaged``.
    """
    with pinned(name) as snapshot, duckdb.connect(config=OFFLINE) as duck:
        duck.execute("SET TimeZone = 'UTC'")
        for schema in ("versions", "current", "known"):
            duck.execute(f"CREATE SCHEMA {schema}")
        duck.execute(f"SET allowed_directories = [{text(str(store.root()))}]")
        duck.execute("SET enable_external_access = false")
        opened = Lake(snapshot, duck)
        for table in snapshot.tables if shown else ():
            opened.show(table)
        yield opened


def paths(table: LakeTable, part: Part) -> tuple[Path, ...]:
    """The Parquet files of a record type, for an engine of the caller's; they stay only while the snapshot is open."""
    return tuple(store.path_of(table.key, file.name) for file in table.of(part))


@contextmanager
def pinned(name: str) -> Iterator[Snapshot]:
    """The newest snapshot, or the named one, kept from being taken away."""
    for left in reversed(range(TRIES)):
        try:
            with store.reading(_manifest(name)) as snapshot:
                yield snapshot
                return
        except FileNotFoundError:
            # A refresh took it away between our looking and our opening; the next look finds what is there now.
            if not left:
                raise


def empty() -> Problem:
    """The Problem of a lake without a snapshot."""
    return Problem(
        "lake_empty",
        "数据湖还没有快照。请先执行 yiwang lake refresh。",
        "The lake has no snapshot yet. Run: yiwang lake refresh.",
        status=404,
    )


def _manifest(name: str) -> Path:
    found = store.manifests()
    if not found:
        raise empty()
    chosen = [manifest.path for manifest in found if name in ("", manifest.name)]
    if not chosen:
        raise Problem(
            "snapshot_unknown",
            f"没有快照 {name[:64]}，可能已过保留期。yiwang lake status 列出现有快照。",
            f"There is no snapshot {name[:64]}; its time may be over. yiwang lake status lists those there are.",
            status=404,
        )
    return chosen[-1]


def parquet(key: str, files: tuple[LakeFile, ...]) -> str:
    """These files as one table, to stand in a FROM."""
    paths = ", ".join(text(str(store.path_of(key, file.name))) for file in files)
    return f"read_parquet([{paths}])"


def versions(table: LakeTable) -> str:
    """Every version, its end put in from the files of ends."""
    whole, ends = parquet(table.key, table.of("versions")), table.of("ends")
    if not ends:
        return f"SELECT * FROM {whole}"
    put = ", ".join(f'coalesce(v."{name}", e."{name}") AS "{name}"' for name, _type in ENDS)
    return f"SELECT v.* REPLACE ({put}) FROM {whole} AS v LEFT JOIN {parquet(table.key, ends)} AS e USING (id, version)"


def views(table: LakeTable) -> tuple[str, ...]:
    """The statements that make a record type's tables."""
    name = '"' + table.key + '"'
    day = "recorded_at_day <= day AND (superseded_at IS NULL OR superseded_at_day > day)"
    return (
        f"CREATE VIEW IF NOT EXISTS versions.{name} AS {versions(table)}",
        f"CREATE VIEW IF NOT EXISTS current.{name} AS SELECT * FROM versions.{name} WHERE superseded_at IS NULL",
        f"CREATE MACRO IF NOT EXISTS known.{name}(day) AS TABLE SELECT * FROM versions.{name} WHERE {day}",
    )
