"""Door of the metrics room: indicators that come from the records, as of a day, as known on a day (指标)."""

from __future__ import annotations

from .registry import metric, metrics
from .types import Metric, Row, Value
from .values import Reading, by_group, reading, rows_behind, values

__all__ = ["Metric", "Reading", "Row", "Value", "by_group", "metric", "metrics", "reading", "rows_behind", "values"]
