"""Door of the metrics room: indicators that come from the records, as of a day, as known on a day (指标)."""

from __future__ import annotations

from .engines import Holding
from .registry import metric, metrics
from .types import Difference, Differences, Metric, Row, Value
from .values import Reading, by_group, differences, reading, rows_behind, values

__all__ = [
    "Difference",
    "Differences",
    "Holding",
    "Metric",
    "Reading",
    "Row",
    "Value",
    "by_group",
    "differences",
    "metric",
    "metrics",
    "reading",
    "rows_behind",
    "values",
]
