"""Legal parameters, one of them with its versions, and the working-day calendar of a year."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yiwang.kernel.access.api import can, guard, signed_in
from yiwang.kernel.audit import api as audit
from yiwang.kernel.codes.extend import CERTAINTY_NAMES, CERTAINTY_TONES
from yiwang.lib.clock import today
from yiwang.lib.problems import Problem

from . import registry, selectors, services
from .forms import FilterForm, OverrideForm, RestoreForm, StartForm
from .models import CalendarOverride
from .types import DayInfo, LegalParam
from .wording import CALENDAR_NAMES, MONTH_NAMES, WEEKDAY_NAMES, holiday
from .working_days import months_of

PAGE_SIZE = 50


@guard("limits.param", "view")
@require_GET
def params_page(request: HttpRequest) -> HttpResponse:
    """Parameters in force on a day (default today), by key."""
    form = FilterForm(request.GET)
    asked = form.asked()
    on, language = asked.pop("on", None) or today(), get_language() or "zh"
    text = " ".join(asked.pop("q", "").replace("\x00", "").split())
    found = [_line(version, language) for version in selectors.params(on=on, text=text, **asked)]
    context = {
        "form": form,
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "on": on,
        "total": len(selectors.params(on=on)),
        "unsure": len(selectors.params(on=on, certainty="verify")),
        "year": today().year,
    }
    return render(request, "limits/list.html", context)


@guard("limits.param", "view")
@require_GET
def param_page(request: HttpRequest, key: str) -> HttpResponse:
    """One parameter: every version over time and place; ``?start=`` counts the limit from a day."""
    versions, language, now = registry.versions_of(key), get_language() or "zh", today()
    present = next((version for version in versions if version.holds(now)), versions[-1])
    form = StartForm(request.GET if "start" in request.GET else None)
    trial = trial_param = None
    if form.is_bound and form.is_valid():
        start = form.cleaned_data["start"]
        try:
            trial_param = selectors.param(key, start)
            trial = selectors.calendar().deadline(start, trial_param)
        except Problem as problem:
            form.add_error("start", problem.message(language))
    context = {
        "param": present,
        "name": present.name(language),
        "rows": [(*_line(version, language), version.holds(now)) for version in versions],
        "countable": present.calendar in ("working_day", "natural_day"),
        "form": form,
        "trial": trial,
        "trial_amount": trial_param.amount(language) if trial_param else "",
        "calendar_name": CALENDAR_NAMES[present.calendar],
        "hours": registry.work_hours() if present.calendar == "work_hour" else None,
    }
    return render(request, "limits/detail.html", context)


@guard("limits.calendar", "view")
@require_GET
def calendar_now(request: HttpRequest) -> HttpResponse:
    """To the calendar of this year."""
    return redirect("limits:calendar", year=today().year)


@guard("limits.calendar", "view")
@require_GET
def calendar_page(request: HttpRequest, year: int) -> HttpResponse:
    """The twelve months of a year: worked, off, made up for, changed."""
    return _calendar(request, year, OverrideForm())


@guard("limits.calendar", "override")
@require_POST
def override(request: HttpRequest, year: int) -> HttpResponse:
    """Count a day otherwise; what does not fit is said on the form."""
    form = OverrideForm(request.POST)
    if not form.is_valid():
        return _calendar(request, year, form, status=422)
    asked, (_actor, ip) = form.cleaned_data, audit.actor_of(request)
    try:
        row = services.set_override(signed_in(request), **asked, ip=ip)
    except Problem as problem:
        form.add_error(None, problem.message(get_language() or "zh"))
        return _calendar(request, year, form, status=problem.status)
    messages.success(request, _("已调整：%(day)s。此后推算的期限按调整后的日历计算。") % {"day": row.day.isoformat()})
    return redirect("limits:calendar", year=row.day.year)


@guard("limits.calendar", "override")
@require_POST
def restore(request: HttpRequest, year: int) -> HttpResponse:
    """Count a day as arranged again."""
    form = RestoreForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请填写恢复的依据。"))
        return redirect("limits:calendar", year=year)
    asked, (_actor, ip) = form.cleaned_data, audit.actor_of(request)
    services.clear_override(signed_in(request), **asked, ip=ip)
    messages.success(request, _("已恢复：%(day)s 按节假日安排计算。") % {"day": asked["day"].isoformat()})
    return redirect("limits:calendar", year=year)


def _line(version: LegalParam, language: str) -> tuple[LegalParam, str, str, str, str, str]:
    """What a row shows: the version, its name, its amount, its calendar, tone and words of its certainty."""
    return (
        version,
        version.name(language),
        version.amount(language),
        str(CALENDAR_NAMES[version.calendar]),
        CERTAINTY_TONES[version.certainty],
        str(CERTAINTY_NAMES[version.certainty]),
    )


def _calendar(request: HttpRequest, year: int, form: OverrideForm, status: int = 200) -> HttpResponse:
    selectors.require_year(year)
    found, years = selectors.calendar(), selectors.shown_years()
    days = found.year(year)
    worked = sum(info.is_workday for info in days)
    context = {
        "year": year,
        "published": year in found.published_years(),
        "months": [
            (MONTH_NAMES[month - 1], [[_cell(info) for info in week] for week in weeks], _remarks(days, month))
            for month, weeks in months_of(days)
        ],
        "weekdays": WEEKDAY_NAMES,
        "worked": worked,
        "off": len(days) - worked,
        "makeup": sum(info.kind == "makeup" for info in days),
        "previous": year - 1 if year - 1 in years else None,
        "next": year + 1 if year + 1 in years else None,
        "overrides": CalendarOverride.objects.filter(day__year=year),
        "may_override": can(signed_in(request), "limits.calendar", "override"),
        "form": form,
    }
    return render(request, "limits/calendar.html", context, status=status)


def _cell(info: DayInfo | None) -> tuple[date, str, str, str] | None:
    """Day, class, mark and words of one day."""
    if info is None:
        return None
    if info.override is not None:
        words = _("调整为工作日") if info.is_workday else _("调整为休息日")
        return info.day, "changed", _("调"), words
    if info.kind == "makeup":
        return info.day, "makeup", _("班"), _("调休上班")
    if info.kind == "holiday":
        return info.day, "holiday", _("休"), holiday(info.name)
    return info.day, info.kind, "", _("休息日") if info.kind == "weekend" else ""


def _remarks(days: list[DayInfo], month: int) -> list[str]:
    """The month's holidays, days made up for and changed days in words: 春节放假 15—23 日."""
    own = [info for info in days if info.day.month == month]
    found = []
    for name in dict.fromkeys(info.name for info in own if info.name):
        words = {"name": holiday(name)}
        off = [info.day.day for info in own if (info.name, info.kind) == (name, "holiday")]
        worked = [info.day.day for info in own if (info.name, info.kind) == (name, "makeup")]
        if off:
            found.append(_("%(name)s放假 %(days)s 日") % {**words, "days": _runs(off)})
        if worked:
            found.append(_("%(name)s调休上班 %(days)s 日") % {**words, "days": _runs(worked)})
    for is_workday, words_of in (
        (True, _("本区调整为工作日：%(days)s 日")),
        (False, _("本区调整为休息日：%(days)s 日")),
    ):
        changed = [info.day.day for info in own if info.override and info.is_workday == is_workday]
        if changed:
            found.append(words_of % {"days": _runs(changed)})
    return found


def _runs(numbers: list[int]) -> str:
    """1, 2, 3, 7 as 1—3、7."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return "、".join(f"{run[0]}—{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
