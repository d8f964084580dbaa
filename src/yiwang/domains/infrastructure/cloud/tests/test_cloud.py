"""S37: what the page says of systems, what it refuses, that the demonstration counts to the figures."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from yiwang.domains.infrastructure.cloud import demo, selectors
from yiwang.domains.infrastructure.cloud.models import CloudRequest, CloudUse, GovSystem, MigrationStep
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
    """Who keeps the inventory."""
    registers.check_key()
    return make_user("bureau", "cq/data")


def system(bureau: User, code: str, path: str = "cq/health", **cells: Any) -> Any:
    """A system of before the rule, in its own machine room."""
    row = {
        "system_code": code,
        "name": f"{code}系统",
        "hosting": "自建机房",
        "level": "第二级",
        "zone": "政务外网区",
        "valid_from": "2019-01-01",
    }
    return records.create(GovSystem.record_type, row | cells, actor=bureau, unit=make_unit(path))


def step(bureau: User, code: str, name: str, day: str, due: str, done: str = "") -> Any:
    """A step of a move."""
    row = {"system_code": code, "stage": name, "occurred_on": day, "due_on": due, "done_on": done}
    return records.create(MigrationStep.record_type, row, actor=bureau, unit=make_unit("cq/health"))


def request(bureau: User, code: str, **cells: Any) -> Any:
    """A request for eight cores."""
    row = {
        "request_no": "Y1",
        "system_code": code,
        "kind": "开通",
        "vcpu_asked": 8,
        "memory_asked": 16,
        "storage_asked": 500,
        "months": 12,
        "occurred_on": "2023-05-10",
    }
    return records.create(CloudRequest.record_type, row | cells, actor=bureau, unit=make_unit("cq/health"))


def use(bureau: User, code: str, cpu: str, days: int = 30) -> None:
    """Daily use up to the end of June 2023."""
    for count in range(days):
        row = {"system_code": code, "occurred_on": str(DAY - timedelta(days=count)), "cpu": cpu}
        row |= {"memory": "50", "storage": "50"}
        records.create(CloudUse.record_type, row, actor=bureau, unit=make_unit("cq/health"))


def test_the_page_shows_what_needs_somebody_first(bureau: User) -> None:
    system(bureau, "A1")
    system(bureau, "A2")
    system(bureau, "A3", hosting="省级政务云")
    system(bureau, "A4", hosting="市级政务云")
    system(bureau, "A5", exemption="涉密系统", exemption_basis="批复")
    system(bureau, "A6", valid_to="2023-06-30")
    step(bureau, "A1", "评估", "2023-05-01", "2023-05-20", "2023-05-22")
    step(bureau, "A1", "方案", "2023-05-22", "2023-06-10", "2023-07-01")
    for name in ("评估", "方案", "迁移", "割接"):
        step(bureau, "A2", name, "2023-01-01", "2023-02-01", "2023-02-01")
    use(bureau, "A3", "91.5")
    use(bureau, "A4", "3")
    found = selectors.systems(bureau, DAY)
    assert [(row.system.system_code, row.state, row.step) for row in found.rows] == [
        ("A1", "to_move", "plan"),
        ("A3", "over", ""),
        ("A4", "under", ""),
        ("A2", "moved", "watch"),
        ("A5", "exempt", ""),
    ]
    assert (found.moved, found.counts["to_move"], found.late) == (1, 1, 1)
    assert str(found.rate) == "50.00"
    assert selectors.systems(bureau, date(2023, 1, 15)).moved == 0


def test_use_with_gaps_is_not_judged(bureau: User) -> None:
    system(bureau, "A1", hosting="省级政务云")
    use(bureau, "A1", "3", days=10)
    assert selectors.systems(bureau, DAY).rows[0].state == "cloud"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"valid_from": "2022-01-01"}, "新建系统不得自建机房"),
        ({"exemption": "涉密系统"}, "应写明依据"),
        ({"hosting": "省级政务云", "exemption": "涉密系统", "exemption_basis": "批复"}, "不应再填不上云情形"),
    ],
)
def test_what_may_not_be_self_hosted_is_refused(bureau: User, cells: dict[str, Any], said: str) -> None:
    with pytest.raises(Problem, match=said):
        system(bureau, "A1", **cells)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"vcpu_granted": 9}, "多于申请的"),
        ({"approved_on": "2023-05-09"}, "早于申请日期"),
        ({"opened_on": "2023-05-20"}, "开通应在批准之后"),
        ({"approved_on": "2023-05-12", "opened_on": "2023-05-20"}, "应填批准的核数"),
    ],
)
def test_a_request_that_contradicts_itself_is_refused(bureau: User, cells: dict[str, Any], said: str) -> None:
    system(bureau, "A1")
    with pytest.raises(Problem, match=said):
        request(bureau, "A1", **cells)


def test_steps_and_use_are_checked(bureau: User) -> None:
    system(bureau, "A1")
    with pytest.raises(Problem, match="计划完成日期早于开始日期"):
        step(bureau, "A1", "评估", "2023-05-01", "2023-04-20")
    with pytest.raises(Problem, match="不能超过 100%"):
        use(bureau, "A1", "100.01", days=1)
    with pytest.raises(Problem, match="没有编号为"):
        use(bureau, "ZZ", "1", days=1)


def test_page_filters_and_exports_and_each_reader_sees_their_own(bureau: User, client: Client) -> None:
    system(bureau, "A1")
    system(bureau, "A2", "cq/police")
    client.force_login(bureau)
    asked = {"as_of": "2023-06-30", "unit": "cq/police/", "state": "to_move"}
    page = client.get(reverse("s37:systems"), asked).content.decode()
    assert "A2系统" in page
    assert "A1系统" not in page
    book = load_workbook(BytesIO(client.get(reverse("s37:export"), asked).content))
    assert [row[0] for row in book.worksheets[0].iter_rows(min_row=5, values_only=True)] == ["A2"]
    assert client.get(reverse("s37:systems"), {"as_of": "9999-99-99"}).status_code == 400
    client.force_login(make_user("operator", "cq/health"))
    page = client.get(reverse("s37:systems"), {"as_of": "2023-06-30"}).content.decode()
    assert "A1系统" in page
    assert "A2系统" not in page


@pytest.mark.slow
def test_demonstration_counts_to_the_published_figures() -> None:
    registers.check_key()
    orgs_demo.load(DAY)
    assert demo.load(lambda _line: None)
    assert not demo.load(lambda _line: None), "a second load adds nothing"
    cutover = MigrationStep._base_manager.filter(stage="cutover", done_on__lte=DAY)
    own = GovSystem._base_manager.filter(valid_from__lte=DAY, valid_to=None, hosting="own", exemption="")
    published = {row["id"]: row["value"] for row in csv.DictReader(FIGURES.open(encoding="utf-8-sig"))}
    moved = cutover.values("system_code").distinct()
    assert moved.count() == int(published["F108"])
    assert own.exclude(system_code__in=moved).count() == int(published["F109"])
    found = selectors.systems(make_user("bureau"), DAY)
    assert (found.moved, found.counts["to_move"]) == (7, 1)
    assert found.counts["over"]
    assert found.counts["under"]
    assert GovSystem._base_manager.filter(valid_from__gt=DAY).exists()
    assert selectors.systems(make_user("bureau"), date(2023, 12, 31)).counts["to_move"] == 0
    for model in (GovSystem, MigrationStep, CloudRequest, CloudUse):
        assert not model._base_manager.filter(synthetic=False).exists()
    assert GovSystem.history_model._base_manager.count() == 2
    # No number is written down anywhere: fewer rows, a smaller count.
    cutover.filter(system_code="XT-001").delete()
    assert selectors.systems(make_user("bureau"), DAY).moved == 6
