"""What is wrong with a template, said so that the official who edited it can mend it."""

from __future__ import annotations

from dataclasses import dataclass

from yiwang.lib.problems import Problem


@dataclass(frozen=True, slots=True)
class TemplateFinding:
    """One fault of a template. ``where`` is the text of the paragraph (or the part) it stands in, ``names`` the names
    concerned, ``suggestions`` the nearest known names."""

    code: str
    zh: str
    en: str
    where: str = ""
    names: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()


def as_problem(findings: list[TemplateFinding]) -> Problem:
    """All findings as one :class:`Problem` under the code of the first; the list is in its detail."""
    first = findings[0]
    more = len(findings) - 1
    zh = first.zh + (f"（另有 {more} 处问题，见明细。）" if more else "")
    en = first.en + (f" ({more} more, see the list.)" if more else "")
    return Problem(
        first.code,
        zh,
        en,
        findings=[
            {
                "code": finding.code,
                "zh": finding.zh,
                "en": finding.en,
                "where": finding.where,
                "names": list(finding.names),
                "suggestions": list(finding.suggestions),
            }
            for finding in findings
        ],
    )
