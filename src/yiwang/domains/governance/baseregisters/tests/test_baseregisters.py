"""Base registers and residence codes: rules, the two pages, who sees what, the feed, the demonstration's figures."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yiwang.domains.governance.baseregisters import demo, selectors, services
from yiwang.domains.governance.baseregisters.models import (
    ROOM,
    STREET,
    Address,
    Declaration,
    House,
    Organisation,
    ResidenceTask,
    Resident,
)
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.orgs.api import Division, Unit
from yiwang.kernel.records import api as records
from yiwang.kernel.records.api import NewRow
from yiwang.kernel.registers import api as registers
from yiwang.kernel.registers.extend import population
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db
FIGURES = Path(__file__).parents[3] / "evaluation" / "planning" / "demo" / "figures.csv"
DAY = "2023-01-10"
PLACE, TOWN, OTHER = "441502001001", "441502001", "441502002001"
STREET_CODE, ROOM_CODE, HOUSE = "4415020010014100000000001", "4415020010016000000000001", "441502001001H0000001"
ROWS: dict[Any, dict[str, object]] = {
    Address: {"address_code": ROOM_CODE, "level": "60", "name": "1号101房", "full_text": "演示1路1号101房",
              "parent_code": STREET_CODE, "verified_on": DAY},
    House: {"house_code": HOUSE, "address_code": ROOM_CODE, "name": "101房", "use": "住宅", "sets": "2",
            "verified_on": DAY},
    Resident: {"name": "李演一", "kind": "户籍人口", "house_code": HOUSE, "verified_on": DAY},
    Organisation: {"uscc": population.organisation(0).uscc, "name": "演示商行", "kind": "individual",
                   "address_code": ROOM_CODE, "verified_on": DAY},
    ResidenceTask: {"task_no": "J1", "house_code": HOUSE, "kind": "分套"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def unit() -> Unit:
    """The police, and a division to lie in."""
    registers.check_key()
    for code, level in ((TOWN + "000", "town"), ("441502002000", "town"), (PLACE, "village"), (OTHER, "village")):
        Division.objects.create(code12=code, name=f"地{code}", level=level, kind="街道", administered=True)
    return make_unit("cq/police")


@pytest.fixture
def clerk(unit: Unit) -> User:
    return make_user("operator", unit)


@pytest.fixture
def add(clerk: User, unit: Unit) -> Callable[..., Any]:
    """A row of a type; what it links to is made before it."""
    known: set[str] = set()

    def made(model: Any, place: str = PLACE, **cells: object) -> Any:
        if not known:
            known.add(STREET_CODE)
            street = {"address_code": STREET_CODE, "level": "41", "name": "演示1路", "full_text": "演示1路"}
            records.create(Address.record_type, {"valid_from": DAY, **street}, actor=clerk, unit=unit, place=PLACE)
        return records.create(model.record_type, cells, actor=clerk, unit=unit, place=place)

    return made


@pytest.fixture
def whole(add: Callable[..., Any]) -> None:
    """One of each: a resident in a house at a room of a street, an organisation, two tasks, one declared."""
    add(Address, valid_from=DAY, **ROWS[Address])
    add(House, valid_from=DAY, **ROWS[House])
    add(Resident, valid_from=DAY, person_key=population.person(0).citizen_id, **ROWS[Resident])
    add(Organisation, valid_from=DAY, **ROWS[Organisation])
    add(ResidenceTask, valid_from=DAY, **ROWS[ResidenceTask])
    add(ResidenceTask, valid_from=DAY, **ROWS[ResidenceTask] | {"task_no": "J2"})
    add(Declaration, task_no="J1", person_key=population.person(0).citizen_id, way="owner", occurred_on="2023-02-01")


@pytest.mark.parametrize(
    ("model", "change", "code"),
    [
        (Address, {"parent_code": ""}, "address_parent_missing"),
        (Address, {"parent_code": "4415020010014100000000009"}, "link_unknown"),
        (Address, {"address_code": "新路1号"}, "register_code_form"),
        (Address, {"lon": "115.3"}, "point_half"),
        (Address, {"lon": "22.7", "lat": "115.3"}, "point_outside"),
        (Address, {"verified_on": "2023-01-09"}, "verified_early"),
        (Address, {"level": "99"}, "code_unknown"),
        (House, {"address_code": STREET_CODE[:-1] + "8"}, "link_unknown"),
        (House, {"sets": "0"}, "cell_integer"),
        (Resident, {"kind": "流动人口"}, "arrival_missing"),
        (Resident, {"person_key": "441502200002291017"}, "citizen_id_check"),
        (Organisation, {"uscc": "91441502MAY000010A"}, "uscc_check"),
        (Declaration, {"arrived_on": "2023-02-02"}, "arrival_late"),
        (Declaration, {"task_no": "J9"}, "link_unknown"),
    ],
)
def test_a_wrong_row_is_refused(
    model: Any, change: dict[str, object], code: str, add: Callable[..., Any], whole: None
) -> None:
    fresh: dict[Any, dict[str, object]] = {
        Address: {"address_code": ROOM_CODE[:-1] + "2"},
        House: {"house_code": HOUSE[:-1] + "2"},
        Resident: {"person_key": population.person(1).citizen_id},
        Organisation: {"uscc": population.organisation(1).uscc},
    }
    if model is Declaration:
        cells: dict[str, object] = {
            "task_no": "J2", "person_key": population.person(1).citizen_id, "way": "owner", "occurred_on": "2023-02-01",
        }  # fmt: skip
    else:
        cells = {**ROWS[model], **fresh[model], "valid_from": DAY}
    with pytest.raises(Problem) as caught:
        add(model, **cells | change)
    assert code in str(caught.value.detail)
    add(model, **cells)


def test_the_overview_counts_what_is_in_force(clerk: User, add: Callable[..., Any], whole: None) -> None:
    add(House, OTHER, valid_from=DAY, **ROWS[House] | {"house_code": HOUSE[:-1] + "2"})
    found = selectors.overview(clerk, date(2023, 6, 30))
    assert {key: kept.total for key, kept in found.total.items()} == {
        "address": 2, "house": 2, "resident": 1, "organisation": 1,
    }  # fmt: skip
    # The street was never verified.
    assert found.total["address"].stale == 1
    assert (found.streets, found.rooms, found.empty_houses, found.homeless) == (1, 1, 1, 0)
    assert [row.kept["house"].total for row in found.towns] == [1, 1]
    assert selectors.overview(clerk, date(2023, 1, 9)).towns == []
    late = selectors.overview(clerk, date(2024, 1, 11))
    assert late.total["house"].stale == 2
    assert {key for key, _item in late.stale} == {"address", "house", "resident", "organisation"}


def test_residence_codes_count_sets_and_lateness(clerk: User, add: Callable[..., Any], whole: None) -> None:
    found = selectors.residence(clerk, date(2023, 2, 28))
    assert (found.total.tasks, found.total.declared, found.total.rate) == (2, 1, Decimal("50.00"))
    assert (found.houses, found.sets) == (1, 2)
    # A second declaration of the same set is no second set. 3 February is a Friday: three working days end on the 8th.
    for number, day in enumerate(("2023-02-08", "2023-02-09")):
        add(
            Declaration, task_no="J1", person_key=population.person(2 + number).citizen_id, way="agent",
            arrived_on="2023-02-03", occurred_on=day,
        )  # fmt: skip
    found = selectors.residence(clerk, date(2023, 2, 28))
    assert (found.total.declared, found.recent, found.late, found.days) == (1, 2, 1, 3)
    assert selectors.residence(clerk, date(2023, 1, 31)).total.declared == 0
    records.withdraw(Declaration.objects.order_by("pk")[0], actor=clerk, reason="重复登记")
    assert selectors.residence(clerk, date(2023, 2, 7)).total.declared == 0


def test_a_town_sees_its_own_and_another_unit_nothing(client: Client, whole: None) -> None:
    for user, seen in (
        (make_user("town", make_town(TOWN)), 1),
        (make_user("town", make_town("441502002")), 0),
        (make_user("liaison", "cq/health"), 0),
        (make_user("bureau", "cq/data"), 1),
    ):
        client.force_login(user)
        found = client.get("/api/v1/governance/baseregisters/overview?as_of=2023-06-30").json()
        assert found["total"]["resident"] == seen
        assert client.get("/api/v1/governance/baseregisters/residence?as_of=2023-06-30").json()["tasks"] == 2 * seen
        page = client.get(reverse("s21:waiting"), {"register": "resident", "as_of": "2024-06-30"}).content.decode()
        assert ("李**" in page) == bool(seen)
        assert "李演一" not in page
    client.force_login(make_user("viewer", "cq/data"))
    assert client.get(reverse("s21:overview")).status_code == 403


def make_town(place: str) -> Unit:
    """The office of a town."""
    unit = make_unit(f"cq/t{place}")
    Unit.objects.filter(pk=unit.pk).update(division=Division.objects.filter(code12=place + "000").first())
    return Unit.objects.get(pk=unit.pk)


def test_what_is_entered_becomes_known_to_all_systems(client: Client, whole: None) -> None:
    assert services.feed() == {"s21.address": 2, "s21.house": 1, "s21.organisation": 1}
    client.force_login(make_user("bureau", "cq/data"))
    house = client.get(reverse("registers:house", args=[HOUSE])).content.decode()
    assert "实有人口" in house
    assert "居住码房屋任务" in house
    assert "实有房屋" in client.get(reverse("registers:address", args=[ROOM_CODE])).content.decode()
    assert services.feed() == {"s21.address": 2, "s21.house": 1, "s21.organisation": 1}


def figure(number: str) -> Decimal:
    """A published figure of the report."""
    with FIGURES.open(encoding="utf-8", newline="") as handle:
        return next(Decimal(row["value"]) for row in csv.DictReader(handle) if row["id"] == number)


def cells_of(rows: Iterator[NewRow]) -> Iterator[dict[str, Any]]:
    """What the rows hold."""
    return (dict(row.cells) for row in rows)


def standing(rows: Iterator[NewRow]) -> list[dict[str, Any]]:
    """Cells of the rows in force at the report's day."""
    found = cells_of(rows)
    return [row for row in found if row["valid_from"] <= demo.CUT < (row.get("valid_to") or date.max)]


