"""Compare a report's figures with the records (与档案比对): which metric counts a figure, and does it give the same.

A figure is matched by its name (the metric's, or one of ``aliases.csv``), its unit and its date. Matching and judging
are pure; only :func:`compare` reads the lake, and imports what that needs (Ibis, 0.7 s) when it is called.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from yiwang.domains.evaluation.reportcheck.engine import rounding, units
from yiwang.domains.evaluation.reportcheck.engine.graph import bare
from yiwang.domains.evaluation.reportcheck.engine.model import Figure, Report
from yiwang.domains.evaluation.reportcheck.engine.understand import understand
from yiwang.domains.evaluation.reportcheck.types import RecordedFigure, RecordsResult, RecordStatus

if TYPE_CHECKING:
    from yiwang.kernel.metrics.types import Metric, Value

STATUS_ZH: dict[RecordStatus, str] = {
    "confirmed": "一致",
    "differs": "不一致",
    "no_value": "无法取值",
    "no_metric": "无对应指标",
}
# Growth, or what is left: another number than the metric's. A part is so too, unless its own name is the metric's.
_OTHER = re.compile(r"新增|增加|增长|同比|环比|较上年|比上年|另有|剩余|目标")
_PART = re.compile(r"其中")
_ITEMS = re.compile(r"其中|[、，：]|和|及")
# One town's share of what is counted for the district; 各镇（街道）, 镇街 and 乡镇 are all of them.
_TOWN = re.compile(r"(?<![各全个省市县区是在])[\u4e00-\u9fff](?![乡城])[\u4e00-\u9fff](?:镇|街道)(?![（(街乡村])")
_UNNAMED_UNIT = 4  # a figure without a unit is taken only by a name of this many characters


@dataclass(frozen=True, slots=True)
class Name:
    """A name of a metric; it counts only where ``context`` (when given) stands in the same paragraph."""

    metric: Metric
    phrase: str
    context: str


@cache
def _aliases() -> tuple[tuple[str, str, str], ...]:
    """Rows of ``aliases.csv``: code, phrase (empty: the metric's own name), context."""
    with Path(__file__).with_name("aliases.csv").open(encoding="utf-8", newline="") as stream:
        return tuple((row["code"], row["phrase"], row["context"]) for row in csv.DictReader(stream))


def names(metrics: Sequence[Metric]) -> list[Name]:
    """Every name of these metrics, the longest first."""
    contexts = {code: context for code, phrase, context in _aliases() if not phrase}
    found = [Name(metric, bare(metric.name_zh), contexts.get(metric.code, "")) for metric in metrics]
    by_code = {metric.code: metric for metric in metrics}
    found += [
        Name(by_code[code], bare(phrase), context) for code, phrase, context in _aliases() if code in by_code and phrase
    ]
    return sorted(found, key=lambda name: -len(name.phrase))


def metric_of(report: Report, figure: Figure, known: Sequence[Name]) -> Metric | None:
    """The metric that counts what the figure says; None for a part, a plan, one town's share, or no metric at all."""
    lead = report.lead(figure)
    if figure.planned or _OTHER.search(lead) or _TOWN.search(lead):
        return None
    start, end = report.layout.paragraphs[figure.paragraph]
    paragraph = report.text[start:end]
    fitting = [name for name in known if _same_unit(figure, name) and name.context in paragraph]
    if _PART.search(lead):
        own = _ITEMS.split(lead)[-1]
        return next((name.metric for name in fitting if own.strip() == name.phrase), None)
    # What it is about comes before what else stands in its clause, and there the longest name.
    for words in (bare(figure.subject), bare(figure.left), bare(lead)):
        for name in fitting:
            if name.phrase in words:
                return name.metric
    return None


def _same_unit(figure: Figure, name: Name) -> bool:
    if not figure.unit:
        return len(name.phrase) >= _UNNAMED_UNIT and name.metric.unit not in {"元", "%"}
    return units.same_unit(figure.unit, name.metric.unit)


def agrees(figure: Figure, value: Value) -> bool:
    """Whether the value is one that the printed figure may stand for: to its last digit, wider where it is hedged."""
    derived = value.metric.denominator is not None
    low, high = rounding.printed(figure) if derived else rounding.interval(figure)
    exact = value.numerator
    if value.denominator:
        exact = exact * (100 if value.metric.percent else 1) / value.denominator
    # What the metric itself rounds to is right as well: a mean of 9.85 told as 9.9.
    return any(low <= number <= high for number in (exact, value.value) if number is not None)


def compare(text: str, *, as_of: date | None = None) -> RecordsResult:
    """Every figure of a text beside the records of the newest snapshot.

    ``as_of`` is the day of figures whose date the text does not state; without it the report's own cut-off is. Problem
    ``lake_empty`` when there is no snapshot yet.
    """
    from yiwang.kernel.metrics import api as metrics
    from yiwang.lib.clock import local_date

    report, known = understand(text), names(metrics.metrics())
    matched = [(figure, metric_of(report, figure, known)) for figure in report.figures]
    with metrics.reading() as found:
        last = local_date(found.snapshot.taken_at)
        wanted: dict[date, dict[str, Metric]] = defaultdict(dict)
        for figure, metric in matched:
            day = day_of(figure, as_of)
            if metric is not None and day is not None and day <= last:
                wanted[day][metric.code] = metric
        told = {
            (value.metric.code, day): value
            for day, chosen in wanted.items()
            for value in metrics.values(found, list(chosen.values()), [day])
        }
    rows = []
    for figure, metric in matched:
        day = day_of(figure, as_of)
        rows.append(judged(figure, metric, day, told.get((metric.code, day)) if metric and day else None))
    return RecordsResult(found.snapshot.number, tuple(rows))


def day_of(figure: Figure, as_of: date | None) -> date | None:
    """The day that a figure is compared at."""
    return as_of if as_of is not None and figure.date_source == "inferred" else figure.as_of


def judged(figure: Figure, metric: Metric | None, day: date | None, value: Value | None) -> RecordedFigure:
    """One figure beside its metric's value."""
    if metric is None:
        return RecordedFigure(figure.text, figure.start, figure.end, "no_metric", day)
    said = (metric.code, metric.figure, metric.name_zh, metric.name_en, metric.unit)
    place = (figure.text, figure.start, figure.end)
    if day is None:
        return RecordedFigure(*place, "no_value", None, *said, None, "文中没有日期", "the text gives no date")
    if value is None:
        reason = ("截止日在数据快照之后", "the day is after the snapshot of the records")
        return RecordedFigure(*place, "no_value", day, *said, None, *reason)
    if value.value is None:
        return RecordedFigure(*place, "no_value", day, *said, None, "档案中没有可除的数", "nothing to divide by")
    return RecordedFigure(*place, "confirmed" if agrees(figure, value) else "differs", day, *said, _plain(value.value))


def _plain(number: Decimal) -> str:
    return format(number, "f")
