"""Pages of the access room."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from yiwang.kernel.access.models import ApiToken, User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.audit import api as audit
from yiwang.kernel.orgs import api as orgs

pytestmark = pytest.mark.django_db
PASSWORD = "Morning-7-lake"


def test_account_page_shows_sessions_and_language(client: Client) -> None:
    user = make_user("liaison", "cq/health", password=PASSWORD)
    client.post(reverse("access:sign-in"), {"username": user.username, "password": PASSWORD})
    page = client.get(reverse("access:account")).content.decode()
    assert "单位联络员" in page
    assert "本设备" in page
    response = client.post(reverse("access:language"), {"language": "en"})
    assert response.cookies["django_language"].value == "en"
    user.refresh_from_db()
    assert user.language == "en"
    assert "Unit liaison" in client.get(reverse("access:account")).content.decode()


def test_the_language_follows_the_account_to_another_browser() -> None:
    user = make_user("viewer", password=PASSWORD)
    User.objects.filter(pk=user.pk).update(language="en")
    response = Client().post(reverse("access:sign-in"), {"username": user.username, "password": PASSWORD})
    assert response.cookies["django_language"].value == "en"


def test_a_token_is_shown_once(client: Client) -> None:
    user = make_user("integrator")
    client.force_login(user)
    page = client.post(
        reverse("access:token-create"), {"name": "夜间取数", "scope": "read", "days": "30"}
    ).content.decode()
    token = ApiToken.objects.get(user=user)
    assert f"{token.prefix}" in page
    plain = page.split("data-token>")[1].split("<")[0]
    assert plain.startswith(token.prefix)
    assert plain not in client.get(reverse("access:account")).content.decode()
    assert plain not in token.hash


def test_a_token_form_that_does_not_fit_says_so(client: Client) -> None:
    client.force_login(make_user("integrator"))
    response = client.post(reverse("access:token-create"), {"name": "", "scope": "read", "days": "400"})
    assert response.status_code == 422
    assert ApiToken.objects.count() == 0


def test_nobody_ends_a_foreign_session_or_token(client: Client) -> None:
    other = make_user("viewer", password=PASSWORD)
    Client().post(reverse("access:sign-in"), {"username": other.username, "password": PASSWORD})
    client.force_login(make_user("viewer"))
    session = other.sessions.get()
    assert client.post(reverse("access:session-end", args=[session.pk])).status_code == 404
    assert other.sessions.count() == 1


def test_the_sysadmin_opens_an_account_without_roles(client: Client) -> None:
    unit = make_unit("cq/health")
    client.force_login(make_user("sysadmin"))
    data = {"username": "zhang.san", "name_zh": "张三", "unit": unit.pk, "title_zh": "科员", "mobile": "13800000000"}
    page = client.post(reverse("access:person-new"), data).content.decode()
    password = page.split("data-password>")[1].split("<")[0]
    user = User.objects.get(username="zhang.san")
    assert user.roles == []
    assert user.must_change_password
    fresh = Client()
    fresh.post(reverse("access:sign-in"), {"username": "zhang.san", "password": password})
    assert fresh.get(reverse("access:account")).headers["Location"] == reverse("access:password")
    changed = fresh.post(
        reverse("access:password"), {"current": password, "new": "Evening-8-hill", "again": "Evening-8-hill"}
    )
    assert changed.status_code == 302
    assert fresh.get(reverse("access:account")).status_code == 200


def test_a_taken_user_name_keeps_the_form(client: Client) -> None:
    unit = make_unit("cq/health")
    make_user("viewer", username="zhang")
    client.force_login(make_user("sysadmin"))
    response = client.post(reverse("access:person-new"), {"username": "zhang", "name_zh": "张三", "unit": unit.pk})
    assert response.status_code == 422
    assert "已被使用" in response.content.decode()
    assert unit.people.count() == 0


def test_two_people_of_one_name_are_two_people(client: Client) -> None:
    unit = make_unit("cq/health")
    client.force_login(make_user("sysadmin"))
    for username in ("zhang.one", "zhang.two"):
        client.post(reverse("access:person-new"), {"username": username, "name_zh": "张三", "unit": unit.pk})
    assert len({user.person_id for user in User.objects.filter(unit=unit)}) == 2
    registered = orgs.new_person(name_zh="李四", unit=unit, mobile="13800000000")
    client.post(reverse("access:person-new"), {"username": "li.si", "name_zh": "李四", "unit": unit.pk})
    assert User.objects.get(username="li.si").person == registered
    registered.refresh_from_db()
    assert registered.mobile == "13800000000"


def test_the_secadmin_grants_and_the_change_is_audited(client: Client) -> None:
    user = make_user("viewer")
    client.force_login(make_user("secadmin"))
    client.post(reverse("access:person-roles", args=[user.username]), {"roles": ["leader", "approver"]})
    user.refresh_from_db()
    assert user.roles == ["leader", "approver"]
    entry = audit.entries(action="access.set_roles", object_id=user.username).get()
    assert entry.detail == {"before": ["viewer"], "after": ["leader", "approver"]}


def test_administrators_exclude_each_other_with_a_message(client: Client) -> None:
    user = make_user("viewer")
    client.force_login(make_user("secadmin"))
    response = client.post(reverse("access:person-roles", args=[user.username]), {"roles": ["sysadmin", "auditor"]})
    assert response.status_code == 422
    assert "三员分立" in response.content.decode()
    user.refresh_from_db()
    assert user.roles == ["viewer"]


@pytest.mark.parametrize(
    ("role", "route", "allowed"),
    [
        ("sysadmin", "access:person-roles", False),
        ("secadmin", "access:person-reset", False),
        ("auditor", "access:person-close", False),
        ("bureau", "access:person-reset", False),
        ("sysadmin", "access:person-reset", True),
        ("sysadmin", "access:person-close", True),
    ],
)
def test_each_administrator_does_only_their_part(client: Client, role: str, route: str, allowed: bool) -> None:
    user = make_user("viewer")
    client.force_login(make_user(role))
    response = client.post(reverse(route, args=[user.username]), {"roles": ["leader"]})
    assert (response.status_code != 403) is allowed
    if not allowed:
        assert audit.entries(action="access.refused").filter(result="refused").exists()


def test_closing_an_account_ends_its_session(client: Client) -> None:
    user = make_user("viewer", password=PASSWORD)
    theirs = Client()
    theirs.post(reverse("access:sign-in"), {"username": user.username, "password": PASSWORD})
    client.force_login(make_user("sysadmin"))
    client.post(reverse("access:person-close", args=[user.username]))
    assert theirs.get(reverse("access:account")).status_code == 302
    client.post(reverse("access:person-reopen", args=[user.username]))
    user.refresh_from_db()
    assert user.is_active


def test_people_can_be_found(client: Client) -> None:
    make_user("viewer", "cq/health", username="to-be-found")
    make_user("viewer", "cq/water", username="not-this-one")
    client.force_login(make_user("auditor"))
    page = client.get(reverse("access:people"), {"q": "单位health"}).content.decode()
    assert "to-be-found" in page
    assert "not-this-one" not in page
    for state in ("active", "locked", "closed"):
        assert client.get(reverse("access:people"), {"state": state, "role": "viewer"}).status_code == 200
    assert client.get(reverse("access:person", args=["nobody-here"])).status_code == 404


def test_who_may_not_see_people_gets_no_page(client: Client) -> None:
    client.force_login(make_user("bureau"))
    assert client.get(reverse("access:people")).status_code == 403
    client.logout()
    assert client.get(reverse("access:people")).headers["Location"].startswith(reverse("access:sign-in"))
