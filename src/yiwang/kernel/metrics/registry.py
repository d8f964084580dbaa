"""Which metrics there are: ``METRICS`` of every system's ``metrics.py``, read once at the start."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol

from django.apps import apps

from yiwang.kernel.records import api as records
from yiwang.lib.clock import today
from yiwang.lib.problems import Problem

from .types import Count, Metric, Reported, Selection

_REGISTRY: dict[str, Metric] = {}


class Book(Protocol):
    """Who publishes figures 数据本: the plan's evaluation. It tells what units reported, and which day is looked at."""

    def reported(self, day: date, known_at: date | None) -> list[Reported]:
        """Reported figures as of a day, as known at the end of another (None: now)."""

    def day(self) -> date | None:
        """The day that figures are looked at now, if there is one."""

    def address(self, figure: str) -> str:
        """The page of a published figure; empty where there is none."""


_BOOKS: list[Book] = []


def discover() -> None:
    """Read every system's metrics. ValueError or KeyError says which definition is not right: nothing starts then."""
    for config in apps.get_app_configs():
        name = f"{config.name}.metrics"
        if config.name.startswith("yiwang.domains.") and find_spec(name):
            for metric in import_module(name).METRICS:
                _check(metric, config.label)
                if _REGISTRY.setdefault(metric.code, metric) is not metric:
                    raise ValueError(f"two metrics are called {metric.code}")


def _check(metric: Metric, label: str) -> None:
    """The metric is called after its system, and counts columns that there are, of the system's own records."""
    if not metric.code.startswith(f"{label}."):
        raise ValueError(f"the metric {metric.code} of {label} is called after another system")
    for part in metric.parts:
        columns = () if isinstance(part, Count) else (part.column,)
        _check_selection(metric, part.selection, columns, label)


def _check_selection(metric: Metric, selection: Selection, columns: tuple[str, ...], label: str) -> None:
    kind = records.record_type(selection.record)
    if not kind.key.startswith(f"{label}."):
        raise ValueError(f"the metric {metric.code} counts records of another system: {kind.key}")
    for name in (*columns, *(condition.column for condition in selection.where), selection.day):
        if name:
            kind.column(name)
    for condition in selection.where:
        if condition.others is not None:
            if any(further.others for further in condition.others.where):
                raise ValueError(f"the metric {metric.code} looks among records that are themselves among others")
            _check_selection(metric, condition.others, (condition.column_there,), label)


def publish(book: Book) -> None:
    """Have a book's figures told beside those that are computed."""
    _BOOKS.append(book)


def reported(day: date, known_at: date | None) -> list[Reported]:
    """Reported figures that no metric computes, by figure: a figure has one origin."""
    computed = {metric.figure for metric in _REGISTRY.values()}
    told = [found for book in _BOOKS for found in book.reported(day, known_at) if found.figure not in computed]
    return sorted(told, key=lambda found: found.figure)


def reference_day() -> date:
    """The day that pages show unless another is asked for: the one that a book looks at, else today."""
    return next((day for book in _BOOKS if (day := book.day()) is not None), today())


def address_of(figure: str) -> str:
    """The page of a published figure; empty where there is none."""
    return next((found for book in _BOOKS if figure and (found := book.address(figure))), "")


def metrics() -> tuple[Metric, ...]:
    """Every metric, by its figure and code."""
    return tuple(sorted(_REGISTRY.values(), key=lambda metric: (metric.figure or "~", metric.code)))


def metric(code: str) -> Metric:
    """The metric of this code ("s05.transactions") or figure ("F005"). Problem ``metric_unknown`` (404)."""
    for found in _REGISTRY.values():
        if code in (found.code, found.figure):
            return found
    raise Problem(
        "metric_unknown",
        f"没有指标“{code[:40]}”。用 yiwang metrics values --as-of 日期 可列出全部指标。",
        f'There is no metric "{code[:40]}". yiwang metrics values --as-of DATE lists them all.',
        status=404,
    )
