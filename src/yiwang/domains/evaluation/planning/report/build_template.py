"""Builds ``default_template.docx``, the report template in GB/T 9704-2012 layout that officials start from.

``python -m yiwang.domains.evaluation.planning.report.build_template`` writes it anew; a test compares the committed
file with what this module builds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from docx import Document
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from docx.package import Package

from . import wordxml as w
from .columns import LONG_ROWS, NARROW, WIDE, Column
from .package_io import save_package
from .styles import BLACK_FONT, BODY_FONT, LINE, PAGE_NUMBER_FONT, SCRIPT_FONT, TITLE_FONT, styles_xml

PATH = Path(__file__).with_name("default_template.docx")

# A4 with the margins of GB/T 9704-2012 §5.2: top 37, bottom 35, left 28, right 26 mm; type area 156 × 225 mm.
_TOP, _BOTTOM, _LEFT, _RIGHT = 2098, 1984, 1588, 1474
# The page number stands 7 mm below the type area: 25 mm from the lower edge.
_FOOTER, _HEADER = 1418, 851


def build() -> bytes:
    """The template as bytes; the same bytes every time."""
    document = Document()
    package = document.part.package
    _drop_unused(package)
    styles = document.part.part_related_by(RELATIONSHIP_TYPE.STYLES)
    # python-docx has no public way to replace a part's root.
    styles._element = styles_xml()  # type: ignore[attr-defined]
    settings = document.part.part_related_by(RELATIONSHIP_TYPE.SETTINGS)
    # python-docx has no public way to replace a part's root.
    settings._element = _settings()  # type: ignore[attr-defined]
    fonts = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    fonts._blob = _font_table()
    _add_footers(document)
    first = document.element.body.find(qn("w:sectPr"))
    references = [first.find(qn("w:footerReference")), *first.findall(qn("w:footerReference"))[1:]]
    body = document.element.body
    for child in list(body):
        body.remove(child)
    body.extend(_content([node for node in references if node is not None]))
    properties = document.core_properties
    properties.title = "规划实施评估报告模板"
    properties.author = properties.last_modified_by = "一网"
    properties.language = "zh-CN"
    properties.comments = properties.keywords = ""
    properties.created = properties.modified = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    properties.revision = 1
    return save_package(package)


def _content(footers: Sequence[w.Element]) -> list[w.Element]:
    return [
        *_cover(),
        _section_break(_portrait()),
        *_contents(),
        _section_break(_portrait()),
        *_organisation(),
        *_progress(),
        *_problems(),
        *_next_steps(),
        *_proposals(),
        *_closing(),
        _section_break(_portrait(footers, start=1)),
        *_annex(1, "中期任务清单", "tasks", WIDE["tasks"], w.LANDSCAPE_WIDTH),
        *_annex(2, "规划指标完成情况表", "indicators", WIDE["indicators"], w.LANDSCAPE_WIDTH),
        _section_break(_landscape(footers)),
        *_annex(3, "数据来源表", "facts", NARROW["facts"], w.TEXT_WIDTH),
        *_annex(4, "数据缺口清单", "gaps", NARROW["gaps"], w.TEXT_WIDTH),
        *_notes(),
        _portrait(footers),
    ]


def _cover() -> list[w.Element]:
    blank = [_p(w.STYLE_BODY, "") for _ in range(5)]
    return [
        *blank,
        _p("Title", "{{ title_lines }}"),
        *[_p(w.STYLE_BODY, "") for _ in range(9)],
        _centred("{{ compiled_by }}"),
        _centred("{{ generated_month }}"),
    ]


def _contents() -> list[w.Element]:
    return [_p(w.STYLE_CONTENTS_TITLE, "目　录"), _p(w.STYLE_BODY, "{{ contents }}")]


def _organisation() -> list[w.Element]:
    return [
        _p("Title", "{{ title_lines }}"),
        _p(w.STYLE_BODY, ""),
        *_body(
            "为全面掌握《{{ plan_title }}》（以下简称《规划》）实施情况，总结成效，查找不足，推动后续任务落实，"
            "{{ district }}组织开展了{{ round_title }}。本报告依据规划第{{ plan_version }}版编制，"
            "除另有注明外，数据截至{{ as_of }}。",
        ),
        _p("Heading1", "一、评估工作组织情况"),
        *_body(
            "本次评估坚持目标导向和问题导向相结合、定量分析和定性分析相结合、过程评估和效果评估相结合，"
            "对《规划》确定的{{ chapter_count }}个方面、{{ task_count }}项任务、{{ indicator_count }}项指标逐项评估。",
            "评估按照制定工作方案、单位自评填报、审核退改、汇总分析、形成报告的步骤进行。各牵头单位按任务填报进展、"
            "问题、措施和佐证材料，主管部门逐项审核，退回和修改均留有记录。",
        ),
    ]


def _progress() -> list[w.Element]:
    return [
        _p("Heading1", "二、规划实施进展"),
        _p("Heading2", "（一）总体判断"),
        *_body("{{ judgement }}"),
        *_chart("indicators", "各项指标的评价结果见图1。", "图1　规划指标评价结果"),
        *_chart(
            "progress",
            "各篇章指标的平均完成进度与按时间应达的进度见图2（篇章内有进度的指标简单平均，单项超过100%的按100%计）。",
            "图2　各篇章平均完成进度与应达进度",
        ),
        *_chart("tasks", "各篇章任务的进展状态见图3。", "图3　各篇章任务进展状态"),
        _p("Heading2", "（二）主要指标完成情况"),
        *_body("{{ indicator_count }}项规划指标的完成情况见表1，基期值、责任单位和数据来源见附件2。"),
        _p(w.STYLE_TABLE_CAPTION, "表1　主要指标完成情况"),
        _looped_table("indicators", NARROW["indicators"], w.TEXT_WIDTH),
        _p(w.STYLE_TABLE_TEXT, ""),
        *_body("{{ chapters }}"),
    ]


def _chart(name: str, sentence: str, caption: str) -> list[w.Element]:
    """A chart with the sentence that speaks of it and its caption; nothing of it where there is nothing to draw."""
    return [
        *_body(f"{{%p if chart.{name} %}}", sentence),
        _p(w.STYLE_CHART, f"{{{{ chart.{name} }}}}"),
        _p(w.STYLE_CHART_CAPTION, caption),
        *_body("{%p endif %}"),
    ]


def _problems() -> list[w.Element]:
    return [
        _p("Heading1", "三、主要问题和风险挑战"),
        _p("Heading2", "（一）外部环境变化"),
        *_body("{{ environment }}"),
        _p("Heading2", "（二）规划实施中的主要问题"),
        *_body("{{ problems }}"),
    ]


def _next_steps() -> list[w.Element]:
    return [_p("Heading1", "四、下一步工作措施"), *_body("{{ next_steps }}")]


def _proposals() -> list[w.Element]:
    return [
        _p("Heading1", "五、规划调整和意见建议"),
        _p("Heading2", "（一）规划调整建议"),
        *_body("{%p if table.adjustments %}", "根据评估结果，对《规划》部分内容提出调整建议，见表2。"),
        _p(w.STYLE_TABLE_CAPTION, "表2　规划调整建议"),
        _looped_table("adjustments", NARROW["adjustments"], w.TEXT_WIDTH),
        _p(w.STYLE_TABLE_TEXT, ""),
        *_body("{%p else %}", "本轮评估没有提出调整建议。", "{%p endif %}"),
        _p("Heading2", "（二）意见建议"),
        *_body("{{ suggestions }}"),
    ]


def _closing() -> list[w.Element]:
    indent = {"w:leftChars": "200", "w:left": "640"}
    hanging = {"w:leftChars": "500", "w:left": "1600"}
    listed = ("附件：1.中期任务清单", "2.规划指标完成情况表", "3.数据来源表", "4.数据缺口清单", "5.编制说明")
    lines = [_indented(text, indent if number == 0 else hanging) for number, text in enumerate(listed)]
    return [
        _p(w.STYLE_BODY, ""),
        *lines,
        _p(w.STYLE_BODY, ""),
        _right("{{ compiled_by }}", 2),
        _right("{{ generated_on }}", 4),
    ]


def _annex(number: int, title: str, table: str, columns: Sequence[Column], width: int) -> list[w.Element]:
    return [
        _p(w.STYLE_ANNEX_MARK, f"附件{number}"),
        _p(w.STYLE_ANNEX_TITLE, title),
        *_body(f"{{%p if table.{table} %}}"),
        _looped_table(table, columns, width),
        *_body("{%p else %}", "本轮没有需要列出的内容。", "{%p endif %}"),
    ]


def _notes() -> list[w.Element]:
    rows = (
        ("规划", "《{{ plan_title }}》第{{ plan_version }}版"),
        ("评估轮次", "{{ round_title }}"),
        ("数据截止", "{{ as_of }}（北京时间当日24时）"),
        ("数据获知", "{{ known_at }}以前进入系统的数据；此后的补报和更正不在本报告内"),
        (
            "数据构成",
            "共{{ figure_count }}项，其中系统计算{{ computed_count }}项，占{{ computed_share }}；"
            "单位填报{{ reported_count }}项，占{{ reported_share }}",
        ),
        ("数据缺口", "{{ gap_count }}项，见附件4"),
        (
            "数据查询",
            "文中带点线的数字可以点开，查看其定义、数值、截止日期、来源、报送单位和佐证材料；图表点击可看逐项清单",
        ),
        (
            "数据批注",
            "每个数字带有批注，写明口径或来源、截止日期、获知日期和计算依据；印发时请在系统中下载不带批注的版本，"
            "或在“审阅”中选“删除文档中的所有批注”",
        ),
        ("图表数据", "图1至图3是可编辑的图表，在图上点右键选“编辑数据”可查看和修改"),
        ("目录页码", "按版式推算；修改正文后，请在目录上点右键选“更新域”"),
    )
    widths = [1900, w.TEXT_WIDTH - 1900]
    made = []
    for name, text in rows:
        cells = [
            w.cell(widths[0], [_p(w.STYLE_TABLE_HEAD, name)]),
            w.cell(widths[1], [_p(w.STYLE_TABLE_TEXT, text)]),
        ]
        made.append(w.row(cells))
    return [
        _p(w.STYLE_ANNEX_MARK, "附件5"),
        _p(w.STYLE_ANNEX_TITLE, "编制说明"),
        w.table(widths, made),
        *_body("{%p if demo_note %}"),
        _p(w.STYLE_NOTE, "注：{{ demo_note }}"),
        *_body("{%p endif %}"),
    ]


def _looped_table(table: str, columns: Sequence[Column], width: int) -> w.Element:
    """A table whose one row is repeated by a loop; officials may move, drop and rename its columns."""
    widths = w.share_width(width, [column.weight for column in columns])

    def head(column: Column) -> list[w.Element]:
        return [_p(w.STYLE_TABLE_HEAD, column.heading)]

    def repeated(column: Column) -> list[w.Element]:
        properties = w.paragraph_properties(w.STYLE_TABLE_TEXT, column.align)
        texts = [f"{{{{ row.{column.field} }}}}"]
        if column.second:
            texts.append(f"{column.label}{{{{ row.{column.second} }}}}")
        return [w.paragraph(properties, [w.run(text)]) for text in texts]

    def tag(text: str) -> w.Element:
        # One cell over all columns: in the first column the tag would stand letter below letter.
        cell = w.cell(width, [_p(w.STYLE_TABLE_TEXT, text)])
        cell[0].insert(1, w.element("w:gridSpan", {"w:val": str(len(columns))}))
        return w.row([cell])

    def line(fill: Callable[[Column], list[w.Element]], header: bool = False) -> w.Element:
        pairs = zip(columns, widths, strict=True)
        cells = [w.cell(column_width, fill(column)) for column, column_width in pairs]
        return w.row(cells, header, whole=header or table not in LONG_ROWS)

    rows = [line(head, header=True), tag(f"{{%tr for row in table.{table} %}}"), line(repeated), tag("{%tr endfor %}")]
    return w.table(widths, rows)


def _p(style: str, text: str) -> w.Element:
    return w.paragraph(style, [w.run(text)] if text else [])


def _body(*texts: str) -> list[w.Element]:
    return [_p(w.STYLE_BODY, text) for text in texts]


def _centred(text: str) -> w.Element:
    properties = w.paragraph_properties("Normal", "center")
    return w.paragraph(properties, [w.run(text)])


def _right(text: str, chars: int) -> w.Element:
    properties = w.paragraph_properties("Normal", "right")
    properties.insert(1, w.element("w:ind", {"w:rightChars": str(chars * 100), "w:right": str(chars * 320)}))
    return w.paragraph(properties, [w.run(text)])


def _indented(text: str, indent: dict[str, str]) -> w.Element:
    properties = w.paragraph_properties("Normal")
    properties.append(w.element("w:ind", indent))
    return w.paragraph(properties, [w.run(text)])


def _section_break(section: w.Element) -> w.Element:
    properties = w.paragraph_properties(w.STYLE_TABLE_TEXT)
    # One point high: a full last page must not push it, and with it a blank page, over the edge.
    properties.append(w.element("w:spacing", {"w:line": "20", "w:lineRule": "exact"}))
    properties.append(section)
    return w.paragraph(properties)


def _portrait(footers: Sequence[w.Element] = (), start: int | None = None) -> w.Element:
    return _section(footers, 11906, 16838, (_TOP, _RIGHT, _BOTTOM, _LEFT), start)


def _landscape(footers: Sequence[w.Element]) -> w.Element:
    # The portrait sheet turned: its left edge (28 mm) becomes the top, its top (37 mm) the right edge.
    return _section(footers, 16838, 11906, (_LEFT, _TOP, _RIGHT, _BOTTOM), None)


def _section(
    footers: Sequence[w.Element], width: int, height: int, margins: tuple[int, int, int, int], start: int | None
) -> w.Element:
    size = {"w:w": str(width), "w:h": str(height)}
    if width > height:
        size["w:orient"] = "landscape"
    sides = dict(zip(("w:top", "w:right", "w:bottom", "w:left"), map(str, margins), strict=True))
    footer = str(_FOOTER if width < height else 850)
    made = w.element("w:sectPr", children=[parse_xml(_copy(reference)) for reference in footers])
    made.append(w.element("w:type", {"w:val": "nextPage"}))
    made.append(w.element("w:pgSz", size))
    made.append(w.element("w:pgMar", {**sides, "w:header": str(_HEADER), "w:footer": footer, "w:gutter": "0"}))
    if start is not None:
        made.append(w.element("w:pgNumType", {"w:start": str(start)}))
    made.append(w.element("w:cols", {"w:space": "425"}))
    grid = {"w:type": "linesAndChars", "w:linePitch": str(LINE)}
    made.append(w.element("w:docGrid", grid))
    return made


def _copy(reference: w.Element) -> str:
    kind, relation = reference.get(qn("w:type")), reference.get(qn("r:id"))
    return f'<w:footerReference {nsdecls("w", "r")} w:type="{kind}" r:id="{relation}"/>'


def _add_footers(document: WordDocument) -> None:
    """Page numbers — 1 —: to the right on odd pages, to the left on even ones, one character from the edge."""
    section = document.sections[0]
    document.settings.odd_and_even_pages_header_footer = True
    for footer, align, side in ((section.footer, "right", "right"), (section.even_page_footer, "left", "left")):
        footer.is_linked_to_previous = False
        properties = w.paragraph_properties("Footer", align)
        properties.insert(1, w.element("w:ind", {f"w:{side}Chars": "100", f"w:{side}": "280"}))
        pieces = [w.run("— "), *w.simple_field("PAGE", "1"), w.run(" —")]
        root = footer._element
        for child in list(root):
            root.remove(child)
        root.append(w.paragraph(properties, pieces))


def _drop_unused(package: Package) -> None:
    """Takes out what python-docx's own template brings and an official document does not need."""
    unused = ("/stylesWithEffects", "/customXml", "/numbering", "/thumbnail", "/webSettings")
    for source in (package, package.main_document_part):
        for key, relation in list(source.rels.items()):
            if relation.reltype.endswith(unused):
                del source.rels[key]


