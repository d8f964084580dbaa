"""Problems of a round 问题与整改: the list, writing one with its links and countermeasures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from yiwang.domains.evaluation.planning import display, exports, previews
from yiwang.domains.evaluation.planning.forms_followup import CountermeasureFormSet, ProblemForm
from yiwang.domains.evaluation.planning.models import Round, RoundText
from yiwang.domains.evaluation.planning.rendering import shown_figures
from yiwang.domains.evaluation.planning.selectors import handins, interviews, links
from yiwang.domains.evaluation.planning.selectors import problems as reads
from yiwang.domains.evaluation.planning.selectors.problems import ProblemFilter, ProblemLine
from yiwang.domains.evaluation.planning.services import problems as services
from yiwang.domains.evaluation.planning.services.problems import CountermeasureEntry, ProblemEntry
from yiwang.domains.evaluation.planning.services.reports import delete_text
from yiwang.domains.evaluation.planning.views.answers import choice, clean, go, onto, onto_line, posted, well
from yiwang.kernel.access import api as access
from yiwang.kernel.orgs import api as orgs
from yiwang.lib.problems import Problem
from yiwang.lib.workbooks import Cell

STATES = ("open", "overdue", "done", "none")


@access.guard("s45.problem", "view")
def problems_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Problems with what they concern, what they rest on and what is done about them."""
    user = access.signed_in(request)
    round_ = handins.round_by_id(pk)
    picked = _filters(request)
    every = reads.problems(user, round_)
    rows = reads.problems(user, round_, picked)
    measures = [item for line in every for item in line.measures]
    context = {
        "round": round_,
        "lines": [(line, [_lag(judged, note) for judged, note in line.laggards]) for line in rows],
        "shown": shown_figures(round_.plan_version, round_.as_of, [line.row.text for line in rows]),
        "any": bool(every),
        "total": len(every),
        "measures": len(measures),
        "done": sum(1 for item in measures if item.done),
        "overdue": sum(1 for item in measures if item.overdue),
        "without": sum(1 for line in every if not line.measures),
        "units": sorted({(item.row.unit.code, item.row.unit.name) for item in measures}, key=lambda unit: unit[1]),
        "states": _state_choices(),
        "picked": picked,
        "own": access.scope_of(user, "s45.problem", "view").kind != "all",
        "may_write": access.can(user, "s45.problem", "write") and round_.state != Round.State.CLOSED,
        "may_export": access.can(user, "s45.plan", "export"),
        "may_report": access.can(user, "s45.report", "view"),
    }
    return render(request, "s45/problems.html", context)


def _lag(judged: Any, note: Any) -> dict[str, Any]:
    status = judged.judgement.status
    return {
        "indicator": judged.indicator,
        "text": display.STATUS_TEXT[status],
        "tone": display.STATUS_TONE[status],
        "note": note,
    }


def _state_choices() -> list[tuple[str, str]]:
    return [
        ("open", _("有措施未落实")),
        ("overdue", _("有措施超期")),
        ("done", _("措施都已落实")),
        ("none", _("还没有措施")),
    ]


def _filters(request: HttpRequest) -> ProblemFilter:
    return ProblemFilter(
        unit=clean(request.GET.get("unit", "")),
        state=choice(request.GET.get("state", ""), list(STATES)),
        q=clean(request.GET.get("q", "")),
    )


@access.guard("s45.problem", "view")
def problems_export(request: HttpRequest, pk: int) -> HttpResponse:
    """Problems, a line a countermeasure, as the page's filters choose them."""
    user = access.signed_in(request)
    round_ = handins.round_by_id(pk)
    lines = reads.problems(user, round_, _filters(request))
    shown = shown_figures(round_.plan_version, round_.as_of, [line.row.text for line in lines])
    rows: list[tuple[Cell, ...]] = []
    for line in lines:
        text = line.row.text
        for code, figure in shown.items():
            text = text.replace(f"{{{code}}}", figure.text)
        head: tuple[Cell, ...] = (
            line.row.position,
            line.row.title,
            text,
            links.written(place.code for place in line.places),
        )
        rows += _export_lines(head, line)
    header = [
        _("序号"),
        _("问题"),
        _("具体表现和原因"),
        _("关联编号"),
        _("整改措施"),
        _("责任单位"),
        _("完成时限"),
        _("落实情况"),
        _("是否超期"),
    ]
    return exports.response(user, f"problems-{round_.pk}", _("问题与整改"), [round_.title], header, rows)


