"""Tokens for programs, and the API's two ways to be somebody."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from yiwang.kernel.access import tokens
from yiwang.kernel.access.models import ApiToken, User
from yiwang.kernel.access.testing import make_user
from yiwang.kernel.notices import api as notices
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db
ME = "/api/v1/access/me"
READ = "/api/v1/notices/read"


def token_for(user: User, *scopes: str) -> dict[str, str]:
    made = tokens.create_token(user, name="测试", scopes=scopes or ("read",), days=30)
    return {"Authorization": f"Bearer {made.plain}"}


def test_a_token_is_its_owner(client: Client) -> None:
    user = make_user("liaison", "cq/health")
    answer = client.get(ME, headers=token_for(user)).json()
    assert (answer["username"], answer["unit_path"]) == (user.username, "cq/health")
    assert [role["key"] for role in answer["roles"]] == ["liaison"]
    assert {"resource": "orgs.unit", "action": "view", "scope": "all"} in answer["rights"]
    token = ApiToken.objects.get()
    assert token.last_used_at is not None


def test_only_the_hash_is_kept() -> None:
    made = tokens.create_token(make_user("viewer"), name="x", scopes=("read",), days=1)
    token = ApiToken.objects.get()
    assert token.hash == hashlib.sha256(made.plain.encode()).hexdigest()
    assert made.plain not in str(token.__dict__)


def test_a_reading_token_does_not_write(client: Client) -> None:
    user = make_user("viewer")
    notices.notify([user], "test", "标题", "Title", "/")
    refused = client.post(READ, "{}", content_type="application/json", headers=token_for(user))
    assert refused.status_code == 403
    assert refused.json()["code"] == "token_read_only"
    done = client.post(READ, "{}", content_type="application/json", headers=token_for(user, "read", "write"))
    assert done.json() == {"marked": 1}


@pytest.mark.parametrize("change", ["revoked", "expired", "closed", "must_change"])
def test_a_token_ends(client: Client, change: str) -> None:
    user = make_user("viewer")
    headers = token_for(user)
    token = ApiToken.objects.get()
    if change == "revoked":
        tokens.revoke_token(user, token.pk)
    elif change == "expired":
        ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        User.objects.filter(pk=user.pk).update(
            is_active=change != "closed", must_change_password=change == "must_change"
        )
    assert client.get(ME, headers=headers).status_code == 401


def test_nobody_and_nonsense_are_refused(client: Client) -> None:
    for headers in ({}, {"Authorization": "Bearer yw_nonsense"}, {"Authorization": "Basic eA=="}):
        assert client.get(ME, headers=headers).status_code == 401


def test_a_session_needs_the_csrf_token_to_write() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("viewer"))
    assert client.get(ME).status_code == 200
    assert client.post(READ, "{}", content_type="application/json").status_code == 403


@pytest.mark.parametrize(
    ("name", "scopes", "days", "code"),
    [
        (" ", ("read",), 30, "token_name_missing"),
        ("x", (), 30, "token_scope_unknown"),
        ("x", ("admin",), 30, "token_scope_unknown"),
        ("x", ("read",), 0, "token_days_out_of_range"),
        ("x", ("read",), 366, "token_days_out_of_range"),
    ],
)
def test_bad_requests_for_tokens(name: str, scopes: tuple[str, ...], days: int, code: str) -> None:
    with pytest.raises(Problem) as caught:
        tokens.create_token(make_user("viewer"), name=name, scopes=scopes, days=days)
    assert caught.value.code == code


def test_administrators_list_accounts(client: Client) -> None:
    for number in range(3):
        make_user("viewer", username=f"aa{number}")
    headers = token_for(make_user("auditor"))
    first = client.get("/api/v1/access/accounts?limit=2", headers=headers).json()
    assert [row["username"] for row in first["items"]] == ["aa0", "aa1"]
    second = client.get(f"/api/v1/access/accounts?limit=2&cursor={first['next_cursor']}", headers=headers).json()
    assert second["items"][0]["username"] == "aa2"
    assert client.get("/api/v1/access/accounts", headers=token_for(make_user("bureau"))).status_code == 403
