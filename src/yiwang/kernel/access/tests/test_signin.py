"""Signing in: lock-out, one message for every wrong pair, audit."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from django.contrib.auth.hashers import check_password
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yiwang.kernel.access import signin
from yiwang.kernel.access.models import PasswordHistory, User
from yiwang.kernel.access.testing import make_user
from yiwang.kernel.audit import api as audit

pytestmark = pytest.mark.django_db
PASSWORD = "Morning-7-lake"


@pytest.fixture
def user() -> User:
    return make_user("viewer", password=PASSWORD, username="li.na")


def attempt(client: Client, username: str, password: str) -> tuple[int, str]:
    response = client.post(reverse("access:sign-in"), {"username": username, "password": password})
    return response.status_code, response.content.decode()


def test_the_right_pair_signs_in_and_is_audited(client: Client, user: User) -> None:
    status, _page = attempt(client, " Li.Na ", PASSWORD)
    assert status == 302
    entry = audit.entries(action="access.sign_in").get()
    assert (entry.actor, entry.result, entry.ip) == ("li.na", "ok", "127.0.0.1")
    client.post(reverse("access:sign-out"))
    assert audit.entries(action="access.sign_out").get().actor == "li.na"
    assert client.get(reverse("access:account")).status_code == 302


def test_every_wrong_pair_gets_the_same_message(client: Client, user: User) -> None:
    closed = make_user("viewer", password=PASSWORD)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    answers = [
        attempt(client, "li.na", "Wrong-pass-1"),
        attempt(client, "nobody.here", "Wrong-pass-1"),
        attempt(client, closed.username, PASSWORD),
    ]
    assert [status for status, _page in answers] == [401, 401, 401]
    assert all("用户名或密码不正确" in page for _status, page in answers)
    reasons = [entry.detail["reason"] for entry in audit.entries(action="access.sign_in").order_by("seq")]
    assert reasons == ["password", "account_unknown", "account_closed"]


@pytest.mark.usefixtures("full_cost")
def test_unknown_names_cost_the_same_hash_as_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 dominates both; without the decoy an unknown name would answer ten times faster and so be told apart."""
    make_user("viewer", password=PASSWORD, username="li.na")
    costs: list[list[str]] = []

    def counting(password: str, encoded: str) -> bool:
        costs.append(encoded.split("$")[:4])
        return check_password(password, encoded)

    monkeypatch.setattr(signin, "check_password", counting)
    attempt(Client(), "li.na", "Wrong-pass-1")
    attempt(Client(), "nobody.here", "Wrong-pass-1")
    assert len(costs) == 2
    assert costs[0] == costs[1]


def test_five_wrong_passwords_lock_for_fifteen_minutes(client: Client, user: User) -> None:
    for _ in range(4):
        assert attempt(client, "li.na", "Wrong-pass-1")[0] == 401
    status, page = attempt(client, "li.na", "Wrong-pass-1")
    assert status == 403
    user.refresh_from_db()
    assert user.locked_until is not None
    assert timezone.localtime(user.locked_until).strftime("%H:%M") in page
    assert abs(user.locked_until - timezone.now() - timedelta(minutes=15)) < timedelta(seconds=30)
    assert attempt(client, "li.na", PASSWORD)[0] == 403, "the right password does not open a locked account"
    assert audit.entries(action="access.sign_in", result="refused").get().detail == {"reason": "locked"}
    User.objects.filter(pk=user.pk).update(locked_until=timezone.now() - timedelta(seconds=1))
    assert attempt(client, "li.na", PASSWORD)[0] == 302


def test_names_without_an_account_lock_like_the_others(client: Client, user: User) -> None:
    """Otherwise the lock itself would tell which names exist."""
    known = [attempt(client, "li.na", "Wrong-pass-1") for _ in range(7)]
    unknown = [attempt(client, "no.body", "Wrong-pass-1") for _ in range(7)]
    assert [status for status, _page in known] == [401] * 4 + [403] * 3
    assert [status for status, _page in unknown] == [status for status, _page in known]
    assert all("账号已锁定至" in page for _status, page in unknown[4:])


def test_a_right_password_resets_the_count(client: Client, user: User) -> None:
    for _ in range(4):
        attempt(client, "li.na", "Wrong-pass-1")
    attempt(client, "li.na", PASSWORD)
    user.refresh_from_db()
    assert user.failed_attempts == 0


def test_an_administrator_unlocks(client: Client, user: User) -> None:
    for _ in range(5):
        attempt(client, "li.na", "Wrong-pass-1")
    admin = Client()
    admin.force_login(make_user("sysadmin"))
    admin.post(reverse("access:person-unlock", args=["li.na"]))
    assert attempt(client, "li.na", PASSWORD)[0] == 302


@pytest.mark.parametrize(
    ("target", "expected"),
    [("/units/", "/units/"), ("https://evil.example/", "/"), ("//evil.example/", "/"), ("", "/")],
)
def test_next_stays_on_this_site(client: Client, user: User, target: str, expected: str) -> None:
    response = client.post(reverse("access:sign-in"), {"username": "li.na", "password": PASSWORD, "next": target})
    assert response.headers["Location"] == expected


@pytest.mark.parametrize("name", ["\x00", "li\x00na", "a" * 64, "' or 1=1 --", "李娜"])
def test_odd_names_are_only_wrong(client: Client, name: str) -> None:
    assert attempt(client, name, "x")[0] in (401, 422)


def test_an_empty_form_says_what_is_missing(client: Client) -> None:
    assert attempt(client, "", "")[0] == 422


def test_an_old_password_is_mentioned(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(password_changed_at=timezone.now() - timedelta(days=91))
    response = client.post(
        reverse("access:sign-in"), {"username": "li.na", "password": PASSWORD, "next": "/account/"}, follow=True
    )
    assert "密码已使用超过 90 天" in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_row_that_refers_to_the_account_does_not_wait_for_the_password_check(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting would be a deadlock: who hands in sends messages while holding the audit lock a sign-in ends with."""
    failed: list[Exception] = []

    def refer() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '2s'")
                PasswordHistory.objects.create(user_id=user.pk, encoded="x")
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except OperationalError as error:
            failed.append(error)
        finally:
            connection.close()

    def check(password: str, encoded: str) -> bool:
        other = Thread(target=refer)
        other.start()
        other.join()
        return check_password(password, encoded)

    monkeypatch.setattr(signin, "check_password", check)
    status, _page = attempt(client, user.username, PASSWORD)
    assert status == 302
    assert failed == []
