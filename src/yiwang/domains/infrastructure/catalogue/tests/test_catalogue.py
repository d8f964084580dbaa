"""S40: what the catalogue page says of resources, what it refuses, that the demonstration counts to the figures."""

from __future__ import annotations

import csv
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from yiwang.domains.infrastructure.catalogue import demo, selectors
from yiwang.domains.infrastructure.catalogue.models import Attachment, DataItem, DataResource, DataUpdate
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.audit.api import AuditEntry
from yiwang.kernel.orgs import demo as orgs_demo
from yiwang.kernel.records import api as records
from yiwang.kernel.registers import api as registers
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db
DAY = date(2023, 6, 30)
FIGURES = Path(__file__).parents[3] / "evaluation" / "planning" / "demo" / "figures.csv"


@pytest.fixture
def bureau() -> User:
    """Who keeps the catalogue."""
    registers.check_key()
    return make_user("bureau", "cq/data")


def resource(bureau: User, number: int, path: str = "cq/health", **cells: Any) -> Any:
    """A monthly resource, online since 2023-02-01."""
    row = {
        "resource_code": f"307012001/{number:06}",
        "id_scheme": "national",
        "resource_class": "部门信息资源类",
        "name": f"{number}号资源",
        "provider_code": "11441502MA0001018E",
        "data_format": "数据库",
        "share_type": "无条件共享",
        "share_way": "共享平台库表",
        "open_type": "不予开放",
        "update_cycle": "每月",
        "valid_from": "2023-01-01",
        "published_on": "2023-02-01",
    }
    return records.create(DataResource.record_type, row | cells, actor=bureau, unit=make_unit(path))


def attach(bureau: User, number: int, day: str, **cells: object) -> Any:
    """Data attached to a resource."""
    row = {"resource_code": f"307012001/{number:06}", "kind": "库表", "location": "ods.t", "valid_from": day}
    return records.create(Attachment.record_type, row | cells, actor=bureau, unit=make_unit("cq/health"))


def update(bureau: User, number: int, day: str, **cells: object) -> Any:
    """An update of a resource's data."""
    row = {"resource_code": f"307012001/{number:06}", "occurred_on": day, "rows_changed": 1, "rows_total": 5}
    return records.create(DataUpdate.record_type, row | cells, actor=bureau, unit=make_unit("cq/health"))


def test_the_catalogue_shows_what_needs_somebody_first(bureau: User) -> None:
    for number in (1, 2, 3):
        resource(bureau, number)
    resource(bureau, 4, "cq/police", open_type="无条件开放", opened_on="2023-03-01")
    resource(bureau, 5, published_on="")
    resource(bureau, 6, valid_to="2023-06-30")
    attach(bureau, 1, "2023-02-05")
    attach(bureau, 2, "2023-02-05")
    attach(bureau, 3, "2023-02-05", valid_to="2023-06-01")
    update(bureau, 1, "2023-06-20")
    update(bureau, 2, "2023-05-10")
    update(bureau, 2, "2023-07-10")
    found = selectors.catalogue(bureau, DAY)
    assert [(row.resource.name, row.state) for row in found.rows] == [
        ("3号资源", "unattached"),
        ("4号资源", "unattached"),
        ("2号资源", "overdue"),
        ("5号资源", "unpublished"),
        ("1号资源", "current"),
    ]
    assert (found.online, found.open) == (4, 1)
    assert [(row.unit_path, row.catalogued, row.unattached, row.overdue) for row in found.units] == [
        ("cq/health/", 4, 1, 1),
        ("cq/police/", 1, 1, 0),
    ]


