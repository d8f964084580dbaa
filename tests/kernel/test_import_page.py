"""The page 导入: upload, check, preview, confirmation, bad rows back in the file they came in, one's own only."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from yiwang.domains.services.health.models import Hospital
from yiwang.domains.services.kiosks.models import Kiosk, Transaction
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_user
from yiwang.kernel.files.api import TABLE_TYPES, StoredFile, open_bytes, path_of, remove, store
from yiwang.kernel.jobs import services as jobs
from yiwang.kernel.jobs.api import Job
from yiwang.kernel.orgs.api import Division
from yiwang.kernel.records import imports
from yiwang.kernel.records.models import ImportRun
from yiwang.kernel.registers import api as registers

pytestmark = pytest.mark.django_db
HEAD = ["设备编号", "设备名称", "安放场所", "起始日期"]


@pytest.fixture
def operator() -> User:
    """A record keeper of the centre."""
    registers.check_key()
    Division.objects.create(code12="441502001000", name="新港街道", level="town", kind="街道", administered=True)
    return make_user("operator", "cq/centre")


def browser(user: User) -> Client:
    """Their browser."""
    client = Client()
    client.force_login(user)
    return client


def workbook(*rows: list[Any], head: list[str] = HEAD) -> SimpleUploadedFile:
    """An upload."""
    book = Workbook()
    for row in (head, *rows):
        book.active.append(row)  # type: ignore[union-attr] # a new workbook has a sheet
    data = BytesIO()
    book.save(data)
    return SimpleUploadedFile("自助机.xlsx", data.getvalue())


def upload(client: Client, file: SimpleUploadedFile, key: str = "s05.kiosk") -> ImportRun:
    """Upload and check."""
    answer = client.post(reverse("records:import", args=[key]), {"source": "test", "unit": "centre", "file": file})
    assert answer.status_code == 302, answer.content.decode()
    run = ImportRun.objects.latest("id")
    assert "正在排队" in client.get(answer["Location"]).content.decode()
    work(run)
    return run


def work(run: ImportRun) -> None:
    """Do what the worker does."""
    run.refresh_from_db()
    assert run.job is not None
    jobs.run(run.job.pk)


def page(client: Client, run: ImportRun) -> str:
    """The run's page."""
    return client.get(reverse("records:import-run", args=[run.record_type, run.pk])).content.decode()


def test_good_rows_go_in_after_the_preview_and_bad_ones_come_back_in_the_workbook(operator: User) -> None:
    client = browser(operator)
    run = upload(
        client, workbook(["A1", "一号机", "town", "2023-01-05"], ["A2", "二号机", "山上", "2023-13-01"],
                         ["A3", "三号机", "bank", "2023-02-01"])
    )  # fmt: skip
    shown = page(client, run)
    assert "写入 2 行" in shown
    assert "一号机" in shown, "the preview"
    assert not Kiosk._base_manager.exists(), "nothing is written before the confirmation"
    answer = client.get(reverse("records:import-bad-rows", args=["s05.kiosk", run.pk]))
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined] # a file's answer
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[0] == (*HEAD, "错误")
    assert rows[1][:2] == ("A2", "二号机")
    assert "安放场所" in str(rows[1][4])
    assert "起始日期" in str(rows[1][4])
    assert len(rows) == 2

    client.post(reverse("records:import-confirm", args=["s05.kiosk", run.pk]))
    work(run)
    assert {kiosk.device_no for kiosk in Kiosk._base_manager.all()} == {"A1", "A3"}
    assert "新增 2 条" in page(client, run)
    run.refresh_from_db()
    assert run.file is None, "a file that may hold citizens' ids is not kept"
    again = client.post(reverse("records:import-confirm", args=["s05.kiosk", run.pk]))
    assert again.status_code == 409

    # The mended rows.
    run = upload(client, workbook(["A2", "二号机", "village", "2023-03-01"], ["A1", "一号机", "town", "2023-01-05"]))
    assert "写入 1 行" in page(client, run)


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_bad_rows_come_back_however_much_longer_than_the_upload_they_are(
    ending: str, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [[f"A{number}", "机", "山上", "2023-02-30"] for number in range(3_000)]
    upload_of = workbook(*rows)
    if ending == "csv":
        upload_of = SimpleUploadedFile("机.csv", "\n".join(",".join(row) for row in [HEAD, *rows]).encode())
    # What an upload may have at most: with the reasons beside them the same rows are longer.
    size = len(upload_of.read())
    upload_of.seek(0)
    monkeypatch.setattr("yiwang.kernel.files.services.MAX_BYTES", size)
    monkeypatch.setattr("yiwang.kernel.files.inspection.MAX_BYTES", size)
    client = browser(operator)
    run = upload(client, upload_of)
    run.refresh_from_db()
    assert run.bad_rows is not None
    assert run.bad_rows.size > size
    answer = client.get(reverse("records:import-bad-rows", args=["s05.kiosk", run.pk]))
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined] # a file's answer
    if ending == "csv":
        assert len(data.decode("utf-8-sig").splitlines()) == 3_001
    else:
        assert sum(1 for _row in load_workbook(BytesIO(data), read_only=True).worksheets[0].iter_rows()) == 3_001


