"""Session limits: idle, absolute, three at a time, ended elsewhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yiwang.kernel.access.models import User, UserSession
from yiwang.kernel.access.testing import make_user
from yiwang.kernel.audit import api as audit

pytestmark = pytest.mark.django_db
PASSWORD = "Morning-7-lake"


@pytest.fixture
def user() -> User:
    return make_user("viewer", password=PASSWORD)


def signed_in(user: User) -> Client:
    client = Client()
    client.post(reverse("access:sign-in"), {"username": user.username, "password": PASSWORD})
    return client


def inside(client: Client) -> bool:
    return client.get(reverse("access:account")).status_code == 200


def test_the_fourth_session_ends_the_longest_unused(user: User) -> None:
    clients = [signed_in(user) for _ in range(3)]
    for index, row in enumerate(user.sessions.order_by("id")):
        UserSession.objects.filter(pk=row.pk).update(last_seen_at=timezone.now() - timedelta(minutes=10 - index))
    clients.append(signed_in(user))
    assert [inside(client) for client in clients] == [False, True, True, True]
    assert user.sessions.count() == 3


@pytest.mark.parametrize(
    ("field", "age"), [("last_seen_at", timedelta(minutes=31)), ("created_at", timedelta(hours=10, minutes=1))]
)
def test_a_session_ends_when_idle_or_old(user: User, field: str, age: timedelta) -> None:
    client = signed_in(user)
    UserSession.objects.update(**{field: timezone.now() - age})
    response = client.get(reverse("access:account"))
    assert response.status_code == 302
    assert "reason=expired" in response.headers["Location"]
    assert "登录已超时" in client.get(response.headers["Location"]).content.decode()
    assert audit.entries(action="access.session_expired").exists()


def test_use_keeps_a_session_alive(user: User) -> None:
    client = signed_in(user)
    UserSession.objects.update(last_seen_at=timezone.now() - timedelta(minutes=29))
    assert inside(client)
    assert timezone.now() - user.sessions.get().last_seen_at < timedelta(minutes=1)


def test_the_owner_ends_another_session(user: User) -> None:
    here, there = signed_in(user), signed_in(user)
    other = user.sessions.order_by("-id").first()
    assert other is not None
    here.post(reverse("access:session-end", args=[other.pk]))
    assert inside(here)
    assert not inside(there)


def test_a_changed_password_ends_the_other_sessions(user: User) -> None:
    here, there = signed_in(user), signed_in(user)
    response = here.post(
        reverse("access:password"), {"current": PASSWORD, "new": "Evening-8-hill", "again": "Evening-8-hill"}
    )
    assert response.status_code == 302
    assert inside(here)
    assert not inside(there)


def test_an_expired_session_is_nobody_to_the_api(user: User) -> None:
    client = signed_in(user)
    UserSession.objects.update(last_seen_at=timezone.now() - timedelta(hours=1))
    assert client.get("/api/v1/access/me").status_code == 401
