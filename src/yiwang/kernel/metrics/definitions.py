"""Definitions as JSON and as text: what officials compose is kept so, and a page shows it so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from yiwang.lib.problems import Problem

from .types import Condition, Count, CountDistinct, Metric, Op, Part, Selection, Sum, When


def to_json(metric: Metric) -> dict[str, Any]:
    """What the metric counts, without its names; it has no scores."""
    return {
        "unit": metric.unit,
        "percent": metric.percent,
        "places": metric.places,
        "numerator": _part_to_json(metric.numerator),
        "denominator": None if metric.denominator is None else _part_to_json(metric.denominator),
    }


def from_json(code: str, name_zh: str, name_en: str, data: Mapping[str, Any], note_zh: str = "") -> Metric:
    """The inverse of :func:`to_json`."""
    bottom = data["denominator"]
    return Metric(
        code=code,
        name_zh=name_zh,
        name_en=name_en,
        unit=str(data["unit"]),
        numerator=_part_from_json(data["numerator"]),
        denominator=None if bottom is None else _part_from_json(bottom),
        percent=bool(data["percent"]),
        places=int(data["places"]),
        note_zh=note_zh,
    )


def _part_to_json(part: Part) -> dict[str, Any]:
    selection = part.selection
    where = [
        {"column": condition.column, "op": condition.op, "values": list(condition.values)}
        for condition in selection.where
    ]
    found: dict[str, Any] = {
        "record": selection.record, "when": selection.when, "day": selection.day, "where": where,
    }  # fmt: skip
    match part:
        case Count():
            return found | {"kind": "count"}
        case CountDistinct():
            return found | {"kind": "distinct", "column": part.column}
        case Sum():
            return found | {"kind": "sum", "column": part.column}


def _part_from_json(data: Mapping[str, Any]) -> Part:
    where = tuple(
        Condition(condition["column"], cast("Op", condition["op"]), tuple(condition["values"]))
        for condition in data["where"]
    )
    selection = Selection(data["record"], cast("When", data["when"]), where, data["day"])
    if data["kind"] == "count":
        return Count(selection)
    if data["kind"] == "distinct":
        return CountDistinct(selection, data["column"])
    if data["kind"] == "sum":
        return Sum(selection, data["column"])
    raise Problem("definition_unknown", "指标定义无法识别。", "The definition of the metric is not one we know.")


def expression(metric: Metric) -> str:
    """The definition as an engineer reads it: ``count(until s05.transaction where result = done)``."""
    top = _expression(metric.numerator)
    if metric.denominator is None:
        return top
    return f"{top} / {_expression(metric.denominator)}" + (" × 100" if metric.percent else "")


def _expression(part: Part) -> str:
    records = _records(part.selection)
    match part:
        case Count():
            return f"count({records})"
        case CountDistinct():
            return f"count distinct {'month of ' if part.months else ''}{part.column}({records})"
        case Sum():
            return f"sum {'score of ' if part.scores else ''}{part.column}({records})"


def _records(selection: Selection) -> str:
    text = f"{selection.when} {selection.record}"
    if selection.day:
        text += f" by {selection.day}"
    conditions = " and ".join(_condition(condition) for condition in selection.where)
    return f"{text} where {conditions}" if conditions else text


def _condition(condition: Condition) -> str:
    if condition.others is not None:
        word = "in" if condition.op == "among" else "not in"
        return f"{condition.column} {word} {condition.column_there} of ({_records(condition.others)})"
    values = ", ".join(str(value).lower() if isinstance(value, bool) else str(value) for value in condition.values)
    forms = {
        "is": f"{condition.column} in [{values}]",
        "is_not": f"{condition.column} not in [{values}]",
        "given": f"{condition.column} given",
        "by_day": f"{condition.column} <= day",
    }
    return forms[condition.op]
