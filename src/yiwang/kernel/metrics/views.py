"""Pages of metrics: the list, and one metric with its trend, its towns, what it counts, its rows, then and now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yiwang.kernel.access import api as access
from yiwang.kernel.audit import api as audit
from yiwang.kernel.lake import api as lake
from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.records import api as records
from yiwang.lib.clock import today
from yiwang.lib.problems import Problem
from yiwang.lib.workbooks import CONTENT_TYPE, Sheet, workbook
from yiwang.ui.charts import progress_bar
from yiwang.ui.trends import Point, sparkline, trend_chart

from . import asked as asking
from . import catalogue, definitions, registry, results, wording
from .asked import Asked, asked, month_ends
from .catalogue import Entry
from .holding import Holding
from .preparing import MONTHS
from .types import Difference, Metric, Part, Value

# A line of the list: a year and its beginning.
SPARK_MONTHS = 13
ROWS = 20
DIFFERENCES = 20


@dataclass(frozen=True)
class Line:
    """A metric of the list: its value, what it was a year before, and its line."""

    entry: Entry
    value: Value
    before: Value
    spark: SafeString

    @property
    def change(self) -> Decimal | None:
        """How much more than a year before."""
        if self.value.value is None or self.before.value is None:
            return None
        return self.value.value - self.before.value


@access.guard("metrics.metric", "view")
@require_GET
def list_page(request: HttpRequest) -> HttpResponse:
    """Every metric at the end of a day with its last twelve months."""
    chosen = asked(request)
    entries, problem, lines = _entries(request), None, []
    try:
        lines = _lines(entries, chosen)
    except Problem as error:
        if error.code not in ("lake_empty", "known_later", "lake_lacks"):
            raise
        problem = error
    context = {
        "lines": lines,
        "problem": problem,
        "message": _message(problem),
        "asked": chosen,
        "shortcuts": asking.shortcuts(chosen.as_of),
        "q": asking.words(request, "q"),
        "system": asking.words(request, "system"),
        "systems": sorted({(entry.system, entry.system_name) for entry in catalogue.entries()}),
        "reported": len(registry.reported(chosen.as_of, chosen.known_at)),
        "may_compose": access.can(access.signed_in(request), "metrics.metric", "compose"),
        "may_export": access.can(access.signed_in(request), "metrics.metric", "export"),
    }
    wants = getattr(request, "htmx", None)
    fragment = bool(wants) and not wants.history_restore_request  # type: ignore[union-attr]  # bool() said it is there
    answer = render(request, "metrics/_lines.html" if fragment else "metrics/list.html", context)
    patch_vary_headers(answer, ("HX-Request",))
    return answer


def _message(problem: Problem | None) -> str:
    return "" if problem is None else problem.message(get_language() or "zh")


def _entries(request: HttpRequest) -> list[Entry]:
    words, system = asking.words(request, "q").lower(), asking.words(request, "system")

    def named(entry: Entry) -> str:
        metric = entry.metric
        return " ".join((metric.figure, metric.code, metric.name_zh, metric.name_en)).lower()

    return [
        entry
        for entry in catalogue.entries()
        if (not system or entry.system == system) and (not words or words in named(entry))
    ]


def _lines(entries: Sequence[Entry], chosen: Asked) -> list[Line]:
    days = month_ends(chosen.as_of, SPARK_MONTHS)
    metrics = [entry.metric for entry in entries]
    told = results.told(metrics, days, chosen.known_at)
    found = []
    for entry in entries:
        values = [told.value(entry.metric, day) for day in days]
        label = _("%(name)s近一年走势") % {"name": entry.name}
        found.append(Line(entry, values[-1], values[0], sparkline([value.value for value in values], label)))
    return found


@access.guard("metrics.metric", "export")
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The list as a workbook, with what each metric counts."""
    user, chosen = access.signed_in(request), asked(request)
    lines = _lines(_entries(request), chosen)
    header = [_("图号"), _("代码"), _("指标"), _("数值"), _("单位"), _("分子"), _("分母"), _("记录数"), _("一年前"),
              _("口径"), _("系统"), _("责任单位")]  # fmt: skip
    rows = [
        [line.entry.metric.figure, line.entry.code, line.entry.name, line.value.value, line.entry.metric.unit,
         line.value.numerator, line.value.denominator, line.value.rows, line.before.value,
         wording.metric(line.entry.metric), line.entry.system_name, line.entry.owner.name if line.entry.owner else ""]
        for line in lines
    ]  # fmt: skip
    notes = [
        _("截至 %(day)s") % {"day": chosen.as_of}
        + ("" if chosen.known_at is None else _("，按 %(day)s 已知的记录") % {"day": chosen.known_at}),
        _("数据湖快照 %(name)s") % {"name": lake.newest_name()[:12]},
        f"{_('导出')}：{user.display_name}，{today()}",
    ]
    audit.record("export", actor=user.username, object_type="table", object_id="metrics", detail={"rows": len(rows)})
    data = workbook([Sheet(name=_("指标"), title=_("指标"), notes=notes, header=header, rows=rows)])
    found = HttpResponse(data, content_type=CONTENT_TYPE)
    found["Content-Disposition"] = f'attachment; filename="metrics-{chosen.as_of:%Y%m%d}.xlsx"'
    return found


