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


RecordStatus = Literal["confirmed", "differs", "no_metric", "no_value"]


@dataclass(frozen=True, slots=True)
class RecordedFigure:
    """A figure of the report beside the records 与档案比对.

    ``confirmed``: the records give the same to the precision that is printed; ``differs``: they give another number;
    ``no_metric``: no metric counts this; ``no_value``: the metric has no value at that day (``reason_zh`` says why).
    ``value`` is a decimal string in the metric's unit, ``as_of`` the day both are true at the end of.
    """

    text: str
    start: int
    end: int
    status: RecordStatus
    as_of: date | None = None
    code: str = ""
    figure: str = ""
    name_zh: str = ""
    name_en: str = ""
    unit: str = ""
    value: str | None = None
    reason_zh: str = ""
    reason_en: str = ""

    def to_json(self) -> dict[str, Any]:
        """The figure with an ISO date; ``figure`` is the published figure that the metric answers."""
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "status": self.status,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "code": self.code,
            "figure": self.figure,
            "name_zh": self.name_zh,
            "name_en": self.name_en,
            "unit": self.unit,
            "value": self.value,
            "reason_zh": self.reason_zh,
            "reason_en": self.reason_en,
        }


@dataclass(frozen=True, slots=True)
class RecordsResult:
    """All figures of a report beside the records, in order; ``snapshot`` is the number of the lake's snapshot."""

    snapshot: int | None
    figures: tuple[RecordedFigure, ...]

    def count(self, status: RecordStatus) -> int:
        """How many figures have this status."""
        return sum(figure.status == status for figure in self.figures)

    def to_json(self) -> dict[str, Any]:
        """``{"snapshot", "figures"}``."""
        return {"snapshot": self.snapshot, "figures": [figure.to_json() for figure in self.figures]}
