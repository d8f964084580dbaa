"""The report written from the template that comes with the product."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Length, Mm

from yiwang.domains.evaluation.planning.report.context import OverallJudgement
from yiwang.domains.evaluation.planning.report.writer import write
from yiwang.domains.evaluation.planning.tests.report.sample import BASE_URL, FIGURES, sample
from yiwang.domains.evaluation.planning.tests.report.templates import (
    at,
    cells,
    links,
    number,
    opened,
    part,
    texts,
    visible,
)


@cache
def report() -> bytes:
    return write(sample())


def _mm(length: Length | None) -> int:
    assert length is not None
    return round(length / Mm(1))


def test_every_figure_is_a_link_to_its_page() -> None:
    context = sample()
    rows = [(row.value, row.baseline, row.target, row.progress, row.expected) for row in context.indicators]
    numbers = [*FIGURES, *(figure for row in rows for figure in row if figure is not None)]
    expected = {(figure.text, f"{BASE_URL}evaluation/figures/{figure.code}/", figure.tooltip) for figure in numbers}
    found = set(links(report()))
    assert found >= expected
    assert {(text, target) for text, target, _ in found - expected} == {
        ("6", f"{BASE_URL}evaluation/rounds/1/"),
        ("40", f"{BASE_URL}evaluation/rounds/1/"),
        ("30", f"{BASE_URL}evaluation/rounds/1/judgement/"),
        ("129", f"{BASE_URL}evaluation/indicators/?as_of=2023-06-30"),
        ("25", f"{BASE_URL}evaluation/indicators/?as_of=2023-06-30&origin=computed"),
        ("104", f"{BASE_URL}evaluation/indicators/?as_of=2023-06-30&origin=reported"),
        ("19.38%", f"{BASE_URL}evaluation/indicators/?as_of=2023-06-30&origin=computed"),
        ("80.62%", f"{BASE_URL}evaluation/indicators/?as_of=2023-06-30&origin=reported"),
    }


def test_tooltip_says_name_date_and_who() -> None:
    tooltips = {text: tooltip for text, _, tooltip in links(report())}
    assert tooltips["157笔"] == "F001 第1项业务累计办结量 · 截至2023-06-30 · 区市场监督管理局报送"
    assert tooltips["705笔"] == "F005 第5项业务累计办结量 · 截至2023-06-30 · 由区政务服务和数据管理局记录计算"


def test_no_figure_stands_outside_a_link() -> None:
    body = opened(report()).element.body
    for link in list(body.iter(qn("w:hyperlink"))):
        link.getparent().remove(link)
    left = visible(body)
    assert [figure.text for figure in FIGURES if figure.text in left] == []


def test_figures_are_unobtrusive_and_restyled_in_one_place() -> None:
    document = opened(report())
    style = document.styles["数据链接"].element
    assert style.find(f".//{qn('w:color')}").get(qn("w:val")) == "1F3864"
    assert style.find(f".//{qn('w:u')}").get(qn("w:val")) == "dotted"
    runs = [
        link.find(qn("w:r"))
        for link in document.element.body.iter(qn("w:hyperlink"))
        if link.get(qn("r:id")) is not None
    ]
    assert {run.find(f"{qn('w:rPr')}/{qn('w:rStyle')}").get(qn("w:val")) for run in runs} == {"YwFigure"}


def test_no_marker_or_tag_is_left() -> None:
    xml = part(report(), "word/document.xml").decode()
    assert not any(chr(code) in xml for code in range(0xE000, 0xE005))
    assert "{{" not in xml
    assert "{%" not in xml
    assert "sentinel" not in xml


def test_pages_are_a4_with_the_margins_of_the_standard() -> None:
    sections = opened(report()).sections
    upright = [section for section in sections if section.orientation == WD_ORIENT.PORTRAIT]
    assert [section.orientation for section in sections].count(WD_ORIENT.LANDSCAPE) == 1
    assert len(upright) == 4
    for section in sections:
        assert {_mm(section.page_width), _mm(section.page_height)} == {210, 297}
    for section in upright:
        margins = (section.top_margin, section.left_margin, section.bottom_margin, section.right_margin)
        assert [_mm(margin) for margin in margins] == [37, 28, 35, 26]
    for section in sections:
        grid = at(section._sectPr, "w:docGrid")
        assert grid.get(qn("w:type")) == "linesAndChars"
        assert grid.get(qn("w:linePitch")) == "579"


def test_type_area_holds_22_lines_of_28_characters() -> None:
    document = opened(report())
    normal = document.styles["Normal"].element
    line = int(normal.find(f".//{qn('w:pPr')}/{qn('w:spacing')}").get(qn("w:line")))
    squeeze = int(normal.find(f".//{qn('w:rPr')}/{qn('w:spacing')}").get(qn("w:val")))
    height, width = (297 - 37 - 35) / 25.4 * 1440, (210 - 28 - 26) / 25.4 * 1440
    assert int(height // line) == 22
    assert int(width // (16 * 20 + squeeze)) == 28


@pytest.mark.parametrize(
    ("style", "font", "size"),
    [
        ("Normal", "仿宋_GB2312", 16),
        ("Title", "方正小标宋简体", 22),
        ("Heading 1", "黑体", None),
        ("Heading 2", "楷体_GB2312", None),
        ("Heading 3", "仿宋_GB2312", None),
    ],
)
def test_fonts_are_those_of_the_standard(style: str, font: str, size: int | None) -> None:
    element = opened(report()).styles[style].element
    assert element.find(f"{qn('w:rPr')}/{qn('w:rFonts')}").get(qn("w:eastAsia")) == font
    declared = element.find(f"{qn('w:rPr')}/{qn('w:sz')}")
    assert (None if declared is None else int(declared.get(qn("w:val"))) / 2) == size


def test_body_is_indented_by_two_characters() -> None:
    indent = opened(report()).styles["公文正文"].element.find(f"{qn('w:pPr')}/{qn('w:ind')}")
    assert indent.get(qn("w:firstLineChars")) == "200"


def test_page_numbers_stand_outside_and_begin_after_the_contents() -> None:
    document = opened(report())
    assert document.settings.odd_and_even_pages_header_footer
    cover, contents, body, *annexes = document.sections
    assert cover._sectPr.findall(qn("w:footerReference")) == []
    assert contents._sectPr.findall(qn("w:footerReference")) == []
    for section in (body, *annexes):
        odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
        assert visible(odd._p) == visible(even._p) == "— 1 —"
        assert odd._p.find(f"{qn('w:pPr')}/{qn('w:jc')}").get(qn("w:val")) == "right"
        assert even._p.find(f"{qn('w:pPr')}/{qn('w:jc')}").get(qn("w:val")) == "left"
        assert "PAGE" in "".join(node.text or "" for node in odd._p.iter(qn("w:instrText")))
    assert at(body._sectPr, "w:pgNumType").get(qn("w:start")) == "1"


def test_headings_are_numbered_through_and_in_the_navigation_pane() -> None:
    document = opened(report())
    first = [p.text for p in document.paragraphs if p.style is not None and p.style.name == "Heading 1"]
    second = [p.text for p in document.paragraphs if p.style is not None and p.style.name == "Heading 2"]
    third = [p.text for p in document.paragraphs if p.style is not None and p.style.name == "Heading 3"]
    assert [text[:2] for text in first] == ["一、", "二、", "三、", "四、", "五、"]
    assert [text[:3] for text in second[:8]] == [f"（{n}）" for n in "一二三四五六七八"]
    assert second[2] == "（三）便民利企的政务服务：让群众少跑腿"
    assert len(third) == 40
    assert third[0] == "1.规范政务服务事项标准"


def test_contents_are_readable_without_updating() -> None:
    document = opened(report())
    entries = [p for p in document.paragraphs if p.style is not None and p.style.name.startswith("toc")]
    bookmarks = {mark.get(qn("w:name")) for mark in document.element.body.iter(qn("w:bookmarkStart"))}
    anchors = [link.get(qn("w:anchor")) for entry in entries for link in entry._p.iter(qn("w:hyperlink"))]
    assert len(entries) == 22
    assert len(set(anchors)) == 22
    assert set(anchors) <= bookmarks
    pages = [int(visible(entry._p)[len(entry.text.split("\t")[0]) :]) for entry in entries]
    assert pages[0] == 1
    assert pages == sorted(pages)
    code = "".join(node.text or "" for node in document.element.body.iter(qn("w:instrText")))
    assert 'TOC \\o "1-2"' in code
    marks = [mark.get(qn("w:fldCharType")) for mark in document.element.body.iter(qn("w:fldChar"))]
    assert marks.count("begin") == marks.count("end") == marks.count("separate")
    settings = part(report(), "word/settings.xml").decode()
    assert "updateFields" not in settings


def test_bookmark_ids_are_unique() -> None:
    marks = [mark.get(qn("w:id")) for mark in opened(report()).element.body.iter(qn("w:bookmarkStart"))]
    assert len(marks) == len(set(marks)) > 0


def test_tables_repeat_their_heading_and_fit_the_type_area() -> None:
    document = opened(report())
    widths = {156: 8844, 225: 12756}
    assert len(document.tables) == 19
    for table in document.tables:
        total = sum(number(column) for column in table._tbl.iter(qn("w:gridCol")))
        assert total in widths.values()
    for table in document.tables[:-1]:
        assert table.rows[0]._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
    indicators, *chapters, adjustments, tasks, wide, facts, gaps, notes = (cells(table) for table in document.tables)
    assert len(indicators) == len(wide) == 31
    assert indicators[1] == ["1", "第1项业务累计办结量", "≥250", "157笔", "55.80%", "达到时序"]
    assert len(chapters) == 12, "indicators and tasks of six chapters"
    assert chapters[0][0] == ["指标和责任单位", "现值", "目标值", "完成进度", "判断", "截至"]
    assert chapters[0][1] == [
        "第1项业务累计办结量区市场监督管理局",
        "157笔",
        "≥250",
        "55.80%应达64.88%",
        "达到时序",
        "2023-06-30",
    ]
    assert chapters[0][3][1:] == ["〔缺数 F013〕", "≥3250", "—应达—", "无法评价", "—"]
    assert [len(rows) - 1 for rows in chapters[0::2]] == [5, 5, 5, 5, 5, 5]
    assert chapters[1][1] == ["T01", "规范政务服务事项标准", "区市场监督管理局", "进展顺利"]
    assert [len(rows) - 1 for rows in chapters[1::2]] == [7, 7, 7, 7, 6, 6]
    assert len(adjustments) == 3
    assert adjustments[1] == [
        "1",
        "删除",
        "T05 完善评价回访机制原文：建立失信主体名单并向社会公布。",
        "（删除）",
        "本级没有法定名单来源，任务缺少依据。依据：上级主管部门答复意见",
        "示范市城区人民政府2023年10月20日",
    ]
    assert adjustments[2][5] == "示范市城区人民政府待批准"
    assert len(tasks) == 41
    assert len(facts) == 130
    assert facts[1] == ["F001", "第1项业务累计办结量", "157笔", "2023-06-30", "单位填报", "区市场监督管理局"]
    assert [row[1] for row in gaps] == ["编号", "F130", "F013"]
    assert notes[4] == ["数据构成", "共129项，其中系统计算25项，占19.38%；单位填报104项，占80.62%"]
    assert notes[3][1].startswith("2023年11月5日 09:30以前")


def test_annexes_of_wide_tables_lie_on_turned_pages() -> None:
    document = opened(report())
    body = list(document.element.body)
    turned: list[str] = []
    pending: list[str] = []
    for block in body:
        pending += [visible(block)] if block.tag == qn("w:p") else []
        section = block if block.tag == qn("w:sectPr") else block.find(f"{qn('w:pPr')}/{qn('w:sectPr')}")
        if section is not None:
            if section.find(qn("w:pgSz")).get(qn("w:orient")) == "landscape":
                turned += pending
            pending = []
    assert [text for text in turned if text] == ["附件1", "中期任务清单", "附件2", "规划指标完成情况表"]


def test_missing_value_is_said_and_listed() -> None:
    indicators = cells(opened(report()).tables[0])
    assert indicators[13][3] == "〔缺数 F013〕"
    gaps = cells(opened(report()).tables[-2])
    assert gaps[2][1:4] == ["F013", "第13项业务累计办结量", "区农业农村和水利局"]


def test_lines_of_a_text_become_paragraphs() -> None:
    found = texts(report())
    assert "宣传引导不够。" in found
    assert any(text.startswith("1.部分平台使用率不高。设备办件量1390笔") for text in found)


def test_document_properties() -> None:
    properties = opened(report()).core_properties
    assert properties.title == "示范市城区数字政府改革建设“十四五”规划实施中期评估报告"
    assert properties.language == "zh-CN"
    assert properties.author == "示范市城区政务服务和数据管理局"
    assert properties.created == datetime(2023, 11, 5, 1, 30, tzinfo=UTC)


def test_demonstration_says_so_and_real_data_do_not() -> None:
    assert any("合成的演示数据" in text for text in texts(report()))
    assert not any("演示数据" in text for text in texts(write(sample(is_demo=False))))


def test_same_context_gives_the_same_bytes() -> None:
    assert write(sample()) == report()


def test_text_from_people_cannot_break_the_document() -> None:
    nasty = "<w:p/> & \x00\x0b\ue0000\ue001 {{ title }} {% endfor %} \t]]> \ud800"
    written = write(sample(judgement=OverallJudgement(paragraphs=((nasty,),))))
    assert any("<w:p/> & 0 {{ title }} {% endfor %}  ]]>" in text for text in texts(written))


def test_an_empty_report_says_what_is_not_there() -> None:
    written = write(
        sample(
            judgement=OverallJudgement(paragraphs=()),
            chapters=(),
            indicators=(),
            environment=(),
            problems=(),
            next_steps=(),
            adjustments=(),
            suggestions=(),
            task_list=(),
            gaps=(),
            facts=(),
        )
    )
    found = texts(written)
    assert found.count("（本轮没有相关内容。）") == 6
    assert found.count("本轮没有需要列出的内容。") == 4
    assert "本轮评估没有提出调整建议。" in found
    assert {text for text, _, _ in links(written)} == {"0"}, "nothing but counts"
    assert "图1　规划指标评价结果" not in found


def test_figures_of_another_origin_than_the_web_are_refused() -> None:
    with pytest.raises(ValueError, match="no web address"):
        write(sample(base_url="file:///etc/"))


def test_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        sample(generated_at=datetime(2023, 11, 5))  # noqa: DTZ001  this is the fault under test