@access.guard("metrics.metric", "view")
@require_GET
def metric_page(request: HttpRequest, code: str) -> HttpResponse:
    """One metric: value, trend, towns and units, what it counts, who answers; rows and differences come after it."""
    chosen = asked(request)
    entry = catalogue.entry(code, asking.number(request, "version") or None)
    context: dict[str, Any] = {
        "entry": entry,
        "metric": entry.metric,
        "asked": chosen,
        "shortcuts": asking.shortcuts(chosen.as_of),
        "words": wording.metric(entry.metric),
        "expression": definitions.expression(entry.metric),
        "parts": _parts(entry.metric),
        "figure_url": registry.address_of(entry.metric.figure),
        "versions": catalogue.versions(entry.code),
        "retired": entry.version is not None and entry.version.metric.retired_at is not None,
        "may_compose": entry.version is not None and access.can(access.signed_in(request), "metrics.metric", "compose"),
    }
    try:
        context |= _numbers(entry, chosen)
    except Problem as error:
        if error.code not in ("lake_empty", "known_later", "lake_lacks"):
            raise
        context |= {"problem": error, "message": _message(error)}
    return render(request, "metrics/metric.html", context)


def _parts(metric: Metric) -> list[tuple[str, str, Part, records.RecordType]]:
    """Name in the address, title, part and record type of numerator and denominator."""
    titles = [("numerator", _("分子") if metric.denominator else _("计数")), ("denominator", _("分母"))]
    return [
        (name, title, part, records.record_type(part.selection.record))
        for (name, title), part in zip(titles, metric.parts, strict=False)
    ]


def _numbers(entry: Entry, chosen: Asked) -> dict[str, Any]:
    metric = entry.metric
    days = month_ends(chosen.as_of, MONTHS)
    told = results.told([metric], days, chosen.known_at)
    points = [_point(told.value(metric, day)) for day in days]
    label = _("%(name)s：%(first)s 至 %(last)s 各月末") % {
        "name": entry.name, "first": f"{days[0]:%Y-%m}", "last": f"{days[-1]:%Y-%m}",
    }  # fmt: skip
    return {
        "value": told.value(metric, chosen.as_of),
        "snapshot": told.snapshot,
        "chart": trend_chart(points, label),
        "points": points[::-1],
        "towns": _groups(metric, chosen, "town"),
        "units": _groups(metric, chosen, "unit"),
    }


def _point(value: Value) -> Point:
    text = f"{value.as_of}：{'—' if value.value is None else f'{value.value:,f}'}{value.metric.unit}"
    return Point(value.as_of, value.value, text)


@dataclass(frozen=True)
class Group:
    """A town or unit: its value, and how long its bar is (0 to 100, the longest is 100)."""

    name: str
    value: Value
    percent: int

    @property
    def bar(self) -> SafeString:
        """The bar."""
        return progress_bar(self.percent, label=self.name)


def _groups(metric: Metric, chosen: Asked, by: str) -> list[Group]:
    told = results.told([metric], [chosen.as_of], chosen.known_at, by)
    found = {group: told.value(metric, chosen.as_of, group) for group in told.groups}
    found = {group: value for group, value in found.items() if value.numerator or value.denominator}
    if set(found) == {""}:
        # Records of this type name no town or no unit.
        return []
    if by == "town":
        names = {town.code12[:9]: town.name for town in orgs.divisions(None, level="town")}
    else:
        names = {f"{unit.path}/": unit.short_name for unit in orgs.Unit.objects.all()}
    top = max((value.value for value in found.values() if value.value is not None), default=Decimal(0))
    groups = [
        Group(
            names.get(group, group) or (_("未注明镇街") if by == "town" else _("未注明单位")),
            value,
            int(value.value * 100 / top) if top > 0 and value.value is not None and value.value > 0 else 0,
        )
        for group, value in found.items()
    ]
    return sorted(groups, key=lambda group: (group.value.value is None, -(group.value.value or 0), group.name))


