"""Check a text: understand it once, then let every checker test it."""

from __future__ import annotations

from hashlib import sha256

from yiwang.domains.evaluation.reportcheck.engine import numerals
from yiwang.domains.evaluation.reportcheck.engine.checkers import CHECKERS
from yiwang.domains.evaluation.reportcheck.engine.model import Figure, finding
from yiwang.domains.evaluation.reportcheck.engine.source import Source
from yiwang.domains.evaluation.reportcheck.engine.understand import understand
from yiwang.domains.evaluation.reportcheck.types import CheckedDocument, CheckedFigure, CheckResult, Finding

_RANK = {"error": 0, "warning": 1, "info": 2}


def check(source: Source, digest: str | None = None) -> CheckResult:
    """Check a text; ``digest`` is the SHA-256 of the file it came from (of the UTF-8 text when not given)."""
    text = source.text
    report = understand(text)
    found = _unread(source)
    for checker in CHECKERS:
        found.extend(checker(report))
    findings = _quiet(found)
    document = CheckedDocument(digest or sha256(text.encode()).hexdigest(), text, source.kind, source.lines)
    return CheckResult(document, tuple(_public(figure) for figure in report.figures), tuple(findings))


def _unread(source: Source) -> list[Finding]:
    """Pages that are pictures only: what they say was not checked, and that must not pass in silence."""
    if not source.unread:
        return []
    pages = "、".join(str(page) for page in source.unread)
    return [
        finding(
            "page_not_read",
            "warning",
            f"第 {pages} 页只有图片、没有文字层（多半是扫描页），其中的数字没有核验。"
            "请换成可以选中文字的版本，或人工核对。",
            f"No text layer on page {pages.replace('、', ', ')} (probably scanned): its figures were not checked. "
            "Replace it with a page of real text, or check it by hand.",
            [],
        )
    ]


def _public(figure: Figure) -> CheckedFigure:
    return CheckedFigure(
        figure.text,
        numerals.plain(figure.value),
        figure.unit,
        figure.hedge,
        figure.subject,
        figure.as_of,
        figure.period_start,
        figure.date_source,
        figure.start,
        figure.end,
    )


def _quiet(findings: list[Finding]) -> list[Finding]:
    """Errors first, then by place; the same thing is said once: a repeat that is a contradiction is only that."""
    contradictions = [item for item in findings if item.kind in {"done_and_proposed", "done_and_deleted"}]
    out: dict[tuple[str, tuple[tuple[int, int], ...]], Finding] = {}
    for item in findings:
        if item.kind == "near_duplicate" and any(_covers(item, other) for other in contradictions):
            continue
        out.setdefault((item.kind, item.spans), item)
    return sorted(out.values(), key=lambda item: (_RANK[item.severity], item.spans[0] if item.spans else (0, 0)))


def _covers(repeat: Finding, other: Finding) -> bool:
    return all(any(start < e and s < end for s, e in other.spans) for start, end in repeat.spans)
