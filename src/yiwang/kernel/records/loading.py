"""Many new records at once, through the same checks as one, written by COPY."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction

from yiwang.kernel.registers import api as registers

from .cleaning import Cleaner, people_of, person_columns
from .services import refused
from .sync import indexes
from .types import RecordType

BATCH = 10_000


@dataclass(frozen=True)
class NewRow:
    """One record to be: its cells by column, who owns it, where it is, its source id and when it became known."""

    cells: Mapping[str, object]
    unit_path: str
    place: str
    source_id: str
    recorded_at: datetime


def load(kind: RecordType, rows: Iterable[NewRow], *, source: str, recorded_by: str, synthetic: bool = False) -> int:
    """Write new records, all or none; how many. Problem ``record_invalid`` at the first row that is not right.

    For what a program brings whole (a demonstration, another system's history): a source id that is there already is
    an error of the database, never a second record. Into an empty table the indexes are made after the rows, which is
    a third of the time of keeping them up row by row.
    """
    done = 0
    same = {"source": source, "recorded_by": recorded_by, "synthetic": synthetic, "reason": ""}
    with transaction.atomic(), _indexes_afterwards(kind):
        cleaner, people = Cleaner(kind), _People(kind, source)
        for batch in _batches(rows):
            done += len(batch)
            cleaner.prepare([row.cells for row in batch])
            copy_rows(kind, [_clean(kind, cleaner, people, row) for row in batch], same)
            people.keep()
        people.keep()
    return done


def _batches(rows: Iterable[NewRow]) -> Iterator[list[NewRow]]:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield batch


def _clean(kind: RecordType, cleaner: Cleaner, people: _People, row: NewRow) -> dict[str, Any]:
    cleaned = cleaner.clean(row.cells)
    if cleaned.faults:
        raise refused(kind, cleaned.faults)
    people.note(row.cells, cleaned.values)
    return {
        "unit_path": row.unit_path,
        "place": row.place,
        "recorded_at": row.recorded_at,
        "source_id": row.source_id,
        **cleaned.values,
    }


class _People:
    """People that rows name, for the register: each once, however many rows name them."""

    def __init__(self, kind: RecordType, source: str) -> None:
        self.kind, self.source = kind, source
        self.columns = person_columns(kind)
        self.seen: set[object] = set()
        self.waiting: list[tuple[str, str]] = []

    def note(self, cells: Mapping[str, object], values: Mapping[str, Any]) -> None:
        """The people of one clean row."""
        keys = {values[name] for name in self.columns} - self.seen
        if keys - {None}:
            self.seen |= keys
            self.waiting += people_of(self.kind, cells, values)

    def keep(self) -> None:
        """Enter those that were noted since the last time."""
        if self.waiting:
            registers.keep_people(self.waiting, source=self.source)
            self.waiting = []


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


def copy_rows(kind: RecordType, rows: list[dict[str, Any]], same: Mapping[str, Any]) -> None:
    """Write clean rows by COPY; ``same`` are the fields that all of them share."""
    if not rows:
        return
    own = list(rows[0])
    by_name = {field.name: field for field in kind.model._meta.local_fields}
    fields = [by_name[name] for name in (*own, *same)]
    types = [str(field.db_type(connection)).split("(")[0].split(" COLLATE")[0] for field in fields]
    listed = ", ".join(f'"{field.column}"' for field in fields)
    tail = list(same.values())
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{kind.table}" ({listed}) FROM STDIN (FORMAT BINARY)') as copy,
    ):
        copy.set_types(types)
        for row in rows:
            copy.write_row([row[name] for name in own] + tail)
