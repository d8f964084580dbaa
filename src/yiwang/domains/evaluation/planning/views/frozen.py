"""What a round's figures are counted from, and what a closed one was closed with 取数与底稿."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from yiwang.domains.evaluation.planning.models import Round
from yiwang.domains.evaluation.planning.selectors import evaluation, filling, handins
from yiwang.domains.evaluation.planning.selectors import frozen as reads
from yiwang.domains.evaluation.planning.selectors.evaluation import Evaluation
from yiwang.domains.evaluation.planning.services import computing
from yiwang.domains.evaluation.planning.views.answers import about, go, posted, well
from yiwang.kernel.access import api as access
from yiwang.kernel.audit import api as audit
from yiwang.lib.problems import Problem

FAULT_TEXT = {
    "content_altered": gettext_lazy("底稿内容与办结时的校验值不符"),
    "lake_damaged": gettext_lazy("快照文件缺失或已被改动"),
    "lake_lacks": gettext_lazy("快照里没有所需的列"),
    "snapshot_gone": gettext_lazy("快照已不存在"),
    "count_differs": gettext_lazy("从快照重新计算，结果不同"),
    "record_differs": gettext_lazy("数据库现在所记与办结时不同"),
}


@access.guard("s45.report", "view")
def frozen_page(request: HttpRequest, pk: int) -> HttpResponse:
    """An open round: what its computed figures were counted from. A closed one: what it was closed with."""
    return _page(request, handins.round_by_id(pk))


def _page(
    request: HttpRequest, round_: Round, *, checked: Evaluation | None = None, problem: Problem | None = None
) -> HttpResponse:
    user = access.signed_in(request)
    context: dict[str, Any] = {
        "round": round_,
        "may_fill": access.can(user, "s45.round", "manage") and round_.state == Round.State.OPEN,
        "checked": checked,
        "faults": [] if checked is None else [(FAULT_TEXT[fault.code], fault) for fault in checked.faults],
        **about(problem),
    }
    if round_.state == Round.State.CLOSED:
        context |= _closed(round_)
    else:
        context["filling"] = filling.state(round_)
    return render(request, "s45/frozen.html", context, status=problem.status if problem else 200)


def _closed(round_: Round) -> dict[str, Any]:
    try:
        found = reads.frozen_round(round_)
    except Problem as problem:
        return {"missing": problem}
    figures = found.content["figures"]
    return {
        "frozen": found,
        "content": found.content,
        "counted": sum(row["origin"] == "computed" for row in figures),
        "disputed": [row for row in figures if row["reported"] not in (None, row["value"])],
        "later": list(evaluation.then_now(round_, found.content)),
    }


@access.guard("s45.report", "view")
@posted("frozen")
def frozen_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Count everything again from what was frozen and show whether it holds."""
    round_ = handins.round_by_id(pk)
    try:
        checked = evaluation.evaluate(round_)
    except Problem as problem:
        return _page(request, round_, problem=problem)
    audit.record(
        "round.evaluated",
        actor=access.signed_in(request).username,
        object_type="s45.round",
        object_id=str(pk),
        detail={"same": checked.same, "faults": len(checked.faults)},
    )
    return _page(request, round_, checked=checked)


@access.guard("s45.report", "view")
def frozen_download(request: HttpRequest, pk: int) -> HttpResponse:
    """What the round was closed with, byte for byte as its digest is of."""
    round_ = handins.round_by_id(pk)
    answer = HttpResponse(reads.canonical(reads.frozen_round(round_).content), content_type="application/json")
    name = content_disposition_header(True, f"{round_.title}-{_('办结底稿')}.json")
    answer["Content-Disposition"] = name or "attachment"
    return answer


@access.guard("s45.round", "manage")
@posted("frozen")
def round_fill(request: HttpRequest, pk: int) -> HttpResponse:
    """Count the open round's computed figures anew from the newest snapshot."""
    round_ = handins.round_by_id(pk)
    try:
        filled = computing.refill(round_, actor=access.signed_in(request))
    except Problem as problem:
        return _page(request, round_, problem=problem)
    if filled.failed:
        return _page(request, round_, problem=next(iter(filled.failed.values())))
    text = ngettext(
        "已按最新快照取数 %(count)s 项，其中 %(changed)s 项有变化。",
        "已按最新快照取数 %(count)s 项，其中 %(changed)s 项有变化。",
        filled.counted,
    )
    well(request, text % {"count": filled.counted, "changed": filled.changed})
    return go(request, "frozen", pk=pk)
