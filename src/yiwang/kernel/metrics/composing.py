"""What an official fills in to compose a metric (自建指标), read into a definition, and back.

Five kinds cover what is asked for: a count, a count of different values, a sum, an average, and a share of the records
that fulfil a further condition.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yiwang.kernel.access import api as access
from yiwang.kernel.codes import api as codes
from yiwang.kernel.records import api as records
from yiwang.kernel.records.extend import (
    BooleanColumn,
    CellFault,
    CodeColumn,
    Column,
    DateColumn,
    DecimalColumn,
    IntegerColumn,
    PersonColumn,
    TextColumn,
)
from yiwang.kernel.records.types import RecordType
from yiwang.lib.problems import Problem

from .types import Condition, Count, CountDistinct, Metric, Op, Part, Selection, Sum, When

Kind = Literal["count", "distinct", "sum", "average", "share"]
KINDS = {
    "count": _("计数：有多少条记录"),
    "distinct": _("去重计数：有多少个不同的值"),
    "sum": _("合计：一列数字之和"),
    "average": _("平均：一列数字的平均数"),
    "share": _("占比：其中满足条件的占多少"),
}
WHENS = {
    "standing": _("存量：当日有效的"),
    "until": _("累计：截至当日的"),
    "year": _("当年：1月1日至当日的"),
    "month": _("当月：1日至当日的"),
}
OPS = {"is": _("是"), "is_not": _("不是"), "given": _("已填"), "by_day": _("日期不晚于当日")}
# Conditions that a form has room for; the last is that of a share.
CONDITIONS = 3
SHARE = "share"
MOST_PLACES = 4
# Values that are shown as a hint beside a condition.
HINTED = 20
_BETWEEN = re.compile(r"[、，,;；\n]+")


@dataclass(frozen=True)
class Line:
    """A condition as it is written: ``name`` is its place in the form; ``values`` are the column's, as a hint."""

    name: str
    column: str = ""
    op: str = "is"
    text: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """What was filled in, as text."""

    record: str = ""
    kind: str = "count"
    column: str = ""
    when: str = ""
    day: str = ""
    name_zh: str = ""
    name_en: str = ""
    unit: str = ""
    places: str = "0"
    lines: tuple[Line, ...] = ()
    share: Line = Line(SHARE)


def read(data: Mapping[str, str]) -> Draft:
    """The draft of a form or an address; control characters are left out."""

    def text(name: str, most: int = 120) -> str:
        return " ".join(data.get(name, "").replace("\x00", "").split())[:most]

    def line(name: str) -> Line:
        return Line(name, text(f"column-{name}"), text(f"op-{name}") or "is", text(f"text-{name}", 400))

    return Draft(
        text("record"), text("kind") or "count", text("column"), text("when"), text("day"), text("name_zh", 60),
        text("name_en"), text("unit", 20), text("places", 1) or "0",
        tuple(line(str(number)) for number in range(CONDITIONS)), line(SHARE),
    )  # fmt: skip


def written(draft: Draft) -> list[tuple[str, str]]:
    """The draft as the fields of a form: the inverse of :func:`read`."""
    fields = [(name, getattr(draft, name)) for name in (
        "record", "kind", "column", "when", "day", "name_zh", "name_en", "unit", "places",
    )]  # fmt: skip
    for line in (*draft.lines, draft.share):
        fields += [(f"column-{line.name}", line.column), (f"op-{line.name}", line.op), (f"text-{line.name}", line.text)]
    return fields


def kinds_for(user: access.User) -> list[RecordType]:
    """Record types whose records the user may see all of: of others a number could tell what is not theirs."""
    return [kind for kind in records.record_types() if records.scope(user, kind, "view").kind == "all"]


def usable(kind: RecordType) -> list[Column]:
    """Columns that the lake has: nothing that a person could be known by but the pseudonym, which can be counted."""
    return [column for column in kind.columns if isinstance(column, PersonColumn) or not column.personal]


def countable(kind: RecordType) -> list[Column]:
    """Columns that can be summed."""
    return [column for column in usable(kind) if isinstance(column, IntegerColumn | DecimalColumn)]


def days(kind: RecordType) -> list[Column]:
    """Columns that a time can be taken from."""
    return [column for column in usable(kind) if isinstance(column, DateColumn) and column.name != kind.ends]


def hinted(kind: RecordType, line: Line) -> Line:
    """The line with the values that its column can have, when they are few and known."""
    column = next((column for column in usable(kind) if column.name == line.column), None)
    values: Sequence[str] = ()
    if isinstance(column, CodeColumn):
        language = get_language() or "zh"
        values = [item.label(language) for item in codes.code_list(column.codes).values()][:HINTED]
    elif isinstance(column, BooleanColumn):
        values = ("是", "否")
    return Line(line.name, line.column, line.op, line.text, tuple(values))


