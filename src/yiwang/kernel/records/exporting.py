"""A list as a file, masked; and the empty table that an import takes."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

from django.db.models import QuerySet

from yiwang.kernel.access import api as access
from yiwang.kernel.audit import api as audit
from yiwang.kernel.codes import api as codes
from yiwang.lib.problems import Problem
from yiwang.lib.workbooks import Cell, Sheet, printable, workbook

from . import selectors, showing
from .columns import CodeColumn, LinkColumn
from .importing import PLACE, SOURCE_ID, UNIT, labels
from .reading import safe
from .selectors import Query
from .types import RecordType

BLOCK = 2_000
# A workbook beyond this takes a minute to make and longer to open; a CSV has no such end.
MOST_IN_WORKBOOK = 50_000


def rows(user: access.User, kind: RecordType, query: Query) -> Iterator[list[str]]:
    """Every record that a query means, as text and masked, newest first: source id, unit, place, then the columns."""
    found: QuerySet[Any] = selectors.select(user, kind, query).order_by(f"-{kind.date_field}", "-id")
    names = ["unit_path", *(column.name for column in kind.columns)]
    stream = found.iterator(chunk_size=BLOCK)
    while block := list(islice(stream, BLOCK)):
        known = showing.known_of(kind, block)
        for item in block:
            unit, *cells = (showing.text_of(kind, item, name, known) for name in names)
            # The code, so that the file can be imported again: names of villages are not unique.
            yield [item.source_id, unit, item.place, *cells]


def as_csv(user: access.User, kind: RecordType, query: Query) -> tuple[IO[bytes], int]:
    """A CSV that WPS and Excel open (UTF-8 with mark), on disk, and how many rows; what a cell would run is text."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  (the answer closes it)
    count = 0
    file.write(b"\xef\xbb\xbf")
    writer = csv.writer(_Lines(file))
    writer.writerow(labels(kind))
    for row in rows(user, kind, query):
        writer.writerow([safe(cell) for cell in row])
        count += 1
    _note(user, kind, query, "csv", count)
    file.seek(0)
    return file, count


class _Lines:
    """What the csv writer writes to."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def write(self, text: str) -> int:
        """A line, encoded."""
        return self.file.write(printable(text).encode())


def as_workbook(user: access.User, kind: RecordType, query: Query) -> bytes:
    """An .xlsx. Problem ``export_too_long`` beyond :data:`MOST_IN_WORKBOOK` rows."""
    total = selectors.select(user, kind, query).order_by()[: MOST_IN_WORKBOOK + 1].count()
    if total > MOST_IN_WORKBOOK:
        raise Problem(
            "export_too_long",
            f"超过 {MOST_IN_WORKBOOK} 行，Excel 打开会很慢。请导出 CSV，或先筛选。",
            f"More than {MOST_IN_WORKBOOK} rows. Export CSV, or narrow the list first.",
        )
    made = workbook([Sheet(kind.name_zh, labels(kind), rows(user, kind, query))])
    _note(user, kind, query, "xlsx", total)
    return made


def _note(user: access.User, kind: RecordType, query: Query, form: str, count: int) -> None:
    # What was searched for may be a name: the trail says that words were given, not which.
    detail = {"format": form, "rows": count, "filters": sorted(query.filters), "words": bool(query.words)}
    audit.record("records.export", actor=user.username, object_type=kind.key, detail=detail)


def template(kind: RecordType) -> bytes:
    """The empty table of a type, and a second sheet that explains each column."""
    told: list[list[Cell]] = [
        [SOURCE_ID, "否" if kind.options.code else "是", "记录在原系统中的编号；再次导入时凭它认出同一条记录", "", ""],
        [UNIT, "否", "单位代码、统一社会信用代码或全称；空着归导入人的单位", "data", ""],
        [PLACE, "否", "镇街或村居的 12 位区划代码", "441502001000", ""],
    ]
    for column in kind.columns:
        values = ""
        if isinstance(column, CodeColumn) and not isinstance(column, LinkColumn):
            values = "、".join(item.label() for item in codes.code_list(column.codes).values())
        needed = "是" if column.required else "否"
        example = kind.options.example.get(column.name, column.example)
        told.append([str(column.verbose_name), needed, column.help_zh, example, values])
    return workbook(
        [
            Sheet(kind.name_zh, labels(kind), []),
            Sheet("填写说明", ["栏目", "必填", "说明", "示例", "可填的值"], told, widths=[20, 8, 50, 24, 60]),
        ]
    )
