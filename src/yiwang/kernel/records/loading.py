"""Many new records at once, through the same checks as one, written by COPY."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from yiwang.kernel.registers import api as registers
from yiwang.lib.clock import moment
from yiwang.lib.postgresql.lookups import AnyOf

from .cleaning import Cleaner, person_columns, person_of
from .services import refused, written_by
from .sync import indexes
from .types import RecordType

BATCH = 10_000


class NewRow(NamedTuple):
    """One record to be: its cells by column, who owns it, where it is, its source id and when it became known."""

    cells: Mapping[str, object]
    unit_path: str
    place: str
    source_id: str
    recorded_at: datetime


def load(kind: RecordType, rows: Iterable[NewRow], *, source: str, recorded_by: str, synthetic: bool = False) -> int:
    """Write new records, all or none; how many. Problem ``record_invalid`` at the first row that is not right.

    For what a program brings whole (a demonstration, another system's history): a source id that is there already is
    an error of the database, never a second record. Into an empty table the indexes are made after the rows: keeping
    them up row by row took twice as long (benchmarks/output/loading.txt).
    """
    done = 0
    same = {"source": source, "recorded_by": recorded_by, "synthetic": synthetic, "reason": ""}
    with transaction.atomic(), uncollected(), _indexes_afterwards(kind):
        cleaner, people = Cleaner(kind), _People(kind, source)
        names = (*NewRow._fields[1:], *(column.name for column in kind.columns))
        for batch in _batches(rows):
            done += len(batch)
            cleaner.prepare([row.cells for row in batch])
            copy_rows(kind, names, [_clean(kind, cleaner, people, row) for row in batch], same)
            people.leave_known()
        people.keep()
    if done >= BATCH and not connection.in_atomic_block:
        _settle(kind)
    return done


def _settle(kind: RecordType) -> None:
    """Tell the planner of the new rows, and indexes that everybody may see them: the daemon comes minutes later.

    Without it whoever looks for these rows next (links to them, a list) is planned for as in an empty table: 10,000
    codes of 1.4 million licences took 550 ms, with statistics 210, out of the index alone 50.
    """
    with connection.cursor() as cursor:
        cursor.execute(f'VACUUM (ANALYZE, INDEX_CLEANUP OFF) "{kind.table}"')


class _Later(NamedTuple):
    """What became known of a loaded record afterwards: when, its source id, the columns with their new values."""

    at: datetime
    source_id: str
    changes: Mapping[str, object]


def _load_later(kind: RecordType, later: Iterable[_Later], *, source: str, by: str, reason: str) -> None:
    """Change loaded records on the days when it became known, so that each keeps its former version.

    For a demonstration: a row that is loaded with its end would have been known to end from its beginning. Repeating it
    changes nothing.
    """
    groups: dict[tuple[datetime, tuple[tuple[str, object], ...]], list[str]] = {}
    for change in later:
        groups.setdefault((change.at, tuple(sorted(change.changes.items()))), []).append(change.source_id)
    for (at, changes), keys in sorted(groups.items(), key=lambda group: group[0][0]):
        values = dict(changes)
        with written_by(by, reason, at):
            rows = kind.model._base_manager.filter(AnyOf("source_id", keys), source=source)
            rows.exclude(**values).update(**values)


def load_once(
    kind: RecordType,
    rows: Iterable[NewRow],
    *,
    source: str,
    ends: str = "valid_to",
    known: Callable[[date], datetime] = lambda day: moment(day, 18),
    reason: str = "",
) -> None:
    """A demonstration's rows of one type, unless the source has some already.

    A day in the column ``ends`` is no part of the row: it becomes known at ``known`` of that day, with ``reason``.
    """
    later: list[_Later] = []

    def begun() -> Iterator[NewRow]:
        for row in rows:
            end = row.cells.get(ends)
            if isinstance(end, date):
                later.append(_Later(known(end), row.source_id, {ends: end}))
                yield row._replace(cells={name: value for name, value in row.cells.items() if name != ends})
            else:
                yield row

    if kind.model._base_manager.filter(source=source).exists():
        for _row in begun():
            pass
    else:
        load(kind, begun(), source=source, recorded_by="demo", synthetic=True)
    _load_later(kind, later, source=source, by="demo", reason=reason)


@contextmanager
def uncollected() -> Iterator[None]:
    """Inside, Python does not look for circles among objects: rows have none, and it takes a third of a load's time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _batches(rows: Iterable[NewRow]) -> Iterator[list[NewRow]]:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield batch


def _clean(kind: RecordType, cleaner: Cleaner, people: _People, row: NewRow) -> tuple[Any, ...]:
    cleaned = cleaner.clean(row.cells)
    if cleaned.faults:
        raise refused(kind, cleaned.faults)
    cleaner.note(cleaned.values)
    people.note(row.cells, cleaned.values)
    return (*row[1:], *cleaned.values.values())


class _People:
    """People that rows name, for the register: each once, however many rows name them.

    They are entered at the end, in one go and in the order of their keys: two loads that entered the same new people
    batch by batch, each in an order of its own, blocked each other.
    """

    def __init__(self, kind: RecordType, source: str) -> None:
        self.kind, self.source = kind, source
        self.columns = person_columns(kind)
        self.seen: set[object] = {None}
        self.batch: dict[UUID, tuple[str, str]] = {}
        self.waiting: list[tuple[str, str]] = []

    def note(self, cells: Mapping[str, object], values: Mapping[str, Any]) -> None:
        """The people of one clean row. They are told apart by their cells: a pseudonym takes ten times as long."""
        for name in self.columns:
            cell = cells.get(name)
            if cell not in self.seen:
                self.seen.add(cell)
                if values[name] is not None:
                    self.batch[values[name]] = person_of(name, cells, values)

    def leave_known(self) -> None:
        """After a batch: whom the register knows by name is not kept waiting (a million people are 200 MB)."""
        if self.batch:
            known = registers.named_people(self.batch)
            self.waiting += [person for key, person in self.batch.items() if key not in known]
            self.batch = {}

    def keep(self) -> None:
        """Enter those who are left."""
        registers.keep_people(self.waiting, source=self.source)


@contextmanager
def _indexes_afterwards(kind: RecordType) -> Iterator[None]:
    """Inside, an empty table is without those of its indexes that a load does not need; a full one keeps them."""
    spared = [] if kind.model._base_manager.exists() else list(indexes(kind).items())
    with connection.cursor() as cursor:
        for name, _statement in spared:
            cursor.execute(f'DROP INDEX IF EXISTS "{name}"')
    yield
    with connection.cursor() as cursor:
        if spared:
            # For this transaction only: sorting in memory, with both cores.
            cursor.execute("SET LOCAL maintenance_work_mem = '256MB'; SET LOCAL max_parallel_maintenance_workers = 2")
        for _name, statement in spared:
            cursor.execute(statement)


def copy_rows(kind: RecordType, names: Sequence[str], rows: Iterable[tuple[Any, ...]], same: Mapping[str, Any]) -> None:
    """Write clean rows by COPY: values in the order of ``names``, then ``same``, the fields that all of them share."""
    by_name = {field.name: field for field in kind.model._meta.local_fields}
    fields = [by_name[name] for name in (*names, *same)]
    types = [str(field.db_type(connection)).split("(")[0].split(" COLLATE")[0] for field in fields]
    listed = ", ".join(f'"{field.column}"' for field in fields)
    tail = tuple(same.values())
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{kind.table}" ({listed}) FROM STDIN (FORMAT BINARY)') as copy,
    ):
        copy.set_types(types)
        for row in rows:
            copy.write_row(row + tail)
