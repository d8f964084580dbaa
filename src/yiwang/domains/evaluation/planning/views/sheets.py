"""What the page of a hand-in shows: the unit's form, or the handed-in version for readers and reviewers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yiwang.domains.evaluation.planning import display, previews
from yiwang.domains.evaluation.planning.forms import FIGURE_PARTS, HandInInput, raw_of
from yiwang.domains.evaluation.planning.models import HandIn, Indicator, Round
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors import sheets
from yiwang.domains.evaluation.planning.selectors.report import person_name
from yiwang.domains.evaluation.planning.services.handins import EDITABLE
from yiwang.domains.evaluation.planning.types import HandInContent, TaskStatus
from yiwang.domains.evaluation.planning.views.answers import about, said
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.orgs import api as orgs
from yiwang.lib.problems import Problem
from yiwang.lib.quantities import HEDGES_AFTER, HEDGES_BEFORE, HEDGES_BETWEEN

HEDGE_CHOICES = (*sorted(HEDGES_BEFORE), *sorted(HEDGES_BETWEEN), *sorted(HEDGES_AFTER))


@dataclass(frozen=True)
class Fault:
    """A problem of one field: a link to the field, and the words beside it."""

    field: str
    code: str
    text: str


@dataclass(frozen=True)
class FigureInput:
    """A figure's fields as typed, with what is wrong with each."""

    line: sheets.FigureLine
    raw: dict[str, str]
    faults: dict[str, list[Fault]]


def may_edit(user: User, row: HandIn) -> bool:
    """Whether ``user`` may write this hand-in now."""
    return (
        row.state in EDITABLE
        and row.round.state != Round.State.CLOSED
        and access.in_scope(user, "s45.handin", "edit", row.unit)
    )


def may_review(user: User, row: HandIn) -> bool:
    """Whether ``user`` may accept or return what was handed in now (an accepted one may still be returned)."""
    return (
        row.state in {HandIn.State.SUBMITTED, HandIn.State.ACCEPTED}
        and row.round.state != Round.State.CLOSED
        and access.in_scope(user, "s45.handin", "review", row.unit)
    )


def may_transfer(user: User, row: HandIn) -> bool:
    """Whether ``user`` may give the hand-in to another unit now."""
    return row.round.state != Round.State.CLOSED and access.can(user, "s45.round", "manage")


def form_page(
    request: HttpRequest,
    row: HandIn,
    *,
    typed: HandInInput | None = None,
    problems: list[Problem] | None = None,
    conflict: Problem | None = None,
    status: int = 200,
) -> HttpResponse:
    """The form. ``typed`` is kept as typed; with ``conflict`` the newest stored content stands beside it."""
    stored = HandInContent.from_json(row.draft)
    content = typed.content if typed else stored
    raw = typed.raw if typed else raw_of(stored)
    faults = _faults([*(typed.problems if typed else ()), *(problems or [])])
    lines = sheets.figure_lines(access.signed_in(request), row, content)
    context = {
        **_head(row),
        "mode": "form",
        "raw": raw,
        "figures": [_figure_input(row, line, raw, faults) for line in lines],
        "faults": faults,
        "field_faults": _by_field(faults),
        "task_states": [(state.value, display.TASK_TEXT[state], display.TASK_TONE[state]) for state in TaskStatus],
        "hedges": HEDGE_CHOICES,
        "choices": previews.choices(row.round, [line.indicator for line in lines], content),
        "content": content,
        "shown": previews.figures_in(content, row.round),
        "papers": sheets.task_evidence(access.signed_in(request), row),
        **about(conflict),
    }
    if conflict is not None:
        context["newest"] = sheets.differences(content, stored, _indicators(lines))
    return render(request, "s45/hand_in.html", context, status=status)


