"""Charts in the report: native, with their numbers in an embedded workbook, as a template places them."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from docx import Document
from docx.opc.part import Part
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from lxml import etree
from openpyxl import load_workbook
from openpyxl.chart import BarChart
from openpyxl.chart.chartspace import ChartSpace
from openpyxl.chart.reader import read_chart
from openpyxl.xml.functions import fromstring

from yiwang.domains.evaluation.planning.report.charts import CHARTS, STATUS_LOOKS, TASK_LOOKS, Chart
from yiwang.domains.evaluation.planning.report.check_template import check_template
from yiwang.domains.evaluation.planning.report.context import ReportContext
from yiwang.domains.evaluation.planning.report.writer import write
from yiwang.domains.evaluation.planning.tests.report.sample import BASE_URL, sample
from yiwang.domains.evaluation.planning.tests.report.templates import at, number, opened, saved, template, texts
from yiwang.domains.evaluation.planning.types import Status, TaskStatus

_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def drawings(data: bytes) -> list[etree._Element]:
    """Every chart's frame in the text, in order."""
    return list(opened(data).element.body.iter(qn("wp:inline")))


def parts(data: bytes) -> list[Part]:
    """The chart part of every frame."""
    document = opened(data)
    return [document.part.rels[chart.get(qn("r:id"))].target_part for chart in document.element.body.iter(f"{_C}chart")]


def sheet(part: Part) -> list[tuple[object, ...]]:
    """The rows of the workbook that "edit data" opens."""
    found = parse_xml(part.blob).find(f"{_C}externalData")
    assert found is not None
    book = part.rels[found.get(qn("r:id"))].target_part
    assert str(book.partname).endswith(".xlsx")
    return list(load_workbook(io.BytesIO(book.blob)).worksheets[0].values)


def cached(part: Part) -> list[tuple[str, list[str], list[Decimal]]]:
    """What Word shows before anybody edits: name, categories and values of every series."""
    root = parse_xml(part.blob)

    def words(node: etree._Element, path: str) -> list[str]:
        found = node.find(path)
        assert found is not None, path
        return [value.text or "" for value in found.iter(f"{_C}v")]

    return [
        (
            words(series, f"{_C}tx")[0],
            words(series, f"{_C}cat"),
            [Decimal(value) for value in words(series, f"{_C}val")],
        )
        for series in root.iter(f"{_C}ser")
    ]


def chart(key: str, context: ReportContext) -> Chart:
    made = CHARTS[key](context)
    assert made is not None
    return made


def test_the_default_template_places_all_three_with_captions() -> None:
    written = write(sample())
    assert len(drawings(written)) == 3
    found = texts(written)
    for caption in ("图1　规划指标评价结果", "图2　各篇章平均完成进度与应达进度", "图3　各篇章任务进展状态"):
        assert caption in found


@pytest.mark.parametrize(("position", "key"), list(enumerate(CHARTS)))
def test_chart_and_workbook_agree_with_the_context(position: int, key: str) -> None:
    context = sample()
    part = parts(write(context))[position]
    made = chart(key, context)
    assert cached(part) == [(series.name, list(made.categories), list(series.values)) for series in made.series]
    head, *rows = sheet(part)
    assert head[1:] == tuple(series.name for series in made.series)
    assert [row[0] for row in rows] == list(made.categories)
    for column, series in enumerate(made.series, 1):
        assert [Decimal(str(row[column])) for row in rows] == list(series.values)


def test_indicators_are_counted_by_judgement_best_first() -> None:
    made = chart("indicators", sample())
    assert made.categories == ("达到时序", "严重滞后", "无法评价")
    assert list(made.series[0].values) == [Decimal(25), Decimal(4), Decimal(1)]