def test_a_resource_is_overdue_after_one_and_a_half_periods(bureau: User) -> None:
    resource(bureau, 1)
    attach(bureau, 1, "2023-02-05")
    update(bureau, 1, "2023-05-15")
    assert selectors.catalogue(bureau, DAY).rows[0].state == "current"
    assert selectors.catalogue(bureau, date(2023, 7, 1)).rows[0].state == "overdue"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"resource_code": "907012001/1"}, "应为“类 1 位"),
        ({"resource_code": "A07012/1"}, "不符合所选的编码规则"),
        ({"resource_class": "基础信息资源类"}, "与资源分类不一致"),
        ({"share_type": "有条件共享"}, "应写明共享条件"),
        ({"share_type": "不予共享", "share_condition": "依据"}, "不予共享的不填"),
        ({"share_way": ""}, "应填共享方式"),
        (
            {"share_type": "不予共享", "share_condition": "依据", "share_way": "", "open_type": "无条件开放"},
            "不能向社会开放",
        ),
        ({"open_type": "有条件开放"}, "应写明开放条件"),
        ({"opened_on": "2023-03-01"}, "没有开放日期"),
        ({"open_type": "无条件开放", "opened_on": "2023-01-15"}, "不能早于上线日期"),
        ({"published_on": "2022-12-31"}, "早于编目日期"),
        ({"valid_to": "2023-01-20"}, "应早于下线日期"),
        ({"provider_code": "11441502MA0001018X"}, "校验"),
    ],
)
def test_what_contradicts_itself_is_refused(bureau: User, cells: dict[str, Any], said: str) -> None:
    with pytest.raises(Problem) as refused:
        resource(bureau, 1, **cells)
    assert said in refused.value.zh
    assert DataResource._base_manager.count() == 0


def test_items_and_updates_are_checked(bureau: User) -> None:
    with pytest.raises(Problem, match="没有编号为"):
        update(bureau, 1, "2023-06-01")
    resource(bureau, 1)
    with pytest.raises(Problem, match="多于更新后总条数"):
        update(bureau, 1, "2023-06-01", rows_changed=6)
    row = {"resource_code": "307012001/000001", "item_name": "编号", "data_type": "字符型C", "length": 0}
    with pytest.raises(Problem, match="应填数据长度"):
        records.create(
            DataItem.record_type, row | {"valid_from": "2023-01-01"}, actor=bureau, unit=make_unit("cq/health")
        )


def test_page_filters_and_exports_and_each_reader_sees_their_own(bureau: User, client: Client) -> None:
    resource(bureau, 1)
    resource(bureau, 2, "cq/police")
    client.force_login(bureau)
    page = client.get(reverse("s40:catalogue"), {"as_of": "2023-06-30", "state": "unattached"}).content.decode()
    assert "1号资源" in page
    assert "2号资源" in page
    asked = {"as_of": "2023-06-30", "unit": "cq/police/"}
    assert "1号资源" not in client.get(reverse("s40:catalogue"), asked).content.decode()
    book = load_workbook(BytesIO(client.get(reverse("s40:export"), asked).content))
    assert [row[1] for row in book.worksheets[0].iter_rows(min_row=5, values_only=True)] == ["2号资源"]
    assert AuditEntry.objects.filter(action="records.export", object_type="s40.resource").count() == 1
    assert client.get(reverse("s40:catalogue"), {"as_of": "去年"}).status_code == 400
    client.force_login(make_user("operator", "cq/health"))
    page = client.get(reverse("s40:catalogue"), {"as_of": "2023-06-30"}).content.decode()
    assert "1号资源" in page
    assert "2号资源" not in page
    client.force_login(make_user("auditor"))
    assert client.get(reverse("s40:catalogue")).status_code == 403


@pytest.mark.slow
def test_demonstration_counts_to_the_published_figures() -> None:
    registers.check_key()
    orgs_demo.load(DAY)
    assert demo.load(lambda _line: None)
    assert not demo.load(lambda _line: None), "a second load adds nothing"
    standing = DataResource._base_manager.filter(Q(valid_to=None) | Q(valid_to__gt=DAY))
    online, opened = standing.filter(published_on__lte=DAY), standing.filter(opened_on__lte=DAY)
    published = {row["id"]: row["value"] for row in csv.DictReader(FIGURES.open(encoding="utf-8-sig"))}
    assert online.count() == int(published["F112"])
    assert opened.count() == int(published["F113"])
    found = selectors.catalogue(make_user("bureau"), DAY)
    assert (found.online, found.open) == (online.count(), opened.count())
    assert all(found.counts[state] for state in selectors.STATES)
    assert DataResource._base_manager.filter(published_on__gt=DAY).exists()
    assert DataResource._base_manager.filter(recorded_at__date__gt=DAY, published_on__lte=DAY).exists()
    for model in (DataResource, DataItem, Attachment, DataUpdate):
        assert not model._base_manager.filter(synthetic=False).exists()
    assert DataResource.history_model._base_manager.count() == 6
    # No number is written down anywhere: fewer rows, a smaller count.
    before = online.count()
    DataResource._base_manager.filter(pk__in=list(online.values_list("pk", flat=True)[:10])).delete()
    assert online.count() == before - 10
