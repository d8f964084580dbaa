"""S15: what the overview says of hospitals, what is refused, and that the demonstration counts right."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yiwang.domains.services.health import demo, selectors
from yiwang.domains.services.health.models import Bill, Hospital
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.orgs import demo as orgs_demo
from yiwang.kernel.records import api as records
from yiwang.kernel.registers import api as registers
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db
DAY = date(2023, 6, 30)
FIGURES = Path(__file__).parents[3] / "evaluation" / "planning" / "demo" / "figures.csv"


@pytest.fixture
def bureau() -> User:
    """Who keeps the bills; three hospitals."""
    registers.check_key()
    user = make_user("bureau", "cq/health")
    for code in ("A", "B", "C"):
        keep(user, Hospital, code=code, name=f"{code}医院", level="first", valid_from="2022-12-31")
    return user


def keep(user: User, model: Any, **cells: object) -> Any:
    """A record of the health bureau."""
    return records.create(model.record_type, cells, actor=user, unit=make_unit("cq/health"))


def bill(user: User, serial: int, **cells: Any) -> Any:
    """A bill of hospital A."""
    row = {
        "occurred_on": "2023-06-29", "bill_no": f"44060123-{serial:010}", "check_code": "a1b2c3", "hospital": "A",
        "kind": "outpatient", "payer_name": "张三", "payer_key": "441502200002291016", "amount": "100", "insured": "60",
    }  # fmt: skip
    return keep(user, Bill, **(row | cells))


def test_hospitals_that_stopped_come_first_and_reversals_are_no_bills(bureau: User) -> None:
    first = bill(bureau, 1)
    bill(bureau, 2, hospital="B", occurred_on="2023-05-30")
    bill(bureau, 3, state="red", reversed_no=first.bill_no, occurred_on="2023-06-30")
    bill(bureau, 4, occurred_on="2023-07-01")
    found = selectors.overview(bureau, DAY)
    assert [(row.hospital.code, row.state, row.issued, row.reversed) for row in found.rows] == [
        ("C", "never", 0, 0), ("B", "stopped", 1, 0), ("A", "issuing", 1, 1)
    ]  # fmt: skip
    assert (found.issued, found.reversed, str(found.amount), found.average) == (2, 1, "200.00", 1)
    assert found.months == [("2023-05", 1), ("2023-06", 1)]
    client = Client()
    client.force_login(bureau)
    page = client.get(reverse("s15:overview"), {"as_of": "2023-06-30", "state": "stopped"})
    assert [row.hospital.code for row, *_rest in page.context["rows"]] == ["B"]
    answer = client.get("/api/v1/services/health/overview", {"as_of": "2023-06-30"}).json()
    assert (answer["issued"], answer["hospitals"][0]["state"]) == (2, "never")
    assert client.get(reverse("s15:overview"), {"as_of": "x"}).status_code == 400


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        ({"bill_no": "1234"}, "bill_no", "bill_form"),
        ({"check_code": "12345"}, "check_code", "bill_check_form"),
        ({"hospital": "Z"}, "hospital", "link_unknown"),
        ({"insured": "100.01"}, "insured", "insured_more"),
        ({"amount": "0"}, "amount", "cell_number"),
        ({"state": "red"}, "reversed_no", "reversal_unclear"),
        ({"payer_key": "441502200002291017"}, "payer_key", "citizen_id_check"),
    ],
)
def test_a_bill_that_cannot_be_is_refused(bureau: User, cells: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(Problem) as refused:
        bill(bureau, 1, **cells)
    faults: Any = refused.value.detail["fields"]
    assert faults[field]["code"] == code
    assert faults[field]["zh"]
    assert faults[field]["en"]


@pytest.mark.slow
def test_the_demonstration_counts_to_the_report_s_figures() -> None:
    registers.check_key()
    orgs_demo.load(DAY)
    assert demo.load(lambda _line: None)
    assert not demo.load(lambda _line: None), "a second load adds nothing"
    published = {row["id"]: row["value"] for row in csv.DictReader(FIGURES.open(encoding="utf-8-sig"))}
    user = make_user("bureau", "cq/health")
    found = selectors.overview(user, DAY)
    assert found.issued == int(published["F056"])
    assert found.average == int(published["F057"])
    assert found.counts == {"never": 1, "stopped": 1, "issuing": 10}
    assert not Bill._base_manager.filter(synthetic=False).exists()
    assert Bill.history_model._base_manager.count() == demo.CORRECTED
    assert Bill._base_manager.filter(recorded_at__date__gt=DAY, occurred_on__lte=DAY).exists(), "late entries"
    # No number is written down anywhere: fewer rows, a smaller count.
    Bill._base_manager.filter(occurred_on=date(2023, 3, 1)).delete()
    assert selectors.overview(user, DAY).issued < found.issued
