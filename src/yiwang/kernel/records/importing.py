"""Import of a table into one record type: rows checked, known ones recognised by source id, bad ones given back."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from yiwang.kernel.access import api as access
from yiwang.kernel.audit import api as audit
from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.registers import api as registers
from yiwang.lib.identifiers import Fault
from yiwang.lib.problems import Problem
from yiwang.lib.workbooks import printable

from .cleaning import LONGEST_SOURCE_ID, Places, Units, clean_row, people_of
from .columns import CellFault, cell_text, links_read_once
from .loading import copy_rows
from .reading import HEADING_ROWS, Line, lines
from .registry import record_types
from .selectors import may_write
from .services import checked_reason, written_by
from .types import RecordType, RowFault

BATCH = 5_000
SHOWN = 20
UNIT, PLACE, SOURCE_ID, FAULTS = "所属单位", "所在地", "来源编号", "错误"
_FIXED = {
    UNIT: "unit",
    "unit": "unit",
    PLACE: "place",
    "place": "place",
    SOURCE_ID: "source_id",
    "source_id": "source_id",
}


@dataclass
class Outcome:
    """What an import did or, when only checked, would do; ``shown`` are the first faults: row, column, fault."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    bad: int = 0
    shown: list[tuple[int, str, Fault]] = field(default_factory=list)

    @property
    def good(self) -> int:
        """Rows without a fault."""
        return self.rows - self.bad


@dataclass(frozen=True)
class Good:
    """A row that may go in."""

    source_id: str
    unit_path: str
    place: str
    values: Mapping[str, Any]
    people: list[tuple[str, str]]


def heading(kind: RecordType, rows: Iterator[Line]) -> tuple[list[str], list[str]]:
    """Field names by column ("" for the column of faults of a returned file), and the headings as written.

    Problems: ``heading_not_found``, ``heading_twice``, ``heading_unknown``, ``heading_missing``,
    ``file_of_other_type``.
    """
    known, passed = names_of(kind), []
    for line, _count in zip(rows, range(HEADING_ROWS), strict=False):
        texts = [cell_text(cell).rstrip("*＊ ") for cell in line.cells]
        if sum(text in known for text in texts) >= min(2, len(kind.columns)):
            break
        passed.append(texts)
    else:
        for texts in passed:
            _refuse_other_type(kind, texts)
        raise Problem(
            "heading_not_found",
            f"前 {HEADING_ROWS} 行中没有“{kind.name_zh}”的表头，应有：{'、'.join(labels(kind))}。",
            f"No heading of {kind.name_en} was found in the first {HEADING_ROWS} rows.",
        )
    while texts and not texts[-1]:
        texts.pop()
    unknown = [text for text in texts if text not in known and text != FAULTS]
    if unknown:
        _refuse_other_type(kind, texts)
        raise Problem(
            "heading_unknown",
            f"表头中有不认识的列：{'、'.join(text or '（空）' for text in unknown)}。请删去，或改为："
            f"{'、'.join(labels(kind))}。",
            f"Columns that {kind.name_en} does not have: {', '.join(text or '(blank)' for text in unknown)}.",
        )
    fields = [known.get(text, "") for text in texts]
    twice = sorted({text for text, name in zip(texts, fields, strict=True) if name and fields.count(name) > 1})
    if twice:
        raise Problem(
            "heading_twice", f"表头中有重复的列：{'、'.join(twice)}。", f"Columns given twice: {', '.join(twice)}."
        )
    missing = [str(column.verbose_name) for column in kind.columns if column.required and column.name not in fields]
    if not kind.options.code and "source_id" not in fields:
        missing.append(SOURCE_ID)
    if missing:
        _refuse_other_type(kind, texts)
        raise Problem(
            "heading_missing",
            f"缺少必需的列：{'、'.join(missing)}。",
            f"Required columns are missing: {', '.join(missing)}.",
        )
    return fields, texts


def names_of(kind: RecordType) -> dict[str, str]:
    """Field by heading: the official name or the field's own."""
    found = dict(_FIXED)
    for column in kind.columns:
        found[str(column.verbose_name)] = found[column.name] = column.name
    return found


