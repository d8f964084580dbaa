"""Import of a table into one record type: rows checked, known ones recognised by source id, bad ones given back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from yiwang.kernel.access import api as access
from yiwang.kernel.audit import api as audit
from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.registers import api as registers
from yiwang.lib.identifiers import Fault
from yiwang.lib.postgresql.lookups import AnyOf
from yiwang.lib.problems import Problem

from .base import Record
from .cleaning import LONGEST_SOURCE_ID, Cleaner, Places, Units, check_dates, people_of
from .columns import CellFault, Column, PersonColumn, cell_text
from .loading import copy_rows, uncollected
from .reading import HEADING_ROWS, Line, Merged, lines, merged, unmarked
from .refused import FAULTS, Refused
from .registry import record_types
from .selectors import can, may_write
from .services import checked_reason, written_by
from .types import RecordType, RowFault

BATCH = 5_000
SAMPLES = 5
UNIT, PLACE, SOURCE_ID = "所属单位", "所在地", "来源编号"
_FIXED = {
    UNIT: "unit",
    "unit": "unit",
    PLACE: "place",
    "place": "place",
    SOURCE_ID: "source_id",
    "source_id": "source_id",
}


Effect = Literal["new", "changed", "same"]


@dataclass(frozen=True)
class Sample:
    """One of the first good rows, for the preview: its number, whether it is new, changed or same, masked cells."""

    row: int
    effect: Effect
    cells: tuple[str, ...]


@dataclass
class Outcome:
    """What an import did or, when only checked, would do; ``shown`` are the first faults: row, column, fault."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    bad: int = 0
    shown: list[tuple[int, str, Fault]] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)

    @property
    def good(self) -> int:
        """Rows without a fault."""
        return self.rows - self.bad


@dataclass(frozen=True)
class Good:
    """A row that may go in; ``given`` are the fields that its file has: of a known record only those are compared."""

    line: Line
    source_id: str
    unit_path: str
    place: str
    values: Mapping[str, Any]
    people: list[tuple[str, str]]
    given: frozenset[str]

    def fields(self) -> dict[str, Any]:
        """Every field of a new record."""
        return {"unit_path": self.unit_path, "place": self.place, **self.values}


