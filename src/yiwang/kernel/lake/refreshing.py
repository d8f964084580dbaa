"""Taking a snapshot: what the last one has stays, what is new since then is added.

Transaction numbers find what may be new: a row whose transaction the last snapshot did not show and this one shows. So a
transaction that was open during the last refresh comes with the next, whatever its clock says. The keys (record, version)
decide: what the lake has is never added again, also when numbers mislead after a database was loaded from a dump.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from django.utils import timezone

from yiwang.kernel.records.api import record_types
from yiwang.lib.problems import Problem

from . import store
from .layout import ENDS, Layout, layout
from .models import SnapshotMark
from .reading import parquet
from .source import Source, snapshot, text
from .types import LakeFile, LakeTable, Part, Refreshed, Snapshot, TableChange

# More files of one part than this are put together; readers open every one.
MOST_FILES = 12
# More additions than a fifth of a table are written anew with it: reading joins ends to versions. Small tables may have more.
MOST_ADDED, ADDED_SHARE = 1000, 5
PARQUET = "(FORMAT parquet, COMPRESSION zstd)"

Progress = Callable[[int, int, str], None]


def refresh(*, full: bool = False, progress: Progress | None = None) -> Refreshed:
    """Take a snapshot of all records (刷新数据湖). ``full`` writes every table anew.

    ``progress`` is called with the number of tables done, of all, and the name of the next. Killed at any moment, the
    last snapshot stays, and the next refresh starts from it. Problems: ``lake_busy``, ``lake_failed``.
    """
    started = time.monotonic()
    with store.writing(), snapshot(store.root() / ".spill") as source:
        base, reason = (None, "asked") if full else _base(source)
        kinds = record_types()
        tables: list[LakeTable] = []
        changes: list[TableChange] = []
        for done, kind in enumerate(kinds):
            if progress:
                progress(done, len(kinds), kind.name)
            table, change = _table(source, layout(kind), base, reason)
            tables.append(table)
            changes.append(change)
        taken = _publish(source, tables)
        if progress:
            progress(len(kinds), len(kinds), "")
        SnapshotMark.objects.exclude(name__in=store.sweep(timezone.now())).delete()
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
    ahead = int(last.horizon.split(":")[1]) > int(source.horizon.split(":")[1])
    if last.database != source.database or ahead or not SnapshotMark.objects.filter(name=last.name).exists():
        return None, "other_database"
    return last, ""


def _publish(source: Source, tables: list[LakeTable]) -> Snapshot:
    numbers = [number for number, _path in store.manifests()]
    number = max(numbers, default=0) + 1
    name, content = store.manifest(number, source.taken_at, source.database, source.horizon, tables)
    SnapshotMark.objects.create(name=name, number=number, taken_at=source.taken_at)
    return store.read(store.publish(number, name, content))


def _table(
    source: Source, columns: Layout, base: Snapshot | None, reason: str
) -> tuple[LakeTable, TableChange]:
    former = base.table(columns.kind.key) if base else None
    if base is None or former is None:
        return _rewrite(source, columns, reason or "first")
    if former.columns != columns.columns:
        return _rewrite(source, columns, "columns")
    if not all(_there(former.key, file) for file in former.files):
        return _rewrite(source, columns, "damaged")
    return _add(source, columns, base, former)


def _there(key: str, file: LakeFile) -> bool:
    path = store.path_of(key, file.name)
    return path.is_file() and path.stat().st_size == file.bytes


def _rewrite(source: Source, columns: Layout, reason: str) -> tuple[LakeTable, TableChange]:
    """All versions in one file."""
    kind = columns.kind
    file = _write(
        source, kind.key, "versions",
        f'SELECT {columns.current()} FROM pg.public."{kind.table}" '
        f'UNION ALL SELECT {columns.former()} FROM pg.public."{columns.history}"',
    )  # fmt: skip
    path = text(str(store.path_of(kind.key, file.name)))
    current = _number(source, f"SELECT count(*) FROM read_parquet({path}) WHERE superseded_at IS NULL")
    table = LakeTable(kind.key, kind.name_zh, kind.name_en, columns.columns, file.rows, current, (file,))
    return table, TableChange(kind.key, "rewritten", file.rows, reason)


def _add(source: Source, columns: Layout, base: Snapshot, former: LakeTable) -> tuple[LakeTable, TableChange]:
    """What is new since ``base``: versions that the table has not, and ends of versions that it holds as current."""
    kind, duck = columns.kind, source.duck
    parts = [
        f"SELECT {columns.current()} FROM {kind.table} WHERE {_new('tx', base.horizon, source.horizon)}",
        f"SELECT {columns.former()} FROM {columns.history} "
        f"WHERE {_new('superseded_tx', base.horizon, source.horizon)}",
    ]
    found = " UNION ALL ".join(f"SELECT * FROM {source.ask(part)}" for part in parts)
    duck.execute(f"CREATE OR REPLACE TEMP TABLE found AS {found}")
    candidates = _number(source, "SELECT count(*) FROM found")
    if not candidates:
        return _renamed(former, columns), TableChange(kind.key, "kept", 0)
    files = [file for file in former.files if file.name != former.files[0].name]
    if candidates + sum(file.rows for file in files) > MOST_ADDED + former.files[0].rows // ADDED_SHARE:
        return _rewrite(source, columns, "many")
    duck.execute(
        "CREATE OR REPLACE TEMP TABLE known AS SELECT id, version, superseded_at IS NOT NULL AS ended "
        f"FROM {parquet(former.key, former.of('versions'))} SEMI JOIN found USING (id, version)"
    )
    if ends := former.of("ends"):
        duck.execute(f"UPDATE known SET ended = true FROM {parquet(former.key, ends)} AS e "
                     "WHERE known.id = e.id AND known.version = e.version")  # fmt: skip
    new = "FROM found ANTI JOIN known USING (id, version)"
    ended = (
        "FROM found SEMI JOIN (SELECT id, version FROM known WHERE NOT ended) USING (id, version) "
        "WHERE superseded_at IS NOT NULL"
    )
    rows = _number(source, f"SELECT count(*) {new}")
    opened = _number(source, f"SELECT count(*) {new} WHERE superseded_at IS NULL")
    closed = _number(source, f"SELECT count(*) {ended}")
    if not rows + closed:
        return _renamed(former, columns), TableChange(kind.key, "kept", 0)
    added = list(former.files)
    if rows:
        added.append(_write(source, kind.key, "versions", f"SELECT * {new}"))
    if closed:
        listed = ", ".join(name for name, _type in KEYS_AND_ENDS)
        added.append(_write(source, kind.key, "ends", f"SELECT {listed} {ended}"))
    table = LakeTable(
        kind.key, kind.name_zh, kind.name_en, columns.columns, former.versions + rows,
        former.current + opened - closed, tuple(_together(source, kind.key, added)),
    )  # fmt: skip
    return table, TableChange(kind.key, "added", rows + closed)


KEYS_AND_ENDS = (("id", "bigint"), ("version", "smallint"), *ENDS)


def _new(column: str, before: str, now: str) -> str:
    """PostgreSQL's condition for rows that the snapshot ``before`` did not show and ``now`` does; by index."""
    seen = f"pg_visible_in_snapshot({column}::text::xid8, {{}}::pg_snapshot)"
    first = int(before.split(":")[0])
    return f"{column} >= {first} AND NOT {seen.format(text(before))} AND {seen.format(text(now))}"


def _renamed(table: LakeTable, columns: Layout) -> LakeTable:
    kind = columns.kind
    return LakeTable(
        table.key, kind.name_zh, kind.name_en, table.columns, table.versions, table.current, table.files
    )  # fmt: skip


def _together(source: Source, key: str, files: list[LakeFile]) -> list[LakeFile]:
    """The first file and, of each part, either few others or one that holds them all."""
    result = files[:1]
    parts: tuple[Part, Part] = ("versions", "ends")
    for part in parts:
        others = tuple(file for file in files[1:] if file.part == part)
        if len(others) > MOST_FILES:
            others = (_write(source, key, part, f"SELECT * FROM {parquet(key, others)}"),)
        result += others
    return result


def _write(source: Source, key: str, part: Part, query: str) -> LakeFile:
    path: Path = store.draft(key)
    rows = _number(source, f"COPY ({query}) TO {text(str(path))} {PARQUET}")
    return store.keep(key, part, rows)


def _number(source: Source, sql: str) -> int:
    row = source.duck.execute(sql).fetchone()
    return int(row[0]) if row else 0
