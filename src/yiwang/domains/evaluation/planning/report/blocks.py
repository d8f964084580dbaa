"""Sections and tables that a template places with one placeholder: {{ chapters }}, {{ table.indicators }} …"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import cast

from docx.oxml.ns import qn

from yiwang.lib.zh_numbers import heading_number

from . import wordxml as w
from .binding import Block
from .charts import Chart
from .columns import LONG_ROWS, columns
from .markers import PARAGRAPH, printed
from .runs import Pen

NOTHING = "（本轮没有相关内容。）"


@dataclass(slots=True)
class Place:
    """Where a block goes: formatting of the paragraph that named it, width of the type area, headings before it."""

    properties: w.Element | None
    run_properties: w.Element | None
    width: int
    second_level_before: int


def build(name: str, values: Mapping[str, object], pen: Pen, place: Place) -> list[w.Element]:
    """The paragraphs and tables of the block ``name``. Raises ``KeyError`` for a name that is not a block."""
    family, _, key = name.rpartition(".")
    if family == "table":
        return _table(key, getattr(values["table"], key), pen, place)
    if family == "chart":
        return _chart(getattr(values["chart"], key), pen, place)
    found = cast("Block", values[name])
    if name == "chapters":
        return _chapters(found, pen, place)
    if name in ("problems", "next_steps", "suggestions"):
        return _titled(found, pen, place)
    return _plain(cast("Iterable[str]", found), pen, place)


def _body(text: str, pen: Pen, place: Place) -> list[w.Element]:
    return pen.paragraphs(
        text, place.properties if place.properties is not None else w.STYLE_BODY, place.run_properties
    )


def _plain(texts: Iterable[str], pen: Pen, place: Place) -> list[w.Element]:
    return [made for text in texts for made in _body(text, pen, place)] or _body(NOTHING, pen, place)


def _titled(found: Block, pen: Pen, place: Place) -> list[w.Element]:
    """1.标题。正文… with the title in bold at the head of the first paragraph."""
    made: list[w.Element] = []
    bold = w.bold(place.run_properties)
    for row in cast("Iterable[SimpleNamespace]", found):
        first, *others = row.text.split(PARAGRAPH)
        title = row.title if row.title.endswith(("。", "！", "？")) else f"{row.title}。"
        opening = _body(first, pen, place)[0]
        position = 0 if opening.find(qn("w:pPr")) is None else 1
        for offset, run in enumerate(pen.runs(f"{row.number}.{title}", bold)):
            opening.insert(position + offset, run)
        made.append(opening)
        for other in others:
            made += _body(other, pen, place)
    return made or _body(NOTHING, pen, place)


def _chapters(found: Block, pen: Pen, place: Place) -> list[w.Element]:
    made: list[w.Element] = []
    for position, chapter in enumerate(cast("Iterable[SimpleNamespace]", found), 1):
        number = heading_number(2, place.second_level_before + position)
        name = f"{chapter.name}：{chapter.slogan}" if chapter.slogan else chapter.name
        made += pen.paragraphs(f"{number}{name}", "Heading2")
        if chapter.intro:
            made += _body(chapter.intro, pen, place)
        made += _captioned("indicators", f"{chapter.name}：指标进展", chapter.indicators, pen, place)
        made += _captioned("tasks", f"{chapter.name}：任务进展", chapter.tasks, pen, place)
        for task in chapter.tasks:
            made += _task(task, pen, place)
    return made or _body(NOTHING, pen, place)


def _captioned(key: str, caption: str, rows: Block, pen: Pen, place: Place) -> list[w.Element]:
    """A chapter's table under its caption; nothing where the chapter has no such rows."""
    if not len(rows):
        return []
    table = _table(f"chapter.{key}", rows, pen, place)
    return [*pen.paragraphs(caption, w.STYLE_TABLE_CAPTION), *table, *pen.paragraphs("", w.STYLE_TABLE_TEXT)]


def _chart(found: Block, pen: Pen, place: Place) -> list[w.Element]:
    """The chart in a paragraph of its own, with its lineage as comment and the page it counts as link."""
    charts = [cast("Chart", chart) for chart in found]
    return [pen.chart(chart, place.width) for chart in charts] or _body(NOTHING, pen, place)


def _task(task: SimpleNamespace, pen: Pen, place: Place) -> list[w.Element]:
    made = pen.paragraphs(f"{heading_number(3, int(task.number))}{task.title}", "Heading3")
    meta = [f"牵头单位：{task.lead_unit}"]
    if task.support_units:
        meta.append(f"配合单位：{task.support_units}")
    meta.append(f"进展状态：{task.status}")
    made += pen.paragraphs(f"（{'；'.join(meta)}）", w.STYLE_TASK_META)
    made += _body(task.progress or "（牵头单位未报送进展。）", pen, place)
    if task.problems:
        made += _body(f"存在问题：{task.problems}", pen, place)
    if task.measures:
        made += _body(f"改进措施：{task.measures}", pen, place)
    return made


def _table(key: str, rows: Block, pen: Pen, place: Place) -> list[w.Element]:
    if not len(rows):
        return _body(NOTHING, pen, place)
    layout = columns(key, place.width)
    widths = w.share_width(place.width, [column.weight for column in layout])
    head_style, text_style = pen.styles[w.STYLE_TABLE_HEAD], pen.styles[w.STYLE_TABLE_TEXT]
    head = [
        w.cell(width, [w.paragraph(head_style, [w.run(column.heading)])])
        for column, width in zip(layout, widths, strict=True)
    ]
    made = [w.row(head, header=True)]
    for row in cast("Iterable[SimpleNamespace]", rows):
        cells = []
        for column, width in zip(layout, widths, strict=True):
            properties = w.paragraph_properties(text_style, column.align)
            made_cell = pen.paragraphs(printed(getattr(row, column.field)) or "—", properties)
            if column.second:
                made_cell += pen.paragraphs(f"{column.label}{printed(getattr(row, column.second)) or '—'}", properties)
            cells.append(w.cell(width, made_cell))
        made.append(w.row(cells, whole=key not in LONG_ROWS))
    return [w.table(widths, made, pen.styles[w.STYLE_TABLE])]
