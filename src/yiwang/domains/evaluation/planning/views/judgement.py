"""The judgement of a round 进度判断: coverage, laggards, their causes and measures."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from yiwang.domains.evaluation.planning import display, exports
from yiwang.domains.evaluation.planning.forms import ExplainForm
from yiwang.domains.evaluation.planning.models import Round
from yiwang.domains.evaluation.planning.selectors import handins as reads
from yiwang.domains.evaluation.planning.selectors import judgements
from yiwang.domains.evaluation.planning.selectors.judgements import JudgedLine
from yiwang.domains.evaluation.planning.services import rounds as services
from yiwang.domains.evaluation.planning.types import Status
from yiwang.domains.evaluation.planning.views.answers import choice, clean, go, onto, posted, well
from yiwang.kernel.access import api as access
from yiwang.lib.problems import Problem


@access.guard("s45.judgement", "view")
def judgement_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Every indicator of the round that the reader may see, worst first."""
    return _page(request, reads.round_by_id(pk))


def _page(
    request: HttpRequest, round_: Round, form: ExplainForm | None = None, code: str = "", status: int = 200
) -> HttpResponse:
    user = access.signed_in(request)
    every = judgements.lines(user, round_)
    picked = _filters(request, round_, every)
    rows = _filtered(every, picked)
    context = {
        "round": round_,
        "shares": judgements.shares(every),
        "segments": judgements.segments(every),
        "rows": rows,
        "any": bool(every),
        "picked": picked,
        "filtering": any(picked.values()),
        "statuses": [("laggard", _("全部滞后")), *((s.value, display.STATUS_TEXT[s]) for s in Status)],
        "units": sorted({(r.indicator.lead_unit.code, r.indicator.lead_unit.name) for r in every}, key=lambda u: u[1]),
        "chapters": round_.plan_version.chapters.all(),
        "own": access.scope_of(user, "s45.judgement", "view").kind != "all",
        "own_unit": user.unit,
        "may_export": access.can(user, "s45.plan", "export"),
        "wrong_form": form,
        "wrong_code": code,
    }
    return render(request, "s45/judgement.html", context, status=status)


def _filters(request: HttpRequest, round_: Round, rows: list[JudgedLine]) -> dict[str, str]:
    numbers = [str(number) for number in round_.plan_version.chapters.values_list("number", flat=True)]
    return {
        "status": choice(request.GET.get("status", ""), ["laggard", *Status]),
        "unit": choice(request.GET.get("unit", ""), [row.indicator.lead_unit.code for row in rows]),
        "chapter": choice(request.GET.get("chapter", ""), numbers),
        "q": clean(request.GET.get("q", "")),
    }


def _filtered(rows: list[JudgedLine], picked: dict[str, str]) -> list[JudgedLine]:
    status, words = picked["status"], picked["q"].lower()
    return [
        row
        for row in rows
        if (not status or row.status == status or (status == "laggard" and row.status.is_laggard))
        and (not picked["unit"] or row.indicator.lead_unit.code == picked["unit"])
        and (not picked["chapter"] or str(row.indicator.task.chapter.number) == picked["chapter"])
        and words in f"{row.indicator.code} {row.indicator.name_zh} {row.indicator.name_en}".lower()
    ]


@access.guard("s45.judgement", "view")
def judgement_export(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that the reader sees, as a workbook."""
    user = access.signed_in(request)
    access.require(user, "s45.plan", "export")
    round_ = reads.round_by_id(pk)
    every = judgements.lines(user, round_)
    rows = [
        (
            row.indicator.code,
            row.indicator.name_zh,
            row.indicator.task.chapter.name_zh,
            row.indicator.lead_unit.name_zh,
            row.value_text,
            row.target_text,
            row.progress,
            row.expected,
            row.status_text,
            row.judged.judgement.zh,
            "" if row.explanation is None else row.explanation.cause,
            "" if row.explanation is None else row.explanation.measure,
            None if row.explanation is None else row.explanation.due_on,
        )
        for row in _filtered(every, _filters(request, round_, every))
    ]
    header = [
        _("编号"),
        _("指标"),
        _("篇章"),
        _("牵头单位"),
        _("现值"),
        _("目标"),
        _("完成率（%）"),
        _("时序应达（%）"),
        _("判断"),
        _("依据"),
        _("滞后原因"),
        _("整改措施"),
        _("整改期限"),
    ]
    notes = [round_.title, _("数据截止 %(day)s") % {"day": round_.as_of}]
    return exports.response(user, f"judgement-{round_.pk}", _("进度判断"), notes, header, rows)


@access.guard("s45.judgement", "explain")
@posted("judgement")
def explain(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Write why an indicator lags. For HTMX the answer is the indicator's row alone."""
    round_ = reads.round_by_id(pk)
    user = access.signed_in(request)
    form = ExplainForm(request.POST)
    if form.is_valid():
        try:
            services.explain(round_, code, **form.cleaned_data, actor=user)
        except Problem as problem:
            if "field" not in problem.detail:
                raise
            onto(form, problem)
    line = next((row for row in judgements.lines(user, round_) if row.indicator.code == code), None)
    if line is None:
        raise Problem(
            "indicator_unknown",
            f"没有编号为 {code[:20]} 的指标，或它不归您的单位负责。",
            f"There is no indicator {code[:20]} that you may see.",
            status=404,
        )
    status = 400 if form.errors else 200
    if request.headers.get("HX-Request"):
        context = {"round": round_, "row": line, "form": form if form.errors else None, "open": bool(form.errors)}
        return render(request, "s45/_judged_row.html", context, status=status)
    if form.errors:
        return _page(request, round_, form, code, status)
    well(request, _("%(code)s 的滞后说明已保存。") % {"code": code})
    return go(request, "judgement", pk=pk, anchor=f"row-{code}")
