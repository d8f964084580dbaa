"""Turns the markers in a rendered part into what they stand for (see :mod:`.markers`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy

from docx.oxml.ns import qn

from . import blocks
from . import wordxml as w
from .markers import BLOCK, FIGURE_OPEN, INLINE, PARAGRAPH
from .runs import Pen

_P, _R, _T, _PPR, _RPR = qn("w:p"), qn("w:r"), qn("w:t"), qn("w:pPr"), qn("w:rPr")
_SPLIT = qn("w:sentinelSplit")
_CONTENTS = "contents"

ContentsBuilder = Callable[[w.Element], list[w.Element]]


def expand(root: w.Element, values: Mapping[str, object], pen: Pen, contents: ContentsBuilder) -> None:
    """Expands every block, then every figure and paragraph break, then the contents (they list the headings)."""
    for paragraph in _with_blocks(root):
        _expand_blocks(paragraph, values, pen)
    for text in [node for node in root.iter(_T) if node.text and (FIGURE_OPEN in node.text or PARAGRAPH in node.text)]:
        run = text.getparent()
        if run is not None and run.tag == _R and run.getparent() is not None:
            _expand_run(run, pen)
    for sentinel in list(root.iter(_SPLIT)):
        _split_paragraph(sentinel)
    for paragraph in _with_blocks(root):
        _strip_blocks(paragraph)
        _replace(paragraph, contents(paragraph))


def _with_blocks(root: w.Element) -> list[w.Element]:
    return [
        paragraph
        for paragraph in root.iter(_P)
        if any(BLOCK.search(node.text or "") for node in paragraph.iterfind(f"{_R}/{_T}"))
    ]


def _strip_blocks(paragraph: w.Element) -> list[tuple[str, w.Element | None]]:
    """Takes the block markers out of ``paragraph``; their names with the formatting of their runs."""
    found: list[tuple[str, w.Element | None]] = []
    for run in paragraph.findall(_R):
        for node in run.findall(_T):
            names: list[str] = BLOCK.findall(node.text or "")
            if names:
                found += [(name, run.find(_RPR)) for name in names]
                node.text = BLOCK.sub("", node.text or "")
    return found


def _expand_blocks(paragraph: w.Element, values: Mapping[str, object], pen: Pen) -> None:
    names = [name for node in paragraph.iterfind(f"{_R}/{_T}") for name in BLOCK.findall(node.text or "")]
    if _CONTENTS in names:
        return  # built last, from the headings
    properties = _paragraph_properties(paragraph)
    made: list[w.Element] = []
    for name, run_properties in _strip_blocks(paragraph):
        place = blocks.Place(
            properties=properties,
            run_properties=run_properties,
            width=_type_area_width(paragraph),
            second_level_before=_second_level_before(paragraph, pen),
        )
        made += blocks.build(name, values, pen, place)
    _replace(paragraph, made)


def _replace(paragraph: w.Element, made: list[w.Element]) -> None:
    """Puts ``made`` after ``paragraph`` and drops it unless it still says something or ends a section."""
    parent = paragraph.getparent()
    assert parent is not None  # noqa: S101  a paragraph of a document has a parent
    position = parent.index(paragraph)
    keeps_text = any(node.text for node in paragraph.iter(_T))
    ends_section = paragraph.find(f"{_PPR}/{qn('w:sectPr')}") is not None
    for offset, block in enumerate(made):
        parent.insert(position + offset + (1 if keeps_text else 0), block)
    # A cell must end with a paragraph, and two tables without one between them would grow together.
    needed_after_table = bool(made) and made[-1].tag == qn("w:tbl") and parent.tag == qn("w:tc")
    if not keeps_text and not ends_section and not needed_after_table:
        parent.remove(paragraph)


def _paragraph_properties(paragraph: w.Element) -> w.Element | None:
    """A copy of the paragraph's properties without a section break."""
    found = paragraph.find(_PPR)
    if found is None:
        return None
    properties = deepcopy(found)
    for section in properties.findall(qn("w:sectPr")):
        properties.remove(section)
    return properties


def _type_area_width(paragraph: w.Element) -> int:
    """The width between the margins, in twips, where ``paragraph`` stands: of its cell, else of its section."""
    for ancestor in paragraph.iterancestors(qn("w:tc")):
        cell_width = ancestor.find(f"{qn('w:tcPr')}/{qn('w:tcW')}")
        if cell_width is not None and cell_width.get(qn("w:type")) == "dxa":
            return max(int(float(cell_width.get(qn("w:w"), "0"))) - 2 * 108, 1000)
    root = paragraph.getroottree().getroot()
    seen = False
    for node in root.iter(_P, qn("w:sectPr")):
        seen = seen or node is paragraph
        if seen and node.tag == qn("w:sectPr"):
            return _section_width(node)
    return w.TEXT_WIDTH


def _section_width(section: w.Element) -> int:
    size, margins = section.find(qn("w:pgSz")), section.find(qn("w:pgMar"))
    if size is None or margins is None:
        return w.TEXT_WIDTH
    inner = [int(float(margins.get(qn(f"w:{side}"), "0"))) for side in ("left", "right")]
    return int(float(size.get(qn("w:w"), "0"))) - sum(inner)


def _second_level_before(paragraph: w.Element, pen: Pen) -> int:
    """How many second-level headings stand before ``paragraph`` since the last first-level one."""
    count = 0
    for node in paragraph.getroottree().getroot().iter(_P):
        if node is paragraph:
            break
        style = node.find(f"{_PPR}/{qn('w:pStyle')}")
        name = None if style is None else style.get(qn("w:val"))
        if name == pen.styles["Heading1"]:
            count = 0
        elif name == pen.styles["Heading2"]:
            count += 1
    return count


def _expand_run(run: w.Element, pen: Pen) -> None:
    """Splits ``run`` at its markers: text, hyperlinks, and a sentinel where a paragraph ends."""
    parent = run.getparent()
    assert parent is not None  # noqa: S101  the caller has looked
    properties = run.find(_RPR)
    linked = all(ancestor.tag != qn("w:hyperlink") for ancestor in run.iterancestors())
    made: list[w.Element] = []
    for child in run:
        if child.tag == _RPR:
            continue
        if child.tag == _T and INLINE.search(child.text or ""):
            for number, line in enumerate((child.text or "").split(PARAGRAPH)):
                if number:
                    made.append(w.element("w:sentinelSplit") if parent.tag == _P else _line_break(properties))
                made += pen.runs(line, properties, linked)
        else:
            kept = w.element("w:r")
            if properties is not None:
                kept.append(deepcopy(properties))
            kept.append(deepcopy(child))
            made.append(kept)
    position = parent.index(run)
    parent.remove(run)
    for offset, piece in enumerate(made):
        parent.insert(position + offset, piece)


def _line_break(properties: w.Element | None) -> w.Element:
    made = w.element("w:r")
    if properties is not None:
        made.append(deepcopy(properties))
    made.append(w.element("w:br"))
    return made


def _split_paragraph(sentinel: w.Element) -> None:
    """Moves what follows ``sentinel`` into a new paragraph of the same formatting; a section break moves along."""
    paragraph = sentinel.getparent()
    assert paragraph is not None  # noqa: S101  sentinels are put into paragraphs only
    following = list(sentinel.itersiblings())
    paragraph.remove(sentinel)
    fresh = w.paragraph(paragraph.find(_PPR))
    fresh.extend(following)
    paragraph.addnext(fresh)
    for section in paragraph.findall(f"{_PPR}/{qn('w:sectPr')}"):
        # A section that was found stands in a paragraph's properties.
        section.getparent().remove(section)  # type: ignore[union-attr]
