"""What became of the measures of earlier rounds 上轮措施落实情况: answers of units, the bureau's confirmation."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yiwang.domains.evaluation.planning import exports
from yiwang.domains.evaluation.planning.forms_followup import AnswerForm
from yiwang.domains.evaluation.planning.models import Round
from yiwang.domains.evaluation.planning.selectors import followups as reads
from yiwang.domains.evaluation.planning.selectors import handins, people
from yiwang.domains.evaluation.planning.selectors.followups import KIND_TEXT, STANDING_TEXT, Followed, Kind, Standing
from yiwang.domains.evaluation.planning.services import followups as services
from yiwang.domains.evaluation.planning.views.answers import about, choice, clean, go, onto, page_of, posted, well
from yiwang.kernel.access import api as access
from yiwang.lib.problems import Problem


@access.guard("s45.followup", "view")
def follow_up_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Measures of earlier rounds with how they stand."""
    return _page(request, handins.round_by_id(pk))


def _page(
    request: HttpRequest,
    round_: Round,
    *,
    wrong: AnswerForm | None = None,
    at: str = "",
    problem: Problem | None = None,
) -> HttpResponse:
    user = access.signed_in(request)
    every = reads.followed(user, round_)
    picked = _filters(request, every)
    page = page_of(_filtered(every, picked), request)
    names = people.names(name for row in page if row.answer for name in (row.answer.answered_by, row.answer.decided_by))
    context = {
        "round": round_,
        "counts": reads.counts(every),
        "page": page,
        "rows": [
            (
                row,
                _form(row, wrong, at) if row.may_answer else None,
                names.get(row.answer.answered_by, "") if row.answer else "",
                names.get(row.answer.decided_by, "") if row.answer else "",
            )
            for row in page
        ],
        "at": at,
        "any": bool(every),
        "picked": picked,
        "filtering": any(picked.values()),
        "standings": [("overdue", _("超期的")), *((key.value, text) for key, text in STANDING_TEXT.items())],
        "kinds": [(key.value, text) for key, text in KIND_TEXT.items()],
        "units": sorted({(row.unit.code, row.unit.name) for row in every}, key=lambda unit: unit[1]),
        "own": access.scope_of(user, "s45.followup", "view").kind != "all",
        "may_remind": access.can(user, "s45.followup", "confirm") and round_.state == Round.State.OPEN,
        "may_export": access.can(user, "s45.plan", "export"),
        **about(problem),
    }
    status = problem.status if problem else 400 if wrong is not None else 200
    return render(request, "s45/follow_up.html", context, status=status)


def _form(row: Followed, wrong: AnswerForm | None, at: str) -> AnswerForm:
    if wrong is not None and row.name == at:
        return wrong
    initial: dict[str, Any] = {"revision": 0}
    if row.answer is not None:
        initial = {"revision": row.answer.revision, "state": row.answer.state, "evidence": row.answer.evidence}
    return AnswerForm(initial=initial, auto_id=f"{row.name}-%s")


def _filters(request: HttpRequest, rows: list[Followed]) -> dict[str, str]:
    return {
        "state": choice(request.GET.get("state", ""), ["overdue", *Standing]),
        "kind": choice(request.GET.get("kind", ""), list(Kind)),
        "unit": choice(request.GET.get("unit", ""), [row.unit.code for row in rows]),
        "q": clean(request.GET.get("q", "")),
    }


def _filtered(rows: list[Followed], picked: dict[str, str]) -> list[Followed]:
    words = picked["q"].lower()
    return [
        row
        for row in rows
        if (not picked["state"] or row.standing == picked["state"] or (picked["state"] == "overdue" and row.overdue))
        and (not picked["kind"] or row.kind == picked["kind"])
        and (not picked["unit"] or row.unit.code == picked["unit"])
        and words in f"{row.text} {row.source}".lower()
    ]


@access.guard("s45.followup", "view")
def follow_up_export(request: HttpRequest, pk: int) -> HttpResponse:
    """The measures, as the page's filters choose them."""
    user = access.signed_in(request)
    round_ = handins.round_by_id(pk)
    every = reads.followed(user, round_)
    counts = reads.counts(every)
    rows = [
        (
            row.made_in.title,
            row.kind_text,
            row.source,
            row.text,
            row.unit.name,
            row.due_on,
            row.standing_text,
            _("超期") if row.overdue else "",
            row.answer.evidence if row.answer else "",
            row.answer.note if row.answer else "",
        )
        for row in _filtered(every, _filters(request, every))
    ]
    header = [
        _("提出轮次"),
        _("类别"),
        _("问题或指标"),
        _("整改措施"),
        _("责任单位"),
        _("完成时限"),
        _("落实情况"),
        _("是否超期"),
        _("说明和佐证"),
        _("退回理由"),
    ]
    notes = [
        round_.title,
        _("共 %(total)s 项，已落实 %(done)s 项，超期 %(overdue)s 项")
        % {"total": counts.total, "done": counts.done, "overdue": counts.overdue},
    ]
    return exports.response(user, f"follow-up-{round_.pk}", _("上轮措施落实情况"), notes, header, rows)


@access.guard("s45.followup", "answer")
@posted("follow-up")
def follow_up_answer(request: HttpRequest, pk: int, kind: str, item: int) -> HttpResponse:
    """Say how a measure stands."""
    user = access.signed_in(request)
    round_ = handins.round_by_id(pk)
    row = reads.one(user, round_, kind, item)
    form = AnswerForm(request.POST, auto_id=f"{row.name}-%s")
    if not form.is_valid():
        return _page(request, round_, wrong=form, at=row.name)
    data = form.cleaned_data
    try:
        services.answer(
            round_,
            kind,
            item,
            state=data["state"],
            evidence=data["evidence"],
            revision=data["revision"] or 0,
            actor=user,
        )
    except Problem as problem:
        onto(form, problem)
        return _page(request, round_, wrong=form, at=row.name)
    well(request, _("落实情况已反馈，等待规划评估主管确认。"))
    return go(request, "follow-up", pk=pk, anchor=row.name)


@access.guard("s45.followup", "confirm")
@posted("follow-up")
def follow_up_decide(request: HttpRequest, pk: int, kind: str, item: int) -> HttpResponse:
    """Confirm an answer, or send it back with the reason."""
    user = access.signed_in(request)
    round_ = handins.round_by_id(pk)
    row = reads.one(user, round_, kind, item)
    revision = request.POST.get("revision", "")
    number = int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else 0
    try:
        if request.POST.get("decision") == "return":
            note = request.POST.get("note", "").replace("\x00", "")
            services.return_(round_, kind, item, revision=number, note=note, actor=user)
            well(request, _("已退回，并通知责任单位。"))
        else:
            services.confirm(round_, kind, item, revision=number, actor=user)
            well(request, _("已确认。"))
    except Problem as problem:
        return _page(request, round_, problem=problem)
    return go(request, "follow-up", pk=pk, anchor=row.name)


@access.guard("s45.followup", "confirm")
@posted("follow-up")
def follow_up_remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind units that owe an answer."""
    try:
        count = services.remind(handins.round_by_id(pk), actor=access.signed_in(request))
    except Problem as problem:
        return _page(request, handins.round_by_id(pk), problem=problem)
    text = ngettext("已提醒 %(count)s 个单位。", "已提醒 %(count)s 个单位。", count) % {"count": count}
    well(request, text if count else _("没有要提醒的单位，或今天已经提醒过。"))
    return go(request, "follow-up", pk=pk)
