"""Door of the metrics room: indicators that come from the records, as of a day, as known on a day (指标).

What counts loads Ibis (0.7 s, 100 MB): it comes with the first use of one of its names, so that a web process that only
shows results never carries it. ``told`` remembers what was counted once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .asked import month_ends
from .definitions import expression
from .holding import Holding, within
from .preparing import prepare
from .registry import metric, metrics
from .results import Told, told
from .types import Difference, Differences, Metric, Row, Value
from .wording import metric as words

if TYPE_CHECKING:
    from .values import Reading, by_group, differences, reading, rows_behind, values

COUNTING = ("Reading", "by_group", "differences", "reading", "rows_behind", "values")

__all__ = [
    "Difference",
    "Differences",
    "Holding",
    "Metric",
    "Reading",
    "Row",
    "Told",
    "Value",
    "by_group",
    "differences",
    "expression",
    "metric",
    "metrics",
    "month_ends",
    "prepare",
    "reading",
    "rows_behind",
    "told",
    "values",
    "within",
    "words",
]


def __getattr__(name: str) -> Any:
    if name in COUNTING:
        return getattr(import_module(f"{__package__}.values"), name)
    raise AttributeError(name)
