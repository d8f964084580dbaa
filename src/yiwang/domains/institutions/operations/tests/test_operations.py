"""The operations centre: rules, what waits, incidents over their time, who sees what, the demonstration's figures."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yiwang.domains.institutions.operations import demo, selectors
from yiwang.domains.institutions.operations.models import Incident, Service
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.orgs import demo as orgs_demo
from yiwang.kernel.records import api as records
from yiwang.kernel.registers import api as registers
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db
FIGURES = Path(__file__).parents[3] / "evaluation" / "planning" / "demo" / "figures.csv"
SERVICE: dict[str, object] = {
    "service_no": "F1", "kind": "咨询", "project": "方案论证", "occurred_on": "2023-05-08", "due_on": "2023-06-08",
    "delivered_on": "2023-06-01", "deliverable": "报告一份", "accepted_on": "2023-06-05",
}  # fmt: skip
INCIDENT: dict[str, object] = {
    "incident_no": "S1", "system_name": "民情地图", "level": "较大", "occurred_on": "2023-06-01",
    "occurred_at": "2023-06-01 09:00", "symptom": "打不开", "restored_at": "2023-06-01 17:00", "cause": "network",
    "solution": "重启交换机",
}  # fmt: skip


@pytest.fixture(autouse=True)
def key() -> None:
    registers.check_key()


@pytest.fixture
def bureau() -> User:
    return make_user("bureau", "cq/data")


def add(model: Any, actor: User, cells: dict[str, object], unit: str = "cq/health") -> Any:
    return records.create(model.record_type, cells, actor=actor, unit=make_unit(unit), place="")


@pytest.mark.parametrize(
    ("model", "change", "code"),
    [
        (Service, {"delivered_on": "2023-05-07", "accepted_on": ""}, "delivered_early"),
        (Service, {"accepted_on": "2023-05-31"}, "accepted_early"),
        (Service, {"delivered_on": ""}, "accepted_early"),
        (Service, {"deliverable": ""}, "deliverable_missing"),
        (Service, {"due_on": "2023-05-07"}, "due_early"),
        (Service, {"kind": "聊天"}, "code_unknown"),
        (Service, {"rating": "6"}, "cell_integer"),
        (Incident, {"occurred_on": "2023-06-02"}, "moment_other_day"),
        (Incident, {"restored_at": "2023-06-01 08:59"}, "restored_early"),
        (Incident, {"cause": ""}, "incident_unexplained"),
        (Incident, {"solution": ""}, "incident_unexplained"),
    ],
)
def test_a_wrong_row_is_refused(model: Any, change: dict[str, object], code: str, bureau: User) -> None:
    cells = SERVICE if model is Service else INCIDENT
    with pytest.raises(Problem) as caught:
        add(model, bureau, cells | change)
    assert code in str(caught.value.detail)
    add(model, bureau, cells)


def test_what_waits_and_for_whom(bureau: User) -> None:
    add(Service, bureau, SERVICE)
    open_order = {"delivered_on": "", "deliverable": "", "accepted_on": ""}
    add(Service, bureau, SERVICE | open_order | {"service_no": "F2"})
    # Delivered on a Thursday: ten working days end on 15 June (domain.md §0.3 has the calendar).
    add(Service, bureau, SERVICE | {"service_no": "F3", "accepted_on": ""})
    found = selectors.overview(bureau, date(2023, 6, 16))
    assert found.given == {"consulting": 2, "supervision": 0, "assessment": 0}
    assert [(row.service.service_no, row.delivered, row.late) for row in found.waiting] == [
        ("F2", False, 8),
        ("F3", True, 1),
    ]
    before = selectors.overview(bureau, date(2023, 5, 31))
    assert before.given["consulting"] == 0
    assert len(before.waiting) == 3


def test_incidents_over_their_time(bureau: User) -> None:
    add(Incident, bureau, INCIDENT)
    late = {"incident_no": "S2", "restored_at": "2023-06-01 17:01"}
    add(Incident, bureau, INCIDENT | late)
    add(Incident, bureau, INCIDENT | {"incident_no": "S3", "restored_at": "", "cause": "", "solution": ""})
    found = selectors.overview(bureau, date(2023, 6, 1))
    assert (found.restored, found.in_time, found.causes) == (2, 1, [("network", 2)])
    assert [(row.incident.incident_no, row.late) for row in found.incidents] == [("S3", True)]


def test_a_unit_sees_its_own(client: Client, bureau: User) -> None:
    add(Service, bureau, SERVICE | {"accepted_on": ""}, "cq/health")
    for user, seen in ((make_user("liaison", "cq/health"), 1), (make_user("liaison", "cq/police"), 0), (bureau, 1)):
        client.force_login(user)
        answer = client.get("/api/v1/institutions/operations/overview", {"as_of": "2023-06-30"}).json()
        assert (answer["given"]["consulting"], len(answer["waiting"])) == (seen, seen)
        assert ("方案论证" in client.get(reverse("s43:overview"), {"as_of": "2023-06-30"}).content.decode()) == bool(
            seen
        )
    client.force_login(make_user("viewer", "cq/health"))
    assert client.get(reverse("s43:overview")).status_code == 403


def test_the_demonstration_counts_to_the_report_s_figures(bureau: User) -> None:
    orgs_demo.load(date(2026, 11, 27))
    assert demo.load(lambda line: None)
    assert not demo.load(lambda line: None)
    with FIGURES.open(encoding="utf-8", newline="") as handle:
        published = {row["id"]: Decimal(row["value"]) for row in csv.DictReader(handle)}
    given = selectors.overview(bureau, demo.CUT).given
    counted = {"F115": given["consulting"], "F116": given["supervision"], "F117": given["assessment"]}
    assert {number: published[number] for number in counted} == counted
    gone = Service.objects.filter(kind="consulting", delivered_on__lte=demo.CUT).first()
    assert gone is not None
    records.withdraw(gone, actor=bureau, reason="重复登记")
    assert selectors.overview(bureau, demo.CUT).given["consulting"] == published["F115"] - 1
