"""The styles of an official document (GB/T 9704-2012): fonts by name, sizes in points, distances in characters.

Fonts are named, not embedded: they are licensed, and every office machine in China carries them.
"""

from __future__ import annotations

from dataclasses import dataclass

from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from lxml import etree

from . import wordxml as w

BODY_FONT = "仿宋_GB2312"
BLACK_FONT = "黑体"
SCRIPT_FONT = "楷体_GB2312"
TITLE_FONT = "方正小标宋简体"
PAGE_NUMBER_FONT = "宋体"
LATIN_FONT = "Times New Roman"

# 225 mm over 22 lines = 28.99 pt; 579 twips (28.95 pt) keeps 22 lines within the type area.
LINE = 579
# 28 squares of 16 pt are 448 pt, the type area is 442.2 pt wide: each gives up 0.25 pt (5 twips). Done by spacing in
# the style and not by the grid's charSpace, because LibreOffice gives a character wider than its square two squares.
SQUEEZE = -5
BODY_SIZE = 16
FIGURE_COLOUR = "1F3864"


@dataclass(frozen=True, slots=True)
class _Style:
    id: str
    name: str
    font: str = ""
    size: float = 0
    line: int = 0
    align: str = ""
    based_on: str = "Normal"
    next: str = ""
    before: int = 0
    after: int = 0
    first_chars: float = -1
    left_chars: float = -1
    outline: int = -1
    keep_next: bool = False
    new_page: bool = False
    off_grid: bool = False
    line_rule: str = "exact"


_PARAGRAPH_STYLES = (
    _Style("Normal", "Normal", BODY_FONT, 16, LINE, "both", based_on=""),
    _Style(w.STYLE_BODY, "公文正文", first_chars=2),
    _Style("Title", "Title", TITLE_FONT, 22, 700, "center", next=w.STYLE_BODY),
    _Style("Heading1", "heading 1", BLACK_FONT, next=w.STYLE_BODY, first_chars=2, outline=0, keep_next=True),
    _Style("Heading2", "heading 2", SCRIPT_FONT, next=w.STYLE_BODY, first_chars=2, outline=1, keep_next=True),
    _Style("Heading3", "heading 3", BODY_FONT, next=w.STYLE_BODY, first_chars=2, outline=2, keep_next=True),
    _Style("Heading4", "heading 4", BODY_FONT, next=w.STYLE_BODY, first_chars=2, outline=3, keep_next=True),
    _Style(w.STYLE_TASK_META, "任务信息", SCRIPT_FONT, 14, next=w.STYLE_BODY, first_chars=2, keep_next=True),
    _Style(
        w.STYLE_ANNEX_MARK,
        "附件标记",
        BLACK_FONT,
        next=w.STYLE_ANNEX_TITLE,
        align="left",
        keep_next=True,
        new_page=True,
    ),
    _Style(
        w.STYLE_ANNEX_TITLE,
        "附件标题",
        TITLE_FONT,
        18,
        640,
        "center",
        next=w.STYLE_BODY,
        before=120,
        after=240,
        outline=0,
        keep_next=True,
    ),
    _Style(w.STYLE_CONTENTS_TITLE, "目录标题", TITLE_FONT, 22, 700, "center", after=240),
    _Style(w.STYLE_TABLE_TEXT, "表格文字", BODY_FONT, 11, 320, "left", off_grid=True),
    _Style(w.STYLE_TABLE_HEAD, "表格表头", BLACK_FONT, 11, 320, "center", off_grid=True),
    _Style(w.STYLE_TABLE_CAPTION, "表格标题", BLACK_FONT, 14, 440, "center", before=80, after=80, keep_next=True),
    # Lines as high as what stands in them: an exact height would cut a chart off.
    _Style(w.STYLE_CHART, "图", align="center", line=240, line_rule="auto", before=160, keep_next=True, off_grid=True),
    _Style(w.STYLE_CHART_CAPTION, "图题", BLACK_FONT, 14, 440, "center", before=40, after=160),
    _Style(w.STYLE_COMMENT, "annotation text", BODY_FONT, 10.5, 240, "left", line_rule="auto", off_grid=True),
    _Style(w.STYLE_NOTE, "说明文字", BODY_FONT, 12, 400, "both", before=120, off_grid=True),
    _Style("TOC1", "toc 1", BLACK_FONT, 14, 500, "left", off_grid=True),
    _Style("TOC2", "toc 2", BODY_FONT, 14, 500, "left", left_chars=2, off_grid=True),
    _Style("TOC3", "toc 3", BODY_FONT, 14, 500, "left", left_chars=4, off_grid=True),
    _Style("Header", "header", BODY_FONT, 9, 240, "center"),
    _Style("Footer", "footer", PAGE_NUMBER_FONT, 14, 320, "left"),
)