def test_a_file_that_cannot_be_used_says_why(operator: User) -> None:
    client = browser(operator)
    run = upload(client, workbook(["x"], head=["这", "是", "什么"]))
    shown = page(client, run)
    assert "heading_not_found" in shown
    assert "表头" in shown
    address = reverse("records:import", args=["s05.kiosk"])
    none = client.post(address, {"source": "test", "unit": "centre"})
    assert (none.status_code, none.context["problem"].code) == (400, "file_missing")
    word = SimpleUploadedFile("a.docx", b"\x89PNG\r\n\x1a\n" + b"0" * 100)
    refused = client.post(address, {"source": "test", "unit": "centre", "file": word})
    assert (refused.status_code, refused.context["problem"].code) == (400, "file_damaged")
    assert not StoredFile.objects.filter(filename="a.docx").exists()


def test_a_csv_of_an_office_goes_in_and_ids_are_not_shown(operator: User) -> None:
    Kiosk._base_manager.create(
        device_no="A1", name="一号机", place_type="town", valid_from="2023-01-01", unit_path="cq/centre/",
        recorded_at=timezone.now(), recorded_by="x", source="s", source_id="A1",
    )  # fmt: skip
    head = "来源编号,设备编号,发生日期,事项名称,办事人身份号码,办理结果"
    text = f"{head}\r\n1,A1,2023-05-01,打印,441502200002291016,done\r\n"
    client = browser(operator)
    run = upload(client, SimpleUploadedFile("办件.csv", text.encode("gb18030")), "s05.transaction")
    shown = page(client, run)
    assert "打印" in shown
    assert "441502200002291016" not in shown
    assert "0291016" not in shown
    client.post(reverse("records:import-confirm", args=["s05.transaction", run.pk]))
    work(run)
    assert Transaction._base_manager.get().person_key == registers.person_key("441502200002291016")


def test_an_import_is_its_owner_s(operator: User) -> None:
    run = upload(browser(operator), workbook(["A1", "一号机", "town", "2023-01-05"]))
    other = browser(make_user("operator", "cq/centre"))
    for name in ("import-run", "import-bad-rows"):
        assert other.get(reverse(f"records:{name}", args=["s05.kiosk", run.pk])).status_code == 404
    for name in ("import-confirm", "import-cancel"):
        assert other.post(reverse(f"records:{name}", args=["s05.kiosk", run.pk])).status_code == 404
    viewer = browser(make_user("viewer", "cq/centre"))
    assert viewer.get(reverse("records:import", args=["s05.kiosk"])).status_code == 403
    assert not Kiosk._base_manager.exists()


