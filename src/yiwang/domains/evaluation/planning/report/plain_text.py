"""The report as plain text, for reading by the report check and by people without a word processor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from yiwang.lib.zh_numbers import chinese_date, heading_number

from .binding import DEMO_NOTE, moment
from .context import ORIGIN_ZH, Chapter, FigureRef, ProblemItem, ProposalItem, ReportContext, Text
from .markers import clean, missing_text
from .writer import with_missing


def as_text(context: ReportContext) -> str:
    """The report in the order of the Word document, one paragraph per line, UTF-8 text that ends with a newline.

    Tables become sentences of one row each, so that every figure keeps its subject, unit and date.
    """
    context = with_missing(context, set())
    return "\n".join(line for line in _lines(context) if line) + "\n"


def flatten(text: Text) -> str:
    """``text`` with its figures as they are printed."""
    return "".join(run.text if isinstance(run, FigureRef) else clean(run) for run in text)


def _lines(context: ReportContext) -> Iterator[str]:
    yield context.title
    yield (
        f"本报告依据《{context.plan_title}》第{context.plan_version}版编制，"
        f"除另有注明外，数据截至{chinese_date(context.as_of)}。"
    )
    yield "一、规划实施进展"
    yield "（一）总体判断"
    for paragraph in context.judgement.paragraphs:
        yield flatten(paragraph)
    yield "（二）主要指标完成情况"
    for row in context.indicators:
        value = missing_text(row.code) if row.value is None else row.value.text
        target, progress = ("—" if figure is None else figure.text for figure in (row.target, row.progress))
        yield f"{row.name}：目标值{target}，现值{value}，进度{progress}，{row.status_text}。"
    for position, chapter in enumerate(context.chapters, 3):
        yield from _chapter(position, chapter)
    yield "二、主要问题和风险挑战"
    yield "（一）外部环境变化"
    for paragraph in context.environment:
        yield flatten(paragraph)
    yield "（二）规划实施中的主要问题"
    yield from _titled(context.problems)
    yield "三、下一步工作措施"
    yield from _titled(context.next_steps)
    yield "四、规划调整和意见建议"
    yield "（一）规划调整建议"
    yield from _adjustments(context)
    yield "（二）意见建议"
    yield from _titled(context.suggestions)
    yield from _annexes(context)


def _chapter(position: int, chapter: Chapter) -> Iterator[str]:
    name = f"{chapter.name}：{chapter.slogan}" if chapter.slogan else chapter.name
    yield f"{heading_number(2, position)}{name}"
    if chapter.intro is not None:
        yield flatten(chapter.intro)
    for number, task in enumerate(chapter.tasks, 1):
        yield f"{heading_number(3, number)}{task.title}"
        yield flatten(task.progress)
        if task.problems:
            yield f"存在问题：{flatten(task.problems)}"
        if task.measures:
            yield f"改进措施：{flatten(task.measures)}"


def _titled(items: Sequence[ProblemItem | ProposalItem]) -> Iterator[str]:
    for number, item in enumerate(items, 1):
        title = item.title if item.title.endswith(("。", "！", "？")) else f"{item.title}。"
        yield f"{heading_number(3, number)}{title}{flatten(item.text)}"


def _adjustments(context: ReportContext) -> Iterator[str]:
    if not context.adjustments:
        yield "本轮评估没有提出调整建议。"
    for row in context.adjustments:
        decided = "待批准" if row.decided_on is None else f"{chinese_date(row.decided_on)}批准"
        yield (
            f"{row.number}.{row.kind}“{row.task}”：原文“{row.old}”，调整后“{row.new}”。"
            f"理由：{row.reason}依据：{row.basis}。批准机关：{row.approver}，{decided}。"
        )


def _annexes(context: ReportContext) -> Iterator[str]:
    if context.task_list:
        yield "附件1：中期任务清单"
        for task in context.task_list:
            yield f"{task.code} {task.title}：{task.requirement}牵头单位：{task.lead}；{task.due}；{task.status}。"
    if context.facts:
        yield "附件2：数据来源"
        for fact in context.facts:
            figure = fact.figure
            yield (
                f"{figure.name}：{figure.text}（截至{chinese_date(figure.as_of)}，"
                f"{figure.reported_by}，{ORIGIN_ZH[figure.origin]}）。"
            )
    if context.gaps:
        yield "附件3：数据缺口"
        for gap in context.gaps:
            yield f"{gap.name}（{gap.unit_name}）：{gap.what}"
    yield f"编制说明：本报告使用{moment(context.known_at or context.generated_at)}以前进入系统的数据。"
    if context.is_demo:
        yield DEMO_NOTE