def _settings() -> w.Element:
    return parse_xml(
        f"<w:settings {nsdecls('w')}>"
        '<w:zoom w:percent="100"/><w:bordersDoNotSurroundHeader/><w:bordersDoNotSurroundFooter/>'
        '<w:defaultTabStop w:val="420"/><w:evenAndOddHeaders/>'
        '<w:drawingGridVerticalSpacing w:val="156"/><w:characterSpacingControl w:val="compressPunctuation"/>'
        "<w:compat><w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/>"
        "<w:ulTrailSpace/><w:doNotExpandShiftReturn/><w:adjustLineHeightInTable/><w:useFELayout/>"
        '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
        "</w:compat>"
        '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/>'
        '<w:clrSchemeMapping w:bg1="light1" w:t1="dark1" w:bg2="light2" w:t2="dark2" w:accent1="accent1" '
        'w:accent2="accent2" w:accent3="accent3" w:accent4="accent4" w:accent5="accent5" w:accent6="accent6" '
        'w:hyperlink="hyperlink" w:followedHyperlink="followedHyperlink"/>'
        '<w:decimalSymbol w:val="."/><w:listSeparator w:val=","/></w:settings>'
    )


def _font_table() -> bytes:
    """Font names with the fonts that a machine without them should use instead."""
    known = (
        (BODY_FONT, "仿宋,FangSong", "modern"),
        (BLACK_FONT, "SimHei", "modern"),
        (SCRIPT_FONT, "楷体,KaiTi", "modern"),
        (TITLE_FONT, "小标宋,宋体,SimSun", "script"),
        (PAGE_NUMBER_FONT, "SimSun", "auto"),
    )
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{alternative}"/><w:charset w:val="86"/>'
        f'<w:family w:val="{family}"/><w:pitch w:val="default"/></w:font>'
        for name, alternative, family in known
    )
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {nsdecls("w")}>{fonts}</w:fonts>'.encode()


if __name__ == "__main__":
    PATH.write_bytes(build())
