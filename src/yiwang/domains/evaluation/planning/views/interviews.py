"""Interviews of a round 访谈: the list, one of them, writing and correcting it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from yiwang.domains.evaluation.planning import exports
from yiwang.domains.evaluation.planning.forms_followup import FindingFormSet, InterviewForm
from yiwang.domains.evaluation.planning.models import Interview, Round
from yiwang.domains.evaluation.planning.selectors import handins, links
from yiwang.domains.evaluation.planning.selectors import interviews as reads
from yiwang.domains.evaluation.planning.selectors.interviews import InterviewFilter
from yiwang.domains.evaluation.planning.selectors.report import person_name
from yiwang.domains.evaluation.planning.services import interviews as services
from yiwang.domains.evaluation.planning.services.interviews import FindingEntry, InterviewEntry
from yiwang.domains.evaluation.planning.views.answers import (
    choice,
    clean,
    go,
    onto,
    onto_line,
    page_of,
    posted,
    well,
)
from yiwang.kernel.access import api as access
from yiwang.kernel.orgs import api as orgs
from yiwang.lib.clock import today
from yiwang.lib.problems import Problem


@access.guard("s45.interview", "view")
def interviews_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Interviews that the reader may see, the newest first."""
    user = access.signed_in(request)
    round_ = handins.round_by_id(pk)
    picked = _filters(request)
    every = reads.interviews(user, round_)
    context = {
        "round": round_,
        "page": page_of(reads.interviews(user, round_, picked), request),
        "total": every.count(),
        "findings": sum(row.findings.count() for row in every),
        "units": sorted({(unit.code, unit.name) for row in every for unit in row.units.all()}, key=lambda u: u[1]),
        "kinds": Interview.Kind.choices,
        "picked": picked,
        "own": access.scope_of(user, "s45.interview", "view").kind != "all",
        "may_write": _may_write(request, round_),
        "may_export": access.can(user, "s45.plan", "export"),
        "sees_problems": access.scope_of(user, "s45.problem", "view").kind == "all",
    }
    return render(request, "s45/interviews.html", context)


def _filters(request: HttpRequest) -> InterviewFilter:
    return InterviewFilter(
        kind=choice(request.GET.get("kind", ""), list(Interview.Kind.values)),
        unit=clean(request.GET.get("unit", "")),
        found=choice(request.GET.get("found", ""), ["yes", "no"]),
        q=clean(request.GET.get("q", "")),
    )


def _may_write(request: HttpRequest, round_: Round) -> bool:
    may = access.can(access.signed_in(request), "s45.interview", "write")
    return may and round_.state != Round.State.CLOSED


@access.guard("s45.interview", "view")
def interviews_export(request: HttpRequest, pk: int) -> HttpResponse:
    """Interviews with their findings, a line a finding, as the page's filters choose them."""
    user = access.signed_in(request)
    round_ = handins.round_by_id(pk)
    rows = []
    for row in reads.interviews(user, round_, _filters(request)):
        head = (
            row.number,
            row.held_on,
            row.get_kind_display(),
            row.place,
            "、".join(unit.name for unit in row.units.all()),
            row.interviewed,
            row.interviewers,
            row.notes,
        )
        found = list(row.findings.all())
        rows += [(*head, item.text, links.written(links.links_of(item).codes)) for item in found] or [(*head, "", "")]
    header = [
        _("序号"),
        _("访谈日期"),
        _("方式"),
        _("地点"),
        _("受访单位"),
        _("受访人员"),
        _("访谈人员"),
        _("访谈记录"),
        _("发现"),
        _("关联编号"),
    ]
    notes = [round_.title, _("受访人员信息仅供评估工作使用，请勿外传")]
    return exports.response(user, f"interviews-{round_.pk}", _("访谈记录"), notes, header, rows)


@access.guard("s45.interview", "view")
def interview_page(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One interview with its findings."""
    user = access.signed_in(request)
    round_ = handins.round_by_id(pk)
    row = reads.interview(user, round_, number)
    plan = links.index(round_.plan_version)
    context = {
        "round": round_,
        "row": row,
        "findings": [
            (item, plan.places_of(links.links_of(item)), list(item.problems.all())) for item in row.findings.all()
        ],
        "by": person_name(row.updated_by),
        "may_write": _may_write(request, round_),
        "sees_problems": access.scope_of(user, "s45.problem", "view").kind == "all",
    }
    return render(request, "s45/interview.html", context)


@access.guard("s45.interview", "write")
def interview_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a new interview."""
    return _write(request, handins.round_by_id(pk), None)


@access.guard("s45.interview", "write")
def interview_edit(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Correct an interview."""
    round_ = handins.round_by_id(pk)
    return _write(request, round_, reads.interview(access.signed_in(request), round_, number))


def _write(request: HttpRequest, round_: Round, row: Interview | None) -> HttpResponse:
    units = list(orgs.units())
    data = request.POST if request.method == "POST" else None
    form = InterviewForm(units, data, initial=_initial(row))
    lines = FindingFormSet(data, prefix="finding", initial=_findings(row))
    status = 200
    if data is not None:
        status = 400
        if form.is_valid() and lines.is_valid():
            try:
                made = _keep(request, round_, row, form.cleaned_data, lines)
            except Problem as problem:
                status = problem.status
                if not onto_line(lines, problem):
                    onto(form, problem)
            else:
                well(request, _("访谈记录已保存。"))
                return go(request, "interview", pk=round_.pk, number=made.number)
    context = {
        "round": round_,
        "row": row,
        "form": form,
        "lines": lines,
        "places": links.index(round_.plan_version).places.values(),
    }
    return render(request, "s45/interview_form.html", context, status=status)


def _keep(request: HttpRequest, round_: Round, row: Interview | None, data: dict[str, Any], lines: Any) -> Interview:
    user = access.signed_in(request)
    entry = InterviewEntry(
        kind=data["kind"],
        held_on=data["held_on"],
        place=data["place"],
        units=tuple(orgs.unit(code) for code in data["units"]),
        interviewed=data["interviewed"],
        interviewers=data["interviewers"],
        notes=data["notes"],
        findings=tuple(
            FindingEntry(line.cleaned_data["text"], line.cleaned_data["codes"], line.cleaned_data["pk"])
            for line in lines
            if not line.is_blank
        ),
    )
    if row is None:
        return services.add(round_, entry, actor=user)
    return services.change(row, entry, revision=data["revision"] or 0, actor=user)


def _initial(row: Interview | None) -> dict[str, Any]:
    if row is None:
        return {"held_on": today(), "revision": 0}
    names = ("kind", "held_on", "place", "interviewed", "interviewers", "notes", "revision")
    return {name: getattr(row, name) for name in names} | {"units": [unit.code for unit in row.units.all()]}


def _findings(row: Interview | None) -> list[dict[str, Any]]:
    if row is None:
        return []
    return [
        {"pk": item.pk, "text": item.text, "codes": links.written(links.links_of(item).codes)}
        for item in row.findings.all()
    ]


@access.guard("s45.interview", "write")
@posted("interviews")
def interview_remove(request: HttpRequest, pk: int, interview: int) -> HttpResponse:
    """Delete an interview that was written by mistake."""
    row = reads.interview(access.signed_in(request), handins.round_by_id(pk), interview)
    services.remove(row, actor=access.signed_in(request))
    well(request, _("第 %(number)s 次访谈的记录已删除。") % {"number": interview})
    return go(request, "interviews", pk=pk)
