"""The day's work with the fleet and the violations not yet handled; the records have the pages of every record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from yiwang.kernel.access import api as access
from yiwang.kernel.codes import api as codes
from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.records import api as records
from yiwang.lib.clock import today

from . import selectors
from .models import Position, SilenceCheck, Vessel, Violation

FLAGS = {
    "silent": (_("失联待核查"), "danger"),
    "outside": (_("越界"), "danger"),
    "violation": (_("违规未处理"), "danger"),
    "licence": (_("许可证过期"), "warn"),
    "inspection": (_("检验过期"), "warn"),
    "mmsi": (_("MMSI 重复"), "warn"),
    "checked": (_("失联已核查"), "info"),
}
PAGE_SIZE = 50


def _day(request: HttpRequest, user: access.User) -> date:
    # The demonstration ends in 2023: "today" would show every vessel silent.
    return records.asked_day(request.GET.get("as_of", "")) or selectors.last_day(user) or today()


def _groups(
    groups: Iterable[selectors.Group], names: dict[str, str]
) -> list[tuple[str, str, int, list[tuple[str, object, int]]]]:
    """Key, name, vessels, and for each flag its key, label and vessels."""
    return [
        (
            group.key, names.get(group.key, group.key), group.vessels,
            [(flag, label, group.flags[flag]) for flag, (label, _tone) in FLAGS.items()],
        )
        for group in groups
    ]  # fmt: skip


def _labels(name: str) -> dict[str, str]:
    language = get_language() or "zh"
    found = codes.code_list(name)
    return {item.value: found.label(item.value, language) for item in found.values()}


@require_GET
@access.guard("s28.vessel", "view")
def overview_page(request: HttpRequest) -> HttpResponse:
    """Vessels with what is wrong with them, those that need somebody first; counts by port and by town."""
    user = access.signed_in(request)
    found = selectors.overview(user, _day(request, user))
    chosen = {name: request.GET.get(name, "").strip() for name in ("flag", "kind", "port", "town", "q")}
    page = Paginator(_chosen(found.rows, chosen), PAGE_SIZE).get_page(request.GET.get("page"))
    places = dict(orgs.divisions().values_list("code12", "name"))
    ports, zones, causes = _labels("fishing-port"), _labels("fishing-zone"), _labels("silence-cause")
    towns = [group for group in found.by_town() if group.key]
    context = {
        "found": found,
        "fines": found.penalties.fines / 10_000,
        "silence": found.silence.amount(get_language() or "zh"),
        "to_verify": found.silence.certainty == "verify",
        "page": page,
        "rows": [
            (
                row, [FLAGS[flag] for flag in row.flags], ports.get(row.vessel.port, row.vessel.port),
                places.get(selectors.town_of(row.vessel.place), ""), zones.get(row.zone, ""), causes.get(row.cause, ""),
            )
            for row in page
        ],
        "flags": [(flag, label, found.counts[flag]) for flag, (label, _tone) in FLAGS.items()],
        "kinds_of_vessel": _labels("vessel-kind").items(),
        "ports": _groups(found.by_port(), ports),
        "towns": _groups(towns, places),
        "chosen": chosen,
        "narrowed": any(chosen.values()),
        "kinds": [
            model.record_type
            for model in (Vessel, Position, SilenceCheck, Violation)
            if records.can(user, model.record_type, "view")
        ],
        "may_check": records.can(user, SilenceCheck.record_type, "add"),
    }  # fmt: skip
    return render(request, "s28/overview.html", context)


def _chosen(rows: list[selectors.VesselRow], chosen: dict[str, str]) -> list[selectors.VesselRow]:
    """The rows that the filters leave; what names no flag, kind, port or town leaves nothing out of it."""
    words = chosen["q"]
    return [
        row
        for row in rows
        if (not chosen["flag"] or chosen["flag"] in row.flags)
        and (not chosen["kind"] or chosen["kind"] == row.vessel.kind)
        and (not chosen["port"] or chosen["port"] == row.vessel.port)
        and (not chosen["town"] or chosen["town"] == selectors.town_of(row.vessel.place))
        and (words in row.vessel.vessel_no or words == row.vessel.mmsi)
    ]


@require_GET
@access.guard("s28.violation", "view")
def violations_page(request: HttpRequest) -> HttpResponse:
    """Violations that nobody has handled, the oldest first."""
    user = access.signed_in(request)
    as_of = _day(request, user)
    found = selectors.open_violations(user, as_of)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    kinds = _labels("vessel-violation")
    limit = selectors.case_limit(as_of)
    context = {
        "as_of": as_of,
        "page": page,
        "rows": [(row, kinds.get(row.violation.kind, row.violation.kind)) for row in page],
        "late": sum(row.late for row in found),
        "limit": limit.amount(get_language() or "zh") if limit else "",
        "total": len(found),
    }
    return render(request, "s28/violations.html", context)