def metric(user: access.User, draft: Draft, code: str = "own.0") -> Metric:
    """The definition that the draft means. Problem ``definition_invalid`` with the field that is not right."""
    kind = next((kind for kind in kinds_for(user) if kind.key == draft.record), None)
    if kind is None:
        raise _invalid("record", "请选择业务记录。", "Choose a record type.")
    if draft.kind not in KINDS:
        raise _invalid("kind", "请选择统计方式。", "Choose how to count.")
    if draft.when not in WHENS:
        raise _invalid("when", "请选择统计时间。", "Choose the time.")
    if draft.when == "standing" and not kind.ends:
        raise _invalid("when", f"{kind.name_zh}没有终止日期，不能按“存量”统计，请选“累计”。",
                       f"{kind.name_en} do not end: they cannot be counted as standing.")  # fmt: skip
    if draft.day and draft.day not in {column.name for column in days(kind)}:
        raise _invalid("day", "请从列表中选择日期列。", "Choose a column with days from the list.")
    if not draft.name_zh:
        raise _invalid("name_zh", "请填写指标名称。", "Give the metric a name.")
    if not draft.unit:
        raise _invalid("unit", "请填写计量单位，如“笔”“%”。", "Give the unit, such as 笔 or %.")
    if not draft.places.isdigit() or int(draft.places) > MOST_PLACES:
        raise _invalid("places", f"小数位数应为 0 至 {MOST_PLACES}。", f"Decimal places are 0 to {MOST_PLACES}.")
    where = tuple(_condition(kind, line) for line in draft.lines if line.column)
    selection = Selection(kind.key, cast("When", draft.when), where, draft.day)
    top, bottom = _parts(kind, draft, selection)
    return Metric(
        code, draft.name_zh, draft.name_en, draft.unit, top, bottom, percent=draft.kind == "share",
        places=int(draft.places),
    )  # fmt: skip


def _parts(kind: RecordType, draft: Draft, selection: Selection) -> tuple[Part, Part | None]:
    if draft.kind == "count":
        return Count(selection), None
    if draft.kind == "share":
        if not draft.share.column:
            raise _invalid("column-share", "请填写“其中”的条件。", "Say which of them are the share.")
        further = (*selection.where, _condition(kind, draft.share))
        return Count(Selection(selection.record, selection.when, further, selection.day)), Count(selection)
    if draft.kind == "distinct":
        if draft.column not in {column.name for column in usable(kind)}:
            raise _invalid("column", "请选择按哪一列去重。", "Choose the column whose values are counted.")
        return CountDistinct(selection, draft.column), None
    if draft.column not in {column.name for column in countable(kind)}:
        raise _invalid("column", "请选择一列数字。", "Choose a column of numbers.")
    if draft.kind == "sum":
        return Sum(selection, draft.column), None
    # An average is of the records that have a number.
    given = Selection(selection.record, selection.when, (*selection.where, Condition(draft.column, "given")),
                      selection.day)  # fmt: skip
    return Sum(given, draft.column), Count(given)


def _condition(kind: RecordType, line: Line) -> Condition:
    place = f"column-{line.name}"
    column = next((column for column in usable(kind) if column.name == line.column), None)
    if column is None or isinstance(column, PersonColumn):
        raise _invalid(place, "请从列表中选择条件的列。", "Choose the condition's column from the list.")
    if line.op not in OPS:
        raise _invalid(place, "请选择条件的关系。", "Choose how the condition compares.")
    if line.op == "by_day" and not isinstance(column, DateColumn):
        raise _invalid(place, f"“{column.verbose_name}”不是日期，不能用“日期不晚于当日”。", "The column holds no days.")
    if line.op in ("given", "by_day"):
        return Condition(column.name, cast("Op", line.op))
    texts = [text.strip() for text in _BETWEEN.split(line.text) if text.strip()]
    if not texts:
        raise _invalid(f"text-{line.name}", f"请填写“{column.verbose_name}”的值，多个值用顿号隔开。",
                       "Give the value; several are set apart by commas.")  # fmt: skip
    if not isinstance(column, BooleanColumn | IntegerColumn | TextColumn):
        raise _invalid(place, f"“{column.verbose_name}”不能按值筛选，请用“已填”或日期。",
                       "The column cannot be compared with values.")  # fmt: skip
    values = []
    for text in texts:
        try:
            values.append(column.clean_cell(text))
        except CellFault as error:
            raise _invalid(f"text-{line.name}", f"“{column.verbose_name}”：{error.fault.zh}", error.fault.en) from error
    return Condition(column.name, cast("Op", line.op), tuple(values))


def draft_of(found: Metric) -> Draft:
    """What would be filled in to get this definition: the inverse of :func:`metric`."""
    top, bottom = found.numerator, found.denominator
    selection, share, kind, column = top.selection, Line(SHARE), "count", ""
    where = selection.where
    if isinstance(top, CountDistinct):
        kind, column = "distinct", top.column
    elif isinstance(top, Sum):
        kind, column = "sum" if bottom is None else "average", top.column
        where = where if bottom is None else where[:-1]
    elif bottom is not None:
        kind, where = "share", where[:-1]
        share = _line(selection.record, SHARE, selection.where[-1])
    lines = [_line(selection.record, str(number), condition) for number, condition in enumerate(where)]
    lines += [Line(str(number)) for number in range(len(lines), CONDITIONS)]
    return Draft(
        selection.record, kind, column, selection.when, selection.day, found.name_zh, found.name_en, found.unit,
        str(found.places), tuple(lines), share,
    )  # fmt: skip


def _line(record: str, name: str, condition: Condition) -> Line:
    column: Any = records.record_type(record).column(condition.column)
    return Line(name, condition.column, condition.op, "、".join(str(column.show(value)) for value in condition.values))


def _invalid(field: str, zh: str, en: str) -> Problem:
    return Problem("definition_invalid", zh, en, field=field)
