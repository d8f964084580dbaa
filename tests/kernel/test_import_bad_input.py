"""What is wrong with the tables that people bring, line by line: each fault says row, column and what is expected, in
both languages; the good rows go in, the bad ones come back and go in when mended."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from yiwang.domains.governance.baseregisters.models import Address, Organisation
from yiwang.domains.services.kiosks.models import Kiosk, KioskDay
from yiwang.domains.services.licences.models import EXAMPLE_IDENTIFIER, EXAMPLE_TYPE, Licence, LicenceType
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.records import importing, services
from yiwang.kernel.registers import api as registers
from yiwang.kernel.registers.extend import population
from yiwang.lib.identifiers import licence_identifier
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db
STREET, ROOM, OTHER_ROOM = "4415020010014100000000001", "4415020010016000000000001", "4415020010016000000000002"
ADDRESS_HEAD = ["地址编码", "地址类型", "名称", "地址全称", "上级地址编码", "起始日期"]
KIOSK_HEAD = ["设备编号", "设备名称", "安放场所", "起始日期"]
Write = Callable[[Path, Sequence[Sequence[Any]]], Path]


@pytest.fixture
def keeper() -> User:
    """Somebody who may import everything of the base registers, kiosks and licences."""
    registers.check_key()
    return make_user("bureau", make_unit("cq/data"))


def as_csv(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    path = path.with_suffix(".csv")
    with path.open("w", encoding="gb18030", newline="") as handle:
        csv.writer(handle).writerows(rows)
    return path


def as_workbook(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    path = path.with_suffix(".xlsx")
    book = Workbook()
    for row in rows:
        book.active.append(list(row))  # type: ignore[union-attr] # a new workbook has a sheet
    book.save(path)
    return path


@pytest.fixture(params=[as_csv, as_workbook], ids=["csv", "xlsx"])
def write(request: pytest.FixtureRequest) -> Write:
    """Both kinds of file."""
    found: Write = request.param
    return found


def bring(model: Any, path: Path, keeper: User, **options: Any) -> importing.Outcome:
    return importing.run(model.record_type, path, actor=keeper, source="test", **options)


def told(outcome: importing.Outcome) -> list[tuple[int, str, str]]:
    """Row, column and code; every message is said in both languages."""
    for _row, column, fault in outcome.shown:
        assert column
        assert re.search("[一-鿿]", fault.zh), fault
        assert re.match(r"[A-Z]", fault.en), fault
    return [(row, column, fault.code) for row, column, fault in outcome.shown]


def returned(path: Path) -> list[dict[str, str]]:
    """The rows of a file of bad rows."""
    if path.suffix == ".csv":
        return list(csv.DictReader(path.open(encoding="utf-8-sig")))
    sheet = load_workbook(path).worksheets[0]
    head, *rows = [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_a_child_before_its_parent_comes_back_and_goes_in_the_second_time(
    write: Write, tmp_path: Path, keeper: User
) -> None:
    path = write(
        tmp_path / "a",
        [
            ADDRESS_HEAD,
            [ROOM, "60", "101房", "演示1路101房", STREET, "2023-01-10"],
            [STREET, "41", "演示1路", "演示1路", "", "2023-01-10"],
            [OTHER_ROOM, "60", "102房", "演示1路102房", STREET, "2023-01-10"],
        ],
    )
    back = tmp_path / f"back{path.suffix}"
    outcome = bring(Address, path, keeper, bad_rows=back)
    assert told(outcome) == [(2, "上级地址编码", "link_unknown")]
    assert "排到本行之前" in outcome.shown[0][2].zh
    assert "above this row" in outcome.shown[0][2].en
    assert (outcome.new, outcome.bad) == (2, 1)
    assert [row["地址编码"] for row in returned(back)] == [ROOM]
    assert bring(Address, back, keeper).new == 1
    assert Address._base_manager.count() == 3


def test_events_in_no_order_of_time_all_go_in(write: Write, tmp_path: Path, keeper: User) -> None:
    unit = keeper.unit
    assert unit is not None
    cells = {"device_no": "A1", "name": "机", "place_type": "bank", "valid_from": "2023-01-05"}
    services.create(Kiosk.record_type, cells, actor=keeper, unit=unit)
    days = [date(2023, 2, 1) + timedelta(days=number * 7 % 20) for number in range(20)]
    head = ["来源编号", "设备编号", "发生日期", "在线时长"]
    rows = [[f"A1-{day}", "A1", day.isoformat(), "1440"] for day in days]
    outcome = bring(KioskDay, write(tmp_path / "a", [head, *rows, rows[3]]), keeper)
    assert (outcome.new, told(outcome)) == (20, [(22, "来源编号", "source_id_twice")])
    assert "第 5 行" in outcome.shown[0][2].zh
    assert {row.occurred_on for row in KioskDay._base_manager.all()} == set(days)


def test_wrong_check_characters_are_said(write: Write, tmp_path: Path, keeper: User) -> None:
    unit = keeper.unit
    assert unit is not None
    street = dict(zip(("address_code", "level", "name", "full_text", "parent_code", "valid_from"),
                      (STREET, "41", "路", "路", "", "2023-01-10"), strict=True))  # fmt: skip
    services.create(Address.record_type, street, actor=keeper, unit=unit)
    good = population.organisation(0).uscc
    wrong = good[:-1] + ("A" if good[-1] != "A" else "B")
    head = ["统一社会信用代码", "单位名称", "单位类别", "地址编码", "起始日期"]
    rows = [[wrong, "一行", "individual", STREET, "2023-01-10"], [good, "二行", "individual", STREET, "2023-01-10"]]
    outcome = bring(Organisation, write(tmp_path / "a", [head, *rows]), keeper)
    assert (outcome.new, told(outcome)) == (1, [(2, "统一社会信用代码", "uscc_check")])

    kind = {"type_code": EXAMPLE_TYPE, "name": "证", "holder_kind": "person", "issuer_level": "district",
            "valid_from": "2021-01-01"}  # fmt: skip
    services.create(LicenceType.record_type, kind, actor=keeper, unit=unit)
    head = [
        "电子证照标识",
        "证照编号",
        "证照类型代码",
        "持证主体",
        "持证人身份号码",
        "颁发机构代码",
        "颁发日期",
        "起始日期",
    ]
    person = population.person(0).citizen_id
    issuer, flipped = "11430000006122244L", EXAMPLE_IDENTIFIER[:-1] + "0"
    other = licence_identifier(EXAMPLE_TYPE, issuer, "1")
    altered = person[:-1] + ("1" if person[-1] != "1" else "2")
    rows = [
        [flipped, "一号", EXAMPLE_TYPE, "张三", person, issuer, "2023-01-10", "2023-01-10"],
        [EXAMPLE_IDENTIFIER, "二号", EXAMPLE_TYPE, "张三", altered, issuer, "2023-01-10", "2023-01-10"],
        [other, "三号", EXAMPLE_TYPE, "张三", person, issuer, "2023-01-10", "2023-01-10"],
    ]
    outcome = bring(Licence, write(tmp_path / "b", [head, *rows]), keeper)
    assert told(outcome) == [
        (2, "电子证照标识", "licence_check"),
        (3, "持证人身份号码", "citizen_id_check"),
    ]
    assert outcome.new == 1


@pytest.mark.parametrize(
    "text", ["2023-02-01", "2023/2/1", "2023.2.1", "2023年2月1日", "20230201", "2023-02-01 00:00:00"]
)
def test_dates_as_text_are_read(text: str, write: Write, tmp_path: Path, keeper: User) -> None:
    bring(Kiosk, write(tmp_path / "a", [KIOSK_HEAD, ["A1", "机", "bank", text]]), keeper)
    assert Kiosk._base_manager.get().valid_from == date(2023, 2, 1)


@pytest.mark.parametrize("text", ["2023-02-30", "2023-13-01", "0000-00-00", "23-2-1", "去年", "1e5", "2023-2", "-1"])
def test_impossible_dates_are_said(text: str, write: Write, tmp_path: Path, keeper: User) -> None:
    rows = [["A1", "机", "bank", text], ["A2", "机", "bank", "2023-02-01"]]
    outcome = bring(Kiosk, write(tmp_path / "a", [KIOSK_HEAD, *rows]), keeper)
    assert told(outcome) == [(2, "起始日期", "cell_date")]
    assert "2023-06-30" in outcome.shown[0][2].zh, "what is expected"
    assert [kiosk.device_no for kiosk in Kiosk._base_manager.all()] == ["A2"]


@pytest.mark.parametrize("span", ["A1:B1", "A1:A2", "C1:D1"])
def test_merged_cells_in_the_heading_are_said_and_nothing_goes_in(span: str, tmp_path: Path, keeper: User) -> None:
    path = as_workbook(tmp_path / "a", [KIOSK_HEAD, ["A1", "机", "bank", "2023-02-01"]])
    book = load_workbook(path)
    book.worksheets[0].merge_cells(span)
    book.save(path)
    with pytest.raises(Problem) as refused:
        bring(Kiosk, path, keeper)
    assert refused.value.code == "heading_merged"
    assert "合并" in refused.value.message("zh")
    assert "merged" in refused.value.message("en").lower()
    assert not Kiosk._base_manager.exists()


def test_cells_merged_below_the_heading_are_told_by_their_empty_rows(tmp_path: Path, keeper: User) -> None:
    rows: list[list[Any]] = [["A1", "机", "bank", "2023-02-01"], ["A2", None, "bank", "2023-02-01"]]
    path = as_workbook(tmp_path / "a", [KIOSK_HEAD, *rows])
    book = load_workbook(path)
    book.worksheets[0].merge_cells("B2:B3")
    book.save(path)
    outcome = bring(Kiosk, path, keeper)
    assert (outcome.new, told(outcome)) == (1, [(3, "设备名称", "cell_missing")])


def test_a_table_of_another_type_is_said_by_its_name(write: Write, tmp_path: Path, keeper: User) -> None:
    path = write(tmp_path / "a", [ADDRESS_HEAD, [STREET, "41", "演示1路", "演示1路", "", "2023-01-10"]])
    with pytest.raises(Problem) as refused:
        bring(Kiosk, path, keeper)
    assert refused.value.code == "file_of_other_type"
    assert "标准地址" in refused.value.message("zh")
    assert "Standard addresses" in refused.value.message("en")


def test_a_workbook_altered_anywhere_is_read_or_refused_but_never_half_read(tmp_path: Path, keeper: User) -> None:
    rows = [["A1", "机", "bank", "2023-02-01"]]
    whole = as_workbook(tmp_path / "a", [KIOSK_HEAD, *rows]).read_bytes()
    met: dict[str, int] = {}
    for place in range(0, len(whole), 97):
        path = tmp_path / "b.xlsx"
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            rows_read = bring(Kiosk, path, keeper, write=False).rows
        except Problem as problem:
            met[problem.code] = place
        else:
            met[f"{rows_read} row"] = place
    assert "file_damaged" in met
    assert set(met) <= {"file_damaged", "encoding_unknown", "heading_not_found", "1 row"}, met
