"""The few WordprocessingML elements that reports are made of. Lengths are in twips (1/20 pt) unless said otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy

from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import OxmlElement, parse_xml
from lxml import etree

Element = etree._Element

# 156 mm × 225 mm, the type area of GB/T 9704-2012, in twips.
TEXT_WIDTH = 8844
LANDSCAPE_WIDTH = 12756

STYLE_BODY = "YwBody"
STYLE_FIGURE = "YwFigure"
STYLE_NOTE = "YwNote"
STYLE_TASK_META = "YwTaskMeta"
STYLE_TABLE = "YwTable"
STYLE_TABLE_TEXT = "YwTableText"
STYLE_TABLE_HEAD = "YwTableHead"
STYLE_TABLE_CAPTION = "YwTableCaption"
STYLE_ANNEX_MARK = "YwAnnexMark"
STYLE_ANNEX_TITLE = "YwAnnexTitle"
STYLE_CONTENTS_TITLE = "YwContentsTitle"
STYLE_CHART = "YwChart"
STYLE_CHART_CAPTION = "YwChartCaption"
# Word's own styles of comments.
STYLE_COMMENT = "CommentText"
STYLE_COMMENT_MARK = "CommentReference"

# English Metric Units in a twip; lengths of drawings are in them.
EMU = 635

_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"


def element(tag: str, attributes: dict[str, str] | None = None, children: Iterable[Element] = ()) -> Element:
    """``<w:tag w:attribute="…">`` with children; names carry their prefix (``w:p``)."""
    made: Element = OxmlElement(tag)
    for key, value in (attributes or {}).items():
        made.set(qn(key), value)
    made.extend(children)
    return made


def text_element(text: str) -> Element:
    """``w:t`` that keeps its spaces."""
    made = element("w:t", {"xml:space": "preserve"})
    made.text = text
    return made


def run(text: str, properties: Element | None = None) -> Element:
    """``w:r`` with a copy of ``properties``. Quotation marks and dashes are set in the Chinese font (w:hint)."""
    made = element("w:r")
    made.append(_with_hint(properties))
    made.append(text_element(text))
    return made


def figure_run(text: str, style: str, properties: Element | None = None) -> Element:
    """``w:r`` in the character ``style`` of figures, the rest of the formatting as around it."""
    made = run(text, properties)
    rpr = made[0]
    for old in rpr.findall(qn("w:rStyle")):
        rpr.remove(old)
    rpr.insert(0, element("w:rStyle", {"w:val": style}))
    return made


def hyperlink(relation_id: str, tooltip: str, children: Iterable[Element]) -> Element:
    """``w:hyperlink`` to an external relation. Word shows at most 255 characters of a tooltip."""
    attributes = {"r:id": relation_id, "w:tooltip": tooltip[:255], "w:history": "1"}
    return element("w:hyperlink", attributes, children)


def chart_run(
    relation_id: str, number: int, size: tuple[int, int], title: str, alt_text: str, link: str = ""
) -> Element:
    """``w:r`` with the chart part of that relation as a picture in the line; ``size`` is width and height in twips.

    ``number`` is the drawing's own within the document; ``link`` a relation to the page that a click opens.
    """
    width, height = (str(length * EMU) for length in size)
    frame = parse_xml(
        f'<wp:inline {nsdecls("wp", "a", "r")} distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{width}" cy="{height}"/><wp:effectExtent l="0" t="0" r="0" b="0"/>'
        f'<wp:docPr id="{number}" name="图表 {number}"/><wp:cNvGraphicFramePr/>'
        f'<a:graphic><a:graphicData uri="{_DRAWING}/chart">'
        f'<c:chart xmlns:c="{_DRAWING}/chart" r:id="{relation_id}"/></a:graphicData></a:graphic></wp:inline>'
    )
    properties = frame[2]
    properties.set("title", title)
    properties.set("descr", alt_text)
    if link:
        properties.append(element("a:hlinkClick", {"r:id": link}))
    return element("w:r", children=[element("w:drawing", children=[frame])])


def paragraph_properties(style: str, align: str = "") -> Element:
    """``w:pPr`` that names ``style`` and, when given, an alignment (``center``, ``right``)."""
    made = element("w:pPr", children=[element("w:pStyle", {"w:val": style})])
    if align:
        made.append(element("w:jc", {"w:val": align}))
    return made


def paragraph(properties: Element | str | None, children: Iterable[Element] = ()) -> Element:
    """``w:p`` with a copy of ``properties``, or in the style of that id; ``None`` leaves it plain."""
    made = element("w:p")
    if isinstance(properties, str):
        made.append(paragraph_properties(properties))
    elif properties is not None:
        made.append(deepcopy(properties))
    made.extend(children)
    return made


def table(widths: Sequence[int], rows: Iterable[Element], style: str = STYLE_TABLE) -> Element:
    """``w:tbl`` of fixed layout with the given column widths."""
    total = {"w:w": str(sum(widths)), "w:type": "dxa"}
    properties = element(
        "w:tblPr",
        children=[
            element("w:tblStyle", {"w:val": style}),
            element("w:tblW", total),
            element("w:jc", {"w:val": "center"}),
            element("w:tblLayout", {"w:type": "fixed"}),
            element("w:tblLook", {"w:val": "0420", "w:firstRow": "1", "w:noHBand": "0", "w:noVBand": "1"}),
        ],
    )
    grid = element("w:tblGrid", children=[element("w:gridCol", {"w:w": str(width)}) for width in widths])
    return element("w:tbl", children=[properties, grid, *rows])


def row(cells: Iterable[Element], header: bool = False, whole: bool = True) -> Element:
    """``w:tr`` that stays ``whole`` on a page or may break; a header row repeats on every page."""
    properties = element("w:trPr")
    if whole:
        properties.append(element("w:cantSplit"))
    if header:
        properties.append(element("w:tblHeader"))
    return element("w:tr", children=[properties, *cells])


def cell(width: int, paragraphs: Iterable[Element]) -> Element:
    """``w:tc`` of ``width``, its text centred from top to bottom."""
    properties = element(
        "w:tcPr",
        children=[element("w:tcW", {"w:w": str(width), "w:type": "dxa"}), element("w:vAlign", {"w:val": "center"})],
    )
    return element("w:tc", children=[properties, *paragraphs])


def share_width(total: int, weights: Sequence[int]) -> list[int]:
    """``total`` shared out by ``weights``, the rounding given to the last column."""
    widths = [total * weight // sum(weights) for weight in weights]
    widths[-1] += total - sum(widths)
    return widths


def simple_field(instruction: str, shown: str, properties: Element | None = None) -> list[Element]:
    """The runs of a field: ``PAGE``, ``PAGEREF _Toc1 \\h`` with the text shown until it is updated."""
    code = element("w:instrText", {"xml:space": "preserve"})
    code.text = f" {instruction} "
    pieces = [field_mark("begin"), code, field_mark("separate"), text_element(shown), field_mark("end")]
    return [element("w:r", children=[_with_hint(properties), piece]) for piece in pieces]


def field_mark(kind: str) -> Element:
    """``w:fldChar`` of ``begin``, ``separate`` or ``end``."""
    return element("w:fldChar", {"w:fldCharType": kind})


def _with_hint(properties: Element | None) -> Element:
    rpr = element("w:rPr") if properties is None else deepcopy(properties)
    fonts = rpr.find(qn("w:rFonts"))
    if fonts is None:
        fonts = element("w:rFonts")
        position = 1 if rpr.find(qn("w:rStyle")) is not None else 0
        rpr.insert(position, fonts)
    fonts.set(qn("w:hint"), "eastAsia")
    return rpr


def bold(properties: Element | None) -> Element:
    """A copy of run ``properties`` with bold type."""
    rpr = _with_hint(properties)
    if rpr.find(qn("w:b")) is None:
        fonts = rpr.find(qn("w:rFonts"))
        assert fonts is not None  # noqa: S101  _with_hint has just set it
        fonts.addnext(element("w:b"))
    return rpr