def test_progress_is_the_mean_of_the_chapters_indicators_capped_at_the_target() -> None:
    context = sample()
    first = chart("progress", context)
    assert first.series[0].name == "平均完成进度"
    # Indicators 1, 7, 19 and 25 of the first chapter (13 has no data) stand at 54.80 + their number.
    assert first.series[0].values[0] == Decimal("67.80")
    assert first.series[1].values[0] == Decimal("64.88")
    row = context.indicators[0]
    assert row.progress is not None
    far = replace(row, progress=replace(row.progress, value=Decimal(900)))
    capped = chart("progress", sample(indicators=(far, *context.indicators[1:])))
    assert capped.series[0].values[0] == ((100 + Decimal("54.80") * 3 + 7 + 19 + 25) / 4).quantize(Decimal("0.01"))


def test_tasks_are_stacked_by_declared_state() -> None:
    context = sample()
    silent = replace(context.chapters[0].tasks[0], status=None, status_text="未报送")
    first = replace(context.chapters[0], tasks=(silent, *context.chapters[0].tasks[1:]))
    made = chart("tasks", sample(chapters=(first, *context.chapters[1:])))
    assert made.stacked
    assert [series.name for series in made.series] == ["进展顺利", "进展缓慢", "未报送"]
    assert [sum(column) for column in zip(*(s.values for s in made.series), strict=True)] == [7, 7, 7, 7, 6, 6]
    assert made.series[2].values[0] == 1


def test_a_foreign_reader_takes_the_xml_for_a_bar_chart() -> None:
    for part, grouping in zip(parts(write(sample())), ("clustered", "clustered", "stacked"), strict=True):
        root = fromstring(part.blob)
        # openpyxl reads charts of workbooks, which hold their data themselves.
        root.remove(next(root.iter(f"{_C}externalData")))
        # The stubs know another kind of tree than the one that openpyxl reads.
        space: Any = ChartSpace.from_tree(root)  # type: ignore[arg-type]
        # It has no stubs.
        read: Any = read_chart(space)  # type: ignore[no-untyped-call]
        assert (type(read), read.barDir, read.grouping) == (BarChart, "bar", grouping)
        assert [series.val.numRef.f for series in read.series] == [
            f"数据!${column}$2:${column}${len(read.series[0].cat.strRef.strCache.pt) + 1}"
            for column in "BCDEFGH"[: len(read.series)]
        ]


def test_bars_are_told_apart_in_grey_and_by_number() -> None:
    for part in parts(write(sample())):
        root = parse_xml(part.blob)
        single = len(list(root.iter(f"{_C}ser"))) == 1
        bars = list(root.iter(f"{_C}dPt" if single else f"{_C}ser"))
        patterns = [
            fill.get("prst", "solid")
            for bar in bars
            for fill in at(bar, "c:spPr")
            if fill.tag in (f"{_A}solidFill", f"{_A}pattFill")
        ]
        assert len(bars) == len(set(patterns)) == len(patterns)
        assert all(node.get("val") == "1" for node in root.iter(f"{_C}showVal"))
        assert (root.find(f".//{_C}legend") is None) == single


def test_fonts_are_named_and_the_chart_says_what_it_shows() -> None:
    written = write(sample())
    for part in parts(written):
        root = parse_xml(part.blob)
        assert {node.get("typeface") for node in root.iter(f"{_A}ea")} == {"仿宋_GB2312"}
        assert at(root, "c:chart/c:autoTitleDeleted").get("val") == "1"
    properties = [at(frame, "wp:docPr") for frame in drawings(written)]
    said = [node.get("descr", "") for node in properties]
    assert said[0] == "条形图，规划指标评价结果：达到时序25项；严重滞后4项；无法评价1项。"
    assert "便民利企的政务服务平均完成进度67.80%、平均应达进度64.88%" in said[1]
    assert "便民利企的政务服务进展顺利6项、进展缓慢1项" in said[2]
    assert len({node.get("id") for node in properties}) == 3


