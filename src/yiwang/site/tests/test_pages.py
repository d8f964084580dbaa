"""Home, navigation and search: each reader sees what is theirs."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, RequestFactory
from django.urls import reverse

from yiwang.domains.evaluation.planning.types import ChapterSummary
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.notices import api as notices
from yiwang.site import home, nav, search

pytestmark = pytest.mark.django_db


def test_nobody_is_sent_to_sign_in(client: Client) -> None:
    for path in ("/", "/search/", "/help/", "/api/docs"):
        response = client.get(path)
        assert response.status_code == 302
        assert response["Location"].startswith("/sign-in/")


def test_home_shows_six_chapters_with_their_systems(client: Client) -> None:
    client.force_login(make_user("viewer", make_unit("cq/data")))
    text = client.get("/").content.decode()
    assert text.count('<article class="chapter">') == 6
    for name in ("一网通办", "一网统管", "一网兴业", "一网协同", "基础支撑", "体制机制"):
        assert name in text
    assert "规划评估" in text


def test_home_of_an_administrator_has_no_plan(client: Client) -> None:
    client.force_login(make_user("sysadmin"))
    response = client.get("/")
    assert response.status_code == 200
    assert "项任务" not in response.content.decode()


def test_home_shows_unread_notices_of_the_reader_only(client: Client) -> None:
    reader = make_user("viewer", make_unit("cq/data"))
    other = make_user("viewer", make_unit("cq/health"))
    notices.notify([reader], "test", "给您的消息", "For you", "/help/")
    notices.notify([other], "test", "给别人的消息", "For somebody else", "/help/")
    client.force_login(reader)
    text = client.get("/").content.decode()
    assert "给您的消息" in text
    assert "给别人的消息" not in text
    assert '<span class="topbar-count" aria-hidden="true">1</span>' in text


def test_every_navigation_entry_leads_somewhere() -> None:
    entries = nav.items()
    assert {item.url_name for item in entries} >= {"home", "s45:plan", "s46:checks", "orgs:units", "audit:list"}
    for item in entries:
        assert reverse(item.url_name).startswith("/")


def test_navigation_follows_the_roles() -> None:
    def labels(role: str) -> set[str]:
        request = RequestFactory().get("/")
        request.user = make_user(role, None if role.endswith("admin") or role == "auditor" else make_unit("cq/data"))
        return {link.label for group in nav.groups_for(request).groups for link in group.links}

    assert "审计日志" in labels("auditor")
    assert "审计日志" not in labels("bureau")
    assert "人员与账号" in labels("sysadmin")
    assert "人员与账号" not in labels("viewer")


@pytest.mark.parametrize(
    ("path", "url", "current"),
    [
        ("/", "/", True),
        ("/units/", "/", False),
        ("/evaluation/rounds/3/", "/evaluation/", False),
        ("/evaluation/rounds/3/", "/evaluation/rounds/", True),
        ("/evaluation/tasks/x/", "/evaluation/", True),
    ],
)
def test_the_closest_entry_is_current(path: str, url: str, current: bool) -> None:
    assert nav.is_current(path, url, {"/", "/units/", "/evaluation/", "/evaluation/rounds/"}) is current


def test_a_page_outside_its_entrys_address_marks_it_too() -> None:
    request = RequestFactory().get("/evaluation/figures/F087/")
    request.user = make_user("bureau", make_unit("cq/data"))
    links = [link for group in nav.groups_for(request).groups for link in group.links]
    assert [link.label for link in links if link.current] == ["指标与数据"]


def test_an_unknown_group_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = nav.OWN_PAGES[0].__class__("甲", "A", "home", "home", "", "", "nowhere")
    monkeypatch.setattr(nav, "OWN_PAGES", (odd,))
    with pytest.raises(ImproperlyConfigured, match="nowhere"):
        nav.items()


def test_search_finds_units_and_systems_by_name_and_id() -> None:
    unit = make_unit("cq/health", name_zh="卫生健康局")
    user = make_user("viewer", unit)
    assert [hit.title for hit in search.search(user, " 卫生健康 ")["单位"]] == ["卫生健康局"]
    assert any(hit.title.startswith("S45") for hit in search.search(user, "S45")["系统"])


def test_search_cleans_its_query(client: Client) -> None:
    assert search.clean("  a\x00 b ") == "a b"
    assert len(search.clean("字" * 500)) == 100
    client.force_login(make_user("viewer", make_unit("cq/data")))
    response = client.get("/search/", {"q": "%'\x00\"<script>"})
    assert response.status_code == 200
    assert "<script>%" not in response.content.decode()
    assert search.search(make_user("viewer", make_unit("cq/data")), "   ") == {}


def test_segments_fill_the_bar() -> None:
    summary = ChapterSummary(tasks=8, done=2, on_track=3, lagging=1, to_adjust=1, no_data=1, url="/")
    parts = home.segments(summary)
    assert [part.css for part in parts] == ["ok", "info", "danger", "warn", "none"]
    assert sum(float(part.width) for part in parts) == pytest.approx(100)
    assert home.segments(ChapterSummary(0, 0, 0, 0, 0, 0, "/")) == ()
