"""Turn a text into a report: figures with subject, unit, date and place in the sentence structure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date

from yiwang.domains.evaluation.reportcheck.engine import units
from yiwang.domains.evaluation.reportcheck.engine.dates import DateMention, find_dates
from yiwang.domains.evaluation.reportcheck.engine.extract import RawFigure, extract, mask
from yiwang.domains.evaluation.reportcheck.engine.model import Figure, Layout, Locator, Report, lay_out
from yiwang.domains.evaluation.reportcheck.engine.moods import PROPOSED, Moods
from yiwang.domains.evaluation.reportcheck.engine.subjects import choose, words_around
from yiwang.domains.evaluation.reportcheck.types import DateSource

_PER = re.compile(
    r"(?:(?P<what>[台部户人村镇街家件笔月日年周班校所项个乡座场处亩间艘辆])均|平均每(?:个|一)?(?P<each>[台部户人村镇街家件笔月日年周班校所项个乡座场处亩间艘辆天])|"
    r"每(?P<one>[月日天年周户人村台家件])平均|平均每(?P<long>个月|万人|千人))[^，。；、]{0,12}$"
)
_OF = re.compile("(?:以上|以下|左右|以内|多)?的")
_PER_UNIT = {"部": "台", "天": "日", "个": "个"}
_PLAN_WORDS = re.compile(r"力争|争取|确保到|计划|拟(?!定)|将(?!近|来|其|[一二两三四五六七八九十\d])|预计|下一步")
_FORMER = re.compile(r"原有|原来|原先|此前")
_PLAN = re.compile("十([一二三四五六七八九])五")


def understand(text: str) -> Report:
    """Read a text into a :class:`Report`."""
    dates, bad = find_dates(text)
    layout = lay_out(text)
    raw = extract(text, dates, bad)
    masked = mask(text, dates, bad)
    figures = _place(text, masked, layout, raw)
    as_of = _document_date(dates)
    figures = _date(text, layout, figures, dates, as_of)
    return Report(text, layout, figures, dates, bad, as_of)


def _place(text: str, masked: str, layout: Layout, raw: list[RawFigure]) -> list[Figure]:
    in_paragraph, in_segment = Locator(layout.paragraphs), Locator(layout.segments)
    in_sentence, in_clause = Locator(layout.sentences), Locator(layout.clauses)
    figures: list[Figure] = []
    previous_subject, previous_sentence, previous_end = "", -1, 0
    for index, item in enumerate(raw):
        clause, sentence = in_clause(item.start), in_sentence(item.start)
        clause_start, clause_end = layout.clauses[clause]
        left_bound = clause_start
        if previous_sentence == sentence and previous_end > clause_start:
            left_bound = previous_end
        left, right = words_around(masked, item, left_bound, clause_end)
        inherited = previous_subject if previous_sentence == sentence else ""
        unit = item.unit
        per = _PER.search(masked[left_bound : item.start])
        if per and unit and unit not in {units.PERCENT, "‰", units.POINT}:
            what = per["what"] or per["each"] or per["one"] or (per["long"] or "").removeprefix("个")
            unit = f"{unit}/{_PER_UNIT.get(what, what)}"
        subject = choose(
            left, right, unit, inherited, of=bool(_OF.match(masked, item.end)), rank=text[item.start] == "第"
        )
        figures.append(
            Figure(
                index,
                item.start,
                item.end,
                text[item.start : item.end],
                item.value,
                item.step,
                item.exact,
                unit,
                item.hedge,
                subject,
                left,
                right,
                in_paragraph(item.start),
                in_segment(item.start),
                sentence,
                clause,
            )
        )
        previous_subject, previous_sentence, previous_end = subject, sentence, item.end
    return figures


def _document_date(dates: list[DateMention]) -> date | None:
    """The cut-off the document uses most; without any, the end of the period (2023年全年) it speaks of most."""
    counts = Counter(mention.last for mention in dates if mention.role == "as_of")
    counts = counts or Counter(
        m.last for m in dates if m.role == "period" and m.grain in {"year", "half", "quarter", "range"}
    )
    return max(counts, key=lambda day: (counts[day], day)) if counts else None


def _plan_end(text: str) -> date | None:
    """The end of the five-year plan the text speaks of most: 十四五 ends on 2025-12-31."""
    counts = Counter(_PLAN.findall(text))
    if not counts:
        return None
    number = 10 + "一二三四五六七八九".index(counts.most_common(1)[0][0]) + 1
    return date(2020 + 5 * (number - 13), 12, 31)


@dataclass
class _Clock:
    """What is known about dates while walking through a paragraph."""

    as_of: date | None = None
    fresh: bool = False
    since: date | None = None
    launch: date | None = None
    period: DateMention | None = None
    fresh_clause: int | None = None
    proposed: bool = False
    plan_end: date | None = None


def _date(
    text: str, layout: Layout, figures: list[Figure], dates: list[DateMention], document: date | None
) -> list[Figure]:
    """Give each figure its cut-off and period.

    A cut-off is *stated* for the first figure after it and for the first of each coordinate part (；) of its sentence;
    the figures that follow inherit it to the end of the paragraph. A closed period (2022年已招商…) is stated for its
    sentence. Elsewhere the document's own cut-off is inferred.
    """
    in_paragraph, in_segment, in_sentence = (
        Locator(layout.paragraphs),
        Locator(layout.segments),
        Locator(layout.sentences),
    )
    events: list[tuple[int, DateMention | Figure | None]] = [(mention.start, mention) for mention in dates]
    events += [(figure.start, figure) for figure in figures]
    events += [(match.start(), None) for match in re.finditer("[；;]", text)]
    events.sort(key=lambda event: event[0])
    out: list[Figure] = []
    moods, plan_end = Moods(text, layout), _plan_end(text)
    clock, paragraph, segment, sentence = _Clock(), -1, -1, -1
    has_cutoff = False
    for at, event in events:
        if in_paragraph(at) != paragraph:
            paragraph, clock = in_paragraph(at), _Clock(plan_end=plan_end)
        if in_segment(at) != segment:
            segment, clock.launch = in_segment(at), None
            clock.proposed = moods.of(segment) == PROPOSED
        if in_sentence(at) != sentence:
            sentence = in_sentence(at)
            clock.fresh, clock.since, clock.period, has_cutoff = False, None, None, False
        if event is None:
            clock.fresh, clock.fresh_clause, clock.period = has_cutoff, None, None
        elif isinstance(event, DateMention):
            has_cutoff = _turn(clock, event) or has_cutoff
        else:
            out.append(_dated(text, layout, event, clock, document))
    return out


def _turn(clock: _Clock, mention: DateMention) -> bool:
    """Apply a date mention; whether it is a cut-off."""
    if mention.role == "as_of":
        if clock.fresh:
            clock.since = None
        clock.as_of, clock.fresh, clock.fresh_clause, clock.period = mention.last, True, None, None
    elif mention.role == "since":
        clock.since = mention.first
    elif mention.role == "event":
        clock.launch = mention.first
    elif mention.role in {"period", "target"}:
        clock.period = mention
    return mention.role == "as_of"


def _dated(text: str, layout: Layout, figure: Figure, clock: _Clock, document: date | None) -> Figure:
    start = clock.since or clock.launch
    lead = max(layout.clauses[figure.clause][0], figure.start - 80)
    words = text[lead : figure.start]
    planned = clock.proposed or bool(_PLAN_WORDS.search(text, lead, figure.start + 1))
    source: DateSource
    as_of: date | None
    if clock.period and clock.period.role == "target":
        return replace(figure, as_of=clock.period.last, period_start=None, date_source="stated", planned=True)
    if clock.period and document and clock.period.first > document:
        return replace(figure, as_of=clock.period.last, date_source="stated", planned=True)
    if clock.period and (document is None or clock.period.last <= document):
        source = "stated" if clock.period.has_year else "inherited"
        return replace(figure, as_of=clock.period.last, period_start=clock.period.first, date_source=source)
    if clock.period and document and clock.period.first <= document:
        start = clock.period.first
        as_of, source = clock.as_of or document, "inherited"
    elif clock.fresh and clock.fresh_clause in {None, figure.clause}:
        as_of, source = clock.as_of, "stated"
        clock.fresh_clause = figure.clause
    elif clock.as_of:
        as_of, source = clock.as_of, "inherited"
    else:
        as_of, source = (clock.plan_end or document if planned else document), "inferred"
    if _FORMER.search(words) and source != "stated":
        as_of = None
    if start and as_of and start > as_of:
        start = None
    return replace(figure, as_of=as_of, period_start=start, date_source=source, planned=planned)
