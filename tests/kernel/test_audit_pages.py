"""The audit page, its export and its interface: for the security auditor alone."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from yiwang.kernel.access.testing import make_user
from yiwang.kernel.audit import api as audit

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(client: Client) -> Client:
    client.force_login(make_user("auditor"))
    return client


@pytest.mark.parametrize("role", ["sysadmin", "secadmin", "bureau", "leader", "viewer", "liaison"])
def test_nobody_else_gets_in(client: Client, role: str) -> None:
    audit.record("test.secret", actor="li.na")
    client.force_login(make_user(role))
    for url in (reverse("audit:list"), reverse("audit:export", args=["csv"]), "/api/v1/audit/entries"):
        response = client.get(url)
        assert response.status_code == 403
        assert "test.secret" not in response.content.decode()


def test_nobody_signed_in_is_sent_to_sign_in(client: Client) -> None:
    assert client.get(reverse("audit:list")).headers["Location"].startswith(reverse("access:sign-in"))


def test_filters(auditor: Client) -> None:
    audit.record("test.one", actor="li.na", object_id="A-1")
    audit.record("test.two", actor="wang.wu", result="failed")
    page = auditor.get(reverse("audit:list"), {"action": "test.one"}).content.decode()
    assert "A-1" in page
    assert "wang.wu" not in page
    page = auditor.get(reverse("audit:list"), {"text": "wang", "result": "failed"}).content.decode()
    assert "wang.wu" in page
    assert "A-1" not in page
    assert "没有符合条件的记录" in auditor.get(reverse("audit:list"), {"until": "2020-01-01"}).content.decode()
    assert auditor.get(reverse("audit:list"), {"since": "no date", "page": "999"}).status_code == 200


def test_exports_are_safe_and_audited(auditor: Client) -> None:
    audit.record("test.export", actor="=cmd|'/c calc'!A1", detail={"中文": "值"})
    body = auditor.get(reverse("audit:export", args=["csv"]), {"action": "test.export"}).content
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert rows[0][2] == "账号"
    assert rows[1][2].startswith("'=")
    book = load_workbook(
        io.BytesIO(auditor.get(reverse("audit:export", args=["xlsx"]), {"action": "test.export"}).content)
    )
    sheet = book["审计日志"]
    assert sheet["C2"].data_type == "s"
    assert audit.entries(action="audit.export").count() == 2
    assert audit.entries(action="audit.export")[0].detail["rows"] == 1
    assert auditor.get(reverse("audit:export", args=["pdf"])).status_code == 404


def test_the_chain_is_verified_on_the_page(auditor: Client) -> None:
    page = auditor.post(reverse("audit:verify"), follow=True).content.decode()
    assert "审计链完整" in page


@pytest.mark.parametrize(
    "query",
    [
        "until=9999-12-31&since=0001-01-01",
        "actor=%00",
        "action=%00&result=%00",
        f"cursor={10**30}",
        "since=9999-12-31",
    ],
)
def test_the_interface_bears_odd_questions(auditor: Client, query: str) -> None:
    assert auditor.get(f"/api/v1/audit/entries?{query}").status_code in (200, 400)
    assert auditor.get(f"{reverse('audit:list')}?{query}").status_code == 200


def test_the_interface_pages_backwards(auditor: Client) -> None:
    for number in range(3):
        audit.record("test.paged", actor=f"a{number}")
    first = auditor.get("/api/v1/audit/entries?action=test.paged&limit=2").json()
    assert [row["actor"] for row in first["items"]] == ["a2", "a1"]
    rest = auditor.get(f"/api/v1/audit/entries?action=test.paged&limit=2&cursor={first['next_cursor']}").json()
    assert [row["actor"] for row in rest["items"]] == ["a0"]
    assert rest["next_cursor"] == ""
