"""Apps: rules, adoption against the residents, who sees what, the demonstration's figures."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yiwang.domains.services.portal import demo, selectors
from yiwang.domains.services.portal.models import (
    App,
    CitizenUser,
    EnterpriseUser,
    MonthlyActivity,
    PromotionTarget,
)
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.orgs.api import Division
from yiwang.kernel.records import api as records
from yiwang.kernel.records.api import NewRow
from yiwang.kernel.registers import api as registers
from yiwang.kernel.registers.extend import population
from yiwang.lib.identifiers import citizen_id_fault, uscc_fault
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db
FIGURES = Path(__file__).parents[3] / "evaluation" / "planning" / "demo" / "figures.csv"
PLACE = "441502001001"
DAY = date(2023, 6, 30)


@pytest.fixture
def bureau() -> User:
    return make_user("bureau", "cq/data")


def add(model: Any, actor: User, place: str = PLACE, /, **cells: object) -> Any:
    return records.create(model.record_type, cells, actor=actor, unit=make_unit("cq/data"), place=place)


@pytest.fixture(autouse=True)
def apps(bureau: User) -> None:
    """The main app with three users, of whom one has left; an enterprise app with one."""
    registers.check_key()
    for code, level in (("441502001000", "town"), (PLACE, "village")):
        Division.objects.create(code12=code, name=f"地{code}", level=level, kind="街道", administered=True)
    add(App, bureau, "", app_code="yss", name="粤省事", audience="citizen", valid_from="2021-01-01")
    add(App, bureau, "", app_code="yst", name="粤商通", audience="enterprise", valid_from="2021-01-01")
    for number, gone in enumerate(("", "", "2023-05-01")):
        add(
            CitizenUser, bureau, PLACE if number == 0 else "", app_code="yss",
            person_key=population.person(number).citizen_id, channel="self", occurred_on=f"2023-0{number + 4}-01",
            cancelled_on=gone if number < 2 else "",
        )  # fmt: skip
    add(
        CitizenUser, bureau, "", app_code="yss", person_key=population.person(3).citizen_id, channel="grid",
        occurred_on="2023-03-01", cancelled_on="2023-05-01",
    )  # fmt: skip
    firm = population.organisation(0)
    add(EnterpriseUser, bureau, app_code="yst", uscc=firm.uscc, name=firm.name, occurred_on="2023-02-01")


def resident(actor: User, number: int) -> None:
    """Somebody who lives here, as the base register has them."""
    kind = next(kind for kind in records.record_types() if kind.key == selectors.RESIDENTS)
    person = population.person(number)
    cells = {"person_key": person.citizen_id, "name": person.name, "kind": "registered", "valid_from": "2023-01-01"}
    records.create(kind, cells, actor=actor, unit=make_unit("cq/data"), place=PLACE)


@pytest.mark.parametrize(
    ("model", "change", "code"),
    [
        (CitizenUser, {"cancelled_on": "2023-03-31"}, "cancelled_early"),
        (CitizenUser, {"app_code": "wx"}, "link_unknown"),
        (CitizenUser, {"person_key": "441502200002291017"}, "citizen_id_check"),
        (EnterpriseUser, {"cancelled_on": "2023-03-31"}, "cancelled_early"),
        (MonthlyActivity, {"occurred_on": "2023-04-02"}, "month_not_first"),
        (PromotionTarget, {"users": "0"}, "cell_integer"),
    ],
)
def test_a_wrong_row_is_refused(model: Any, change: dict[str, object], code: str, bureau: User) -> None:
    cells: dict[Any, dict[str, object]] = {
        CitizenUser: {"person_key": population.person(9).citizen_id, "channel": "self", "occurred_on": "2023-04-01"},
        EnterpriseUser: {"uscc": population.organisation(2).uscc, "name": "商行", "occurred_on": "2023-04-01"},
        MonthlyActivity: {"active": 5, "occurred_on": "2023-04-01"},
        PromotionTarget: {"users": 5, "due_on": "2023-12-31", "valid_from": "2023-01-01"},
    }
    row = {"app_code": "yss"} | cells[model]
    with pytest.raises(Problem) as caught:
        add(model, bureau, PLACE, **row | change)
    assert code in str(caught.value.detail)
    add(model, bureau, PLACE, **row)


def test_adoption_counts_the_residents_who_use_the_app(bureau: User) -> None:
    found = selectors.overview(bureau, DAY)
    assert [(row.app.app_code, row.users, row.fresh) for row in found.apps] == [("yss", 3, 1), ("yst", 1, 0)]
    # Nobody is known to live here: no rate at all, instead of one on a wrong base.
    assert (found.towns, found.elsewhere) == (None, None)
    for number in (0, 3, 4, 5):
        resident(bureau, number)
    add(PromotionTarget, bureau, PLACE, app_code="yss", users=3, due_on="2023-12-31", valid_from="2023-01-01")
    add(MonthlyActivity, bureau, PLACE, app_code="yss", active=2, occurred_on="2023-05-01")
    found = selectors.overview(bureau, DAY)
    assert found.towns is not None
    (town,) = found.towns
    # One of four: the second user lives elsewhere, and one of the residents has left the app.
    assert (town.residents, town.users, town.rate, town.missing) == (4, 1, Decimal("25.00"), 2)
    assert (found.users, found.elsewhere) == (3, 2)
    assert found.apps[0].active == 2
    assert selectors.overview(bureau, date(2023, 4, 30)).users == 2


def test_who_may_not_see_residents_sees_no_rate(client: Client, bureau: User) -> None:
    resident(bureau, 0)
    for user, users, towns in ((bureau, 3, 1), (make_user("liaison", "cq/health"), 0, None)):
        client.force_login(user)
        answer = client.get("/api/v1/services/portal/adoption", {"as_of": "2023-06-30"}).json()
        assert answer["users"] == users
        assert answer["towns"] == (None if towns is None else answer["towns"])
        assert client.get(reverse("s04:overview"), {"as_of": "2023-06-30"}).status_code == 200
    # Who may not see users at all gets no zeros for them.
    client.force_login(make_user("integrator", "cq/data"))
    answer = client.get("/api/v1/services/portal/adoption", {"as_of": "2023-06-30"}).json()
    assert (answer["users"], answer["towns"]) == (None, None)
    assert [(app["app_code"], app["users"]) for app in answer["apps"]] == [("yss", None), ("yst", 1)]
    assert "普及率" not in client.get(reverse("s04:overview"), {"as_of": "2023-06-30"}).content.decode()
    client.force_login(make_user("viewer", "cq/data"))
    assert client.get(reverse("s04:overview")).status_code == 403


def cells_of(rows: Iterator[NewRow]) -> list[dict[str, Any]]:
    """What the rows hold."""
    return [dict(row.cells) for row in rows]


def standing(rows: list[dict[str, Any]], app: str) -> list[dict[str, Any]]:
    """Users of an app at the report's day."""
    return [
        row
        for row in rows
        if row["app_code"] == app and row["occurred_on"] <= demo.CUT < (row.get("cancelled_on") or date.max)
    ]


def test_the_demonstration_counts_to_the_report_s_figures() -> None:
    with FIGURES.open(encoding="utf-8", newline="") as handle:
        published = {row["id"]: Decimal(row["value"]) for row in csv.DictReader(handle)}
    citizens = cells_of(demo._citizens("p/"))
    users, firms = standing(citizens, "yss"), standing(cells_of(demo._enterprises("p/")), "yst")
    counted = {"F002": len(users), "F003": len(firms)}
    assert {number: published[number] for number in counted} == counted
    # A person has one registration in an app, and so has an enterprise.
    every = [row["person_key"] for row in citizens if row["app_code"] == "yss"]
    assert len(set(every)) == len(every)
    assert len({row["uscc"] for row in firms}) == len(firms)
    assert not any(citizen_id_fault(citizen) for citizen in every[::997])
    assert not any(uscc_fault(row["uscc"]) for row in firms[::97])
    everybody = {population.person(number).citizen_id for number in range(population.PEOPLE)}
    assert len(everybody & {row["person_key"] for row in users}) == demo.RESIDENTS
