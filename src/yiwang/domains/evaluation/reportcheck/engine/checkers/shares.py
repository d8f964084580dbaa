"""Shares and rates: 占比, …率 against the counts they are made of; growth and shortening against both ends."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from yiwang.domains.evaluation.reportcheck.engine import rounding
from yiwang.domains.evaluation.reportcheck.engine.graph import bare, label, shares_words
from yiwang.domains.evaluation.reportcheck.engine.model import Figure, Report, finding
from yiwang.domains.evaluation.reportcheck.engine.numerals import plain
from yiwang.domains.evaluation.reportcheck.engine.units import MONEY, PERCENT, POINT, same_unit
from yiwang.domains.evaluation.reportcheck.types import Finding

_RATE = re.compile(
    r"(?P<stem>[\u4e00-\u9fff]{1,8}?)(?:率|比例|比重|占比)(?:已?达到?|为|约为?|约|近|仅|是|均为|均达|超过|不低于)*\s*$"
)
_SHARE = re.compile(r"占(?P<of>[^，。；、]{0,16}?)(?:的?(?:比例|比重|比))?(?:为|约为?|达到?|近|超过|的)*\s*$")
_CHANGE = re.compile(r"同比|环比|增长|增幅|提高|提升|上升|增加|下降|降低|降幅|减少|压缩|压减|缩短|缩减|高于|低于|较")
_UP = re.compile(r"(?:增长|增幅|提高|提升|上升|增加)(?:率|幅度)?(?:了|为|达到?|约)*\s*$")
_DOWN = re.compile(r"(?:下降|降低|降幅|减少|压缩|压减|缩短|缩减|精简)(?:率|比例|幅度)?(?:了|为|达到?|约)*\s*$")
_ELSEWHERE = re.compile(r"全[国省市县]|世界|同期|GDP|地区生产总值|财政|年度|目标|计划|规划|应")
# 按时办结率 is no share of 办结 but of what was done in time: the count must say so too.
_MANNER = re.compile(r"按时|按期|及时|网上|线上|全程|一次|主动|提前|当场|首次|初次|即时|平均|综合")
_GENERIC = re.compile(r"覆盖|完成|出席|到会|到位|落实|执行|兑现|到岗|入户|普及|回收|到课|上线|接入|建设|改造|配备")
_DUE = re.compile(r"共|应|计划|需|总|目标|全[镇区县市乡村]")
_DONE = re.compile(r"已|实际|实到|实有|实发|实收|完成")
_NEAR = Decimal("0.5")


def check(report: Report) -> list[Finding]:
    """Test every percentage that the wording ties to counts."""
    out: list[Finding] = []
    for figure in report.figures:
        if figure.unit not in {PERCENT, POINT} or figure.planned:
            continue
        result = _change(report, figure) or (None if figure.unit == POINT else _rate(report, figure))
        if result:
            out.append(result)
    return out


def _words_before(report: Report, figure: Figure) -> str:
    words = report.lead(figure)
    before = report.before(figure)
    if before:
        words = words[max(0, before[-1].end - (figure.start - len(words))) :]
    return words[: -len(figure.hedge)] if figure.hedge and words.endswith(figure.hedge) else words


def _rate(report: Report, figure: Figure) -> Finding | None:
    words = _words_before(report, figure)
    if "分别" in words:
        return _respectively(report, figure)
    if words == "的":
        return _of_amount(report, figure)
    share, rate = _SHARE.search(words), _RATE.search(words)
    if (not share and not rate) or _CHANGE.search(words):
        return None
    counts = [f for f in report.before(figure, "segment") if _base(f) and f.sentence >= figure.sentence - 1]
    if len(counts) < 2:
        return None
    stem = "" if share else (rate["stem"] if rate else "")[-2:]
    tops = _numerators(report, figure, counts, stem) or _carried_out(report, figure, counts, stem)
    name = bare(words[: share.start()]) if share else ""
    if len(name) >= 2:
        # 税收占比65.4%: the part is named by the share, not the count just before it.
        tops = [f for f in counts if shares_words(name, f.left + f.right)]
        if not tops:
            return None
    tied = bool(tops)
    tops = tops or counts[-1:]
    pairs = [
        (top, bottom)
        for top in tops
        for bottom in counts
        if bottom is not top
        and same_unit(bottom.unit, top.unit)
        and bottom.value > 0
        and (bottom.value >= top.value or (tied and _directly_before(bottom, top)))
    ]
    if not share and not tied and len(counts) >= 2:
        pairs = [
            (top, bottom) for top, bottom in pairs if {top.index, bottom.index} == {counts[-1].index, counts[-2].index}
        ]
    pairs = [pair for pair in pairs if pair[1].sentence >= pair[0].sentence - 1]
    if not pairs or any(_holds(figure, *pair) for pair in pairs):
        return None
    near = [pair for pair in pairs if abs(_exact(*pair) - figure.value) <= _NEAR]
    if near:
        return _mismatch(figure, *near[-1])
    if figure.value == 100:
        return None
    if not (tied or share):
        return _unlike(report, figure, pairs)
    before = [pair for pair in pairs if pair[1].start < pair[0].start and pair[0].sentence == figure.sentence]
    if share and share["of"]:
        if _ELSEWHERE.search(share["of"]):
            return None
        named = [pair for pair in before if shares_words(share["of"], pair[1].subject + pair[1].left)]
        before = named or ([] if len(share["of"].strip("总的数")) >= 2 else before)
    if not before:
        return None
    if len({pair[0].index for pair in before}) > 1:
        return _mismatch(figure, *min(before, key=lambda pair: abs(_exact(*pair) - figure.value)))
    return _mismatch(figure, *max(before, key=lambda pair: pair[1].start))


def _respectively(report: Report, first: Figure) -> Finding | None:
    """甲a件、乙b件，分别占x%、y%: every share against its own count and one common whole.

    Only when all shares but one fit a whole is the last one an error; otherwise the wording says something else.
    """
    shares = [first]
    for other in report.by_sentence[first.sentence]:
        if other.start > first.start and other.unit == PERCENT and len(report.between(shares[-1], other)) <= 2:
            shares.append(other)
    before = [f for f in report.before(first, "segment") if _base(f)]
    if len(shares) < 2 or len(before) <= len(shares):
        return None
    parts, others = before[-len(shares) :], before[: -len(shares)]
    best: tuple[Figure, Figure, Figure] | None = None
    for whole in others:
        if not same_unit(whole.unit, parts[0].unit) or whole.value <= 0:
            continue
        wrong = [(share, part) for share, part in zip(shares, parts, strict=True) if not _holds(share, part, whole)]
        if not wrong:
            return None
        if len(wrong) == 1 and len(shares) >= 2:
            best = (wrong[0][0], wrong[0][1], whole)
    return _mismatch(*best) if best else None


def _unlike(report: Report, figure: Figure, pairs: list[tuple[Figure, Figure]]) -> Finding | None:
    """监管事项361项，有监管行为事项266项。监管事项覆盖率63.68%: the rate names what both counts name, yet fits neither.

    Only a warning: the rate may have a numerator that the text does not give.
    """
    words = figure.left
    for top, bottom in reversed(pairs):
        named = all(shares_words(words, f.left + f.right) for f in (top, bottom))
        if named and bottom.start < top.start and shares_words(top.left + top.right, bottom.left + bottom.right):
            return replace(_mismatch(figure, top, bottom), severity="warning")
    return None


def _base(figure: Figure) -> bool:
    return figure.is_count or figure.unit in MONEY


def _numerators(report: Report, figure: Figure, counts: list[Figure], stem: str) -> list[Figure]:
    """The counts that the rate's name speaks of: 申报率 ↔ 已申报155048套; for 占 the count just before it."""
    if not stem:
        last = counts[-1]
        return [last] if last.sentence == figure.sentence and last.clause >= figure.clause - 1 else []
    # As a word of its own: 已发放, 建成微型消防站, but not the 用证 in 常用证照.
    says = re.compile(
        rf"(?:^|已|实际|实|成功|累计|共|有|、|”|顺利|按时|按期|新|了){re.escape(stem)}|{re.escape(stem)}$"
    )
    manner = _MANNER.findall(report.lead(figure))
    tops = [
        f
        for f in counts
        if f.sentence == figure.sentence
        and (says.search(f.left) or says.search(f.right))
        and all(how in f.left for how in manner)
    ]
    if not tops:
        return []
    # 已消除风险520户1930人: figures that follow without a word of their own are about the same.
    run = list(tops)
    for top in tops:
        last = top
        while last.index + 1 < figure.index and not report.between(last, report.figures[last.index + 1]).strip():
            last = report.figures[last.index + 1]
            run.append(last)
    return run


