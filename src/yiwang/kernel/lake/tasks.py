"""Jobs of the room."""

from __future__ import annotations

from typing import Any

from yiwang.kernel.jobs.extend import Running, task

from . import refreshing


@task("lake.refresh", "刷新数据湖", "Refresh the lake", cron="15 * * * *")
def refresh_lake(running: Running) -> dict[str, Any] | None:
    """Every hour, and when somebody asks: a snapshot of all records."""
    done = refreshing.refresh(progress=lambda done, total, _name: running.progress(done, total))
    return {"snapshot": done.snapshot.name, "seconds": round(done.seconds, 1)}