def test_a_chart_opens_the_page_whose_rows_it_counts_and_has_its_lineage() -> None:
    written = write(sample())
    document = opened(written)
    pages = []
    for frame in document.element.body.iter(qn("wp:inline")):
        link = at(frame, "wp:docPr/a:hlinkClick")
        pages.append(document.part.rels[link.get(qn("r:id"))].target_ref)
    judgement = f"{BASE_URL}evaluation/rounds/1/judgement/"
    assert pages == [judgement, judgement, f"{BASE_URL}evaluation/rounds/1/"]
    first = next(document.element.body.iter(qn("wp:inline"))).getparent().getparent()
    comment = document.comments.get(int(first.getprevious().get(qn("w:id"))))
    assert comment is not None
    assert [paragraph.text for paragraph in comment.paragraphs] == [
        "名称：规划指标评价结果",
        "口径：按各项指标的完成进度与应达进度之比分类计数，不含事实数据",
        "来源：按数据推算",
        "截至：2023年6月30日",
        "已知：按2023年11月5日已知的数据",
        "明细：由30条记录计得",
    ]


def test_a_template_without_the_marker_gets_none() -> None:
    assert drawings(write(sample(), template("{{ judgement }}", "{{ chapters }}"))) == []


def test_an_edited_template_places_charts_where_it_likes() -> None:
    document = Document()
    document.add_paragraph("说明：{{ chart.tasks }}")
    cell = document.add_table(1, 2).cell(0, 1)
    cell.paragraphs[0].text = "{{ chart.indicators }}"
    written = write(sample(), saved(document))
    assert texts(written) == ["说明：", ""]
    widths = [number(at(frame, "wp:extent"), "cx") for frame in drawings(written)]
    assert len(widths) == 2
    assert widths[1] < widths[0] / 1.8, "as wide as its cell"
    assert [series[0] for part in parts(written) for series in cached(part)] == ["进展顺利", "进展缓慢", "指标数"]


def test_nothing_to_draw_is_said_or_asked_for() -> None:
    empty = sample(indicators=(), chapters=())
    assert [CHARTS[key](empty) for key in CHARTS] == [None, None, None]
    written = write(empty, template("{{ chart.tasks }}", "{% if chart.tasks %}有{% else %}没有{% endif %}"))
    assert texts(written) == ["（本轮没有相关内容。）", "没有"]


@pytest.mark.parametrize(
    ("paragraphs", "code", "near"),
    [
        (("{{ chart.progres }}",), "template_unknown_placeholder", "chart.progress"),
        (("{{ chart }}",), "template_unknown_placeholder", "chart.tasks"),
        (("{%p for x in chart.tasks %}", "x", "{%p endfor %}"), "template_not_a_list", ""),
    ],
)
def test_the_check_knows_charts(paragraphs: tuple[str, ...], code: str, near: str) -> None:
    findings = check_template(template(*paragraphs))
    assert [finding.code for finding in findings] == [code]
    assert not near or near in findings[0].suggestions


def test_a_chart_belongs_in_the_main_text() -> None:
    document = Document()
    document.sections[0].header.paragraphs[0].text = "{{ chart.tasks }}"
    assert [finding.code for finding in check_template(saved(document))] == ["template_section_outside_body"]


def test_names_from_people_stay_text() -> None:
    context = sample()
    nasty = '=1+1<&>"\x00'
    first = replace(context.chapters[0], name=nasty)
    part = parts(write(sample(chapters=(first, *context.chapters[1:]))))[2]
    assert cached(part)[0][1][0] == '=1+1<&>"'
    assert sheet(part)[1][0] == '=1+1<&>"'


def test_every_state_has_a_look_of_its_own() -> None:
    assert set(STATUS_LOOKS) == set(Status) - {Status.FACT}
    assert set(TASK_LOOKS) == {*TaskStatus, None}
    for looks in (STATUS_LOOKS, TASK_LOOKS):
        assert len(set(looks.values())) == len(looks)