def labels(kind: RecordType) -> list[str]:
    """Headings of the template, in order."""
    return [SOURCE_ID, UNIT, PLACE, *(str(column.verbose_name) for column in kind.columns)]


def _refuse_other_type(kind: RecordType, texts: list[str]) -> None:
    def fit(other: RecordType) -> int:
        own = {str(column.verbose_name) for column in other.columns}
        return sum(text in own for text in texts)

    best = max(record_types(), key=fit)
    if fit(best) > fit(kind):
        raise Problem(
            "file_of_other_type",
            f"这份文件像是“{best.name_zh}”（{best.key}）的，不是“{kind.name_zh}”的。请核对后选择对应的类型导入。",
            f"This file looks like one of {best.name_en} ({best.key}), not of {kind.name_en}.",
        )


def run(
    kind: RecordType,
    path: Path,
    *,
    actor: access.User,
    source: str,
    unit: orgs.Unit | None = None,
    write: bool = True,
    bad_rows: Path | None = None,
    progress: Callable[[int], None] = lambda _done: None,
) -> Outcome:
    """Check every row; with ``write`` the good ones go in, batch by batch, the bad ones to ``bad_rows`` (CSV).

    Each batch is one transaction. A row whose source id is known is compared: the same is left, another becomes a
    correction. So an import that was killed is simply run again: nothing is lost and nothing comes twice.
    Problems: ``forbidden``, those of :func:`heading` and of reading.
    """
    if not any(may_import(actor, kind)):
        raise access.forbidden()
    outcome = Outcome()
    rows = lines(path)
    fields, texts = heading(kind, rows)
    reader = _Reader(kind, fields, actor, unit)
    with ExitStack() as stack:
        stack.enter_context(links_read_once())
        returned = None
        batch: list[Good] = []
        for line in rows:
            outcome.rows += 1
            good, faults = reader.read(line)
            if good is not None:
                batch.append(good)
            else:
                outcome.bad += 1
                if bad_rows is not None:
                    if returned is None:
                        returned = csv.writer(stack.enter_context(bad_rows.open("w", encoding="utf-8-sig", newline="")))
                        returned.writerow([*texts, FAULTS])
                    returned.writerow([*(_safe(cell) for cell in _fit(line.cells, len(texts))), told(kind, faults)])
                room = SHOWN - len(outcome.shown)
                outcome.shown += [(line.number, label(kind, row.column), row.fault) for row in faults[:room]]
            if len(batch) == BATCH:
                _keep(kind, batch, outcome, actor, source, write)
                batch = []
                progress(outcome.rows)
        _keep(kind, batch, outcome, actor, source, write)
        progress(outcome.rows)
    if write:
        audit.record(
            "records.import",
            actor=actor.username,
            object_type=kind.key,
            object_id=source,
            detail={"rows": outcome.rows, "new": outcome.new, "changed": outcome.changed, "bad": outcome.bad},
        )
    return outcome


def may_import(actor: access.User, kind: RecordType) -> list[bool]:
    """Whether the person may import rows of their unit, or of anywhere."""
    unit = actor.unit_path or ""
    return [may_write(actor, kind, "import", unit, actor.place)]


def label(kind: RecordType, column: str) -> str:
    """What people call a column."""
    return str(kind.column(column).verbose_name) if column in {found.name for found in kind.columns} else column


def told(kind: RecordType, faults: list[RowFault]) -> str:
    """All faults of a row in one cell, in both languages."""
    zh = "；".join(f"{label(kind, row.column)}：{row.fault.zh}" if row.column else row.fault.zh for row in faults)
    return f"{zh} / {'; '.join(row.fault.en for row in faults)}"


def _fit(cells: Any, width: int) -> list[object]:
    found = list(cells)[:width]
    return found + [""] * (width - len(found))


def _safe(cell: object) -> str:
    """A cell for the returned file; what would start a formula there is written as text."""
    text = printable(cell_text(cell))
    return f"'{text}" if text[:1] in ("=", "+", "@") else text