def test_files_are_forgotten_after_a_day(operator: User, settings: Any) -> None:
    run = upload(browser(operator), workbook(["A1", "一号机", "town", "2023-01-05"], ["A2", "", "", ""]))
    assert imports.forget_old() == 0
    ImportRun.objects.update(started_at=timezone.now() - timedelta(hours=25))
    assert imports.forget_old() == 2
    run.refresh_from_db()
    assert (run.file, run.bad_rows) == (None, None)
    assert "文件已过期" in page(browser(operator), run)
    assert not [path for path in Path(settings.YIWANG_HOME, "files").rglob("*") if path.suffix == ".xlsx"]


@pytest.mark.parametrize("name", ["rows.xlsx", "bad.xlsx"])
def test_bad_rows_never_write_over_the_upload(operator: User, name: str) -> None:
    file = workbook(["A1", "一号机", "town", "2023-01-05"], ["A2", "二号机", "山上", "2023-01-05"])
    file.name = name
    run = upload(browser(operator), file)
    run.refresh_from_db()
    assert run.file is not None
    assert run.bad_rows is not None
    file.seek(0)
    with open_bytes(run.file) as kept:
        assert kept.read() == file.read()


def test_a_worker_killed_after_the_last_row_ends_well_the_second_time(operator: User) -> None:
    client = browser(operator)
    run = upload(client, workbook(["A1", "一号机", "town", "2023-01-05"]))
    client.post(reverse("records:import-confirm", args=["s05.kiosk", run.pk]))
    work(run)
    run.refresh_from_db()
    assert run.job is not None
    # As the kill leaves it: all written, the job not yet ended.
    Job.objects.filter(pk=run.job.pk).update(status=Job.Status.RUNNING)
    work(run)
    run.refresh_from_db()
    assert (run.job.status, run.job.result["new"]) == ("done", 1)
    assert "新增 1 条" in page(client, run)


def test_the_bytes_of_two_equal_uploads_stay_until_both_are_gone(
    operator: User, django_capture_on_commit_callbacks: Any
) -> None:
    first, second = (
        store(b"a,b\r\n1,2\r\n", f"{n}.csv", actor=operator, owner_unit=None, purpose="test", allowed=TABLE_TYPES)
        for n in (1, 2)
    )
    path = path_of(second)
    with django_capture_on_commit_callbacks(execute=True):
        remove(first, actor="test")
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        remove(second, actor="test")
    assert not path.exists()


def test_a_row_that_stays_out_is_none_that_others_may_link_to(operator: User) -> None:
    client = browser(make_user("bureau", "cq/centre"))
    Hospital._base_manager.create(
        code="H1", name="医院", level="first", valid_from="2023-01-01", unit_path="cq/centre/",
        recorded_at=timezone.now(), recorded_by="x", source="s", source_id="H1",
    )  # fmt: skip
    head = "票据号,校验码,医疗机构,票据种类,交款人,票据金额,发生日期,票据状态,被冲销的票据号,所属单位"
    rows = (
        "44060123-0000000001,a1b2c3,H1,outpatient,张三,10,2023-05-01,issued,,没有这个单位",
        "44060123-0000000002,a1b2c3,H1,outpatient,张三,10,2023-05-02,red,44060123-0000000001,",
        "44060123-0000000003,a1b2c3,H1,outpatient,张三,10,2023-05-01,issued,,",
        "44060123-0000000004,a1b2c3,H1,outpatient,张三,10,2023-05-02,red,44060123-0000000003,",
    )
    run = upload(client, SimpleUploadedFile("票据.csv", "\r\n".join([head, *rows]).encode()), "s15.bill")
    run.refresh_from_db()
    assert (run.outcome["new"], [fault[2] for fault in run.outcome["shown"]]) == (2, ["unit_unknown", "link_unknown"])
