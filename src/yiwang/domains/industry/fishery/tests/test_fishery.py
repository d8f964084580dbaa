"""S28: what the day's page says of vessels, what is refused, and that the demonstration counts right."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yiwang.domains.industry.fishery import demo, selectors
from yiwang.domains.industry.fishery.models import Position, SilenceCheck, Vessel, Violation, mmsi_fault
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.orgs import demo as orgs_demo
from yiwang.kernel.records import api as records
from yiwang.kernel.registers import api as registers
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db
DAY = date(2023, 6, 30)
YEAR = date(2023, 1, 1)
PERSON, FIRM = "441502200002291016", "11441502MA0000015X"
FIGURES = Path(__file__).parents[3] / "evaluation" / "planning" / "demo" / "figures.csv"


@pytest.fixture
def bureau() -> User:
    """Who keeps the books."""
    registers.check_key()
    return make_user("bureau", "cq/marine")


def keep(user: User, model: Any, **cells: object) -> Any:
    """A record of the brigade."""
    return records.create(model.record_type, cells, actor=user, unit=make_unit("cq/marine"))


def vessel(user: User, number: str, **cells: object) -> Any:
    """A vessel whose papers are in order on the day."""
    row: dict[str, object] = {
        "vessel_no": number, "kind": "国库渔船", "owner_name": "张三", "owner_key": PERSON, "port": "马宫渔港",
        "licence_no": "船捕1号", "licence_to": "2025-06-30", "inspection_to": "2023-06-30", "valid_from": "2021-01-01",
    }  # fmt: skip
    return keep(user, Vessel, **(row | cells))


def heard(user: User, number: str, day: str, zone: str) -> Any:
    """A day at sea or in port, last heard at 23:00."""
    return keep(user, Position, vessel_no=number, occurred_on=day, last_heard=1380, zone=zone)


def violation(user: User, number: str, day: str, **cells: object) -> Any:
    """A violation found at sea."""
    row = {"vessel_no": number, "occurred_on": day, "kind": "gear", "sea_area": "红海湾海域", "found_by": "sea"}
    return keep(user, Violation, **(row | cells))


def flags(user: User, day: date = DAY) -> dict[str, tuple[str, ...]]:
    """What is wrong with each vessel, in the order of the page."""
    return {row.vessel.vessel_no: row.flags for row in selectors.overview(user, day).rows}


def test_the_page_shows_what_needs_somebody_first(bureau: User) -> None:
    for number in ("A1", "A2", "A3", "A4", "A5", "A6"):
        vessel(bureau, number)
    vessel(bureau, "A7", licence_to="2023-06-29")
    vessel(bureau, "A8", kind="township", licence_no="", licence_to="", inspection_to="")
    vessel(bureau, "A9", valid_to="2023-06-30")
    heard(bureau, "A1", "2023-06-28", "permitted")
    heard(bureau, "A2", "2023-06-28", "permitted")
    keep(bureau, SilenceCheck, vessel_no="A2", occurred_on="2023-06-29", cause="断电", way="电话核查")
    heard(bureau, "A3", "2023-06-01", "port")
    heard(bureau, "A4", "2023-06-30", "outside")
    heard(bureau, "A5", "2023-06-30", "permitted")
    violation(bureau, "A6", "2023-06-10")
    violation(bureau, "A6", "2023-06-11", handled_on="2023-07-01")
    assert list(flags(bureau).items()) == [
        ("A1", ("silent",)), ("A4", ("outside",)), ("A6", ("violation",)), ("A7", ("licence",)), ("A2", ("checked",)),
        ("A3", ()), ("A5", ()), ("A8", ()),
    ]  # fmt: skip
    found = selectors.overview(bureau, DAY)
    assert (found.state, found.township, found.open_violations) == (7, 1, 2)
    assert [(group.key, group.vessels, group.flags["silent"]) for group in found.by_port()] == [("magong", 8, 1)]
    assert flags(bureau, date(2023, 7, 1))["A3"] == ("inspection",), "its last day was 30 June"


def test_a_check_speaks_of_the_silence_before_it_and_not_of_the_next(bureau: User) -> None:
    vessel(bureau, "A1")
    heard(bureau, "A1", "2023-06-10", "permitted")
    keep(bureau, SilenceCheck, vessel_no="A1", occurred_on="2023-06-12", cause="power", way="call")
    assert flags(bureau, date(2023, 6, 13))["A1"] == ("checked",)
    heard(bureau, "A1", "2023-06-20", "permitted")
    assert flags(bureau, date(2023, 6, 20))["A1"] == ()
    assert flags(bureau, date(2023, 6, 25))["A1"] == ("silent",)


def test_two_vessels_with_one_terminal_number_are_shown(bureau: User) -> None:
    vessel(bureau, "A1", mmsi="412000001")
    vessel(bureau, "A2", mmsi="412000001")
    vessel(bureau, "A3", mmsi="412000002")
    assert selectors.overview(bureau, DAY).counts["mmsi"] == 2


@pytest.mark.parametrize("text", ["412000001", "413999999", "414000000"])
def test_the_terminal_number_of_a_chinese_vessel_is_taken(text: str) -> None:
    assert mmsi_fault(text) is None


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        ({"mmsi": "415000001"}, "mmsi", "mmsi_form"),
        ({"mmsi": "41200001"}, "mmsi", "mmsi_form"),
        ({"mmsi": "４12000001"}, "mmsi", "mmsi_form"),
        ({"owner_uscc": FIRM}, "owner_key", "owner_unclear"),
        ({"owner_key": ""}, "owner_key", "owner_unclear"),
        ({"licence_no": ""}, "licence_no", "licence_number_missing"),
        ({"inspected_on": "2023-07-01"}, "inspection_to", "inspection_ends_early"),
        ({"port": "外港"}, "port", "code_unknown"),
        ({"valid_to": "2020-12-31"}, "valid_to", "dates_reversed"),
        ({"mobile": "一三八"}, "mobile", "cell_phone"),
    ],
)
def test_a_vessel_that_cannot_be_is_refused_in_both_languages(
    bureau: User, cells: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(Problem) as refused:
        vessel(bureau, "A1", **cells)
    said(refused.value, field, code)


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        ({"vessel_no": "Z9"}, "vessel_no", "link_unknown"),
        ({"handled_on": "2023-06-09"}, "handled_on", "handled_early"),
        ({"handled_on": "2023-06-12", "penalty": "5000"}, "decision_no", "decision_missing"),
        ({"decision_no": "罚1号"}, "handled_on", "decision_undated"),
        ({"handled_on": "2023-06-12", "decision_no": "罚1号", "penalty": "-1"}, "penalty", "cell_number"),
    ],
)
def test_a_violation_that_cannot_be_is_refused_in_both_languages(
    bureau: User, cells: dict[str, Any], field: str, code: str
) -> None:
    vessel(bureau, "A1")
    with pytest.raises(Problem) as refused:
        violation(bureau, **({"number": "A1", "day": "2023-06-10"} | given(cells)))
    said(refused.value, field, code)


def given(cells: dict[str, Any]) -> dict[str, Any]:
    """The vessel's number is the first argument of :func:`violation`."""
    return {"number" if name == "vessel_no" else name: value for name, value in cells.items()}