def test_the_demonstration_counts_to_the_report_s_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registers, "keep_people", lambda people, source: len(list(people)))
    levels = Counter(row["level"] for row in standing(demo._addresses("p/")))
    houses, residents, tasks = (
        standing(rows) for rows in (demo._houses("p/"), demo._residents("p/"), demo._tasks("p/"))
    )
    declared = {row["task_no"] for row in cells_of(demo._declarations("p/")) if row["occurred_on"] <= demo.CUT}
    counted = {
        "F079": levels.total(),
        "F080": levels[STREET],
        "F081": levels[ROOM],
        "F082": len(houses),
        "F083": len({row["person_key"] for row in residents}),
        "F084": len(standing(demo._organisations("p/"))),
        "F085": len(tasks),
        "F086": len(declared),
        "F087": round(Decimal(len(declared) * 100) / len(tasks), 2),
    }
    assert {number: figure(number) for number in counted} == counted
    assert len(residents) == counted["F083"]
    assert sum(row["sets"] for row in houses) == len(tasks)


def test_no_declaration_is_earlier_than_its_task() -> None:
    begun = {row["task_no"]: row["valid_from"] for row in cells_of(demo._tasks("p/"))}
    assert all(row["occurred_on"] >= begun[row["task_no"]] for row in cells_of(demo._declarations("p/")))
