"""Taking a snapshot: what the last one has stays, what is new since then is added.

Transaction numbers tell what is new: a row whose transaction the last snapshot did not show and this one shows. So what
a transaction wrote that was open during the last refresh comes with the next, once, whatever its clock says.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from django.db import connection
from django.utils import timezone

from yiwang.kernel.access import api as access
from yiwang.kernel.records.api import PAST_CHANGES, record_types
from yiwang.lib.problems import Problem

from . import store
from .horizon import first_running, hidden_from, new_since, next_transaction
from .layout import END, Layout, layout
from .models import SnapshotMark
from .pinning import pinned_files
from .reading import parquet, versions
from .source import Source, snapshot, text
from .types import LakeFile, LakeTable, Part, Refreshed, Snapshot, TableChange, Way

# More small files of one part than this are put together: readers open every one.
MOST_FILES = 12
# Readers join ends to versions: a table with more ends than this and a fifth of its versions is written anew.
MOST_ENDS, ENDS_SHARE = 1000, 5
PARQUET = "(FORMAT parquet, COMPRESSION zstd)"

Progress = Callable[[int, int, str], None]


def refresh(*, full: bool = False, progress: Progress | None = None) -> Refreshed:
    """Take a snapshot of all records (刷新数据湖). ``full`` writes every table anew.

    ``progress`` is called with the number of tables done, of all, and the name of the next. Killed at any moment, the
    last snapshot stays, and the next refresh starts from it. Problems: ``lake_busy``, ``lake_failed``.
    """
    started = time.monotonic()
    with store.writing(), snapshot() as source:
        base, reason = (None, "asked") if full else _base(source)
        layouts = [layout(kind) for kind in record_types()]
        touched = _touched(base, layouts) if base else {}
        tables: list[LakeTable] = []
        changes: list[TableChange] = []
        for done, columns in enumerate(layouts):
            if progress:
                progress(done, len(layouts), columns.kind.name)
            table, change = _table(source, columns, base, touched, reason)
            tables.append(table)
            changes.append(change)
        taken = _publish(source, tables)
        if progress:
            progress(len(layouts), len(layouts), "")
        left = store.sweep(timezone.now(), pinned_files())
        SnapshotMark.objects.exclude(name__in=left).delete()
    return Refreshed(taken, tuple(changes), time.monotonic() - started)


def _base(source: Source) -> tuple[Snapshot | None, str]:
    """The snapshot to build upon, or why there is none."""
    try:
        last = store.latest()
    except Problem as problem:
        if problem.code != "lake_damaged":
            raise
        return None, "damaged"
    if last is None:
        return None, "first"
    # The next number of the last snapshot lies ahead of a database that was set back.
    ahead = next_transaction(last.horizon) > next_transaction(source.horizon)
    if last.database != source.database or ahead or not SnapshotMark.objects.filter(name=last.name).exists():
        return None, "other_database"
    return last, ""


def _publish(source: Source, tables: list[LakeTable]) -> Snapshot:
    number = max((manifest.number for manifest in store.manifests()), default=0) + 1
    name = store.write_manifest(number, source.taken_at, source.database, source.horizon, tables)
    SnapshotMark.objects.create(name=name, number=number, taken_at=source.taken_at)
    return store.publish(number, source.taken_at, name)


def _touched(base: Snapshot, layouts: list[Layout]) -> dict[str, bool]:
    """The record types that anything happened to since ``base``, and whether former rows were changed by hand.

    One question for all types: to most of them nothing happened. It is asked on Django's connection, after ``source``
    took its snapshot: so it sees all that the snapshot shows, and of what it sees more nothing is read. A connection
    that has asked before knows the tables and their 800 indexes; a fresh one took 40 ms to learn of them, half of a
    refresh to which nothing happened.
    """
    began, ended = (hidden_from(base.horizon, name) for name in ("tx", "superseded_tx"))
    asked = [
        f"SELECT {text(columns.kind.key)} AS key, false AS past "
        f'WHERE EXISTS (SELECT 1 FROM "{columns.kind.table}" WHERE {began}) '
        f'OR EXISTS (SELECT 1 FROM "{columns.history}" WHERE {ended})'
        for columns in layouts
    ]
    # The numbers of rows that are gone tell nothing.
    asked.append(f"SELECT record_type, true FROM {PAST_CHANGES} WHERE {began}")
    with access.as_owner(), connection.cursor() as cursor:
        cursor.execute(f"SELECT key, bool_or(past) FROM ({' UNION ALL '.join(asked)}) AS found GROUP BY key")
        return dict(cursor.fetchall())


def _table(
    source: Source, columns: Layout, base: Snapshot | None, touched: dict[str, bool], reason: str
) -> tuple[LakeTable, TableChange]:
    kind = columns.kind
    former = base.table(kind.key) if base else None
    if base is None or former is None:
        return _rewrite(source, columns, reason or "first")
    if former.columns != columns.columns:
        return _rewrite(source, columns, "columns")
    if not all(_there(kind.key, file) for file in former.files):
        return _rewrite(source, columns, "damaged")
    if touched.get(kind.key):
        return _rewrite(source, columns, "past_changed")
    if kind.key in touched:
        return _add(source, columns, base, former)
    return replace(former, name_zh=kind.name_zh, name_en=kind.name_en), TableChange(kind.key, "kept", 0)


def _there(key: str, file: LakeFile) -> bool:
    path = store.path_of(key, file.name)
    return path.is_file() and path.stat().st_size == file.bytes


def _rewrite(source: Source, columns: Layout, reason: str) -> tuple[LakeTable, TableChange]:
    """All versions in one file."""
    kind = columns.kind
    file = _write(
        source, kind.key, "versions",
        f"SELECT {columns.current} FROM {source.table(kind.table)} "
        f"UNION ALL SELECT {columns.former} FROM {source.table(columns.history)}",
    )  # fmt: skip
    current = _number(source, f"SELECT count(*) FROM {parquet(kind.key, (file,))} WHERE superseded_at IS NULL")
    numbers = f'(SELECT max(tx) FROM "{kind.table}"), (SELECT max(superseded_tx) FROM "{columns.history}")'
    ahead = _number(source, f"SELECT * FROM {source.ask(f'SELECT greatest({numbers}, 0)')}")
    table = LakeTable(
        kind.key, kind.name_zh, kind.name_en, columns.columns, file.rows, current, (file,),
        ahead if ahead >= next_transaction(source.horizon) else 0,
    )  # fmt: skip
    return table, TableChange(kind.key, "rewritten", file.rows, reason)


def _add(source: Source, columns: Layout, base: Snapshot, former: LakeTable) -> tuple[LakeTable, TableChange]:
    """What is new since ``base``: versions that the table has not, and ends of versions that it holds as current."""
    kind = columns.kind
    began, ended = (new_since(base.horizon, source.horizon, name) for name in ("tx", "superseded_tx"))
    gone = source.ask(
        f'SELECT id, version, superseded_at, superseded_kind, {began} AS born FROM "{columns.history}" WHERE {ended}'
    )
    source.duck.execute(f"CREATE OR REPLACE TEMP TABLE gone AS SELECT id, version, {END}, born FROM {gone}")
    now = source.ask(f'SELECT {columns.stored} FROM "{kind.table}" WHERE {began}')
    fresh = f"SELECT {columns.current} FROM {now}"
    if _number(source, "SELECT count(*) FROM gone WHERE born"):
        # Written and ended between two refreshes: the lake has not seen it yet.
        both = source.ask(f'SELECT {columns.stored_former} FROM "{columns.history}" WHERE {ended} AND {began}')
        fresh += f" UNION ALL SELECT {columns.former} FROM {both}"
    if former.ahead >= first_running(base.horizon):
        fresh = _not_yet_there(source, former, fresh)
    born = _number(source, "SELECT count(*) FROM gone WHERE born")
    ends = _number(source, "SELECT count(*) FROM gone WHERE NOT born")
    if ends + sum(file.rows for file in former.of("ends")) > MOST_ENDS + former.versions // ENDS_SHARE:
        return _rewrite(source, columns, "many_ends")
    rows = _copy(source, kind.key, fresh)
    files = [*former.files]
    if rows:
        files.append(store.keep(kind.key, "versions", rows))
    if ends:
        files.append(_write(source, kind.key, "ends", "SELECT * EXCLUDE (born) FROM gone WHERE NOT born"))
    table = LakeTable(
        kind.key, kind.name_zh, kind.name_en, columns.columns, former.versions + rows,
        former.current + rows - born - ends, (), former.ahead,
    )  # fmt: skip
    table = replace(table, files=_together(source, table, files))
    way: Way = "added" if rows + ends else "kept"
    return table, TableChange(kind.key, way, rows + ends)


def _not_yet_there(source: Source, former: LakeTable, fresh: str) -> str:
    """``fresh`` and the table ``gone`` without what the lake has, by key: numbers of another server mislead."""
    duck = source.duck
    duck.execute(f"CREATE OR REPLACE TEMP TABLE fresh AS {fresh}")
    duck.execute(
        "CREATE OR REPLACE TEMP TABLE had AS "
        f"SELECT id, version, superseded_at IS NOT NULL AS ended FROM ({versions(former)}) SEMI JOIN "
        "(SELECT id, version FROM fresh UNION SELECT id, version FROM gone) USING (id, version)"
    )
    same = "(SELECT id, version FROM had)"
    duck.execute(f"DELETE FROM fresh WHERE (id, version) IN {same}")
    duck.execute("DELETE FROM gone WHERE (id, version) IN (SELECT id, version FROM had WHERE ended)")
    duck.execute(f"UPDATE gone SET born = false WHERE (id, version) IN {same}")
    return "SELECT * FROM fresh"


def _together(source: Source, table: LakeTable, files: list[LakeFile]) -> tuple[LakeFile, ...]:
    """The files, where there are many small ones of a part with those put together."""
    parts: tuple[Part, Part] = ("versions", "ends")
    for part in parts:
        small = tuple(file for file in files if file.part == part and file.rows < table.versions // ENDS_SHARE)
        if len(small) > MOST_FILES:
            one = _write(source, table.key, part, f"SELECT * FROM {parquet(table.key, small)}")
            files = [file for file in files if file not in small] + [one]
    return tuple(files)


def _write(source: Source, key: str, part: Part, query: str) -> LakeFile:
    """The rows of a query as a file."""
    return store.keep(key, part, _copy(source, key, query))


def _copy(source: Source, key: str, query: str) -> int:
    """Write the rows of a query to the draft; how many."""
    return _number(source, f"COPY ({query}) TO {text(str(store.draft(key)))} {PARQUET}")


def _number(source: Source, sql: str) -> int:
    row = source.duck.execute(sql).fetchone()
    return int(row[0]) if row else 0
