"""Counting ahead what pages show first, and forgetting results of snapshots that are gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yiwang.kernel.lake import api as lake

from . import catalogue, registry, results
from .asked import month_ends

# Months of a metric's trend.
MONTHS = 24


def prepare(*, progress: Callable[[int, int], None] | None = None) -> dict[str, Any] | None:
    """All metrics at the month-ends up to the day that pages show, and by town and unit; None without a snapshot."""
    name = lake.newest_name()
    if not name:
        return None
    metrics = [entry.metric for entry in catalogue.entries()]
    day = registry.reference_day()
    asked = (("", month_ends(day, MONTHS)), ("town", [day]), ("unit", [day]))
    for done, (by, days) in enumerate(asked, start=1):
        results.told(metrics, days, by=by, snapshot=name)
        if progress is not None:
            progress(done, len(asked))
    return {"snapshot": name, "metrics": len(metrics), "forgotten": results.forget(lake.kept_names())}