def said(problem: Problem, field: str, code: str) -> None:
    """The problem names the column, with a sentence in each language."""
    faults = problem.detail["fields"]
    assert isinstance(faults, dict)
    assert faults[field]["code"] == code
    assert faults[field]["zh"]
    assert faults[field]["en"]


def test_penalties_are_counted_by_the_day_of_the_decision_and_vessels_once(bureau: User) -> None:
    for number in ("A1", "A2", "A3"):
        vessel(bureau, number)
    violation(bureau, "A1", "2022-12-01", handled_on="2023-01-01", decision_no="罚1号", penalty="1000.50")
    violation(bureau, "A1", "2023-05-01", handled_on="2023-06-30", decision_no="罚2号", penalty="2000")
    violation(bureau, "A2", "2023-05-01", handled_on="2023-06-01", decision_no="罚3号")
    violation(bureau, "A3", "2023-05-01", handled_on="2023-07-01", decision_no="罚4号", penalty="9000")
    violation(bureau, "A3", "2023-05-01", handled_on="2023-06-01")
    found = selectors.penalties(bureau, YEAR, DAY)
    assert found == selectors.Penalties(2, 3, Decimal("3000.50"))


def test_open_violations_say_when_the_time_for_a_case_is_over(bureau: User) -> None:
    vessel(bureau, "A1")
    violation(bureau, "A1", "2023-03-01")
    violation(bureau, "A1", "2023-06-10")
    found = selectors.open_violations(bureau, DAY)
    assert [(row.days, row.due, row.late) for row in found] == [
        (121, date(2023, 5, 30), True), (20, date(2023, 9, 8), False)
    ]  # fmt: skip
    assert selectors.case_limit(date(2021, 7, 14)) is None, "the rule holds from 15 July 2021"