def read_page(
    request: HttpRequest,
    row: HandIn,
    *,
    problem: Problem | None = None,
    typed: HandInInput | None = None,
    reason: str = "",
    status: int = 200,
) -> HttpResponse:
    """The newest handed-in version, with the decision for who may take it; ``typed`` is text that was not saved."""
    version = sheets.latest(row)
    content = HandInContent.from_json(version.content) if version else HandInContent()
    context = {
        **_head(row),
        "mode": "read",
        "version": version,
        "content": content,
        "status_text": sheets.status_text(content),
        "status_tone": sheets.status_tone(content),
        "lines": sheets.figure_lines(access.signed_in(request), row, content),
        "shown": previews.figures_in(content, row.round),
        "papers": sheets.task_evidence(access.signed_in(request), row),
        "transfer_units": orgs.units().exclude(pk=row.unit_id).order_by("path")
        if may_transfer(access.signed_in(request), row)
        else None,
        "may_review": version is not None and may_review(access.signed_in(request), row),
        "reason": reason,
        "unsaved": None if typed is None else typed.raw,
        **about(problem),
    }
    return render(request, "s45/hand_in.html", context, status=status)


def version_page(request: HttpRequest, row: HandIn, number: int) -> HttpResponse:
    """One handed-in version, with what it changed against the one before."""
    versions = {version.number: version for version in row.versions.all()}
    version = versions.get(number)
    if version is None:
        raise Problem(
            "version_unknown",
            f"这项填报没有第 {number} 稿。",
            f"This hand-in has no version {number}.",
            status=404,
        )
    content = HandInContent.from_json(version.content)
    lines = sheets.figure_lines(access.signed_in(request), row, content)
    before = versions.get(number - 1)
    changes = [] if before is None else sheets.differences(_content(before.content), content, _indicators(lines))
    context = {
        **_head(row),
        "version": version,
        "before": before,
        "changes": changes,
        "content": content,
        "status_text": sheets.status_text(content),
        "status_tone": sheets.status_tone(content),
        "lines": lines,
        "shown": previews.figures_in(content, row.round),
        "by": person_name(version.submitted_by),
        "decided_by": person_name(version.decided_by) if version.decided_by else "",
    }
    return render(request, "s45/hand_in_version.html", context)


def preview(request: HttpRequest, row: HandIn, typed: HandInInput) -> HttpResponse:
    """The texts as they will read and the judgement of each typed figure, for HTMX."""
    context = {
        "row": row,
        "content": typed.content,
        "shown": previews.figures_in(typed.content, row.round),
        "lines": sheets.figure_lines(access.signed_in(request), row, typed.content),
        "out_of_band": True,
    }
    return render(request, "s45/_hand_in_preview.html", context)


def _head(row: HandIn) -> dict[str, Any]:
    version = row.round.plan_version
    history = [
        (item, person_name(item.submitted_by), person_name(item.decided_by) if item.decided_by else "")
        for item in row.versions.order_by("-number")
    ]
    last = history[0][0] if history else None
    return {
        "row": row,
        "round": row.round,
        "task": plans.task(version, row.task_code),
        "history": history,
        "returned": last if row.state == HandIn.State.RETURNED else None,
        "saved_by": person_name(row.updated_by) if row.updated_by else "",
        "state_tone": display.STATE_TONE[row.state],
        "done": row.state == HandIn.State.ACCEPTED,
    }


def _content(data: Mapping[str, Any]) -> HandInContent:
    return HandInContent.from_json(data)


def _indicators(lines: list[sheets.FigureLine]) -> dict[str, Indicator]:
    return {line.indicator.code: line.indicator for line in lines}


def _faults(problems: list[Problem]) -> list[Fault]:
    return [Fault(str(problem.detail.get("field", "")), problem.code, said(problem)) for problem in problems]


def _by_field(faults: list[Fault]) -> dict[str, list[Fault]]:
    found: dict[str, list[Fault]] = {}
    for fault in faults:
        found.setdefault(fault.field, []).append(fault)
    return found


def _figure_input(row: HandIn, line: sheets.FigureLine, raw: Mapping[str, str], faults: list[Fault]) -> FigureInput:
    code = line.indicator.code
    fields = {part: raw.get(f"figure-{code}-{part}", "") for part in FIGURE_PARTS}
    if not fields["as_of"] and line.entry is None:
        fields["as_of"] = str(row.round.as_of)
    prefix = f"figure-{code}-"
    mine: dict[str, list[Fault]] = {}
    for fault in faults:
        if fault.field == f"file-{code}":
            mine.setdefault("file", []).append(fault)
        elif fault.field.startswith(prefix):
            mine.setdefault(fault.field.removeprefix(prefix), []).append(fault)
    return FigureInput(line, fields, mine)
