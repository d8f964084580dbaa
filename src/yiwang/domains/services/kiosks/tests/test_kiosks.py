"""S05: what the fleet's page says of machines, and that the demonstration counts to the report's figures."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Count
from django.test import Client
from django.urls import reverse

from yiwang.domains.services.kiosks import demo, selectors
from yiwang.domains.services.kiosks.models import Kiosk, KioskDay, KioskFault, Transaction
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
    """Who keeps the fleet."""
    registers.check_key()
    return make_user("bureau", "cq/centre")


def kiosk(bureau: User, number: str, **cells: object) -> Any:
    """A machine in service since 2023."""
    row = {"device_no": number, "name": f"{number}号机", "place_type": "镇街便民服务中心", "valid_from": "2023-01-01"}
    return records.create(Kiosk.record_type, row | cells, actor=bureau, unit=make_unit("cq/centre"))


def event(bureau: User, model: Any, **cells: object) -> Any:
    """An event of a machine."""
    return records.create(model.record_type, cells, actor=bureau, unit=make_unit("cq/centre"))


def test_fleet_shows_what_needs_somebody_first(bureau: User) -> None:
    for number in ("A1", "A2", "A3", "A4"):
        kiosk(bureau, number)
    kiosk(bureau, "A5", valid_to="2023-06-30")
    for number in ("A1", "A2", "A4"):
        event(bureau, KioskDay, device_no=number, occurred_on="2023-06-29", online_minutes=1300)
    done = {"matter_name": "社保证明打印", "result": "办结", "occurred_on": "2023年6月20日"}
    event(bureau, Transaction, device_no="A1", person_key="441502200002291016", **done)
    event(bureau, Transaction, device_no="A1", person_key="441502200002291016", **done)
    event(bureau, Transaction, device_no="A2", **{**done, "result": "中途退出"})
    event(bureau, KioskFault, device_no="A4", occurred_on="2023-06-25", kind="打印机故障", description="卡纸")
    found = selectors.fleet(bureau, DAY)
    assert [(row.kiosk.device_no, row.state) for row in found.rows] == [
        ("A4", "fault"),
        ("A3", "silent"),
        ("A2", "idle"),
        ("A1", "working"),
    ]
    assert (found.done, found.persons) == (2, 1)


def test_an_event_needs_a_machine_that_is_registered(bureau: User) -> None:
    with pytest.raises(Problem) as refused:
        event(bureau, KioskDay, device_no="ZZ", occurred_on="2023-06-29", online_minutes=1)
    assert "没有编号为“ZZ”的自助机" in refused.value.zh


def test_a_repair_before_its_fault_and_a_moment_of_another_day_are_refused(bureau: User) -> None:
    kiosk(bureau, "A1")
    row = {"device_no": "A1", "occurred_on": "2023-06-25", "kind": "network"}
    with pytest.raises(Problem, match="修复日期早于故障日期"):
        event(bureau, KioskFault, **row, repaired_on="2023-06-24")
    done = {"device_no": "A1", "matter_name": "查询", "result": "done", "occurred_on": "2023-06-25"}
    with pytest.raises(Problem, match="不是同一天"):
        event(bureau, Transaction, **done, occurred_at="2023-06-26 10:00")


def test_page_answers_for_a_day_and_says_what_day_it_cannot_read(bureau: User, client: Client) -> None:
    kiosk(bureau, "A1")
    client.force_login(bureau)
    page = client.get(reverse("s05:fleet"), {"as_of": "2023-06-30", "state": "silent"}).content.decode()
    assert "A1号机" in page
    assert "失联" in page
    assert "A1号机" not in client.get(reverse("s05:fleet"), {"as_of": "2022-06-30"}).content.decode()
    assert client.get(reverse("s05:fleet"), {"as_of": "去年"}).status_code == 400


@pytest.mark.slow
def test_demonstration_counts_to_the_published_figures() -> None:
    registers.check_key()
    orgs_demo.load(DAY)
    assert demo.load(lambda _line: None)
    assert not demo.load(lambda _line: None), "a second load adds nothing"
    kiosks = Kiosk._base_manager.filter(valid_from__lte=DAY, valid_to=None)
    done = Transaction._base_manager.filter(occurred_on__lte=DAY, result="done")
    published = {row["id"]: row["value"] for row in csv.DictReader(FIGURES.open(encoding="utf-8-sig"))}
    assert kiosks.count() == int(published["F004"])
    assert done.count() == int(published["F005"])
    assert round(done.count() / kiosks.count(), 2) == float(published["F006"])
    assert done.aggregate(number=Count("person_key", distinct=True))["number"] == int(published["F007"])
    assert not Transaction._base_manager.filter(synthetic=False).exists()
    assert Transaction.history_model._base_manager.count() == 2
    # No number is written down anywhere: fewer rows, a smaller count.
    before = done.count()
    Transaction._base_manager.filter(pk__in=list(done.values_list("pk", flat=True)[:100])).delete()
    assert done.count() == before - 100
