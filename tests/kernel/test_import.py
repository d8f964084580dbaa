"""Import of a table, with the kiosks' records: what goes in, what comes back, what happens when it is killed."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from yiwang.domains.services.kiosks.models import Kiosk, Transaction
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.audit import api as audit
from yiwang.kernel.orgs.api import Division
from yiwang.kernel.records import importing, services
from yiwang.kernel.records.columns import CellFault, NameColumn
from yiwang.kernel.registers import api as registers
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db
HEAD = "设备编号,设备名称,安放场所,起始日期,终止日期,所属单位,所在地"
ROWS = ("A1,一号机,镇街便民服务中心,2023-01-05,,centre,441502001", "A2,二号机,bank,2023年2月1日,,centre,")


@pytest.fixture
def operator() -> User:
    """A record keeper of the centre."""
    registers.check_key()
    Division.objects.create(code12="441502001000", name="新港街道", level="town", kind="街道", administered=True)
    make_unit("cq/other")
    return make_user("operator", "cq/centre")


def table(path: Path, *rows: str, encoding: str = "utf-8", head: str = HEAD) -> Path:
    """A CSV file."""
    path.write_bytes("\r\n".join([head, *rows, ""]).encode(encoding))
    return path


def bring(path: Path, operator: User, **options: Any) -> importing.Outcome:
    """Import kiosks."""
    return importing.run(Kiosk.record_type, path, actor=operator, source="test", **options)


def faults(outcome: importing.Outcome) -> list[tuple[int, str, str]]:
    """Row, column and code of what is shown."""
    return [(row, column, fault.code) for row, column, fault in outcome.shown]


def test_every_batch_leaves_its_trail(tmp_path: Path, operator: User) -> None:
    path = table(tmp_path / "a.csv", *ROWS)
    bring(path, operator)
    bring(path, operator)
    entry = audit.entries(action="records.import").get()
    assert (entry.actor, entry.object_type, entry.detail) == (operator.username, "s05.kiosk", {"new": 2, "changed": 0})


def test_a_correction_leads_to_no_place_where_one_may_not_write(
    tmp_path: Path, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(table(tmp_path / "a.csv", *ROWS), operator)
    Division.objects.create(code12="441502002000", name="香洲街道", level="town", kind="街道", administered=True)
    monkeypatch.setattr(services, "may_write", lambda *rest: rest[-1].startswith("441502001"))
    record = Kiosk._base_manager.get(device_no="A1")
    with pytest.raises(Problem) as refused:
        services.correct(record, {"place": "441502002000"}, actor=operator, reason="移机")
    assert refused.value.code == "forbidden"
    assert Kiosk._base_manager.get(device_no="A1").place == "441502001000"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_files_of_every_usual_encoding_go_in_once(encoding: str, tmp_path: Path, operator: User) -> None:
    path = table(tmp_path / "a.csv", *ROWS, encoding=encoding)
    first = bring(path, operator)
    assert (first.rows, first.new, first.bad) == (2, 2, 0)
    again = bring(path, operator)
    assert (again.new, again.changed, again.same) == (0, 0, 2)
    found = Kiosk._base_manager.get(device_no="A2")
    assert (found.valid_from, found.place_type, found.unit_path) == (date(2023, 2, 1), "bank", "cq/centre/")
    assert Kiosk._base_manager.get(device_no="A1").place == "441502001000"


def test_a_changed_row_becomes_a_correction_with_history(tmp_path: Path, operator: User) -> None:
    bring(table(tmp_path / "a.csv", *ROWS), operator)
    outcome = bring(table(tmp_path / "b.csv", ROWS[0].replace("一号机", "一号新机"), ROWS[1]), operator)
    assert (outcome.new, outcome.changed, outcome.same) == (0, 1, 1)
    found = Kiosk._base_manager.get(device_no="A1")
    assert (found.version, found.name) == (2, "一号新机")
    former = Kiosk.history_model._base_manager.get(id=found.pk)
    assert (former.name, former.superseded_by, former.superseded_kind) == ("一号机", operator.username, "corrected")


def test_bad_rows_say_where_and_what_and_the_good_ones_go_in(tmp_path: Path, operator: User) -> None:
    bad = (
        ",无编号,bank,2023-01-05,,centre,",
        "A3,三号机,山上,2023-01-05,,centre,",
        "A4,四号机,bank,2023-02-30,,centre,",
        "A5,五号机,bank,2023-05-05,2023-05-05,centre,",
        "A6,六号机,bank,2023-01-05,,nowhere,",
        "A7,七号机,bank,2023-01-05,,other,",
        "A8,=1+1,bank,2023-01-05,,centre,441502999",
        "A1,重复,bank,2023-01-05,,centre,",
    )
    back = tmp_path / "back.csv"
    outcome = bring(table(tmp_path / "a.csv", *ROWS, *bad), operator, bad_rows=back)
    assert (outcome.rows, outcome.new, outcome.bad) == (10, 2, 8)
    assert faults(outcome) == [
        (4, "设备编号", "cell_missing"),
        (4, "来源编号", "source_id_invalid"),
        (5, "安放场所", faults(outcome)[2][2]),
        (6, "起始日期", "cell_date"),
        (7, "终止日期", "dates_reversed"),
        (8, "所属单位", "unit_unknown"),
        (9, "所属单位", "row_not_yours"),
        (10, "设备名称", "cell_formula"),
        (10, "所在地", "place_unknown"),
        (11, "来源编号", "source_id_twice"),
    ]
    rows = list(csv.DictReader(back.open(encoding="utf-8-sig")))
    assert [row["设备名称"] for row in rows][6] == "'=1+1"
    assert all(row["错误"] for row in rows)
    # Mended, the returned file goes in as it is.
    text = back.read_text(encoding="utf-8-sig").replace("2023-02-30", "2023-02-28")
    back.write_text(text, encoding="utf-8")
    assert bring(back, operator).new == 1


def test_only_checking_writes_nothing(tmp_path: Path, operator: User) -> None:
    outcome = bring(table(tmp_path / "a.csv", *ROWS), operator, write=False)
    assert (outcome.new, Kiosk._base_manager.count()) == (2, 0)


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ("设备编号,设备名称,安放场所", "heading_missing"),
        (f"{HEAD},颜色", "heading_unknown"),
        (f"{HEAD},设备编号", "heading_twice"),
        ("甲,乙,丙", "heading_not_found"),
        ("设备编号,发生日期,故障类型,故障说明", "file_of_other_type"),
    ],
)
def test_headings_that_do_not_fit_are_said(head: str, code: str, tmp_path: Path, operator: User) -> None:
    with pytest.raises(Problem) as refused:
        bring(table(tmp_path / "a.csv", "x,y,z", head=head), operator)
    assert refused.value.code == code


def test_files_that_cannot_be_read_are_said(tmp_path: Path, operator: User) -> None:
    for name, data, code in (
        ("a.csv", b"", "file_empty"),
        ("b.csv", b"\xff\xff\xff\xff,\x80", "encoding_unknown"),
        ("c.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file_type_refused"),
        ("d.xlsx", b"PK\x03\x04rest", "file_damaged"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(Problem) as refused:
            bring(tmp_path / name, operator)
        assert refused.value.code == code
    with pytest.raises(Problem, match="找不到文件"):
        bring(tmp_path / "nothing.csv", operator)


def test_workbooks_with_a_title_dates_and_formulas(tmp_path: Path, operator: User) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["自助机登记表"])
    sheet.append(HEAD.split(","))
    sheet.append(["B1", "一号", "bank", date(2023, 3, 1), None, "centre", None])
    sheet.append(["B2", "=A3", "bank", 45000, None, "centre", 441502001])
    sheet.append(["B3", "三号", "bank", 45000, None, "centre", 441502001])
    book.save(tmp_path / "a.xlsx")
    outcome = bring(tmp_path / "a.xlsx", operator)
    assert (outcome.new, faults(outcome)) == (2, [(4, "设备名称", "cell_formula")])
    assert Kiosk._base_manager.get(device_no="B3").valid_from == date(2023, 3, 15)
    sheet.merge_cells("A2:B2")
    book.save(tmp_path / "b.xlsx")
    with pytest.raises(Problem) as refused:
        bring(tmp_path / "b.xlsx", operator)
    assert refused.value.code == "heading_merged"


def test_who_may_not_import_is_refused(tmp_path: Path, operator: User) -> None:
    with pytest.raises(Problem) as refused:
        bring(table(tmp_path / "a.csv", *ROWS), make_user("viewer", "cq/centre"))
    assert refused.value.code == "forbidden"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_an_import_killed_ten_times_loses_nothing_and_doubles_nothing(
    tmp_path: Path, operator: User, settings: Any
) -> None:
    bring(table(tmp_path / "k.csv", *ROWS), operator)
    path = tmp_path / "t.csv"
    with path.open("w", encoding="utf-8") as handle:
        handle.write("来源编号,设备编号,发生日期,事项名称,办理结果\n")
        handle.writelines(f"T{number},A1,2023-0{number % 6 + 1}-15,社保证明打印,办结\n" for number in range(60_000))
    program = (
        "import django; django.setup()\n"
        "from pathlib import Path\n"
        "from yiwang.domains.services.kiosks.models import Transaction\n"
        "from yiwang.kernel.access.api import User\n"
        "from yiwang.kernel.records import importing\n"
        f"importing.run(Transaction.record_type, Path({str(path)!r}), source='test', "
        f"actor=User.objects.get(username={operator.username!r}))\n"
    )
    # A process of its own reads the settings anew: the address of the test's database, under its usual name there.
    from django.db import connection

    found = connection.settings_dict
    url = f"postgresql://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"
    environment = os.environ | {"DATABASE_URL": url, "YIWANG_PERSONAL_KEY_FILE": str(settings.YIWANG_PERSONAL_KEY_FILE)}
    chance = random.Random(1)  # noqa: S311  (when to kill)
    counts = []
    for _ in range(10):
        process = subprocess.Popen([sys.executable, "-c", program], env=environment)
        time.sleep(0.8 + chance.random() * 1.2)
        process.send_signal(signal.SIGKILL)
        process.wait()
        counts.append(Transaction._base_manager.count())
    assert counts == sorted(counts)
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    rows = Transaction._base_manager.all()
    assert rows.count() == 60_000
    assert rows.values("source_id").distinct().count() == 60_000
    assert not Transaction.history_model._base_manager.exists(), "a row that came twice would have been corrected"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_command_tells_programs_what_it_did(tmp_path: Path, operator: User, settings: Any) -> None:
    from click.testing import CliRunner

    from yiwang.kernel.records.cli import command

    path = table(tmp_path / "a.csv", *ROWS, "A3,三号机,山上,2023-01-05,,centre,")
    arguments = ["s05.kiosk", str(path), "--actor", operator.username, "--json"]
    done = CliRunner().invoke(command, arguments)
    told = json.loads(done.output)
    assert (done.exit_code, told["written"], told["bad"], told["shown"][0]["row"]) == (1, False, 1, 4)
    assert Kiosk._base_manager.count() == 0
    done = CliRunner().invoke(command, [*arguments, "--good-rows"])
    assert (done.exit_code, json.loads(done.output)["new"]) == (1, 2)
    table(path, *ROWS)
    done = CliRunner().invoke(command, arguments)
    assert (done.exit_code, json.loads(done.output)["same"]) == (0, 2)


def test_what_is_exported_comes_back_as_the_same(tmp_path: Path, operator: User) -> None:
    from io import BytesIO

    from openpyxl import load_workbook

    from yiwang.kernel.records import exporting
    from yiwang.kernel.records.api import Query

    bring(table(tmp_path / "a.csv", *ROWS), operator)
    file, count = exporting.as_csv(operator, Kiosk.record_type, Query())
    (tmp_path / "out.csv").write_bytes(file.read())
    assert count == 2
    outcome = bring(tmp_path / "out.csv", operator)
    assert (outcome.same, outcome.new, outcome.bad) == (2, 0, 0)
    book = load_workbook(BytesIO(exporting.template(Kiosk.record_type)))
    assert [cell.value for cell in book.worksheets[0][1]] == importing.labels(Kiosk.record_type)
    assert "银行网点" in str([cell.value for row in book.worksheets[1] for cell in row])


def test_a_file_without_a_column_leaves_what_the_records_have_there(tmp_path: Path, operator: User) -> None:
    bring(
        table(tmp_path / "a.csv", "A1,一号机,bank,2023-01-05,2024-01-01,centre,441502001,甲厂", head=f"{HEAD},厂商"),
        operator,
    )
    outcome = bring(
        table(tmp_path / "b.csv", "A1,新名,bank,2023-01-05", head="设备编号,设备名称,安放场所,起始日期"), operator
    )
    assert outcome.changed == 1
    found = Kiosk._base_manager.get(device_no="A1")
    assert (found.name, found.maker, found.valid_to, found.place) == ("新名", "甲厂", date(2024, 1, 1), "441502001000")


def test_a_record_of_another_unit_is_not_taken_over_and_the_others_go_in(tmp_path: Path, operator: User) -> None:
    bureau = make_user("bureau", "cq/other")
    bring(table(tmp_path / "a.csv", "A1,一号机,bank,2023-01-05,,other,"), bureau)
    path = table(tmp_path / "b.csv", "A1,夺来,bank,2023-01-05,,centre,", ROWS[1])
    for write in (False, True):
        outcome = bring(path, operator, write=write)
        assert (outcome.new, outcome.changed, outcome.bad) == (1, 0, 1)
        assert faults(outcome) == [(2, "来源编号", "source_id_taken")]
    found = Kiosk._base_manager.get(device_no="A1")
    assert (found.name, found.unit_path) == ("一号机", "cq/other/")


def test_what_was_withdrawn_does_not_come_back_by_importing_again(tmp_path: Path, operator: User) -> None:
    path = table(tmp_path / "a.csv", *ROWS)
    bring(path, operator)
    services.withdraw(Kiosk._base_manager.get(device_no="A1"), actor=operator, reason="登记错误")
    outcome = bring(path, operator)
    assert (outcome.new, outcome.same, outcome.bad) == (0, 1, 1)
    assert faults(outcome) == [(2, "来源编号", "source_id_withdrawn")]


def test_masked_cells_of_an_export_are_not_taken_for_data(tmp_path: Path, operator: User) -> None:
    with pytest.raises(CellFault) as refused:
        NameColumn("姓名").clean_cell("张*")
    assert refused.value.fault.code == "cell_masked"


def test_a_formula_that_was_given_back_is_a_formula_still(tmp_path: Path, operator: User) -> None:
    back = tmp_path / "back.csv"
    bring(
        table(tmp_path / "a.csv", "A1,=1+1,bank,2023-01-05,,centre,", "A2,+二号,山上,2023-01-05,,centre,"),
        operator,
        bad_rows=back,
    )
    text = back.read_text(encoding="utf-8-sig")
    assert "'=1+1" in text
    assert "'+二号" in text
    back.write_text(text.replace("山上", "bank"), encoding="utf-8")
    outcome = bring(back, operator)
    assert (outcome.new, faults(outcome)) == (1, [(2, "设备名称", "cell_formula")])
    assert Kiosk._base_manager.get(device_no="A2").name == "+二号"


def test_a_damaged_utf_8_file_is_not_read_as_gb18030(tmp_path: Path, operator: User) -> None:
    head = "device_no,name,place_type,valid_from"
    data = f"{head}\r\nA1,新港街道自助机,bank,2023-01-05\r\nA2,某".encode() + b"\xe6,bank,2023-01-05\r\n"
    (tmp_path / "a.csv").write_bytes(data)
    with pytest.raises(Problem) as refused:
        bring(tmp_path / "a.csv", operator)
    assert (refused.value.code, refused.value.detail["line"]) == ("encoding_broken", 3)


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path: Path, operator: User) -> None:
    outcome = bring(
        table(tmp_path / "a.csv", 'A1,"一号\r\n机",bank,2023-01-05,,centre,', "", ",无号,bank,2023-01-05,,centre,"),
        operator,
    )
    assert {row for row, _column, _code in faults(outcome)} == {4}


def test_control_characters_and_error_values_are_faults(tmp_path: Path, operator: User) -> None:
    outcome = bring(
        table(tmp_path / "a.csv", "A1,一\x00号,bank,2023-01-05,,centre,", "A2,#N/A,bank,2023-01-05,,centre,"), operator
    )
    assert faults(outcome) == [(2, "设备名称", "cell_control"), (3, "设备名称", "cell_error")]


def test_a_source_that_is_too_long_is_refused_at_once(tmp_path: Path, operator: User) -> None:
    with pytest.raises(Problem) as refused:
        importing.run(Kiosk.record_type, table(tmp_path / "a.csv", *ROWS), actor=operator, source="x" * 31)
    assert refused.value.code == "source_invalid"