def test_pages_and_interface_say_the_same(bureau: User, client: Client) -> None:
    vessel(bureau, "A1", licence_to="2023-01-01", mobile="13800000000")
    vessel(bureau, "A2")
    violation(bureau, "A2", "2023-06-10")
    client.force_login(bureau)
    page = client.get(reverse("s28:overview"), {"as_of": "2023-06-30", "flag": "licence"})
    text = page.content.decode()
    assert [row[0].vessel.vessel_no for row in page.context["rows"]] == ["A1"]
    assert "13800000000" not in text
    assert PERSON not in text
    answer = client.get("/api/v1/industry/fishery/overview", {"as_of": "2023-06-30"}).json()
    assert (answer["counts"]["licence"], answer["counts"]["violation"], answer["open_violations"]) == (1, 1, 1)
    assert [row["vessel_no"] for row in answer["vessels"]] == ["A2", "A1"]
    period = {"since": "2023-01-01", "until": "2023-06-30"}
    assert client.get("/api/v1/industry/fishery/penalties", period).json()["fines"] == "0.00"
    turned = client.get("/api/v1/industry/fishery/penalties", {"since": "2023-06-30", "until": "2023-01-01"})
    assert (turned.status_code, turned.json()["code"]) == (400, "period_reversed")
    waiting = client.get(reverse("s28:violations"), {"as_of": "2023-06-30"})
    assert "A2" in waiting.content.decode()
    for name in ("s28:overview", "s28:violations"):
        assert client.get(reverse(name), {"as_of": "去年"}).status_code == 400
        assert client.get(reverse(name), {"as_of": "2021-01-01"}).status_code == 200


def published() -> dict[str, Decimal]:
    """The report's figures."""
    with FIGURES.open(encoding="utf-8-sig", newline="") as handle:
        return {row["id"]: Decimal(row["value"]) for row in csv.DictReader(handle) if row["system"] == "S28"}


@pytest.mark.slow
def test_the_demonstration_counts_to_the_report_s_figures() -> None:
    registers.check_key()
    orgs_demo.load(DAY)
    assert demo.load(lambda _line: None)
    assert not demo.load(lambda _line: None), "a second time changes nothing"
    user = make_user("bureau", "cq/data")
    found = selectors.overview(user, DAY)
    counted = {
        "F099": Decimal(found.penalties.vessels), "F100": found.penalties.fines / 10_000,
        "F101": Decimal(found.township), "F102": Decimal(found.state),
    }  # fmt: skip
    assert counted == published()
    assert all(found.counts.values()), f"the page has something of everything to show: {found.counts}"
    models = (Vessel, Position, SilenceCheck, Violation)
    assert not any(model._base_manager.filter(synthetic=False).exists() for model in models)
    assert Position._base_manager.count() > 20_000
    assert Violation.history_model._base_manager.filter(superseded_kind="corrected").exists()
    assert Vessel.history_model._base_manager.filter(superseded_kind="corrected").exists()
    # No number is written down anywhere: fewer rows, smaller figures.
    gone = Violation._base_manager.filter(handled_on__range=(YEAR, DAY)).exclude(penalty=None).first()
    assert gone is not None
    Violation._base_manager.filter(vessel_no=gone.vessel_no).delete()
    Vessel._base_manager.filter(vessel_no=gone.vessel_no).delete()
    fewer = selectors.overview(user, DAY)
    assert fewer.penalties.vessels == found.penalties.vessels - 1
    assert fewer.penalties.fines < found.penalties.fines
    assert fewer.state + fewer.township == found.state + found.township - 1
