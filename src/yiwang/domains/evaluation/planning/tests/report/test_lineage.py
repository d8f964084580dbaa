"""Every number of a written report says in a comment where it comes from."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

from docx import Document
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docx.shared import Pt
from lxml import etree

from yiwang.domains.evaluation.planning.report.comments import FIGURE, without_comments
from yiwang.domains.evaluation.planning.report.lineage import LONGEST, lineage
from yiwang.domains.evaluation.planning.report.writer import write
from yiwang.domains.evaluation.planning.tests.report.sample import FIGURES, sample
from yiwang.domains.evaluation.planning.tests.report.templates import (
    links,
    opened,
    part,
    saved,
    template,
    texts,
    visible,
)


def comments(data: bytes) -> dict[str, list[str]]:
    """The lines of every comment by its id."""
    return {
        str(comment.comment_id): [paragraph.text for paragraph in comment.paragraphs]
        for comment in opened(data).comments
    }


def comment_of(data: bytes, text: str) -> list[str]:
    """The lines of the comment on the first number that reads ``text``."""
    found = comments(data)
    for link in opened(data).element.body.iter(qn("w:hyperlink")):
        if visible(link) == text:
            return found[link.getprevious().get(qn("w:id"))]
    raise AssertionError(text)


def numbers(body: etree._Element) -> list[etree._Element]:
    """Every figure in the text, linked or not."""
    styled = f"{qn('w:rPr')}/{qn('w:rStyle')}[@{qn('w:val')}='YwFigure']"
    return [run for run in body.iter(qn("w:r")) if run.find(styled) is not None]


def test_a_reported_figure_names_unit_evidence_and_both_dates() -> None:
    assert comment_of(write(sample()), "157笔") == [
        "名称：F001 第1项业务累计办结量",
        "来源：区市场监督管理局填报；佐证：F001统计台账.xlsx",
        "截至：2023年6月30日",
        "已知：按2023年11月5日已知的数据",
    ]


def test_a_computed_figure_names_definition_snapshot_parts_and_records() -> None:
    assert comment_of(write(sample()), "705笔") == [
        "名称：F005 第5项业务累计办结量",
        "口径：办结日期不晚于截止日的办件数",
        "来源：系统计算，依据区政务服务和数据管理局的记录",
        "截至：2023年6月30日",
        "已知：按2023年11月5日已知的数据",
        "快照：a1b2c3d4",
        "分子：705笔",
        "明细：由705条记录计得",
    ]


def test_what_follows_from_figures_says_how() -> None:
    written = write(sample())
    assert comment_of(written, "55.80%")[:3] == [
        "名称：F001 第1项业务累计办结量：完成进度",
        "口径：完成进度的口径",
        "来源：按数据推算",
    ]
    assert comment_of(written, "≥250")[2] == "来源：规划规定"
    assert comment_of(written, "40")[:2] == ["名称：规划任务数", "口径：规划各篇章确定的任务"]
    assert comment_of(written, "19.38%")[-2:] == ["分子：25项", "分母：129项"]


def test_every_number_in_the_text_has_its_comment() -> None:
    body = opened(write(sample())).element.body
    found = numbers(body)
    assert len(found) > 400
    bare = [
        visible(run)
        for run in found
        if next(run.iterancestors(qn("w:p"))).find(f".//{qn('w:commentReference')}") is None
    ]
    assert bare == []


def test_ranges_references_and_comments_belong_together() -> None:
    written = write(sample())
    body = opened(written).element.body
    known = list(comments(written))
    for tag in ("w:commentRangeStart", "w:commentRangeEnd", "w:commentReference"):
        assert [node.get(qn("w:id")) for node in body.iter(qn(tag))] == known, tag
    assert len(set(known)) == len(known)
    assert FIGURE.encode() not in part(written, "word/document.xml")
    assert b"sentinel" not in part(written, "word/document.xml")


def test_a_figure_twice_in_a_paragraph_shares_one_comment_and_in_two_has_two() -> None:
    written = write(sample(), template("{{ fig.F001 }}和{{ fig.F001 }}，{{ fig.F002 }}", "{{ fig.F001 }}"))
    assert [lines[0][:8] for lines in comments(written).values()] == ["名称：F001 ", "名称：F002 ", "名称：F001 "]


def test_comments_are_the_districts_and_dated_when_written() -> None:
    comment = next(iter(opened(write(sample())).comments))
    assert comment.author == "示范市城区政务服务和数据管理局"
    assert comment.timestamp == datetime(2023, 11, 5, 1, 30, tzinfo=UTC)


def test_comments_that_a_template_brings_stay_and_keep_their_ids() -> None:
    document = Document()
    run = document.add_paragraph().add_run("初稿")
    document.add_comment(run, "请核对这一段", author="审稿人")
    document.add_comment(run, "同意", author="审稿人")
    document.add_paragraph("办结{{ fig.F001 }}")
    written = write(sample(), saved(document))
    found = comments(written)
    assert list(found) == ["0", "1", "2"]
    assert [lines[0] for lines in found.values()] == ["请核对这一段", "同意", "名称：F001 第1项业务累计办结量"]


def test_word_takes_no_comments_in_headers_and_text_boxes() -> None:
    document = Document()
    document.sections[0].header.paragraphs[0].text = "{{ fig.F001 }}"
    box = parse_xml(
        '<w:p xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:v="urn:schemas-microsoft-com:vml"><w:r><w:pict><v:shape><v:textbox><w:txbxContent>'
        "<w:p><w:r><w:t>{{ fig.F002 }}</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>"
    )
    document.element.body.insert(0, box)
    document.add_paragraph("{{ fig.F003 }}")
    written = write(sample(), saved(document))
    assert [lines[0][:7] for lines in comments(written).values()] == ["名称：F003"]
    header = opened(written).sections[0].header._element
    assert visible(header) == "157笔"
    assert header.find(f".//{qn('w:hyperlink')}") is not None
    assert "294笔" in visible(opened(written).element.body)


def test_a_figure_within_a_link_of_the_template_has_its_comment() -> None:
    document = Document()
    paragraph = document.add_paragraph()
    relation = document.part.relate_to(
        "https://example.org/", "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink", True
    )
    paragraph.add_run("{{ fig.F005 }}")
    link = paragraph._p.makeelement(qn("w:hyperlink"), {qn("r:id"): relation})
    link.append(paragraph._p[0])
    paragraph._p.append(link)
    written = write(sample(), saved(document))
    assert [lines[0] for lines in comments(written).values()] == ["名称：F005 第5项业务累计办结量"]


def test_an_edited_template_keeps_the_comments_style_of_its_own() -> None:
    document = Document()
    style = document.styles.add_style("annotation text", 1)
    style.font.size = Pt(9)
    document.add_paragraph("{{ fig.F001 }}")
    written = opened(write(sample(), saved(document)))
    paragraph = next(iter(written.comments)).paragraphs[0]
    assert paragraph.style is not None
    assert paragraph.style.font.size == Pt(9)


def test_a_copy_without_comments_says_the_same() -> None:
    document = Document()
    document.add_comment(document.add_paragraph().add_run("初稿"), "请核对这一段", author="审稿人")
    document.add_paragraph("办结{{ fig.F001 }}，{{ fig.F002 }}")
    document.add_paragraph("{{ chart.tasks }}")
    for written in (write(sample()), write(sample(), saved(document))):
        clean = without_comments(written)
        assert texts(clean) == texts(written)
        assert links(clean) == links(written)
        assert b"w:comment" not in part(clean, "word/document.xml")
        with zipfile.ZipFile(io.BytesIO(clean)) as archive:
            names = archive.namelist()
        assert not any("comments" in name for name in names)
        assert any(name.startswith("word/charts/") for name in names)
        assert without_comments(clean) == clean


def test_conditions_compare_the_printed_text() -> None:
    written = write(
        sample(),
        template('{% if gap_count == "2" %}两项{% endif %}{% if chapter_count == "6" %}六章{% endif %}'),
    )
    assert [visible(p._p) for p in opened(written).paragraphs] == ["两项六章"]


def test_long_evidence_is_cut_and_what_xml_forbids_is_dropped() -> None:
    lines = dict(lineage(replace(FIGURES[0], evidence="\x00\ue000" + "长" * 500)))
    assert len(lines["来源"]) == LONGEST
    assert lines["来源"].endswith("…")
    assert "\x00" not in lines["来源"]
    assert dict(lineage(replace(FIGURES[0], evidence="")))["来源"] == "区市场监督管理局填报；佐证：未写明"
