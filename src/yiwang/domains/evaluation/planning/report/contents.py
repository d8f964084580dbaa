"""The table of contents: a real TOC field whose entries are written beforehand, so that it reads well unopened by any
"update fields?" question. Entries link to bookmarks; their page numbers are counted by :mod:`.metrics`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from docx.oxml.ns import qn

from . import wordxml as w
from .metrics import StyleSheet, drawn_height, lines_needed, row_height, text_of

LEVELS = 2
# Points from line to line in tables.
TABLE_LINE = 16.0

_P, _TBL, _SECT, _PPR = qn("w:p"), qn("w:tbl"), qn("w:sectPr"), qn("w:pPr")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that the contents list: level from 1, the bookmark around it, the page it falls on."""

    level: int
    text: str
    bookmark: str
    page: int


def mark_headings(body: w.Element, sheet: StyleSheet) -> list[Heading]:
    """Puts a bookmark around every heading of the first :data:`LEVELS` levels and counts the pages before it."""
    numbers = [int(mark.get(qn("w:id"), "0")) for mark in body.iter(qn("w:bookmarkStart"))]
    next_id = max(numbers, default=0) + 1
    headings: list[Heading] = []
    for paragraph, page in _pages(body, sheet):
        outline = sheet.paragraph(paragraph).outline
        text = text_of(paragraph).strip()
        if outline is None or outline >= LEVELS or not text:
            continue
        bookmark = f"_Toc{10000 + len(headings):08d}"
        _bookmark(paragraph, bookmark, next_id)
        next_id += 1
        headings.append(Heading(outline + 1, text, bookmark, page))
    return headings


def contents_field(headings: list[Heading], styles: dict[str, str]) -> list[w.Element]:
    """The paragraphs of the TOC field: ``TOC \\o "1-2" \\h \\u`` (headings, hyperlinks, outline levels of styles)."""
    made: list[w.Element] = []
    for heading in headings:
        page = [w.element("w:r", children=[w.element("w:tab")]), *w.simple_field(_pageref(heading), str(heading.page))]
        link = w.element("w:hyperlink", {"w:anchor": heading.bookmark, "w:history": "1"}, [w.run(heading.text), *page])
        made.append(w.paragraph(styles[f"TOC{heading.level}"], [link]))
    if not made:
        return []
    code = w.element("w:instrText", {"xml:space": "preserve"})
    code.text = f' TOC \\o "1-{LEVELS}" \\h \\z \\u '
    opening = [w.field_mark("begin"), code, w.field_mark("separate")]
    for offset, piece in enumerate(opening):
        made[0].insert(1 + offset, w.element("w:r", children=[piece]))
    made[-1].append(w.element("w:r", children=[w.field_mark("end")]))
    return made


def _pageref(heading: Heading) -> str:
    return f"PAGEREF {heading.bookmark} \\h"


def _bookmark(paragraph: w.Element, name: str, number: int) -> None:
    start = w.element("w:bookmarkStart", {"w:id": str(number), "w:name": name})
    paragraph.insert(0 if paragraph.find(_PPR) is None else 1, start)
    paragraph.append(w.element("w:bookmarkEnd", {"w:id": str(number)}))


@dataclass(slots=True)
class _Page:
    """The sheet being filled, in points; ``number`` is what is printed on it."""

    width: float
    height: float
    number: int = 1
    used: float = 0.0

    def place(self, height: float, together_with: float = 0.0) -> int:
        """Fills ``height``; begins a new page where it and what must stay with it do not fit."""
        if self.used > 0 and self.used + height + together_with > self.height + 0.5:
            self.turn()
        self.used += height
        return self.number

    def turn(self) -> None:
        self.number += 1
        self.used = 0.0


def _pages(body: w.Element, sheet: StyleSheet) -> Iterator[tuple[w.Element, int]]:
    """Every top-level paragraph with the page its first line falls on, section by section."""
    number = 1
    for blocks, section, restart in _sections(body):
        page = _Page(*_type_area(section), number=number if restart is None else restart)
        for position, block in enumerate(blocks):
            if block.tag == _TBL:
                _place_table(block, page, sheet)
            elif block.tag == _P:
                yield block, _place_paragraph(block, blocks[position + 1 :], page, sheet)
        number = page.number + 1


def _place_table(table: w.Element, page: _Page, sheet: StyleSheet) -> None:
    """Heading rows stand again at the top of every further page."""
    repeated = 0.0
    for row in table.findall(qn("w:tr")):
        height = row_height(row, sheet)
        before = page.number
        _place_row(row, height, page)
        if row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None:
            repeated += height
        elif page.number != before:
            page.used += repeated


def _place_row(row: w.Element, height: float, page: _Page) -> None:
    """A row that must stay whole goes to the next page as one; any other goes on there line by line."""
    step = height if row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None else TABLE_LINE
    while height > 0.5:
        page.place(min(step, height))
        height -= step


def _place_paragraph(block: w.Element, following: list[w.Element], page: _Page, sheet: StyleSheet) -> int:
    metrics = sheet.paragraph(block)
    if metrics.new_page and page.used > 0:
        page.turn()
    count = lines_needed(text_of(block), metrics, page.width)
    kept = (count - 1) * metrics.height + _kept_with_next(following, page, sheet) if metrics.keep_next else 0.0
    first_page = page.place(metrics.before + max(metrics.height, drawn_height(block)), kept)
    for _ in range(count - 1):
        page.place(metrics.height)
    page.used += metrics.after
    if any(mark.get(qn("w:type")) == "page" for mark in block.iter(qn("w:br"))):
        page.turn()
    return first_page


def _kept_with_next(following: list[w.Element], page: _Page, sheet: StyleSheet) -> float:
    """What must stay with a heading: the headings below it and the first line of the text under them."""
    height = 0.0
    for block in following:
        if block.tag != _P:
            break
        metrics = sheet.paragraph(block)
        if not metrics.keep_next:
            return height + max(metrics.height, drawn_height(block))
        height += max(metrics.height * lines_needed(text_of(block), metrics, page.width), drawn_height(block))
    return height


def _sections(body: w.Element) -> Iterator[tuple[list[w.Element], w.Element | None, int | None]]:
    """Blocks of each section with its ``w:sectPr`` and the page number it restarts at, if any."""
    blocks: list[w.Element] = []
    for block in body:
        if block.tag == _SECT:
            yield blocks, block, _restart(block)
            blocks = []
            continue
        blocks.append(block)
        section = block.find(f"{_PPR}/{_SECT}") if block.tag == _P else None
        if section is not None:
            yield blocks, section, _restart(section)
            blocks = []
    if blocks:
        yield blocks, None, None


def _restart(section: w.Element) -> int | None:
    numbering = section.find(qn("w:pgNumType"))
    start = None if numbering is None else numbering.get(qn("w:start"))
    return None if start is None else int(start)


def _type_area(section: w.Element | None) -> tuple[float, float]:
    size = None if section is None else section.find(qn("w:pgSz"))
    margins = None if section is None else section.find(qn("w:pgMar"))
    if size is None or margins is None:
        return w.TEXT_WIDTH / 20, 637.8
    width = float(size.get(qn("w:w"), "11906")) - sum(float(margins.get(qn(f"w:{s}"), "0")) for s in ("left", "right"))
    height = float(size.get(qn("w:h"), "16838")) - sum(float(margins.get(qn(f"w:{s}"), "0")) for s in ("top", "bottom"))
    return width / 20, height / 20