def _carried_out(report: Report, figure: Figure, counts: list[Figure], stem: str) -> list[Figure]:
    """代表共180名，实到162名，出席率…: a rate of things carried out, between what was due and what was done."""
    bottom, top = counts[-2], counts[-1]
    fits = (
        _GENERIC.fullmatch(stem)
        and bottom.unit == top.unit
        and bottom.sentence == top.sentence == figure.sentence
        and top.index == figure.index - 1
        and bottom.index == top.index - 1
        and _DUE.search(report.lead(bottom))
        and _DONE.match(report.text[bottom.end : top.start].lstrip("，, 其中"))
        and not _MANNER.search(report.lead(figure))
    )
    return [top] if fits else []


def _of_amount(report: Report, figure: Figure) -> Finding | None:
    """完成投资3.6亿元，占总投资4亿元的80%: the whole stands inside the phrase."""
    before = report.before(figure)
    if len(before) < 2:
        return None
    top, bottom = before[-2], before[-1]
    if top.unit != bottom.unit or not _base(top) or not re.search(r"占[^，。；]{0,20}$", report.between(top, bottom)):
        return None
    if bottom.value <= 0 or _holds(figure, top, bottom):
        return None
    return _mismatch(figure, top, bottom)


def _directly_before(bottom: Figure, top: Figure) -> bool:
    """发放对象7644人，已发放8536人: a whole just before its part, of the same thing, even when it is smaller."""
    return (
        bottom.index == top.index - 1
        and bottom.sentence == top.sentence
        and bottom.unit == top.unit
        and shares_words(bottom.left + bottom.right, top.left + top.right)
    )


