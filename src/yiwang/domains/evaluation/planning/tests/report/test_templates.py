"""Reports written from templates that officials edited in WPS or Word."""

from __future__ import annotations

import io
from copy import deepcopy

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from yiwang.domains.evaluation.planning.report.writer import default_template, write
from yiwang.domains.evaluation.planning.tests.report.sample import BASE_URL, FIGURES, sample
from yiwang.domains.evaluation.planning.tests.report.templates import (
    at,
    cells,
    links,
    number,
    opened,
    part,
    repacked,
    saved,
    template,
    texts,
    visible,
)


def test_figure_in_a_sentence_keeps_its_surroundings() -> None:
    written = write(sample(), template("全年办结{{ fig.F005 }}，另有{{fig.F006}}。"))
    assert texts(written) == ["全年办结705笔，另有842笔。"]
    assert [(text, target) for text, target, _ in links(written)] == [
        ("705笔", f"{BASE_URL}evaluation/figures/F005/"),
        ("842笔", f"{BASE_URL}evaluation/figures/F006/"),
    ]


def test_placeholder_split_over_runs_by_word() -> None:
    document = Document()
    paragraph = document.add_paragraph()
    for piece in ("截至", "{", "{ fi", "g.F0", "05 }", "}", "已办结，“", "{{", " district", " }}", "”"):
        run = paragraph.add_run(piece)
        run.font.size = Pt(16)
    written = write(sample(), saved(document))
    assert texts(written) == ["截至705笔已办结，“示范市城区”"]
    assert [text for text, _, _ in links(written)] == ["705笔"]


def test_loop_tag_split_over_runs() -> None:
    document = Document()
    for pieces in (
        ("{%p for", " item in pro", "blems %}"),
        (
            "{{ item",
            ".title }}",
        ),
        ("{%", "p endfor %", "}"),
    ):
        paragraph = document.add_paragraph()
        for piece in pieces:
            paragraph.add_run(piece)
    assert texts(write(sample(), saved(document))) == ["部分平台使用率不高", "数据共享不够充分", "专业人才不足"]


def test_figure_takes_the_formatting_around_it() -> None:
    document = Document()
    run = document.add_paragraph().add_run("{{ fig.F005 }}")
    run.font.size, run.bold = Pt(22), True
    written = opened(write(sample(), saved(document)))
    properties = next(written.element.body.iter(qn("w:hyperlink"))).find(f"{qn('w:r')}/{qn('w:rPr')}")
    assert properties.find(qn("w:sz")).get(qn("w:val")) == "44"
    assert properties.find(qn("w:b")) is not None
    assert properties[0].tag == qn("w:rStyle")


def test_unknown_figure_is_printed_as_missing_and_listed() -> None:
    written = write(sample(), template("办结{{ fig.F999 }}。", "{{ table.gaps }}"))
    assert texts(written)[0] == "办结〔缺数 F999〕。"
    rows = cells(opened(written).tables[0])
    assert [row[1] for row in rows] == ["编号", "F130", "F013", "F999"]
    assert rows[-1][4] == "报告模板引用了这项数据，本轮没有报送或计算的数值。"


def test_sections_follow_the_formatting_of_their_placeholder() -> None:
    document = Document()
    paragraph = document.add_paragraph(style="Quote")
    paragraph.add_run("{{ judgement }}").font.size = Pt(18)
    written = opened(write(sample(), saved(document)))
    assert [p.style.name for p in written.paragraphs if p.style is not None] == ["Quote", "Quote"]
    sizes = {run.font.size for p in written.paragraphs for run in p.runs if run.text}
    assert sizes == {Pt(18)}


def test_a_template_without_our_styles_gets_them() -> None:
    written = opened(write(sample(), template("{{ chapters }}", "{{ table.indicators }}", "{{ contents }}")))
    names = {style.name for style in written.styles}
    assert {"数据链接", "公文表格", "表格文字", "任务信息", "toc 2"} <= names
    assert written.tables[0].style is not None
    assert written.tables[0].style.name == "公文表格"
    ids = [style.element.get(qn("w:styleId")) for style in written.styles]
    assert len(ids) == len(set(ids))
    defaults = [style.element.get(qn("w:type")) for style in written.styles if style.element.get(qn("w:default"))]
    assert len(defaults) == len(set(defaults))


