"""The lock that everybody takes who changes what belongs to a round."""

from __future__ import annotations

from yiwang.domains.evaluation.planning.models import Round
from yiwang.lib.problems import Problem


def lock_open(round_: Round) -> Round:
    """The round under lock; Problem ``round_closed`` when it may not change any more."""
    row = Round.objects.select_for_update(of=("self",)).select_related("plan_version__plan").get(pk=round_.pk)
    if row.state == Round.State.CLOSED:
        raise Problem(
            "round_closed",
            f"“{row.title}”已办结，内容不能再改动。",
            f'"{row.title}" is closed and cannot change any more.',
            status=409,
        )
    return row