def _export_lines(head: tuple[Cell, ...], line: ProblemLine) -> list[tuple[Cell, ...]]:
    found: list[tuple[Cell, ...]] = [
        (*head, item.row.text, item.row.unit.name, item.row.due_on, item.text, _("超期") if item.overdue else "")
        for item in line.measures
    ]
    return found or [(*head, "", "", None, "", "")]


@access.guard("s45.problem", "write")
def problem_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a new problem; ``?finding=`` begins it from what an interview found."""
    return _write(request, handins.round_by_id(pk), None)


@access.guard("s45.problem", "write")
def problem_edit(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """Change a problem."""
    round_ = handins.round_by_id(pk)
    return _write(request, round_, reads.problem(round_, position))


def _write(request: HttpRequest, round_: Round, row: RoundText | None) -> HttpResponse:
    found = interviews.findings(round_)
    data = request.POST if request.method == "POST" else None
    initial = _initial(row) if row is not None else _from_finding(request, found)
    form = ProblemForm(found, data, initial=initial)
    lines = CountermeasureFormSet(
        data, prefix="measure", initial=_measures(row), form_kwargs={"units": list(orgs.units())}
    )
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
                well(request, _("问题已保存，并写进评估报告的“主要问题”。"))
                return go(request, "problems", pk=round_.pk, anchor=f"problem-{made.position}")
    context = {
        "round": round_,
        "row": row,
        "form": form,
        "lines": lines,
        "has_findings": bool(found),
        "places": links.index(round_.plan_version).places.values(),
        "choices": previews.choices(round_, []),
    }
    return render(request, "s45/problem_form.html", context, status=status)


def _keep(request: HttpRequest, round_: Round, row: RoundText | None, data: dict[str, Any], lines: Any) -> RoundText:
    entry = ProblemEntry(
        title=data["title"],
        text=data["text"],
        codes=data["codes"],
        findings=tuple(int(number) for number in data["findings"]),
        countermeasures=tuple(
            CountermeasureEntry(
                text=line.cleaned_data["text"],
                unit=orgs.unit(line.cleaned_data["unit"]) if line.cleaned_data["unit"] else None,
                due_on=line.cleaned_data["due_on"],
                pk=line.cleaned_data["pk"],
            )
            for line in lines
            if not line.is_blank
        ),
    )
    read_at = _moment(data["read_at"])
    return services.save(round_, entry, actor=access.signed_in(request), problem=row, read_at=read_at)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise Problem(
            "problem_conflict", "页面内容已过期，请刷新后重新填写。", "The page is out of date; reload it.", status=409
        ) from error


def _initial(row: RoundText) -> dict[str, Any]:
    return {
        "read_at": row.updated_at.isoformat(),
        "title": row.title,
        "text": row.text,
        "codes": links.written(links.links_of(row).codes),
        "findings": [str(item.pk) for item in row.findings.all()],
    }


def _from_finding(request: HttpRequest, found: list[Any]) -> dict[str, Any]:
    chosen = next((item for item in found if str(item.pk) == request.GET.get("finding")), None)
    if chosen is None:
        return {}
    codes = links.written(links.links_of(chosen).codes)
    return {"text": chosen.text, "codes": codes, "findings": [str(chosen.pk)]}


def _measures(row: RoundText | None) -> list[dict[str, Any]]:
    if row is None:
        return []
    return [
        {"pk": item.pk, "text": item.text, "unit": item.unit.code, "due_on": item.due_on}
        for item in row.countermeasures.select_related("unit")
    ]


@access.guard("s45.problem", "write")
@posted("problems")
def problem_remove(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """Delete a problem with its countermeasures."""
    delete_text(reads.problem(handins.round_by_id(pk), position), actor=access.signed_in(request))
    well(request, _("问题和它的整改措施已删除。"))
    return go(request, "problems", pk=pk)
