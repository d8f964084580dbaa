"""REST of what a round was closed with 办结底稿, and of evaluating it again 复核."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Path, Schema

from yiwang.domains.evaluation.planning import rest_followup
from yiwang.domains.evaluation.planning.rest_in import Id
from yiwang.domains.evaluation.planning.selectors import evaluation, frozen, handins
from yiwang.kernel.access import api as access

router = rest_followup.router


class FrozenOut(Schema):
    """What a round was closed with. ``digest`` is the SHA-256 of ``content`` as JSON with sorted keys and no spaces.

    Numbers in ``content`` are decimal strings; a figure's ``value`` is in its own ``unit``, its parts in base units.
    """

    digest: str
    snapshot: str | None
    report: int
    frozen_at: datetime
    content: dict[str, Any]


class FaultOut(Schema):
    """Something that is not as it was frozen: ``code``, what it concerns, and both sides."""

    code: str
    what: str
    frozen: str
    found: str


class ThenNowOut(Schema):
    """A figure that is known otherwise now; ``metric`` is the one whose rows say why."""

    code: str
    name: str
    unit: str
    origin: str
    then: str | None
    now: str | None
    metric: str | None


class EvaluationOut(Schema):
    """``same``: counting again from the kept snapshot gives what was frozen. ``later`` is no fault."""

    same: bool
    recounted: int
    faults: list[FaultOut]
    later: list[ThenNowOut]


@router.get("/rounds/{pk}/frozen", response=FrozenOut, operation_id="s45_frozen", summary="办结底稿")
def get_frozen(request: HttpRequest, pk: Path[Id]) -> FrozenOut:
    """What the round was closed with. Problem ``round_not_frozen`` (404)."""
    access.require(access.signed_in(request), "s45.report", "view")
    found = frozen.frozen_round(handins.round_by_id(pk))
    return FrozenOut(
        digest=found.digest,
        snapshot=found.snapshot or None,
        report=found.report.number,
        frozen_at=found.frozen_at,
        content=found.content,
    )


@router.get("/rounds/{pk}/evaluation", response=EvaluationOut, operation_id="s45_evaluation", summary="复核")
def get_evaluation(request: HttpRequest, pk: Path[Id]) -> EvaluationOut:
    """Count the round again from what was frozen. Problem ``round_not_frozen`` (404)."""
    access.require(access.signed_in(request), "s45.report", "view")
    found = evaluation.evaluate(handins.round_by_id(pk))
    return EvaluationOut(
        same=found.same,
        recounted=found.recounted,
        faults=[FaultOut(**vars(fault)) for fault in found.faults],
        later=[ThenNowOut(**vars(row)) for row in found.later],
    )