@access.guard("metrics.metric", "view")
@require_GET
def rows(request: HttpRequest, code: str) -> HttpResponse:
    """The records behind numerator or denominator, page by page: as far as the reader may see them, and masked."""
    from . import values

    user, chosen = access.signed_in(request), asked(request)
    entry = catalogue.entry(code, asking.number(request, "version") or None)
    name = asking.words(request, "part") or "numerator"
    part = {"numerator": entry.metric.numerator, "denominator": entry.metric.denominator}.get(name)
    if part is None:
        raise Problem(
            "metric_part_unknown", "该指标没有这一部分。", "The metric has no such part.", status=404, field="part"
        )
    kind = records.record_type(part.selection.record)
    title = next(title for named, title, _part, _kind in _parts(entry.metric) if named == name)
    context: dict[str, Any] = {
        "entry": entry, "kind": kind, "part": name, "title": title, "asked": chosen, "words": wording.part(part),
    }  # fmt: skip
    if not records.can(user, kind, "view"):
        return render(request, "metrics/_rows.html", context | {"forbidden": True})
    after = asking.number(request, "after")
    with values.reading() as opened:
        found = opened.at(replace(_scope(user, kind), known_at=chosen.known_at))
        listed = values.rows_behind(found, part, chosen.as_of, after=after, most=ROWS + 1)
        within = values.count_of(found, part, chosen.as_of)
    picked = records.picked(user, kind, [(row.id, row.version) for row in listed[:ROWS]])
    context |= {
        "picked": picked,
        "within": within,
        "everything": _scope(user, kind) == Holding(),
        "next": listed[ROWS - 1].id if len(listed) > ROWS else None,
        "first": after == 0,
        # Since the snapshot was taken they went to another unit, or away for good.
        "gone": [row for row in listed[:ROWS] if row.id not in picked.shown],
    }
    return render(request, "metrics/_rows.html", context)


@access.guard("metrics.metric", "view")
@require_GET
def compare(request: HttpRequest, code: str) -> HttpResponse:
    """Then and now: the value as it was known at the end of a day, as it is now, and the records in between."""
    from . import values

    user, chosen = access.signed_in(request), asked(request)
    entry = catalogue.entry(code, asking.number(request, "version") or None)
    then_day = asking.day(request, "then") or min(chosen.as_of, today())
    changes = []
    with values.reading() as now:
        then = now.at(Holding(then_day))
        sides = [values.values(side, [entry.metric], [chosen.as_of])[0] for side in (then, now)]
        for _name, title, part, kind in _parts(entry.metric):
            kinds = values.differences(then, now, part, chosen.as_of, most=0).kinds
            listed: Sequence[Difference] = ()
            if records.can(user, kind, "view"):
                mine = _scope(user, kind)
                own = (then.at(replace(mine, known_at=then_day)), now.at(mine))
                listed = values.differences(*own, part, chosen.as_of, most=DIFFERENCES).listed
            count = sum(number for number, _adds in kinds.values())
            changes.append(Changes(title, kind, count, sorted(kinds.items()), listed))
    before, after = (side.value for side in sides)
    context = {
        "entry": entry,
        "asked": chosen,
        "then_day": then_day,
        "then": sides[0],
        "now": sides[1],
        "changes": changes,
        "difference": None if before is None or after is None else after - before,
    }
    return render(request, "metrics/_compare.html", context)


@dataclass(frozen=True)
class Changes:
    """How a part changed: records by kind with what they add, and those of them that the reader may see."""

    title: str
    kind: records.RecordType
    count: int
    kinds: Sequence[tuple[str, tuple[int, Decimal]]]
    listed: Sequence[Difference]


def _scope(user: access.User, kind: records.RecordType) -> Holding:
    """The records of a type that the reader may see."""
    low, high, place_low, place_high, everything = access.bounds(records.scope(user, kind, "view"))
    return Holding() if everything else Holding(units=(low, high), places=(place_low, place_high))
