"""Jobs of the room."""

from __future__ import annotations

from typing import Any

from yiwang.kernel.jobs.extend import Running, task

from . import imports


@task("records.import", "导入表格", "Import")
def import_table(running: Running, *, run: int) -> dict[str, Any] | None:
    """Check or write one file."""
    return imports.work(running, run)


@task("records.forget-imports", "清除过期的导入文件", "Remove files of old imports", cron="40 * * * *")
def forget_imports(running: Running) -> dict[str, Any] | None:
    """Every hour."""
    return {"removed": imports.forget_old()}
