"""What the report check 报告核验 returns: frozen values, free of Django, with the JSON that programs rely on.

All offsets are Unicode code points of ``document.text``; numbers that people compare are decimal strings in base units.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]
DateSource = Literal["stated", "inherited", "inferred"]


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """The document as read: SHA-256 of its bytes (of the UTF-8 text for pasted text) and its plain text.

    ``kind`` is text, docx, html or pdf; ``lines`` (PDF only) tells for each printed line where it begins in the text,
    its page and its number on the page, both from 1.
    """

    sha256: str
    text: str
    kind: str = "text"
    lines: tuple[tuple[int, int, int], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """``{"sha256", "kind", "lines", "text"}``; ``lines`` as triples."""
        return {
            "sha256": self.sha256,
            "kind": self.kind,
            "lines": [list(line) for line in self.lines],
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class CheckedFigure:
    """One quantity found in the text.

    ``value`` is a decimal string in base units (51209万元 is ``512090000`` 元; percentages stay percent), ``as_of`` the
    day the figure is true at the end of, ``period_start`` the first day of the period it counts.
    """

    text: str
    value: str
    unit: str
    hedge: str
    subject: str
    as_of: date | None
    period_start: date | None
    date_source: DateSource
    start: int
    end: int

    def to_json(self) -> dict[str, Any]:
        """The figure with ISO dates (``null`` where none is known)."""
        return {
            "text": self.text,
            "value": self.value,
            "unit": self.unit,
            "hedge": self.hedge,
            "subject": self.subject,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "period_start": self.period_start.isoformat() if self.period_start else None,
            "date_source": self.date_source,
            "start": self.start,
            "end": self.end,
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at: *error* arithmetic cannot hold, *warning* implausible or contradictory, *info* style.

    ``stated`` is what the text says, ``expected`` what it should say (either may be empty); ``spans`` are the places.
    """

    kind: str
    severity: Severity
    message_zh: str
    message_en: str
    stated: str
    expected: str
    spans: tuple[tuple[int, int], ...]

    def to_json(self) -> dict[str, Any]:
        """The finding; ``spans`` as pairs of offsets."""
        return {
            "kind": self.kind,
            "severity": self.severity,
            "message_zh": self.message_zh,
            "message_en": self.message_en,
            "stated": self.stated,
            "expected": self.expected,
            "spans": [[start, end] for start, end in self.spans],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Finding:
        """The finding that :meth:`to_json` wrote."""
        return cls(**{**data, "spans": tuple((start, end) for start, end in data["spans"])})


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A checked document: its text, the figures found in it and the findings, errors first."""

    document: CheckedDocument
    figures: tuple[CheckedFigure, ...]
    findings: tuple[Finding, ...]

    def to_json(self) -> dict[str, Any]:
        """``{"document", "figures", "findings"}``."""
        return {
            "document": self.document.to_json(),
            "figures": [figure.to_json() for figure in self.figures],
            "findings": [finding.to_json() for finding in self.findings],
        }