def test_styles_are_known_by_name_when_wps_renumbers_them() -> None:
    def renumber(entries: dict[str, bytes]) -> None:
        for name in ("word/styles.xml", "word/document.xml"):
            text = entries[name].decode()
            for old, new in (("Heading2", "3"), ("YwTableText", "a5"), ("YwFigure", "a6"), ("YwBody", "a7")):
                text = text.replace(f'"{old}"', f'"{new}"')
            entries[name] = text.encode()

    written = opened(write(sample(), repacked(default_template(), renumber)))
    second = [p for p in written.paragraphs if p.style is not None and p.style.name == "Heading 2"]
    assert len(second) == 12
    assert {at(p._p, "w:pPr/w:pStyle").get(qn("w:val")) for p in second} == {"3"}
    assert [style.name for style in written.styles].count("数据链接") == 1
    first_link = next(link for link in written.element.body.iter(qn("w:hyperlink")) if link.get(qn("r:id")))
    assert first_link.find(f".//{qn('w:rStyle')}").get(qn("w:val")) == "a6"


def test_row_loop_with_columns_the_official_chose() -> None:
    document = Document()
    table = document.add_table(rows=4, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "指标", "现在"
    table.cell(1, 0).text = "{%tr for row in table.indicators %}"
    table.cell(2, 0).text, table.cell(2, 1).text = "{{ row.name }}（{{ row.unit }}）", "{{ row.value }}"
    table.cell(3, 0).text = "{%tr endfor %}"
    written = write(sample(), saved(document))
    rows = cells(opened(written).tables[0])
    assert len(rows) == 31
    assert rows[1] == ["第1项业务累计办结量（笔）", "157笔"]
    assert len(links(written)) == 29


def test_ready_made_adjustments_carry_all_that_the_rules_ask() -> None:
    table = opened(write(sample(), template("{{ table.adjustments }}"))).tables[0]
    text = visible(table._tbl)
    for row in sample().adjustments:
        assert all(part in text for part in (row.kind, row.task, row.old, row.new, row.reason, row.basis, row.approver))
    assert "2023年10月20日" in text
    assert "待批准" in text


def test_nested_tables() -> None:
    document = Document()
    outer = document.add_table(rows=1, cols=1).cell(0, 0)
    inner = outer.add_table(rows=3, cols=1)
    inner.cell(0, 0).text = "{%tr for gap in table.gaps %}"
    inner.cell(1, 0).text = "{{ gap.code }}：{{ fig.F005 }}"
    inner.cell(2, 0).text = "{%tr endfor %}"
    written = opened(write(sample(), saved(document)))
    assert visible(written.tables[0].cell(0, 0)._tc) == "F130：705笔F013：705笔"
    assert len(written.tables[0].cell(0, 0).tables[0].rows) == 2


def test_table_in_a_cell_fits_the_cell_which_ends_with_a_paragraph() -> None:
    document = Document()
    document.add_table(rows=1, cols=2).cell(0, 1).text = "{{ table.gaps }}"
    written = opened(write(sample(), saved(document)))
    cell = written.tables[0].cell(0, 1)
    assert cell._tc[-1].tag == qn("w:p")
    widths = [number(column) for column in cell.tables[0]._tbl.iter(qn("w:gridCol"))]
    declared = number(at(cell._tc, "w:tcPr/w:tcW"))
    assert sum(widths) <= declared


def test_ready_made_table_is_wide_on_a_turned_page_only() -> None:
    document = Document()
    section = document.sections[0]
    document.add_paragraph("{{ table.tasks }}")
    narrow = opened(write(sample(), saved(document)))
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    wide = opened(write(sample(), saved(document)))
    assert (len(narrow.tables[0].columns), len(wide.tables[0].columns)) == (5, 8)


def test_section_break_survives_a_block() -> None:
    document = Document()
    document.add_paragraph("{{ judgement }}")
    document.add_section()
    document.add_paragraph("后一节")
    last = document.paragraphs[0]._p
    holder = document.paragraphs[1]._p
    section = at(holder, "w:pPr/w:sectPr")
    last.get_or_add_pPr().append(deepcopy(section))
    document.element.body.remove(holder)
    written = opened(write(sample(), saved(document)))
    assert len(written.sections) == 2
    assert len([text for text in (p.text for p in written.paragraphs) if text]) == 3


def test_text_with_lines_inside_a_sentence_is_split_into_paragraphs() -> None:
    written = texts(
        write(sample(), template("{%p for item in problems %}", "问题：{{ item.text }}完", "{%p endfor %}"))
    )
    assert written[:2] == ["问题：设备办件量1390笔，与预期仍有差距。", "宣传引导不够。完"]


def test_conditions_and_loop_numbers() -> None:
    written = write(
        sample(gaps=(), indicators=()),
        template(
            "{%p if table.adjustments and not table.gaps %}",
            "有调整",
            "{%p else %}",
            "无调整",
            "{%p endif %}",
            "{%p for chapter in chapters %}",
            "{{ loop.index }}/{{ loop.length }} {{ chapter.name }}",
            "{%p endfor %}",
        ),
    )
    assert texts(written)[0] == "有调整"
    assert texts(written)[1] == "1/6 便民利企的政务服务"


def test_headers_and_footers_take_placeholders_and_links() -> None:
    document = Document()
    document.sections[0].header.paragraphs[0].text = "{{ plan_title }} {{ fig.F005 }}"
    document.add_paragraph("正文")
    written = opened(write(sample(), saved(document)))
    header = written.sections[0].header
    assert visible(header._element) == "示范市城区数字政府改革建设“十四五”规划 705笔"
    link = next(header._element.iter(qn("w:hyperlink")))
    assert header.part.rels[link.get(qn("r:id"))].target_ref == f"{BASE_URL}evaluation/figures/F005/"


def test_figure_inside_a_link_of_the_template_is_plain() -> None:
    document = Document()
    paragraph = document.add_paragraph()
    relation = document.part.relate_to(
        "https://example.org/", "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink", True
    )
    paragraph.add_run("{{ fig.F005 }}")
    link = paragraph._p.makeelement(qn("w:hyperlink"), {qn("r:id"): relation})
    link.append(at(paragraph._p, "w:r"))
    paragraph._p.append(link)
    written = write(sample(), saved(document))
    assert [(text, target) for text, target, _ in links(written)] == [("705笔", "https://example.org/")]


def test_two_blocks_and_text_in_one_paragraph_lose_nothing() -> None:
    written = texts(write(sample(), template("总体：{{ judgement }}{{ suggestions }}。")))
    assert written[0] == "总体：。"
    assert written[1].startswith("规划实施以来")
    assert written[-1].startswith("2.加强人才储备。")


def test_chapters_continue_the_numbering_of_the_template() -> None:
    document = Document()
    document.add_heading("一、进展", 1)
    document.add_heading("（一）总体", 2)
    document.add_paragraph("{{ chapters }}")
    found = texts(write(sample(), saved(document)))
    assert found[2].startswith("（二）便民利企的政务服务")


def test_properties_of_the_template_are_replaced() -> None:
    document = Document()
    document.core_properties.author = "{{ 7 * 7 }}"
    document.core_properties.title = "某人的草稿"
    properties = opened(write(sample(), saved(document))).core_properties
    assert properties.author == "示范市城区政务服务和数据管理局"
    assert properties.title.endswith("评估报告")


def test_footnotes_are_rendered() -> None:
    def add(entries: dict[str, bytes]) -> None:
        entries["word/footnotes.xml"] = (
            '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            '<w:footnote w:id="2"><w:p><w:r><w:t>见{{ fig.F005 }}</w:t></w:r></w:p></w:footnote></w:footnotes>'
        ).encode()
        kinds = entries["[Content_Types].xml"].decode()
        entries["[Content_Types].xml"] = kinds.replace(
            "</Types>",
            '<Override PartName="/word/footnotes.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            'wordprocessingml.footnotes+xml"/></Types>',
        ).encode()
        relations = entries["word/_rels/document.xml.rels"].decode()
        entries["word/_rels/document.xml.rels"] = relations.replace(
            "</Relationships>",
            '<Relationship Id="rId90" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
            'footnotes" Target="footnotes.xml"/></Relationships>',
        ).encode()

    written = write(sample(), repacked(template("正文"), add))
    footnotes = part(written, "word/footnotes.xml").decode()
    assert "705笔" in footnotes
    assert "w:hyperlink" in footnotes
    assert FIGURES[4].code in part(written, "word/_rels/footnotes.xml.rels").decode()


def test_the_template_given_is_not_changed() -> None:
    given = default_template()
    before = bytes(given)
    write(sample(), given)
    assert given == before
    assert Document(io.BytesIO(given)).paragraphs
