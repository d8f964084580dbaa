"""Jobs of the room."""

from __future__ import annotations

from typing import Any

from yiwang.kernel.jobs.extend import Running, task

from . import preparing


@task("metrics.prepare", "预先计算指标", "Count metrics ahead", cron="25 * * * *")
def prepare_metrics(running: Running) -> dict[str, Any] | None:
    """Every hour, after the lake was refreshed: what pages show first is counted before somebody asks."""
    return preparing.prepare(progress=lambda done, total: running.progress(done, total))
