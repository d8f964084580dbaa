"""Jobs of S45."""

from __future__ import annotations

from typing import Any

from yiwang.domains.evaluation.planning.models import Round
from yiwang.domains.evaluation.planning.services import computing
from yiwang.kernel.jobs.extend import Running, task
from yiwang.kernel.lake import api as lake


@task("s45.fill", "评估指标按记录取数", "Fill a round's figures from the records", cron="20 * * * *")
def fill_rounds(running: Running, round_id: int | None = None) -> dict[str, Any] | None:
    """Every hour, after the lake was refreshed, for all open rounds; for one when it opens. None without a snapshot."""
    rows = Round.objects.filter(state=Round.State.OPEN)
    chosen = list(rows if round_id is None else rows.filter(pk=round_id))
    if not chosen or not lake.newest_name():
        return None
    told: dict[str, Any] = {}
    for done, round_ in enumerate(chosen):
        running.progress(done, len(chosen))
        filled = computing.fill(round_)
        told[str(round_.pk)] = {
            "counted": filled.counted,
            "changed": filled.changed,
            "without": list(filled.without),
            "failed": {code: problem.zh for code, problem in filled.failed.items()},
        }
    running.progress(len(chosen), len(chosen))
    return {"rounds": told}