def _exact(top: Figure, bottom: Figure) -> Decimal:
    return 100 * top.value / bottom.value


def _holds(figure: Figure, top: Figure, bottom: Figure) -> bool:
    possible = rounding.quotient(rounding.interval(top), rounding.interval(bottom), 100)
    return possible is None or rounding.meets(possible, rounding.printed(figure))


def _mismatch(figure: Figure, top: Figure, bottom: Figure) -> Finding:
    exact = _exact(top, bottom)
    expected = rounding.rounded(exact, figure.step)
    zh_slip, en_slip = rounding.slip(figure.value, exact)
    if top.value > bottom.value:
        zh_slip += "分子比分母还大，其中必有一数有误。"
    more = rounding.shown(exact)
    return finding(
        "share_mismatch",
        "error",
        f"比率与分子分母不符：{label(top)} ÷ {label(bottom)}，{plain(top.value)}÷{plain(bottom.value)}＝{more}%，应为 "
        f"{expected}%，文中写 {figure.text}。{zh_slip}请核对这三个数，改正后四舍五入保留相同位数。",
        f"The rate does not follow from its counts: {plain(top.value)} ÷ {plain(bottom.value)} = {more}%, "
        f"so {expected}%; "
        f"the text says {figure.text}.{en_slip}",
        [figure.span, top.span, bottom.span],
        figure.text,
        f"{expected}%",
    )


def _change(report: Report, figure: Figure) -> Finding | None:
    """由A增至B，增长P%: both ends stand before in the sentence, tied by 由/从 … 至/到/为."""
    words = _words_before(report, figure)
    up, down = _UP.search(words), _DOWN.search(words)
    if not (up or down) or re.search(r"同比|环比|较|比", words):
        return None
    before = report.before(figure)
    if len(before) < 2:
        return None
    first, second = before[-2], before[-1]
    if first.unit != second.unit or figure.clause - second.clause > 1:
        return None
    lead = report.text[max(report.layout.sentences[figure.sentence][0], first.start - 24) : first.start]
    if not re.search(r"(?:由|从)[^，。；]{0,22}$", lead) or not re.search(r"[至到为]", report.between(first, second)):
        return None
    old, new = first.value, second.value
    if (figure.unit == POINT) != (first.unit == PERCENT) or old <= 0:
        return None
    delta = new - old if up else old - new
    exact = delta if figure.unit == POINT else 100 * delta / old
    tolerance = figure.step / 2 + ((first.step + second.step) / 2 if figure.unit == POINT else Decimal(0))
    if not (first.exact and second.exact) and figure.unit == PERCENT:
        tolerance += 100 * (first.step + second.step) / old
    if abs(exact - figure.value) <= tolerance or first.hedge or second.hedge or figure.hedge:
        return None
    expected = rounding.rounded(exact, figure.step)
    unit = "%" if figure.unit == PERCENT else "个百分点"
    return finding(
        "change_mismatch",
        "error",
        f"增减幅度与前后两数不符：由{first.text}到{second.text}，应为 {expected}{unit}，文中写 {figure.text}。"
        "请核对后改正。",
        f"The change does not follow from its two ends: from {first.text} to {second.text} is {expected}"
        f"{'%' if unit == '%' else ' points'}; the text says {figure.text}.",
        [first.span, second.span, figure.span],
        figure.text,
        f"{expected}{unit}",
    )
