"""The tree of units, one unit, and the interface."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.orgs import api as orgs

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> Client:
    make_unit("cq", name_zh="区政府")
    make_unit("cq/health", name_zh="卫生健康局")
    make_unit("cq/health/clinic", name_zh="卫生院")
    make_unit("cq/water", name_zh="水务局")
    client.force_login(make_user("viewer"))
    return client


def test_the_tree_shows_all_or_the_matches_with_what_stands_above(reader: Client) -> None:
    page = reader.get(reverse("orgs:units")).content.decode()
    assert all(name in page for name in ("区政府", "卫生健康局", "卫生院", "水务局"))
    page = reader.get(reverse("orgs:units"), {"q": "卫生院"}).content.decode()
    assert "卫生健康局" in page
    assert "水务局" not in page
    assert "没有找到单位" in reader.get(reverse("orgs:units"), {"q": "火星\x00"}).content.decode()


def test_one_unit_shows_its_people_masked(reader: Client) -> None:
    orgs.add_person(name_zh="张三", unit=orgs.unit("health"), title_zh="联络员", mobile="13812345678")
    page = reader.get(reverse("orgs:unit", args=["health"])).content.decode()
    assert "138****5678" in page
    assert "13812345678" not in page
    assert "卫生院" in page
    assert reader.get(reverse("orgs:unit", args=["nowhere"])).status_code == 404


def test_names_follow_the_language(reader: Client) -> None:
    reader.cookies["django_language"] = "en"
    page = reader.get(reverse("orgs:unit", args=["health"])).content.decode()
    assert "Unit health" in page


def test_the_interface(reader: Client) -> None:
    rows = reader.get("/api/v1/units/?limit=2").json()
    assert [row["code"] for row in rows["items"]] == ["cq", "health"]
    more = reader.get(f"/api/v1/units/?limit=2&cursor={rows['next_cursor']}").json()
    assert [row["code"] for row in more["items"]] == ["clinic", "water"]
    assert more["items"][0]["parent"] == "health"
    assert reader.get("/api/v1/units/health").json()["name_zh"] == "卫生健康局"
    assert reader.get("/api/v1/units/nowhere").json()["code"] == "unit_unknown"
    assert reader.get("/api/v1/units/?cursor=nonsense*").json()["code"] == "cursor_invalid"
    assert reader.get("/api/v1/units/?limit=0").json()["code"] == "limit_out_of_range"
    assert reader.get("/api/v1/units/divisions").json()["items"] == []


def test_odd_addresses_are_only_unknown(reader: Client) -> None:
    assert reader.get("/api/v1/units/%00").json()["code"] == "unit_unknown"
    assert reader.get("/api/v1/units/?kind=%00").status_code == 200
    assert reader.get("/units/%00/").status_code == 404
    reader.force_login(make_user("auditor"))
    assert reader.get("/people/@%00/").status_code == 404


def test_without_a_role_there_is_nothing(client: Client) -> None:
    client.force_login(make_user(()))
    assert client.get(reverse("orgs:units")).status_code == 403
    assert client.get("/api/v1/units/").status_code == 403
