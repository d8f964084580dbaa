"""REST: values of metrics as of a day, by unit, town or month, and what one counts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from django.http import HttpRequest
from django.utils.translation import override
from ninja import Router, Schema

from yiwang.kernel.access.api import api_auth, require, signed_in
from yiwang.lib.problems import Problem
from yiwang.lib.units import digits

from . import catalogue, definitions, registry, results, wording
from .asked import month_ends
from .catalogue import Entry
from .types import Value

router = Router(tags=["metrics"], auth=api_auth)
MOST_MONTHS = 120


class MetricValueOut(Schema):
    """A figure's value as of a day: numbers are decimal strings in base units (元).

    ``origin`` computed: from records, with numerator, denominator and how many records the numerator was counted from.
    reported: by a unit, for the day ``as_of``. ``group`` is a unit's path, a town's code, or empty.
    """

    figure: str | None
    code: str | None
    name: str
    value: str | None
    numerator: str | None
    denominator: str | None
    unit: str
    origin: Literal["computed", "reported"]
    as_of: date
    known_at: date | None
    rows: int | None
    group: str


class MetricOut(Schema):
    """What a metric counts (指标口径): in words, as an expression, and whose it is; ``version`` of officials' ones."""

    code: str
    figure: str | None
    name_zh: str
    name_en: str
    unit: str
    words_zh: str
    words_en: str
    expression: str
    system: str
    owner_unit: str | None
    version: int | None


@router.get("/values", response=list[MetricValueOut], operation_id="metric_values", summary="指标取值")
def values(
    request: HttpRequest,
    as_of: date,
    known_at: date | None = None,
    code: str = "",
    by: Literal["", "unit", "town", "month"] = "",
    months: int = 24,
) -> list[MetricValueOut]:
    """Values at the end of a day of all metrics, or of the one with this code or figure; reported figures beside them.

    Problems ``metric_unknown``, ``lake_empty``, ``known_later``, ``months_invalid``.
    """
    require(signed_in(request), "metrics.metric", "view")
    if not 1 <= months <= MOST_MONTHS:
        raise Problem(
            "months_invalid",
            f"months 应为 1 至 {MOST_MONTHS}。",
            f"months is a number from 1 to {MOST_MONTHS}.",
            field="months",
        )
    told = [] if by else [row for row in registry.reported(as_of, known_at) if code in ("", row.figure)]
    if code and told:
        entries: list[Entry] = []
    else:
        entries = [catalogue.entry(code)] if code else catalogue.entries()
    days = month_ends(as_of, months) if by == "month" else [as_of]
    found = results.told([entry.metric for entry in entries], days, known_at, by if by in ("unit", "town") else "")
    computed = [
        _computed(found.value(entry.metric, day, group), group)
        for entry in entries
        for group in (sorted(found.groups) if by in ("unit", "town") else [""])
        for day in days
    ]
    reported = [
        MetricValueOut(
            figure=row.figure, code=None, name=row.name_zh, value=digits(row.value), numerator=None, denominator=None,
            unit=row.unit, origin="reported", as_of=row.as_of, known_at=known_at, rows=None, group="",
        )
        for row in told
    ]  # fmt: skip
    return computed + reported


def _computed(value: Value, group: str) -> MetricValueOut:
    metric = value.metric
    return MetricValueOut(
        figure=metric.figure or None, code=metric.code, name=metric.name_zh,
        value=None if value.value is None else f"{value.value:f}", numerator=digits(value.numerator),
        denominator=None if value.denominator is None else digits(Decimal(value.denominator)), unit=metric.unit,
        origin="computed", as_of=value.as_of, known_at=value.known_at if isinstance(value.known_at, date) else None,
        rows=value.rows, group=group,
    )  # fmt: skip


@router.get("/{code}", response=MetricOut, operation_id="metric_read", summary="指标口径")
def read(request: HttpRequest, code: str, version: int | None = None) -> MetricOut:
    """What a metric counts. Problem ``metric_unknown``."""
    require(signed_in(request), "metrics.metric", "view")
    entry = catalogue.entry(code, version)
    words = {}
    for language in ("zh-hans", "en"):
        with override(language):
            words[language] = wording.metric(entry.metric)
    metric = entry.metric
    return MetricOut(
        code=metric.code, figure=metric.figure or None, name_zh=metric.name_zh, name_en=metric.name_en,
        unit=metric.unit, words_zh=words["zh-hans"], words_en=words["en"],
        expression=definitions.expression(metric), system=entry.system,
        owner_unit=entry.owner.code if entry.owner else None, version=entry.version.number if entry.version else None,
    )  # fmt: skip
