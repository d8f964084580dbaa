"""Workbooks as Excel and WPS will find them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO

from openpyxl import load_workbook

from yiwang.lib.workbooks import Sheet, workbook


def test_a_table_under_its_title() -> None:
    rows = (
        [name, value, day] for name, value, day in [("入学率", Decimal("99.5"), date(2023, 6, 30)), ("空", None, None)]
    )
    made = workbook(
        [Sheet("表" * 40, ["名称", "数值", "截至"], rows, title="指标", notes=["口径一"], widths=[30, 12, 12])]
    )
    page = load_workbook(BytesIO(made)).worksheets[0]
    assert page.title == "表" * 31
    assert [[cell.value for cell in row] for row in page.iter_rows(max_row=4)] == [
        ["指标", None, None],
        ["口径一", None, None],
        [None, None, None],
        ["名称", "数值", "截至"],
    ]
    assert [page["A5"].value, page["B5"].value, page["C5"].value.date()] == ["入学率", 99.5, date(2023, 6, 30)]
    assert [cell.value for cell in page[6]] == ["空", None, None]
    assert page.freeze_panes == "A5"
    assert page["A1"].font.b
    assert page["A1"].font.sz == 14
    assert page["A4"].font.b
    assert not page["A2"].font.b
    assert not page["A5"].font.b
    assert page["A5"].alignment.wrap_text
    assert page.column_dimensions["A"].width == 30


def test_text_stays_text() -> None:
    made = workbook(
        [
            Sheet("一", ["内容"], [["=1+1"], ["有\x0b控制字符"]]),
            Sheet("二", ["内容", "一个很长很长很长很长很长很长很长很长很长很长的表头"], []),
        ]
    )
    first, second = load_workbook(BytesIO(made)).worksheets
    assert (first["A2"].value, first["A2"].data_type) == ("=1+1", "s")
    assert first["A3"].value == "有控制字符"
    assert first.freeze_panes == "A2"
    assert second.max_row == 1
    assert [second.column_dimensions[letter].width for letter in "AB"] == [10, 48]
