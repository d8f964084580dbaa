"""The pages and the API of S46: a dropped report is checked, seen by its owner only, exported, deleted."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from yiwang.domains.evaluation.reportcheck import selectors, services
from yiwang.domains.evaluation.reportcheck.api import check_text
from yiwang.domains.evaluation.reportcheck.models import Check
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_user

pytestmark = pytest.mark.django_db

WRONG = "截至2023年6月30日，全区应建站点200个，已建成50个，建成率30%。\n下一步继续推进。"


@pytest.fixture
def owner() -> User:
    """A liaison who checks a report."""
    return make_user("liaison", "cq/health")


def drop(client: Client, data: bytes, name: str = "report.txt") -> object:
    """Drop a file on the page."""
    return client.post(reverse("s46:check-new"), {"file": SimpleUploadedFile(name, data)})


def test_a_dropped_report_shows_its_text_with_the_finding_in_place(client: Client, owner: User) -> None:
    client.force_login(owner)
    response = client.post(reverse("s46:check-new"), {"file": SimpleUploadedFile("r.txt", WRONG.encode())}, follow=True)
    page = response.content.decode()
    assert response.status_code == 200
    assert '<mark class="mark-error">' in page
    assert 'href="#place-1"' in page
    assert 'id="place-1"' in page
    assert "建成率" in page


def test_only_its_owner_sees_a_check(client: Client, owner: User) -> None:
    found = services.check_upload(WRONG.encode(), "秘密稿.txt", actor=owner)
    for other in (make_user("bureau", "cq/data"), make_user("liaison", "cq/health"), make_user("leader", "cq")):
        client.force_login(other)
        for name in ("check", "check-export", "check-json"):
            response = client.get(reverse(f"s46:{name}", args=[found.key]))
            assert response.status_code == 404
            assert "秘密稿" not in response.content.decode()
        assert client.post(reverse("s46:check-delete", args=[found.key])).status_code == 404
        assert "秘密稿" not in client.get(reverse("s46:checks")).content.decode()
        assert selectors.search(other, "秘密") == []
    assert selectors.search(owner, "秘密")[0].title == "秘密稿"


@pytest.mark.parametrize("role", ["viewer", "sysadmin", "secadmin", "auditor"])
def test_roles_without_the_right_get_neither_page_nor_check(client: Client, role: str) -> None:
    client.force_login(make_user(role, "cq/data"))
    assert client.get(reverse("s46:checks")).status_code == 403
    assert drop(client, WRONG.encode()).status_code == 403  # type: ignore[attr-defined]  # the test client's response
    assert not Check.objects.exists()


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("空.txt", b"", "file_empty"),
        ("表.xlsx", b"PK\x03\x04" + b"0" * 50, "file_type_unsupported"),
        ("坏.docx", b"PK\x03\x04" + b"0" * 500, "file_damaged"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_so_and_leaves_nothing(
    client: Client, owner: User, name: str, data: bytes, code: str
) -> None:
    client.force_login(owner)
    response = client.post(reverse("s46:check-new"), {"file": SimpleUploadedFile(name, data)})
    assert response.status_code >= 400
    assert code in response.content.decode()
    assert not Check.objects.exists()


def test_no_file_is_said_so(client: Client, owner: User) -> None:
    client.force_login(owner)
    assert "file_missing" in client.post(reverse("s46:check-new")).content.decode()


def test_control_characters_are_refused_or_dropped_never_a_fault(client: Client, owner: User) -> None:
    """PostgreSQL's JSON refuses U+0000, which old systems leave in exported texts."""
    client.force_login(owner)
    data = "全区有\x00站点50个\x01。".encode()
    response = client.post(reverse("s46:check-new"), {"file": SimpleUploadedFile("r.txt", data)})
    assert response.status_code in {302, 400, 415, 422}
    assert all("\x00" not in found.result["document"]["text"] for found in Check.objects.all())


def test_markup_in_a_report_is_shown_not_run(client: Client, owner: User) -> None:
    client.force_login(owner)
    found = services.check_upload("全区有<script>alert(1)</script>站点50个。".encode(), "<b>x</b>.txt", actor=owner)
    page = client.get(reverse("s46:check", args=[found.key])).content.decode()
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page


def test_export_has_findings_and_figures(client: Client, owner: User) -> None:
    client.force_login(owner)
    found = services.check_upload(WRONG.encode(), "r.txt", actor=owner)
    book = load_workbook(BytesIO(client.get(reverse("s46:check-export", args=[found.key])).content))
    assert book.sheetnames == ["核验意见", "识别的数字"]
    assert book["核验意见"].max_row == len(found.result["findings"]) + 1
    assert book["识别的数字"].max_row == found.figures + 1


def test_deleting_removes_the_text(client: Client, owner: User) -> None:
    client.force_login(owner)
    found = services.check_upload(WRONG.encode(), "r.txt", actor=owner)
    client.post(reverse("s46:check-delete", args=[found.key]))
    assert not Check.objects.exists()


def test_the_api_gives_what_the_command_line_gives(client: Client, owner: User) -> None:
    client.force_login(owner)
    made = client.post("/api/v1/report-check/checks", {"file": SimpleUploadedFile("r.txt", WRONG.encode())})
    assert made.status_code == 201
    body = client.get(f"/api/v1/report-check/checks/{made.json()['key']}").json()
    assert body["findings"] == check_text(WRONG).to_json()["findings"]
    assert [row["key"] for row in client.get("/api/v1/report-check/checks").json()["items"]] == [made.json()["key"]]
    assert client.delete(f"/api/v1/report-check/checks/{made.json()['key']}").status_code == 204


def test_pieces_join_to_the_text_and_cover_every_span() -> None:
    result = check_text(WRONG).to_json()
    text = result["document"]["text"]
    findings = [{"number": number, **finding} for number, finding in enumerate(result["findings"], start=1)]
    paragraphs = selectors.pieces(text, findings)
    assert "".join(piece.text for paragraph in paragraphs for piece in paragraph) == text.replace("\n", "")
    marked = "".join(piece.text for paragraph in paragraphs for piece in paragraph if piece.severity)
    for finding in findings:
        for start, end in finding["spans"]:
            assert text[start:end].replace("\n", "") in marked
