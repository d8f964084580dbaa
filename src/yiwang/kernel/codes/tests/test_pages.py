"""The pages and the API of code lists."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from yiwang.kernel.access.testing import make_user
from yiwang.kernel.audit.api import entries

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    """An ordinary reader's browser."""
    client = Client()
    client.force_login(make_user("viewer", "cq/health"))
    return client


def test_the_lists_are_found_by_name_and_standard(client: Client) -> None:
    page = client.get(reverse("codes:list"), {"q": "39554"}).content.decode()
    assert "事项类型" in page
    assert "人的性别" not in page
    assert "没有找到代码表" in client.get(reverse("codes:list"), {"q": "无此表\x00"}).content.decode()


def test_a_list_shows_values_source_and_certainty(client: Client) -> None:
    page = client.get(reverse("codes:detail", args=["identity-document"])).content.decode()
    assert "居民身份证" in page
    assert "GA/T 517" in page
    assert "待核实" in page
    found = client.get(reverse("codes:detail", args=["matter-type"]), {"q": "许可", "on": "2024-01-01"})
    assert [row[0].value for row in found.context["page"]] == ["01"]
    assert client.get(reverse("codes:detail", args=["matter-type"]), {"on": "gibberish"}).status_code == 200


def test_an_unknown_list_is_said_so(client: Client) -> None:
    answer = client.get(reverse("codes:detail", args=["nothing"]))
    assert answer.status_code == 404
    assert "没有名为“nothing”的代码表" in answer.content.decode()


def test_the_export_opens_and_is_audited(client: Client) -> None:
    answer = client.get(reverse("codes:export", args=["sex"]))
    rows = list(load_workbook(BytesIO(answer.content)).active.values)  # type: ignore[union-attr]  # one sheet is there
    assert rows[-1][:3] == ("9", "未说明的性别", "Not stated")
    entry = entries(action="codes.export").get()
    assert (entry.object_id, entry.detail) == ("sex", {"rows": 4})


def test_strangers_are_sent_to_sign_in() -> None:
    answer = Client().get(reverse("codes:list"))
    assert answer.status_code == 302


def test_the_api_gives_lists_and_values(client: Client) -> None:
    lists = client.get("/api/v1/codes/", {"q": "性别"}).json()
    assert [(found["name"], found["size"]) for found in lists] == [("sex", 4)]
    found = client.get("/api/v1/codes/sex", {"on": "2024-01-01"}).json()
    assert found["values"][1]["label_zh"] == "男"
    assert client.get("/api/v1/codes/nothing").json()["code"] == "code_list_unknown"
    assert Client().get("/api/v1/codes/sex").status_code == 401
