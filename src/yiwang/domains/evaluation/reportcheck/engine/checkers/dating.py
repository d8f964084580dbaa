"""Dates that are missing, incomplete, impossible, out of order or mixed."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import pairwise

from yiwang.domains.evaluation.reportcheck.engine.dates import DateMention
from yiwang.domains.evaluation.reportcheck.engine.model import Locator, Report, Span, finding
from yiwang.domains.evaluation.reportcheck.types import Finding

_YEAR_BARE = re.compile(r"(?<![\d\-—－第.])(?:19|20)\d\d(?=以来|至今|起至|上半年|下半年|底|末)")
_VAGUE = re.compile(r"近期|近日|最近|前段时间|日前|近段时间|一段时间以来")


def check(report: Report) -> list[Finding]:
    """Test the dates of the report."""
    return [
        *_incomplete(report),
        *_impossible(report),
        *_vague(report),
        *_order(report),
        *_mixed(report),
        *_missing(report),
    ]


def _incomplete(report: Report) -> list[Finding]:
    out = []
    for match in _YEAR_BARE.finditer(report.text):
        shown = report.text[match.start() : match.end() + 2]
        out.append(
            finding(
                "date_incomplete",
                "info",
                f"年份缺“年”字：“{shown}”应写作“{match[0]}年{report.text[match.end() : match.end() + 2]}”（"
                "GB/T 15835—2011）。",
                f"A year without 年: {match[0]} should be written {match[0]}年 (GB/T 15835-2011).",
                [match.span()],
                match[0],
                f"{match[0]}年",
            )
        )
    yearless = [m for m in report.dates if m.role == "as_of" and not m.has_year]
    for mention in yearless:
        stated = report.text[mention.start : mention.end]
        expected = f"{mention.last.year}年{stated}"
        out.append(
            finding(
                "date_incomplete",
                "info",
                f"截止时间缺年份：“截至{stated}”按上文应为“截至{expected}”，请补上年份。",
                f"A cut-off without its year: {stated}; by the text before it is {mention.last.isoformat()}.",
                [(mention.start, mention.end)],
                stated,
                expected,
            )
        )
    return out


def _impossible(report: Report) -> list[Finding]:
    return [
        finding(
            "date_impossible",
            "error",
            f"日期不存在：历法上没有“{report.text[bad.start : bad.end]}”这一天。请核对改正。",
            f"No such day: {report.text[bad.start : bad.end]}.",
            [(bad.start, bad.end)],
            report.text[bad.start : bad.end],
        )
        for bad in report.bad_dates
    ]


def _vague(report: Report) -> list[Finding]:
    out = []
    for figure in report.figures:
        match = _VAGUE.search(report.text, figure.start - len(report.lead(figure)), figure.start)
        if (
            match
            and figure.date_source != "stated"
            and not re.match(r"[\d一二三四五六七八九十]", report.text[match.end() :][:1])
        ):
            out.append(
                finding(
                    "date_vague",
                    "info",
                    f"时间不明确：“{figure.text}”只说“{match[0]}”，请写明起止时间或截止日期。",
                    f"Vague time: {figure.text} is said to be {match[0]}; give the period or the cut-off day.",
                    [match.span(), figure.span],
                    match[0],
                )
            )
    return out


def _order(report: Report) -> list[Finding]:
    """A period that begins after its own cut-off in the same sentence."""
    in_sentence = Locator(report.layout.sentences)
    by_sentence: dict[int, list[DateMention]] = defaultdict(list)
    for mention in report.dates:
        by_sentence[in_sentence(mention.start)].append(mention)
    out = []
    for mentions in by_sentence.values():
        for first, second in pairwise(mentions):
            between = report.text[first.end : second.start]
            if re.fullmatch(r"\s*(?:至|到|起至|[-—－~～]+)\s*", between) and second.last < first.first:
                out.append(
                    finding(
                        "date_order",
                        "error",
                        f"起止时间颠倒：“{report.text[first.start : second.end]}”的结束时间早于开始时间。请核对改正。",
                        f"A period that ends before it begins: {report.text[first.start : second.end]}.",
                        [(first.start, second.end)],
                        report.text[first.start : second.end],
                    )
                )
    return out


def _mixed(report: Report) -> list[Finding]:
    cutoffs = [mention for mention in report.dates if mention.role == "as_of"]
    counts = Counter(mention.last for mention in cutoffs)
    if len(counts) < 2 or report.as_of is None:
        return []
    out = []
    others = [m for m in cutoffs if m.last != report.as_of]
    for mention in others:
        near = abs((mention.last - report.as_of).days) <= 100
        stated = report.text[mention.start : mention.end]
        out.append(
            finding(
                "date_mixed",
                "warning" if near else "info",
                f"截止时间不一致：此处截至{stated}，全文多处（"
                f"{counts[report.as_of]} 处）截至 {report.as_of.isoformat()}。"
                "如无特殊原因请统一，否则请说明。",
                f"Mixed cut-offs: {stated} here, {report.as_of.isoformat()} in {counts[report.as_of]} other places.",
                [(mention.start, mention.end)],
                stated,
                report.as_of.isoformat(),
            )
        )
    return out


def _missing(report: Report) -> list[Finding]:
    """Figures without a cut-off: one warning when the whole report has none, else one note that lists them."""
    loose = [
        figure
        for figure in report.figures
        if figure.date_source == "inferred" and not figure.planned and figure.is_count and figure.value >= 10
    ]
    spans: list[Span] = [figure.span for figure in loose]
    if report.as_of is None:
        if len(loose) < 3:
            return []
        return [
            finding(
                "date_missing",
                "warning",
                f"全文没有写明数据截止时间，{len(loose)} 个数字无从判断时点。请写明“截至××××年×月×日”。",
                f"The report gives no cut-off date; {len(loose)} figures have no time. "
                "Say as of which day they are true.",
                spans,
            )
        ]
    # A report that gives its cut-off once and for all leaves most figures undated, and rightly so.
    if not loose or len(loose) * 4 > sum(figure.is_count for figure in report.figures):
        return []
    return [
        finding(
            "date_missing",
            "info",
            f"{len(loose)} 个数字所在段落没有写明截止时间，核验时按全文时点 {report.as_of.isoformat()} 推定，请补写。",
            f"{len(loose)} figures stand in paragraphs without a cut-off; {report.as_of.isoformat()} was assumed.",
            spans,
            "",
            report.as_of.isoformat(),
        )
    ]
