"""Many new records at once, through the same checks as one, written by COPY."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from yiwang.kernel.registers import api as registers

from .cleaning import clean_row, people_of
from .columns import links_read_once
from .services import refused
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
    an error of the database, never a second record.
    """
    done = 0
    with transaction.atomic(), links_read_once():
        batch: list[NewRow] = []
        for row in rows:
            batch.append(row)
            if len(batch) == BATCH:
                done += _copy(kind, batch, source, recorded_by, synthetic)
                batch = []
        if batch:
            done += _copy(kind, batch, source, recorded_by, synthetic)
    return done


def _copy(kind: RecordType, batch: list[NewRow], source: str, recorded_by: str, synthetic: bool) -> int:
    rows: list[dict[str, Any]] = []
    people: list[tuple[str, str]] = []
    for row in batch:
        cleaned = clean_row(kind, row.cells)
        if cleaned.faults:
            raise refused(kind, cleaned.faults)
        people += people_of(kind, row.cells, cleaned.values)
        fixed = {"unit_path": row.unit_path, "place": row.place, "recorded_at": row.recorded_at}
        rows.append({**fixed, "source_id": row.source_id, **cleaned.values})
    if people:
        registers.keep_people(people, source=source)
    copy_rows(kind, rows, {"source": source, "recorded_by": recorded_by, "synthetic": synthetic, "reason": ""})
    return len(rows)


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
