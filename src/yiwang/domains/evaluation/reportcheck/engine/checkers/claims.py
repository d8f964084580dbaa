"""Claimed as done in one place, proposed (or proposed to be deleted) in another."""

from __future__ import annotations

import re
from dataclasses import dataclass

from yiwang.domains.evaluation.reportcheck.engine.graph import bare
from yiwang.domains.evaluation.reportcheck.engine.model import Locator, Report, Span, finding
from yiwang.domains.evaluation.reportcheck.engine.moods import DONE, PROPOSED, Moods
from yiwang.domains.evaluation.reportcheck.types import Finding

# Acts that happen once. Continuing ones (加强, 推进, 完善) may well be both done and proposed.
_ACT = re.compile(
    r"(?:制定(?:并)?(?:出台|印发)|研究制定|制定|出台|印发|成立|组建|设立|建立|建成|挂牌|上线|开通|启用|搭建)(?:了|完成)?(?P<object>《[^》\n]{4,60}》|[^，。；：！？\n]{5,60})"
)
_WILL = re.compile(r"(?:将|拟|计划|建议|准备|争取|力争|尽快|下一步|加快)[^，。；]{0,8}$")
_DID = re.compile(r"(?:已|已经|顺利|完成)[^，。；]{0,4}$")
_DROP = re.compile(
    r"(?:建议|拟|申请|提请)[^，。；]{0,10}?(?:删除|取消|撤销|不再(?:推进|实施|开展|保留))(?P<object>[^；。\n]{6,200})"
)
_QUOTE = re.compile(r"“([^“”\n]{6,60})”(?!(?:的?任务)?中)")
_SIMILAR, _CONTAINED = 0.8, 0.65


@dataclass(frozen=True, slots=True)
class _Act:
    span: Span
    object: str
    grams: frozenset[str]


def check(report: Report) -> list[Finding]:
    """Pair acts that are done with the same acts proposed, and with proposals to delete them."""
    moods = Moods(report.text, report.layout)
    in_segment = Locator(report.layout.segments)
    done: list[_Act] = []
    proposed: list[_Act] = []
    for match in _ACT.finditer(report.text):
        before = report.text[max(0, match.start() - 14) : match.start()]
        mood = moods.of(in_segment(match.start()))
        if _WILL.search(before):
            mood = PROPOSED
        elif _DID.search(before):
            mood = DONE
        act = _act(match.span(), match["object"])
        if len(act.object) >= 6:
            (done if mood == DONE else proposed if mood == PROPOSED else []).append(act)
    return _both(report, done, proposed) + _dropped(report, moods, in_segment)


def _act(span: Span, words: str) -> _Act:
    plain = bare(words)
    return _Act(span, plain, _grams(plain))


def _grams(words: str) -> frozenset[str]:
    return frozenset(words[i : i + 2] for i in range(len(words) - 1))


def _both(report: Report, done: list[_Act], proposed: list[_Act]) -> list[Finding]:
    out = []
    claimed: set[str] = set()
    by_gram: dict[str, list[_Act]] = {}
    for act in done:
        for gram in act.grams:
            by_gram.setdefault(gram, []).append(act)
    for plan in proposed:
        shared: dict[int, int] = {}
        acts: dict[int, _Act] = {}
        for gram in plan.grams:
            for act in by_gram.get(gram, [])[:50]:
                shared[act.span[0]] = shared.get(act.span[0], 0) + 1
                acts[act.span[0]] = act
        best = max(shared, key=lambda key: shared[key] / max(1, len(acts[key].grams | plan.grams)), default=None)
        if best is None or plan.object in claimed:
            continue
        act = acts[best]
        if shared[best] / len(act.grams | plan.grams) < _SIMILAR:
            continue
        claimed.add(plan.object)
        shown = report.text[act.span[0] : act.span[1]]
        again = report.text[plan.span[0] : plan.span[1]]
        out.append(
            finding(
                "done_and_proposed",
                "warning",
                f"既说已完成又列为下一步：“{shown}”在工作进展中作为已做的事写出，后文又作为今后措施提出（“{again}”）。"
                "请核实是否已完成：已完成的，后文改为深化落实；未完成的，前文改为正在推进。",
                f"Claimed as done and proposed again: {shown}. "
                "Find out whether it is done and mend one of the two places.",
                [act.span, plan.span],
                shown,
                again,
            )
        )
    return out


def _dropped(report: Report, moods: Moods, in_segment: Locator) -> list[Finding]:
    """A proposal to delete what the text reports as under way or done."""
    drops = list(_DROP.finditer(report.text))
    if not drops:
        return []
    sentences = [
        (start, end, _grams(bare(report.text[start:end])))
        for start, end in report.layout.clauses
        if moods.of(in_segment(start)) == DONE and end - start >= 10
    ]
    out = []
    for drop in drops:
        quotes = [(match.span(1), match[1]) for match in _QUOTE.finditer(report.text, drop.start("object"), drop.end())]
        for span, words in quotes or [(drop.span("object"), drop["object"])]:
            grams = _grams(bare(words))
            if len(grams) < 7:
                continue
            start, end, share = max(
                ((start, end, len(grams & other) / len(grams)) for start, end, other in sentences),
                key=lambda item: item[2],
                default=(0, 0, 0.0),
            )
            if share < _CONTAINED:
                continue
            shown = report.text[start:end].strip("，。； ")
            out.append(
                finding(
                    "done_and_deleted",
                    "warning",
                    f"既说已推进又建议删除：前文写“{shown}”，后文却建议删除“{words}”。请核实该项工作是否已开展，前后说法保持一致。",
                    f"Reported as under way and proposed for deletion: {words}. Make the two places agree.",
                    [(start, end), span],
                    shown,
                    words,
                )
            )
    return out
