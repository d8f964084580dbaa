"""Tables: the row 合计 against the rows above it, column by column.

A table is a run of lines whose cells are separated by tabs, as the reader writes the tables of a Word document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from yiwang.domains.evaluation.reportcheck.engine import numerals
from yiwang.domains.evaluation.reportcheck.engine.model import Report, Span, finding
from yiwang.domains.evaluation.reportcheck.engine.numerals import plain
from yiwang.domains.evaluation.reportcheck.types import Finding

_TOTAL = re.compile(r"\s*(?:合\s*计|总\s*计|总\s*数)\s*")
_SUBTOTAL = re.compile(r"\s*(?:小\s*计|其中.*|#.*)\s*")
_NUMBER = re.compile(r"\s*(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*")
_NOT_SUMMED = re.compile(r"率|比|占|均|%|％|同比|增长|增幅|序号|年份|年度|排名|单价|标准|编号")
_MISSING = {"", "-", "—", "－", "——", "/", "0"}


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    span: Span

    @property
    def number(self) -> Decimal | None:
        match = _NUMBER.fullmatch(self.text)
        return numerals.arabic(match[1]) if match else None


def check(report: Report) -> list[Finding]:
    """Test every column under which a row 合计 has a number."""
    out = []
    for rows in _tables(report):
        for index, row in enumerate(rows):
            if index >= 3 and _TOTAL.fullmatch(row[0].text):
                out += [f for column in range(1, len(row)) if (f := _column(rows[:index], row, column))]
    return out


def _tables(report: Report) -> list[list[list[_Cell]]]:
    tables: list[list[list[_Cell]]] = [[]]
    for start, end in report.layout.paragraphs:
        line = report.text[start:end].rstrip("\r\n")
        if "\t" not in line:
            tables.append([])
            continue
        cells, at = [], start
        for text in line.split("\t"):
            cells.append(_Cell(text, (at, at + len(text))))
            at += len(text) + 1
        tables[-1].append(cells)
    return [table for table in tables if len(table) >= 4]


def _column(above: list[list[_Cell]], total: list[_Cell], column: int) -> Finding | None:
    stated = total[column].number
    if stated is None or any(len(row) != len(total) for row in above):
        return None
    body = [row for row in above if row[column].number is not None or row[column].text.strip() in _MISSING]
    header = above[: len(above) - len(body)]
    if above[len(header) :] != body or len(body) < 2 or any(_SUBTOTAL.fullmatch(row[0].text) for row in body):
        return None
    if not header or any(_NOT_SUMMED.search(row[column].text) for row in header):
        return None
    values = [row[column].number or Decimal(0) for row in body]
    together = sum(values, Decimal(0))
    places = [numerals.decimals(cell[column].text.strip()) for cell in [*body, total]]
    half = Decimal(1).scaleb(-max(places)) / 2
    slack = half * (len(body) + 1) if max(places) else Decimal(0)
    if abs(together - stated) <= slack:
        return None
    name = header[-1][column].text.strip()
    return finding(
        "table_sum",
        "error",
        f"表格合计不符：“{name}”列各行之和为 {plain(together)}，合计行写 {plain(stated)}，"
        f"相差 {plain(abs(together - stated))}。"
        "请核对各行数字和合计。",
        f"The total of the table column {name} is {plain(stated)}, its rows add up to {plain(together)}.",
        [total[column].span, *[row[column].span for row in body if row[column].text.strip()]],
        plain(stated),
        plain(together),
    )
