"""Password rules: length, classes, history, first sign-in."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import check_password
from django.test import Client
from django.urls import reverse

from yiwang.kernel.access import services
from yiwang.kernel.access.models import User
from yiwang.kernel.access.testing import make_user
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("password", ["Ab1-xyz", "abcdefgh1", "ALLUPPER99", "password1", "12345678", "Li.na2026x"])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(Problem) as caught:
        services.create_user("li.na2026", password=password)
    assert caught.value.code == "password_weak"
    assert caught.value.zh != caught.value.en


@pytest.mark.parametrize("password", ["Abcdew72", "abc-def-12", "ABC-def-xy"])
def test_three_classes_are_enough(password: str) -> None:
    services.check_password(password, User(username="somebody.else"))


def test_the_last_five_may_not_come_back() -> None:
    user = make_user("viewer", password="Number-0-word")
    for number in range(1, 6):
        services.change_password(user, f"Number-{number}-word", actor=user.username)
    with pytest.raises(Problem) as caught:
        services.change_password(user, "Number-1-word", actor=user.username)
    assert "最近 5 次" in caught.value.zh
    services.change_password(user, "Number-0-word", actor=user.username)
    assert user.password_history.count() == 5


def test_a_one_time_password_must_change_before_anything_else(client: Client) -> None:
    user, admin = make_user("viewer"), make_user("sysadmin")
    password = services.reset_password(user, actor=admin)
    client.post(reverse("access:sign-in"), {"username": user.username, "password": password})
    assert client.get(reverse("orgs:units")).headers["Location"] == reverse("access:password")
    assert client.get("/api/v1/access/me").status_code == 401
    page = client.post(reverse("access:password"), {"current": "Wrong-1-word", "new": "x", "again": "y"})
    assert page.status_code == 422


@pytest.mark.parametrize("role", ["secadmin", "auditor"])
def test_the_sysadmin_does_not_reset_those_who_watch_over_it(client: Client, role: str) -> None:
    watcher = make_user(role, password="Number-0-word")
    client.force_login(make_user("sysadmin"))
    reset = reverse("access:person-reset", args=[watcher.username])
    assert reset not in client.get(reverse("access:person", args=[watcher.username])).content.decode()
    answer = client.post(reset)
    assert answer.status_code == 403
    assert "三员分立" in answer.content.decode()
    watcher.refresh_from_db()
    assert check_password("Number-0-word", watcher.password)


def test_nobody_resets_the_own_password() -> None:
    """It would pass over the question for the present one."""
    admin = make_user("sysadmin", password="Number-0-word")
    with pytest.raises(Problem) as caught:
        services.reset_password(admin, actor=admin)
    assert caught.value.code == "password_own"


def test_a_reset_does_not_bring_back_a_role_taken_away_meanwhile() -> None:
    user, admin = make_user("approver"), make_user("sysadmin")
    services.set_roles(User.objects.get(pk=user.pk), [], actor=make_user("secadmin"))
    services.reset_password(user, actor=admin)
    user.refresh_from_db()
    assert user.roles == []


def test_wrong_current_and_weak_new_passwords_stay_on_the_form(client: Client) -> None:
    user = make_user("viewer", password="Number-0-word")
    client.force_login(user)
    wrong = client.post(
        reverse("access:password"), {"current": "Nope-0-word", "new": "Number-9-word", "again": "Number-9-word"}
    )
    assert "当前密码不正确" in wrong.content.decode()
    weak = client.post(reverse("access:password"), {"current": "Number-0-word", "new": "short", "again": "short"})
    assert "至少三类" in weak.content.decode()


def test_one_time_passwords_pass_their_own_rules() -> None:
    for _ in range(20):
        services.check_password(services.one_time_password(), User(username="somebody"))
