"""A bureau takes in its own plan from a workbook: the round trip, every wrong cell at once, nothing half-written."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from yiwang.domains.evaluation.planning import planbook
from yiwang.domains.evaluation.planning.demo.reading import plan_spec as demo_spec
from yiwang.domains.evaluation.planning.models import Plan
from yiwang.domains.evaluation.planning.services import imports
from yiwang.domains.evaluation.planning.services.plans import read_spec
from yiwang.domains.evaluation.planning.tests.factory import plan_spec
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> User:
    """A planner of the bureau; the units that the small plan names exist."""
    for code in ("police", "health"):
        make_unit(f"cq/{code}")
    return make_user("bureau", "cq/data")


def changed(sheet: str, cell: str, value: str | int | None) -> bytes:
    """The small plan's workbook with one cell changed."""
    book = load_workbook(BytesIO(planbook.write(plan_spec())))
    book[sheet][cell] = value
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_workbook_gives_the_plan_that_it_was_written_from() -> None:
    for spec in (plan_spec(), demo_spec()):
        again = planbook.read(BytesIO(planbook.write(spec)))
        assert replace(again, indicators=()) == replace(spec, indicators=())
        assert {item.code: item for item in again.indicators} == {
            item.code: replace(item, is_fact=not item.targets) for item in spec.indicators
        }


def test_upload_shows_a_preview_and_confirming_writes_the_plan(client: Client, bureau: User) -> None:
    client.force_login(bureau)
    upload = SimpleUploadedFile("规划.xlsx", planbook.write(plan_spec()))
    page = client.post(reverse("s45:plan-import"), {"file": upload})
    assert "小城数字化规划" in page.content.decode()
    assert not Plan.objects.exists()
    stored = page.context["stored"]
    client.post(reverse("s45:plan-import-confirm"), {"stored": str(stored.pk)})
    plan = Plan.objects.get()
    written = read_spec(plan.versions.get())
    assert [task.code for task in written.tasks] == [task.code for task in plan_spec().tasks]
    again = client.post(reverse("s45:plan-import-confirm"), {"stored": str(stored.pk)})
    assert again.status_code == 409
    assert "plan_exists" in again.content.decode()


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "row", "column"),
    [
        ("任务", "A3", "T1-01", 3, "编号"),
        ("任务", "B2", 9, 2, "篇章"),
        ("任务", "I2", "明年", 2, "开始日期"),
        ("指标", "J2", "很多", 2, "基期值"),
        ("指标", "J2", "1E+999999999", 2, "基期值"),
        ("指标", "N2", "9" * 5000, 2, "小数位"),
        ("指标", "A2", "F000000000001", 2, "编号"),
        ("指标", "L2", 123456, 2, "权重"),
        ("篇章", "C2", "名" * 101, 2, "名称"),
        ("任务", "H2", "S0002", 2, "系统"),
        ("指标", "G2", "随便", 2, "性质"),
        ("指标", "B2", "T9-99", 2, "任务"),
        ("篇章", "C2", None, 2, "名称"),
        ("篇章", "A1", "号", 1, "序号"),
    ],
)
def test_a_wrong_cell_is_named(
    bureau: User, sheet: str, cell: str, value: str | int | None, row: int, column: str
) -> None:
    with pytest.raises(Problem) as caught:
        imports.look(changed(sheet, cell, value), "p.xlsx", actor=bureau)
    assert caught.value.code == "plan_import_invalid"
    errors = caught.value.detail["errors"]
    assert isinstance(errors, list)
    assert (sheet, row, column) in {(error["sheet"], error["row"], error["column"]) for error in errors}
    assert not Plan.objects.exists()


def test_units_that_do_not_exist_are_listed(bureau: User) -> None:
    with pytest.raises(Problem) as caught:
        imports.look(changed("任务", "F2", "no-such-unit"), "p.xlsx", actor=bureau)
    assert caught.value.code == "plan_import_units"


@pytest.mark.parametrize(("name", "data"), [("p.xlsx", b""), ("p.xlsx", b"PK\x03\x04broken"), ("p.docx", b"hello")])
def test_what_is_no_workbook_is_refused(client: Client, bureau: User, name: str, data: bytes) -> None:
    client.force_login(bureau)
    page = client.post(reverse("s45:plan-import"), {"file": SimpleUploadedFile(name, data)})
    assert 400 <= page.status_code < 500


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">%s</row>'


@pytest.mark.parametrize(
    ("part", "data"),
    [
        ("xl/workbook.xml", b"<workbook"),
        ("xl/worksheets/sheet1.xml", b"<worksheet"),
        ("xl/worksheets/sheet1.xml", SHEET % b'<c r="A1" t="n"><v>abc</v></c>'),
        ("xl/worksheets/sheet1.xml", SHEET % b'<c r="A1" t="s"><v>9999</v></c>'),
    ],
)
def test_a_damaged_workbook_is_refused(client: Client, bureau: User, part: str, data: bytes) -> None:
    made = BytesIO()
    with ZipFile(BytesIO(planbook.write(plan_spec()))) as whole, ZipFile(made, "w") as broken:
        for name in whole.namelist():
            broken.writestr(name, data if name == part else whole.read(name))
    client.force_login(bureau)
    page = client.post(reverse("s45:plan-import"), {"file": SimpleUploadedFile("p.xlsx", made.getvalue())})
    assert page.status_code == 400
    assert "file_damaged" in page.content.decode()


def test_a_sheet_without_end_is_refused(bureau: User) -> None:
    with pytest.raises(Problem) as caught:
        imports.look(changed("任务", "C1048576", "x"), "p.xlsx", actor=bureau)
    assert caught.value.code == "plan_import_long"


@pytest.mark.parametrize("stored", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_confirming_what_was_not_looked_at_is_refused(client: Client, bureau: User, stored: str) -> None:
    client.force_login(bureau)
    answer = client.post(reverse("s45:plan-import-confirm"), {"stored": stored})
    assert answer.status_code == 404


def test_only_the_bureau_imports(client: Client) -> None:
    client.force_login(make_user("liaison", "cq/data"))
    assert client.get(reverse("s45:plan-import")).status_code == 403