_TOC_TAB = f'<w:tabs><w:tab w:val="right" w:leader="middleDot" w:pos="{w.TEXT_WIDTH}"/></w:tabs>'


def styles_xml() -> etree._Element:
    """A whole ``w:styles`` part with nothing but these styles."""
    root = parse_xml(
        f"<w:styles {nsdecls('w')}><w:docDefaults><w:rPrDefault><w:rPr>"
        f'<w:rFonts w:ascii="{LATIN_FONT}" w:hAnsi="{LATIN_FONT}" w:eastAsia="{BODY_FONT}" w:cs="{LATIN_FONT}"/>'
        '<w:kern w:val="2"/><w:sz w:val="32"/><w:szCs w:val="32"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
        "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults></w:styles>"
    )
    for style in _all_styles():
        root.append(style)
    return root


def ensure_styles(root: etree._Element) -> dict[str, str]:
    """Adds to a ``w:styles`` part the styles that reports use and an edited template no longer has.

    Returns the id in that part for each of our own ids. Styles are recognised by name, because WPS and Word give them
    new ids ("1", "a3") when they save.
    """
    by_name = {_name(style).lower(): style.get(qn("w:styleId"), "") for style in root.findall(qn("w:style"))}
    ids: dict[str, str] = {}
    for style in _all_styles():
        own_id = style.get(qn("w:styleId"), "")
        known = by_name.get(_name(style).lower())
        if known is None:
            style.attrib.pop(qn("w:default"), "")
            root.append(style)
        ids[own_id] = own_id if known is None else known
    for style in root.findall(qn("w:style")):
        based = style.find(qn("w:basedOn"))
        if based is not None and based.get(qn("w:val")) in ids and style.get(qn("w:styleId")) in ids:
            based.set(qn("w:val"), ids[based.get(qn("w:val"), "")])
    return ids


def _name(style: etree._Element) -> str:
    found = style.find(qn("w:name"))
    return "" if found is None else found.get(qn("w:val"), "")


def _all_styles() -> list[etree._Element]:
    made = [_paragraph_style(style) for style in _PARAGRAPH_STYLES]
    made += [
        parse_xml(text)
        for text in (
            f'<w:style {nsdecls("w")} w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
            '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/></w:style>',
            f'<w:style {nsdecls("w")} w:type="character" w:customStyle="1" w:styleId="{w.STYLE_FIGURE}">'
            '<w:name w:val="数据链接"/><w:basedOn w:val="DefaultParagraphFont"/><w:qFormat/>'
            f'<w:rPr><w:color w:val="{FIGURE_COLOUR}"/><w:u w:val="dotted" w:color="8496B0"/></w:rPr></w:style>',
            f'<w:style {nsdecls("w")} w:type="character" w:styleId="{w.STYLE_COMMENT_MARK}">'
            '<w:name w:val="annotation reference"/><w:basedOn w:val="DefaultParagraphFont"/>'
            '<w:rPr><w:sz w:val="21"/><w:szCs w:val="21"/></w:rPr></w:style>',
            f'<w:style {nsdecls("w")} w:type="table" w:default="1" w:styleId="TableNormal">'
            '<w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" '
            'w:type="dxa"/><w:tblCellMar><w:left w:w="108" w:type="dxa"/><w:right w:w="108" w:type="dxa"/>'
            "</w:tblCellMar></w:tblPr></w:style>",
            _table_style(),
        )
    ]
    return made


