"""Messages: sent once, read by their owner only."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from yiwang.kernel.access.testing import make_user
from yiwang.kernel.notices import api as notices

pytestmark = pytest.mark.django_db


def send(*users: object, key: str | None = None, title: str = "请报送") -> int:
    return notices.notify(users, "test", title, "Please hand in", "/units/", "正文", "Body", key)  # type: ignore[arg-type]  # accounts only


def test_a_key_makes_a_second_sending_harmless() -> None:
    one, two = make_user("liaison"), make_user("liaison")
    assert send(one, one, key="round-1") == 1
    assert send(one, two, key="round-1") == 1
    assert send(one, two, key="round-1") == 0
    assert send(one) == 1
    assert notices.unread_count(one) == 2
    assert notices.unread_count(two) == 1


def test_reading_touches_ones_own_only(client: Client) -> None:
    one, two = make_user("liaison"), make_user("liaison")
    send(one, two)
    theirs = notices.for_user(two).get()
    client.force_login(one)
    assert client.post(reverse("notices:open", args=[theirs.pk])).status_code == 404
    assert notices.mark_read(one, [theirs.pk]) == 0
    mine = notices.for_user(one).get()
    assert client.post(reverse("notices:open", args=[mine.pk])).headers["Location"] == "/units/"
    assert (notices.unread_count(one), notices.unread_count(two)) == (0, 1)


def test_the_page(client: Client) -> None:
    user = make_user("liaison")
    client.force_login(user)
    assert "没有消息" in client.get(reverse("notices:list")).content.decode()
    send(user, title="第一条")
    send(user, title="第二条")
    notices.mark_read(user, [notices.for_user(user).order_by("id")[0].pk])
    page = client.get(reverse("notices:list")).content.decode()
    assert page.index("第二条") < page.index("第一条"), "newest first"
    unread = client.get(reverse("notices:list"), {"unread": "1"}).content.decode()
    assert "第二条" in unread
    assert "第一条" not in unread
    client.post(reverse("notices:read-all"))
    assert notices.unread_count(user) == 0


def test_texts_follow_the_language(client: Client) -> None:
    user = make_user("liaison")
    send(user)
    client.force_login(user)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("notices:list")).content.decode()
    assert "Please hand in" in page
    assert "请报送" not in page


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "units/", ""])
def test_a_message_leads_into_this_site_only(url: str) -> None:
    with pytest.raises(ValueError, match="path of this site"):
        notices.notify([make_user("viewer")], "test", "标题", "Title", url)


def test_the_interface(client: Client) -> None:
    user = make_user("liaison")
    for number in range(3):
        send(user, title=f"第{number}条")
    client.force_login(user)
    first = client.get("/api/v1/notices/?limit=2").json()
    assert [row["title_zh"] for row in first["items"]] == ["第2条", "第1条"]
    assert first["unread"] == 3
    rest = client.get(f"/api/v1/notices/?limit=2&cursor={first['next_cursor']}").json()
    assert [row["title_zh"] for row in rest["items"]] == ["第0条"]
    body = {"ids": [first["items"][0]["id"], 2**70, -1]}
    assert client.post("/api/v1/notices/read", body, content_type="application/json").json() == {"marked": 1}
    assert client.post("/api/v1/notices/read", {}, content_type="application/json").json() == {"marked": 2}
    assert client.get("/api/v1/notices/?unread=true").json()["items"] == []
