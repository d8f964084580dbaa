"""Reports beside the records of a lake: command, page, API."""

from __future__ import annotations

import json
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from yiwang.domains.evaluation.reportcheck import services
from yiwang.domains.evaluation.reportcheck.cli import command
from yiwang.domains.services.kiosks.models import Kiosk
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.lake import api as lake
from yiwang.lib.clock import moment

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = (
    "截至2023年6月30日，全区安装自助机3部。\n截至2022年12月31日，全区安装自助机2部。\n"
    "建成书屋45个。\n截至2099年6月30日，全区安装自助机3部。"
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    """A lake of the test's own."""
    settings.YIWANG_HOME = tmp_path / "home"
    return tmp_path


def kiosks() -> None:
    """One kiosk in 2022, three at the end of June 2023, in a snapshot."""
    make_unit("cq/centre")
    for number, begin in enumerate((date(2022, 11, 1), date(2023, 2, 1), date(2023, 3, 1))):
        Kiosk(
            device_no=f"Z{number}", name="机", place_type="hall", matters=1, address="", valid_from=begin,
            unit_path="cq/centre/", place="", source_id=f"Z{number}", recorded_at=moment(begin, 12),
            recorded_by="t", source="t",
        ).save()  # fmt: skip
    lake.refresh()


@pytest.fixture
def owner() -> User:
    return make_user("liaison", "cq/health")


def written(home: Path, text: str = TEXT) -> str:
    path = home / "报告.txt"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_command_tells_which_figures_the_records_confirm(home: Path) -> None:
    kiosks()
    result = CliRunner().invoke(command, [written(home), "--records"])
    assert result.exit_code == 1
    for words in ("一致 1 个，不一致 1 个，无法取值 1 个，无对应指标 1 个", "报告 2部，档案 1部", "截至 2022-12-31"):
        assert words in result.output
    told = json.loads(CliRunner().invoke(command, [written(home), "--records", "--json"]).output)
    assert [row["status"] for row in told["records"]["figures"]] == ["confirmed", "differs", "no_metric", "no_value"]
    assert told["document"]["text"] == TEXT


def test_the_day_of_figures_without_one_can_be_given(home: Path) -> None:
    kiosks()
    path = written(home, "全区安装自助机1部。")
    result = CliRunner().invoke(command, [path, "--records", "--as-of", "2022-12-31"])
    assert result.exit_code == 0, result.output
    assert "一致 1 个" in result.output
    assert CliRunner().invoke(command, [path, "--as-of", "2022-12-31"]).exit_code == 2


def test_without_a_snapshot_the_command_says_how_to_make_one(home: Path) -> None:
    result = CliRunner().invoke(command, [written(home), "--records"])
    assert result.exit_code == 2
    assert "lake_empty" in result.stderr


def test_the_page_and_the_api(client: Client, owner: User) -> None:
    client.force_login(owner)
    check = services.check_upload(TEXT.encode(), "报告.txt", actor=owner)
    page = reverse("s46:check-records", args=[check.key])
    assert "还没有数据快照" in client.get(page).content.decode()
    address = f"/api/v1/report-check/checks/{check.key}/records"
    assert client.get(address).json() == {"snapshot": None, "figures": []}
    kiosks()
    text = client.get(page).content.decode()
    assert "不一致 1" in text
    assert "截止日在数据快照之后" in text
    assert "45个" not in text
    assert "45个" in client.get(page, {"status": "no_metric"}).content.decode()
    assert client.get(page, {"as_of": "六月"}).status_code == 400
    assert [row["status"] for row in client.get(address).json()["figures"]][:2] == ["confirmed", "differs"]
    book = load_workbook(BytesIO(client.get(reverse("s46:check-records-export", args=[check.key])).content))
    assert book["与档案比对"].max_row == 5
    assert page in client.get(reverse("s46:check", args=[check.key])).content.decode()


def test_who_may_not_compare(client: Client) -> None:
    integrator = make_user("integrator", "cq/firm")
    client.force_login(integrator)
    check = services.check_upload(TEXT.encode(), "报告.txt", actor=integrator)
    assert client.get(reverse("s46:check-records", args=[check.key])).status_code == 403
    assert client.get(f"/api/v1/report-check/checks/{check.key}/records").status_code == 403
    assert "与档案比对" not in client.get(reverse("s46:check", args=[check.key])).content.decode()
