"""Office collaboration: rules, the daily circular, who sees what, the demonstration's figures."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from yiwang.domains.office.collaboration import demo, selectors
from yiwang.domains.office.collaboration.models import Account, Activity, Member
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.orgs import demo as orgs_demo
from yiwang.kernel.records import api as records
from yiwang.kernel.registers import api as registers
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db
FIGURES = Path(__file__).parents[3] / "evaluation" / "planning" / "demo" / "figures.csv"
# A Friday.
DAY = date(2023, 6, 30)


@pytest.fixture
def bureau() -> User:
    return make_user("bureau", "cq/data")


def add(model: Any, actor: User, unit: str = "cq/health", /, **cells: object) -> Any:
    return records.create(model.record_type, cells, actor=actor, unit=make_unit(unit), place="")


@pytest.fixture(autouse=True)
def platform(bureau: User) -> None:
    """Two units of two accounts; one account of the first is not activated, the second delivered nothing today."""
    registers.check_key()
    for code, unit in (("A", "cq/health"), ("B", "cq/police")):
        add(Member, bureau, unit, member_code=code, name=f"单位{code}", liaison="李演一", valid_from="2023-01-03")
        for number, on in enumerate(("2023-01-05", "" if code == "A" else "2023-01-05")):
            add(
                Account, bureau, unit, account_no=f"{code}{number}", member_code=code, name="李演一", activated_on=on,
                valid_from="2023-01-03",
            )  # fmt: skip
    for day, active in (("2023-06-30", 1), ("2023-06-29", 2), ("2023-06-20", 2)):
        add(Activity, bureau, member_code="A", occurred_on=day, accounts=2, active=active)
    add(Activity, bureau, "cq/police", member_code="B", occurred_on="2023-06-29", accounts=2, active=2)


@pytest.mark.parametrize(
    ("model", "change", "code"),
    [
        (Account, {"activated_on": "2023-01-02"}, "activation_outside"),
        (Account, {"activated_on": "2023-02-02", "valid_to": "2023-02-01"}, "activation_outside"),
        (Account, {"member_code": "C"}, "link_unknown"),
        (Activity, {"active": 3}, "active_more"),
        (Activity, {"active": "很多"}, "cell_integer"),
    ],
)
def test_a_wrong_row_is_refused(model: Any, change: dict[str, object], code: str, bureau: User) -> None:
    cells: dict[str, object] = {"member_code": "A"}
    if model is Account:
        cells |= {"account_no": "A9", "name": "李演二", "valid_from": "2023-01-03"}
    else:
        cells |= {"occurred_on": "2023-06-28", "accounts": 2, "active": 1}
    with pytest.raises(Problem) as caught:
        add(model, bureau, "cq/health", **cells | change)
    assert code in str(caught.value.detail)
    add(model, bureau, "cq/health", **cells)


def test_the_circular_names_who_lags_and_who_is_silent(bureau: User) -> None:
    found = selectors.circular(bureau, DAY)
    assert (found.units, found.accounts, found.activated, found.activation) == (2, 4, 3, Decimal("75.00"))
    assert (found.missing, found.rate, found.late) == (1, Decimal("50.00"), 1)
    silent, low = found.rows
    assert (silent.member.member_code, silent.rate, silent.week) == ("B", None, Decimal("100.00"))
    assert (low.rate, low.week, low.month, low.low) == (Decimal("50.00"), Decimal("75.00"), Decimal("83.33"), True)
    assert (low.idle, low.idle_since) == (1, date(2023, 1, 3))
    # Nobody has to deliver on a Sunday, and nothing was there before the first day.
    assert (
        selectors.circular(bureau, date(2023, 7, 2)).missing,
        selectors.circular(bureau, date(2023, 1, 2)).units,
    ) == (0, 0)


def test_two_figures_of_a_day_and_accounts_of_a_unit_that_has_ended(bureau: User) -> None:
    add(Activity, bureau, "cq/health", member_code="A", occurred_on="2023-06-30", accounts=2, active=2)
    low = next(row for row in selectors.circular(bureau, DAY).rows if row.member.member_code == "A")
    assert low.rate == Decimal("100.00")
    # A figure of a Sunday does not become the day of the circular.
    add(Activity, bureau, "cq/health", member_code="A", occurred_on="2023-07-02", accounts=2, active=1)
    assert selectors.last_day(bureau) == DAY
    member = Member.objects.get(member_code="A")
    records.correct(member, {"valid_to": "2023-06-30"}, actor=bureau, reason="机构撤并", version=1)
    found = selectors.circular(bureau, DAY)
    assert (found.units, found.accounts, found.late, found.left) == (1, 2, 0, 2)


def test_a_unit_sees_its_own(client: Client, bureau: User) -> None:
    for user, codes in ((make_user("liaison", "cq/health"), ["A"]), (bureau, ["B", "A"])):
        client.force_login(user)
        answer = client.get("/api/v1/office/collaboration/circular", {"as_of": "2023-06-30"}).json()
        assert [row["member_code"] for row in answer["rows"]] == codes
        page = client.get(reverse("s31:circular"), {"as_of": "2023-06-30"}).content.decode()
        assert ("单位B" in page) == ("B" in codes)
        sheet = load_workbook(BytesIO(client.get(reverse("s31:export"), {"as_of": "2023-06-30"}).content)).active
        assert sheet is not None
        names = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
        assert ("单位B" in names) == ("B" in codes)
    client.force_login(make_user("viewer", "cq/health"))
    assert client.get(reverse("s31:circular")).status_code == 403


def test_the_demonstration_counts_to_the_report_s_figures(bureau: User) -> None:
    for model in (Activity, Account, Member):
        model.objects.all().delete()
    orgs_demo.load(date(2026, 11, 27))
    assert demo.load(lambda line: None)
    assert not demo.load(lambda line: None)
    with FIGURES.open(encoding="utf-8", newline="") as handle:
        published = {row["id"]: Decimal(row["value"]) for row in csv.DictReader(handle)}
    found = selectors.circular(bureau, demo.CUT)
    counted = {"F105": found.units, "F106": found.activated, "F107": found.activation}
    assert {number: published[number] for number in counted} == counted
    # Who left was not known to leave before: a former version says so.
    left = Account.objects.exclude(valid_to=None)
    assert left.count() > demo.CLOSED
    assert not left.filter(version=1).exists()
    gone = records.in_force(Account.objects.filter(activated_on__lte=demo.CUT), demo.CUT).first()
    assert gone is not None
    records.withdraw(gone, actor=bureau, reason="重复登记")
    assert selectors.circular(bureau, demo.CUT).activated == published["F106"] - 1