def _table_style() -> str:
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="{8 if edge in ("top", "bottom") else 4}" w:space="0" w:color="000000"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    margins = "".join(
        f'<w:{side} w:w="{width}" w:type="dxa"/>'
        for side, width in (("top", 40), ("left", 57), ("bottom", 40), ("right", 57))
    )
    return (
        f'<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="{w.STYLE_TABLE}">'
        '<w:name w:val="公文表格"/><w:basedOn w:val="TableNormal"/><w:tblPr>'
        f"<w:tblBorders>{edges}</w:tblBorders><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr></w:style>"
    )


def _paragraph_style(style: _Style) -> etree._Element:
    custom = ' w:customStyle="1"' if style.id.startswith("Yw") else ""
    default = ' w:default="1"' if style.id == "Normal" else ""
    head = f'<w:name w:val="{style.name}"/>'
    if style.based_on:
        head += f'<w:basedOn w:val="{style.based_on}"/>'
    if style.next:
        head += f'<w:next w:val="{style.next}"/>'
    if style.id.startswith("TOC"):
        head += '<w:uiPriority w:val="39"/>'
    head += "<w:qFormat/>"
    return parse_xml(
        f'<w:style {nsdecls("w")} w:type="paragraph"{default}{custom} w:styleId="{style.id}">{head}'
        f"<w:pPr>{_paragraph_properties(style)}</w:pPr><w:rPr>{_run_properties(style)}</w:rPr></w:style>"
    )


def _paragraph_properties(style: _Style) -> str:
    parts: list[str] = []
    if style.keep_next:
        parts.append("<w:keepNext/>")
    if style.new_page:
        parts.append("<w:pageBreakBefore/>")
    if style.id == "Normal":
        # Every page holds 22 lines: no line moves to the next page to keep another company.
        parts.append('<w:widowControl w:val="0"/>')
    if style.id.startswith("TOC"):
        parts.append(_TOC_TAB)
    if style.off_grid:
        parts.append('<w:snapToGrid w:val="0"/>')
    spacing = f' w:before="{style.before}" w:after="{style.after}"' if style.before or style.after else ""
    if style.line:
        spacing += f' w:line="{style.line}" w:lineRule="{style.line_rule}"'
    if spacing:
        parts.append(f"<w:spacing{spacing}/>")
    indent = ""
    if style.left_chars >= 0:
        indent += f' w:leftChars="{int(style.left_chars * 100)}" w:left="{int(style.left_chars * 300)}"'
    if style.first_chars >= 0:
        indent += f' w:firstLineChars="{int(style.first_chars * 100)}" w:firstLine="{int(style.first_chars * 320)}"'
    if indent:
        parts.append(f"<w:ind{indent}/>")
    if style.align:
        parts.append(f'<w:jc w:val="{style.align}"/>')
    if style.outline >= 0:
        parts.append(f'<w:outlineLvl w:val="{style.outline}"/>')
    return "".join(parts)


def _run_properties(style: _Style) -> str:
    parts: list[str] = []
    if style.font:
        latin = PAGE_NUMBER_FONT if style.font == PAGE_NUMBER_FONT else LATIN_FONT
        parts.append(f'<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{style.font}"/>')
    if style.size:
        half_points = int(style.size * 2)
        squeeze = SQUEEZE if style.size == BODY_SIZE else 0
        parts.append(f'<w:spacing w:val="{squeeze}"/>')
        parts.append(f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>')
    return "".join(parts)