def heading(kind: RecordType, rows: Iterator[Line], cells_merged: Sequence[Merged] = ()) -> tuple[list[str], list[str]]:
    """Field names by column ("" for the column of faults of a returned file), and the headings as written.

    Problems: ``heading_merged``, ``heading_not_found``, ``heading_twice``, ``heading_unknown``, ``heading_missing``,
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
        # Below a title in the first row.
        _refuse_merged(found for found in cells_merged if 1 < found.bottom <= HEADING_ROWS)
        raise Problem(
            "heading_not_found",
            f"前 {HEADING_ROWS} 行中没有“{kind.name_zh}”的表头，应有：{'、'.join(labels(kind))}。",
            f"No heading of {kind.name_en} was found in the first {HEADING_ROWS} rows.",
        )
    _refuse_merged(found for found in cells_merged if found.top <= line.number <= found.bottom)
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


def _refuse_merged(cells_merged: Iterable[Merged]) -> None:
    """Problem ``heading_merged`` for the first: merged cells leave columns without a name, or rows without a cell."""
    for found in cells_merged:
        raise Problem(
            "heading_merged",
            f"表头有合并单元格（{found.name}）。请取消合并，每列写一个名称，或使用下载的模板。",
            f"Cells of the heading are merged ({found.name}). Unmerge them and name each column, or use the template.",
        )


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
    """Check every row; with ``write`` the good ones go in, batch by batch, the bad ones to ``bad_rows``.

    ``bad_rows`` ends in .xlsx or .csv. Each batch is one transaction. A row whose source id is known is compared in the
    columns that the file has: the same is left, another becomes a correction. So an import that was killed is simply
    run again: nothing is lost and nothing comes twice. Problems: ``forbidden``, ``source_invalid``, those of
    :func:`heading` and of reading.
    """
    if not can(actor, kind, "import"):
        raise access.forbidden()
    check_source(source)
    outcome = Outcome()
    rows = lines(path)
    fields, texts = heading(kind, rows, merged(path))
    reader = _Reader(kind, fields, actor, unit)
    keeper = _Keeper(kind, actor, source, write)
    with uncollected(), Refused(kind, texts, fields, bad_rows, outcome) as refused:
        while found := list(islice(rows, BATCH)):
            outcome.rows += len(found)
            batch: list[Good] = []
            for line, (good, faults) in zip(found, reader.read_all(found), strict=True):
                if good is not None:
                    batch.append(good)
                else:
                    refused.take(line, faults)
            keeper.keep(batch, outcome, refused)
            progress(outcome.rows)
    return outcome


def check_source(source: str) -> None:
    """Problem ``source_invalid`` unless it is a name that a source system may have."""
    limit = Record._meta.get_field("source").max_length or 0
    if not 1 <= len(source) <= limit or not source.isprintable():
        raise Problem(
            "source_invalid",
            f"来源系统应为 1 至 {limit} 个字符，不含控制字符。",
            f"The source system is named by 1 to {limit} printable characters.",
        )


def sample_of(column: Column) -> Callable[[Any], str]:
    """How a preview shows a column's values: as a reader without need sees them, a citizen's id not at all."""
    if isinstance(column, PersonColumn):
        return lambda value: "" if value is None else "******"
    return column.masked


class _Reader:
    """Rows of one file into rows that may go in."""

    def __init__(self, kind: RecordType, fields: list[str], actor: access.User, unit: orgs.Unit | None) -> None:
        self.kind, self.fields, self.actor = kind, fields, actor
        owner = unit or actor.unit
        self.default = owner.path if owner else ""
        self.units, self.places, self.cleaner = Units(), Places(), Cleaner(kind)
        self.writable: dict[tuple[str, str], bool] = {}
        self.seen: dict[str, int] = {}
        owned = {"unit": "unit_path", "place": "place"}
        self.given = frozenset(owned.get(name, name) for name in fields if name not in ("", "source_id"))

    def read_all(self, batch: list[Line]) -> list[tuple[Good | None, list[RowFault]]]:
        """Each row, or its faults."""
        rows = [
            {name: unmarked(cell) for name, cell in zip(self.fields, line.cells, strict=False) if name}
            for line in batch
        ]
        self.cleaner.prepare(rows)
        return [self._read(line, cells) for line, cells in zip(batch, rows, strict=True)]

    def _read(self, line: Line, cells: dict[str, object]) -> tuple[Good | None, list[RowFault]]:
        cleaned = self.cleaner.clean(cells)
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
        if not faults and not self._writable(path, place):
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
        self.cleaner.note(cleaned.values)
        people = people_of(self.kind, cells, cleaned.values)
        return Good(line, source_id, path + "/", place, cleaned.values, people, self.given), []

    def _writable(self, path: str, place: str) -> bool:
        if (path, place) not in self.writable:
            self.writable[path, place] = may_write(self.actor, self.kind, "import", path, place)
        return self.writable[path, place]

    def _source_id(self, source_id: str, number: int) -> list[RowFault]:
        if not 1 <= len(source_id) <= LONGEST_SOURCE_ID:
            zh, en = f"必填，不超过 {LONGEST_SOURCE_ID} 个字符。", f"Required, at most {LONGEST_SOURCE_ID} characters."
            return [RowFault(SOURCE_ID, Fault("source_id_invalid", zh, en))]
        first = self.seen.setdefault(source_id, number)
        if first != number:
            zh, en = f"与第 {first} 行的来源编号相同。", f"Has the source id of row {first}."
            return [RowFault(SOURCE_ID, Fault("source_id_twice", zh, en))]
        return []


class _Keeper:
    """Good rows into the table, a batch in one transaction: new ones by COPY, changed ones as corrections."""

    def __init__(self, kind: RecordType, actor: access.User, source: str, write: bool) -> None:
        self.kind, self.actor, self.source, self.write = kind, actor, source, write
        self.masks = [(column.name, sample_of(column)) for column in kind.columns]
        former = kind.history._base_manager.filter(source=source, superseded_kind="withdrawn")
        self.withdrawn = frozenset(former.values_list("source_id", flat=True))

    def keep(self, batch: list[Good], outcome: Outcome, refused: Refused) -> None:
        """Write the batch, or with ``write`` off only count; what the present records forbid goes to ``refused``."""
        if not batch:
            return
        new: list[Good] = []
        changed: list[tuple[Good, Record, dict[str, Any]]] = []
        bad: list[tuple[Good, list[RowFault]]] = []
        with transaction.atomic():
            known = self._known(batch)
            for row in batch:
                record = known.get(row.source_id)
                faults, differs = self._compared(row, record)
                if faults:
                    bad.append((row, faults))
                    continue
                if record is None:
                    new.append(row)
                elif differs:
                    changed.append((row, record, differs))
                if len(outcome.samples) < SAMPLES:
                    effect: Effect = "new" if record is None else "changed" if differs else "same"
                    cells = tuple(show(row.values[name]) for name, show in self.masks)
                    outcome.samples.append(Sample(row.line.number, effect, (row.source_id, *cells)))
            if self.write:
                self._write(new, changed)
                self._note(len(new), len(changed))
        # After the transaction: what it undoes must not have been told already.
        for row, faults in bad:
            refused.take(row.line, faults)
        outcome.new += len(new)
        outcome.changed += len(changed)
        outcome.same += len(batch) - len(new) - len(changed) - len(bad)

    def _note(self, new: int, changed: int) -> None:
        """The trail of this batch, in its transaction: an import that is killed has left one for all that it wrote."""
        if new or changed:
            audit.record(
                "records.import",
                actor=self.actor.username,
                object_type=self.kind.key,
                object_id=self.source,
                detail={"new": new, "changed": changed},
            )

    def _known(self, batch: list[Good]) -> dict[str, Record]:
        named = AnyOf("source_id", [row.source_id for row in batch])
        rows = self.kind.model._base_manager.filter(named, source=self.source)
        return {record.source_id: record for record in (rows.select_for_update() if self.write else rows)}

    def _compared(self, row: Good, record: Record | None) -> tuple[list[RowFault], dict[str, Any]]:
        """What speaks against the row, and what it would change."""
        if record is None:
            return (self._gone() if row.source_id in self.withdrawn else []), {}
        differs = {
            name: value for name, value in row.fields().items() if name in row.given and getattr(record, name) != value
        }
        if not differs:
            return [], {}
        if not may_write(self.actor, self.kind, "import", record.unit_path.rstrip("/"), record.place):
            zh, en = (
                "已属于您不可导入的单位或属地的记录。",
                "Is the id of a record of a unit or place that is not yours.",
            )
            return [RowFault(SOURCE_ID, Fault("source_id_taken", zh, en))], {}
        if not row.given.issuperset(column.name for column in self.kind.columns):
            # Cells that the file does not have stay: the rules are asked about the record as it would be.
            whole = {column.name: getattr(record, column.name) for column in self.kind.columns} | differs
            faults = [*check_dates(whole), *(fault for rule in self.kind.options.rules for fault in rule(whole))]
            return faults, differs
        return [], differs

    @staticmethod
    def _gone() -> list[RowFault]:
        zh = "该记录已撤回。如需再用，请在记录页恢复。"
        return [RowFault(SOURCE_ID, Fault("source_id_withdrawn", zh, "Was withdrawn; restore the record on its page."))]

    def _write(self, new: list[Good], changed: list[tuple[Good, Record, dict[str, Any]]]) -> None:
        people = [person for row in new for person in row.people]
        people += [person for row, _record, _differs in changed for person in row.people]
        if people:
            registers.keep_people(people, source=self.source)
        now = timezone.now()
        names = ("source_id", "unit_path", "place", *(column.name for column in self.kind.columns))
        rows = ((row.source_id, row.unit_path, row.place, *row.values.values()) for row in new)
        same = {
            "recorded_at": now, "source": self.source, "recorded_by": self.actor.username, "reason": "",
            "synthetic": False,
        }  # fmt: skip
        if new:
            copy_rows(self.kind, names, rows, same)
        if not changed:
            return
        reason = checked_reason("导入更新")
        with written_by(self.actor.username, reason):
            for _row, record, differs in changed:
                self.kind.model._base_manager.filter(pk=record.pk).update(
                    **differs, recorded_by=self.actor.username, reason=reason
                )
