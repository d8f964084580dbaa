"""Pages of figures: the table of all, and one with everything that stands behind it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from yiwang.domains.evaluation.planning import display, exports
from yiwang.domains.evaluation.planning.charts import Point, path_chart
from yiwang.domains.evaluation.planning.judgement import percent
from yiwang.domains.evaluation.planning.models import Indicator, Plan
from yiwang.domains.evaluation.planning.selectors import figures, problems
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors.figures import FigureDetail, FigureFilter, FigureRow
from yiwang.domains.evaluation.planning.types import Status
from yiwang.domains.evaluation.planning.views import reading
from yiwang.domains.evaluation.planning.views.answers import page_of
from yiwang.kernel.access import api as access
from yiwang.lib.quantities import format_value
from yiwang.lib.workbooks import Cell
from yiwang.ui.fragments import is_fragment, respond


@access.guard("s45.value", "view")
def indicators_page(request: HttpRequest) -> HttpResponse:
    """Every indicator and fact as of a date, as known on a date."""
    user = access.signed_in(request)
    plan = plans.the_plan()
    if plan is None:
        return render(request, "s45/plan_missing.html")
    version = plans.version(plan)
    as_of, known_at = _dates(request, plan)
    chosen = _chosen(request)
    rows = figures.sort_rows(
        figures.figure_rows(user, version, as_of, known_at, chosen), reading.words(request, "sort")
    )
    context = {
        "plan": plan,
        "version": version,
        "page": page_of(rows, request),
        "chosen": chosen,
        "as_of": as_of,
        "known_at": known_at,
        "judges": access.can(user, "s45.judgement", "view"),
        "sort": reading.words(request, "sort"),
        "may_export": access.can(user, "s45.plan", "export"),
    }
    if not is_fragment(request):
        context |= {
            "chapters": version.chapters.all(),
            "units": figures.lead_units(version),
            "statuses": [(status.value, text) for status, text in display.STATUS_TEXT.items()],
            "origins": Indicator.Origin.choices,
            "kinds": [("indicator", _("考核指标")), ("fact", _("事实数据"))],
        }
    return respond(request, "s45/indicators.html", "s45/_indicator_list.html", context)


@access.guard("s45.plan", "export")
def indicators_export(request: HttpRequest) -> HttpResponse:
    """The same table as a workbook."""
    user = access.signed_in(request)
    access.require(user, "s45.value", "view")
    plan = plans.require_plan()
    version = plans.version(plan)
    as_of, known_at = _dates(request, plan)
    rows = figures.sort_rows(
        figures.figure_rows(user, version, as_of, known_at, _chosen(request)), reading.words(request, "sort")
    )
    notes = [
        _("%(plan)s，第 %(number)s 版") % {"plan": plan.title, "number": version.number},
        _("截至 %(day)s") % {"day": as_of}
        + ("" if known_at is None else _("，按 %(day)s 已知的数值") % {"day": known_at}),
    ]
    header = [
        _("编号"),
        _("名称"),
        _("任务"),
        _("性质"),
        _("数值"),
        _("单位"),
        _("限定词"),
        _("数据日期"),
        _("日期是否注明"),
        _("目标"),
        _("完成进度（%）"),
        _("应达进度（%）"),
        _("判断"),
        _("责任单位"),
        _("填报单位"),
        _("来源"),
        _("数据依据"),
        _("单位另行填报的数值"),
    ]
    return exports.response(user, "indicators", _("指标与数据"), notes, header, (_sheet_row(row) for row in rows))


@access.guard("s45.value", "view")
def figure_page(request: HttpRequest, code: str) -> HttpResponse:
    """One figure: value, origin, evidence, relations, path, judgement, and every value ever recorded."""
    user = access.signed_in(request)
    plan = plans.require_plan()
    as_of, known_at = _dates(request, plan)
    found = figures.detail(user, code, as_of, known_at)
    context = {
        "plan": plan,
        "figure": found,
        "item": found.indicator,
        "value": found.value,
        "as_of": as_of,
        "known_at": known_at,
        "chart": _chart(found, plan, as_of),
        "history": [(row, found.names.get(row.recorded_by, row.recorded_by)) for row in found.history],
        "computed": _computed(found),
        "limits": [
            percent(limit) for limit in (found.thresholds.on_pace, found.thresholds.basically, found.thresholds.lagging)
        ],
        "judges": found.judgement is not None and found.judgement.status is not Status.FACT,
        "problems": problems.about(user, plan, [found.indicator.code]),
    }
    return render(request, "s45/figure.html", context)


def _dates(request: HttpRequest, plan: Plan) -> tuple[date, date | None]:
    as_of = reading.day(request, "as_of")
    return (figures.default_as_of(plan) if as_of is None else as_of, reading.day(request, "known_at"))


def _chosen(request: HttpRequest) -> FigureFilter:
    kind = reading.words(request, "kind")
    return FigureFilter(
        kind=kind if kind in figures.KINDS else "",
        chapter=reading.number(request, "chapter"),
        unit=reading.words(request, "unit"),
        status=reading.words(request, "status"),
        origin=reading.words(request, "origin"),
        q=reading.words(request, "q"),
    )


def _chart(found: FigureDetail, plan: Plan, as_of: date) -> SafeString | None:
    """Targets and values over time; ``None`` where there is nothing that makes a line."""
    item = found.indicator

    def text(day: date, value: Decimal) -> str:
        return f"{day}：{format_value(display.tidy(value), item.unit, item.decimals)}"

    path = [Point(date(t.year, 12, 31), t.value, text(date(t.year, 12, 31), t.value)) for t in item.targets.all()]
    if path and item.baseline is not None:
        path.insert(0, Point(plan.starts_on, item.baseline, text(plan.starts_on, item.baseline)))
    current = {row.as_of: row for row in reversed(found.history) if row.superseded_at is None}
    points = [Point(day, row.value, text(day, row.value)) for day, row in sorted(current.items())]
    if len(path) + len(points) < 2:
        return None
    label = _("%(name)s：目标 %(targets)s；数值 %(values)s") % {
        "name": item.name,
        "targets": "，".join(point.text for point in path) or _("无"),
        "values": "，".join(point.text for point in points) or _("无"),
    }
    return path_chart(plan.starts_on, plan.ends_on, path, points, as_of, label)


def _computed(found: FigureDetail) -> str:
    """What the parts give, written like the figure; two places where the figure does not say how many."""
    if found.relation is None or found.relation.computed is None:
        return ""
    places = 2 if found.indicator.decimals is None else found.indicator.decimals
    return format_value(found.relation.computed, found.indicator.unit, places)


def _sheet_row(row: FigureRow) -> list[Cell]:
    item, value, verdict = row.indicator, row.value, row.judgement
    progress = None if verdict is None else verdict.progress
    expected = None if verdict is None else verdict.expected
    return [
        item.code,
        item.name,
        f"{item.task.code} {item.task.title}",
        _("事实数据") if item.is_fact else item.get_nature_display(),
        None if value is None else value.value,
        item.unit,
        "" if value is None else value.hedge,
        None if value is None else value.as_of,
        "" if value is None else _("是") if value.as_of_stated else _("否"),
        display.target_text(item),
        None if progress is None else percent(progress),
        None if expected is None else percent(expected),
        "" if verdict is None else str(display.STATUS_TEXT[verdict.status]),
        item.lead_unit.name,
        "" if value is None else value.unit.name,
        item.get_origin_display() if value is None else value.get_origin_display(),
        "" if value is None else value.evidence,
        None if row.reported is None else row.reported.value,
    ]
