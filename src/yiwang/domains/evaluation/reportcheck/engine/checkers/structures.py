"""Structure ratios a:b:c: shares must make 100, and must follow from the parts when the sentence gives them."""

from __future__ import annotations

import re
from decimal import Decimal

from yiwang.domains.evaluation.reportcheck.engine import rounding
from yiwang.domains.evaluation.reportcheck.engine.extract import find_ratios
from yiwang.domains.evaluation.reportcheck.engine.model import Figure, Locator, Report, finding
from yiwang.domains.evaluation.reportcheck.engine.numerals import plain
from yiwang.domains.evaluation.reportcheck.types import Finding

_NAMED = re.compile(r"(?:结构|构成|比重|占比|比例|之比|比)[^，。；]{0,12}$")


def check(report: Report) -> list[Finding]:
    """Test every ratio of the text."""
    out = []
    in_sentence = Locator(report.layout.sentences)
    for start, end, terms in find_ratios(report.text):
        first = report.layout.sentences[in_sentence(start)][0]
        words = report.text[max(first, start - 30) : start]
        if not _NAMED.search(words):
            continue
        before = [f for f in report.by_sentence.get(in_sentence(start), []) if f.end <= start]
        result = _against_parts(report, start, end, terms, before) or _hundred(report, start, end, terms, words)
        if result:
            out.append(result)
    return out


def _step(term: Decimal) -> Decimal:
    exponent = term.as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) else Decimal(1)


def _hundred(report: Report, start: int, end: int, terms: list[Decimal], words: str) -> Finding | None:
    together = sum(terms, Decimal(0))
    slack = sum((_step(term) / 2 for term in terms), Decimal(0))
    if len(terms) < 3 or not 85 <= together <= 115 or abs(together - 100) <= slack:
        return None
    if "结构" not in words and "构成" not in words and "占比" not in words and "比重" not in words:
        return None
    shown = "＋".join(plain(term) for term in terms)
    return finding(
        "structure_sum",
        "error",
        f"结构比各项之和不等于 100：{shown}＝{plain(together)}，超出四舍五入允许的误差（±{plain(slack)}）。"
        "请核对各项比重。",
        f"The shares of the structure do not make 100: {shown} = {plain(together)} (rounding allows ±{plain(slack)}).",
        [(start, end)],
        report.text[start:end],
        "100",
    )


def _against_parts(report: Report, start: int, end: int, terms: list[Decimal], before: list[Figure]) -> Finding | None:
    """Compare with the last figures of one unit before the ratio, as many as it has terms."""
    unit = before[-1].unit if before else ""
    parts = [part for part in before if part.unit == unit]
    # With more figures of the unit than terms, nobody can tell which ones the ratio (师生比) is about.
    if len(parts) != len(terms) or any(part.hedge for part in parts):
        return None
    if any(part.value <= 0 or part.unit in {"%", "分", "级"} for part in parts) or any(term <= 0 for term in terms):
        return None
    whole = sum((part.value for part in parts), Decimal(0))
    scale = sum(terms, Decimal(0))
    shares = [scale * part.value / whole for part in parts]
    slack = [
        _step(term) / 2 + scale * (Decimal(0) if part.exact else part.step) / whole
        for term, part in zip(terms, parts, strict=True)
    ]
    if len(terms) == 2 and _ratio_holds(terms[::-1], parts, 1, 0):
        return None  # 师生比1:13 after 学生…人，教职工…人: a two-term ratio may be named the other way round.
    simple = [_ratio_holds(terms, parts, i, j) for i in range(len(terms)) for j in range(i)]
    if all(abs(s - t) <= e + Decimal("0.0001") * scale for s, t, e in zip(shares, terms, slack, strict=True)) or all(
        simple
    ):
        return None
    expected = ":".join(rounding.rounded(share, _step(term)) for share, term in zip(shares, terms, strict=True))
    figures = "、".join(part.text for part in parts)
    return finding(
        "structure_mismatch",
        "error",
        f"比例与各项数值不符：{figures} 折合应为 {expected}，文中写 {report.text[start:end]}。请核对各项数值和比例。",
        f"The ratio does not follow from its parts ({figures}): it should be {expected}; "
        f"the text says {report.text[start:end]}.",
        [(start, end), *[part.span for part in parts]],
        report.text[start:end],
        expected,
    )


def _ratio_holds(terms: list[Decimal], parts: list[Figure], i: int, j: int) -> bool:
    """Whether two terms stand in the proportion of their parts within the rounding of the terms."""
    low = (terms[i] - _step(terms[i]) / 2) / (terms[j] + _step(terms[j]) / 2)
    high_bottom = terms[j] - _step(terms[j]) / 2
    if high_bottom <= 0:
        return True
    high = (terms[i] + _step(terms[i]) / 2) / high_bottom
    return low <= parts[i].value / parts[j].value <= high
