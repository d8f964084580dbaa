"""Whether a snapshot is what the database says: every file's hash, and every version of every record."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from yiwang.kernel.records.api import record_types

from . import store
from .horizon import shows
from .layout import Layout, layout
from .reading import pinned, versions
from .source import Source, snapshot
from .types import LakeTable, Snapshot, TableFault

Progress = Callable[[int, int, str], None]


def verify(name: str = "", *, progress: Progress | None = None) -> tuple[Snapshot, tuple[TableFault, ...]]:
    """Compare a snapshot (the newest without ``name``) with the database while people work (核对).

    Faults: ``file_missing``, ``file_damaged``; ``rows_missing`` (the snapshot should show them), ``rows_unknown`` (the
    database has no such version), ``rows_twice``, ``rows_differ``, ``ends_differ``. A record type whose columns have
    changed since is compared by its files only. Problems as :func:`open_lake` and ``lake_failed``.
    """
    faults: list[TableFault] = []
    with pinned(name) as taken, snapshot() as source:
        kinds = {kind.key: kind for kind in record_types()}
        tables = taken.tables
        for done, table in enumerate(tables):
            if progress:
                progress(done, len(tables), table.name_zh)
            broken = _files(table)
            faults += broken
            columns = layout(kinds[table.key]) if table.key in kinds else None
            if not broken and columns is not None and columns.columns == table.columns:
                faults += _rows(source, taken, table, columns)
        if progress:
            progress(len(tables), len(tables), "")
        return taken, tuple(faults)


def damage(taken: Snapshot) -> tuple[TableFault, ...]:
    """Files of a snapshot that are missing or not as they were written, by their hashes (文件核对)."""
    return tuple(fault for table in taken.tables for fault in _files(table))


def _files(table: LakeTable) -> list[TableFault]:
    found = []
    for file in table.files:
        path = store.path_of(table.key, file.name)
        if not path.is_file():
            found.append(TableFault(table.key, "file_missing", 1, path.name))
            continue
        with path.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != file.name:
                found.append(TableFault(table.key, "file_damaged", 1, path.name))
    return found


COMPARE = """
WITH there AS (
  SELECT {current}, tx, CAST(NULL AS bigint) AS superseded_tx FROM {table}
  UNION ALL
  SELECT {former}, tx, superseded_tx FROM {history}
), database AS (
  SELECT id, version, hash({own}) AS content, {shown} AS shown, superseded_at, {ended} AS ended FROM there
), lake AS (
  SELECT id, version, hash({own}) AS content, superseded_at, true AS here FROM ({lake})
)
SELECT count(*) FILTER (lake.here IS NULL AND database.shown),
       count(*) FILTER (lake.here AND database.shown IS NULL),
       count(*) FILTER (lake.here) - count(DISTINCT (lake.id, lake.version)) FILTER (lake.here),
       count(*) FILTER (lake.here AND database.content IS DISTINCT FROM lake.content AND database.shown IS NOT NULL),
       count(*) FILTER (lake.here AND database.shown IS NOT NULL AND (
         (lake.superseded_at IS NULL AND database.ended)
         OR (lake.superseded_at IS NOT NULL AND database.superseded_at IS DISTINCT FROM lake.superseded_at)))
FROM database FULL JOIN lake USING (id, version)
"""
CODES = ("rows_missing", "rows_unknown", "rows_twice", "rows_differ", "ends_differ")


def _rows(source: Source, taken: Snapshot, table: LakeTable, columns: Layout) -> list[TableFault]:
    own = ", ".join(f'"{name}"' for name in columns.names if not name.startswith("superseded_"))
    row = source.duck.execute(
        COMPARE.format(
            current=columns.current,
            former=columns.former,
            table=source.table(columns.kind.table),
            history=source.table(columns.history),
            own=own,
            shown=shows(taken.horizon, "tx"),
            ended=f"superseded_tx IS NOT NULL AND {shows(taken.horizon, 'superseded_tx')}",
            lake=versions(table),
        )
    ).fetchone()
    counts = row or (0,) * len(CODES)
    return [TableFault(table.key, code, count) for code, count in zip(CODES, counts, strict=True) if count]