class _Reader:
    """Rows of one file into rows that may go in."""

    def __init__(self, kind: RecordType, fields: list[str], actor: access.User, unit: orgs.Unit | None) -> None:
        self.kind, self.fields, self.actor = kind, fields, actor
        owner = unit or actor.unit
        self.default = owner.path if owner else ""
        self.units, self.places = Units(), Places()
        self.seen: dict[str, int] = {}

    def read(self, line: Line) -> tuple[Good | None, list[RowFault]]:
        """The row, or its faults."""
        cells = {name: cell for name, cell in zip(self.fields, line.cells, strict=False) if name}
        cleaned = clean_row(self.kind, cells)
        faults = list(cleaned.faults)
        path, place = self.default, ""
        try:
            if cell_text(cells.get("unit")) or not path:
                path = self.units.clean(cells.get("unit"))
        except CellFault as error:
            faults.append(RowFault(UNIT, error.fault))
        try:
            place = self.places.clean(cells.get("place"))
        except CellFault as error:
            faults.append(RowFault(PLACE, error.fault))
        source_id = cell_text(cells.get("source_id"))
        if not source_id and self.kind.options.code:
            source_id = str(cleaned.values.get(self.kind.options.code, "")) or cell_text(
                cells.get(self.kind.options.code)
            )
        faults += self._source_id(source_id, line.number)
        if not faults and not may_write(self.actor, self.kind, "import", path, place):
            faults.append(
                RowFault(
                    UNIT,
                    Fault(
                        "row_not_yours", "不在您可导入的单位或属地范围内。", "Is not of a unit or place that is yours."
                    ),
                )
            )
        if faults:
            return None, faults
        people = people_of(self.kind, cells, cleaned.values)
        return Good(source_id, path + "/", place, cleaned.values, people), []

    def _source_id(self, source_id: str, number: int) -> list[RowFault]:
        if not 1 <= len(source_id) <= LONGEST_SOURCE_ID:
            zh, en = f"必填，不超过 {LONGEST_SOURCE_ID} 个字符。", f"Required, at most {LONGEST_SOURCE_ID} characters."
            return [RowFault(SOURCE_ID, Fault("source_id_invalid", zh, en))]
        first = self.seen.setdefault(source_id, number)
        if first != number:
            zh, en = f"与第 {first} 行的来源编号相同。", f"Has the source id of row {first}."
            return [RowFault(SOURCE_ID, Fault("source_id_twice", zh, en))]
        return []


def _keep(kind: RecordType, batch: list[Good], outcome: Outcome, actor: access.User, source: str, write: bool) -> None:
    """One batch in one transaction: new rows by COPY, changed ones as corrections."""
    if not batch:
        return
    with transaction.atomic():
        rows = kind.model._base_manager.filter(source=source, source_id__in=[row.source_id for row in batch])
        known = {record.source_id: record for record in (rows.select_for_update() if write else rows)}
        new = [row for row in batch if row.source_id not in known]
        changed = []
        for row in batch:
            record = known.get(row.source_id)
            if record is not None:
                differs = {name: value for name, value in _whole(row).items() if getattr(record, name) != value}
                if differs:
                    changed.append((record, differs))
        if write:
            registers.keep_people([person for row in batch for person in row.people], source=source)
            now = timezone.now()
            rows_new = [{"source_id": row.source_id, "recorded_at": now, **_whole(row)} for row in new]
            copy_rows(
                kind, rows_new, {"source": source, "recorded_by": actor.username, "reason": "", "synthetic": False}
            )
            reason = checked_reason("导入更新")
            with written_by(actor.username, reason):
                for record, differs in changed:
                    if not may_write(actor, kind, "import", record.unit_path.rstrip("/"), record.place):
                        raise access.forbidden()
                    rows.filter(pk=record.pk).update(**differs, recorded_by=actor.username, reason=reason)
    outcome.new += len(new)
    outcome.changed += len(changed)
    outcome.same += len(batch) - len(new) - len(changed)


def _whole(row: Good) -> dict[str, Any]:
    return {"unit_path": row.unit_path, "place": row.place, **row.values}
