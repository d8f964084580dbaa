"""What a metric counts, in words (指标口径), made from its definition so that the two cannot differ."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yiwang.kernel.codes import api as codes
from yiwang.kernel.records import api as records
from yiwang.kernel.records.extend import CodeColumn, Column
from yiwang.kernel.records.types import RecordType

from .types import Condition, Count, CountDistinct, Metric, Part, Selection


def metric(found: Metric) -> str:
    """Numerator, and what it is divided by, in the active language."""
    if found.denominator is None:
        return part(found.numerator)
    quotient = _("%(numerator)s ÷ %(denominator)s") % {
        "numerator": part(found.numerator), "denominator": part(found.denominator),
    }  # fmt: skip
    return f"{quotient} × 100%" if found.percent else quotient


def part(found: Part) -> str:
    """What is counted or summed."""
    kind = records.record_type(found.selection.record)
    given = {"records": selection(found.selection)}
    if isinstance(found, Count):
        return _("%(records)s的条数") % given
    given["column"] = _name(kind, found.column)
    if isinstance(found, CountDistinct):
        form = _("%(records)s的“%(column)s”涉及的月数") if found.months else _("%(records)s的不同“%(column)s”数")
        return form % given
    return (_("%(records)s按“%(column)s”计分的合计") if found.scores else _("%(records)s的“%(column)s”合计")) % given


def selection(found: Selection) -> str:
    """Which records count."""
    kind = records.record_type(found.record)
    times = {
        "standing": _("当日有效的%(records)s"),
        "until": _("截至当日的%(records)s"),
        "year": _("当年1月1日至当日的%(records)s"),
        "month": _("当月1日至当日的%(records)s"),
    }
    text = times[found.when] % {"records": kind.name}
    notes = [_("按“%(column)s”") % {"column": _name(kind, found.day)}] if found.day else []
    notes += [_condition(kind, condition) for condition in found.where]
    return _("%(records)s（%(conditions)s）") % {"records": text, "conditions": _("、").join(notes)} if notes else text


def _name(kind: RecordType, column: str) -> str:
    return str(kind.column(column).verbose_name)


def _shown(column: Column, value: str | bool | int) -> str:
    if value == "":
        return _("空")
    if isinstance(value, bool):
        return _("“是”") if value else _("“否”")
    if isinstance(column, CodeColumn):
        return _("“%(value)s”") % {"value": codes.code_list(column.codes).label(str(value), get_language() or "zh")}
    return _("“%(value)s”") % {"value": column.show(value)}


def _condition(kind: RecordType, condition: Condition) -> str:
    column = kind.column(condition.column)
    given = {"column": str(column.verbose_name)}
    if condition.others is not None:
        given["others"] = selection(condition.others)
        in_, out = _("“%(column)s”见于%(others)s"), _("“%(column)s”不见于%(others)s")
        return (in_ if condition.op == "among" else out) % given
    given["values"] = _("或").join(_shown(column, value) for value in condition.values)
    forms = {
        "is": _("“%(column)s”为%(values)s"),
        "is_not": _("“%(column)s”不为%(values)s"),
        "given": _("“%(column)s”已填"),
        "by_day": _("“%(column)s”不晚于当日"),
    }
    return forms[condition.op] % given
