"""Charts of the leadership page as SVG. Colours come from ``s45/leadership.css``.

Lengths are shares of the drawing's width, so that bars stretch with the page while their words keep their size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from yiwang.domains.evaluation.planning.judgement import time_progress

# Narrower parts hold no number (two digits need it on a phone), and none but the widest their name as well.
NUMBER_FROM, NAME_FROM = Decimal(6), Decimal(22)
_HATCH = SafeString(
    '<defs><pattern id="hatch-none" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="hatch-ground" width="6" height="6"></rect><rect class="hatch-line" width="2" height="6"></rect>'
    "</pattern></defs>"
)


@dataclass(frozen=True)
class Part:
    """A part of the stacked bar: ``kind`` is lag, pace or none."""

    kind: str
    name: str
    count: int


def stacked_bar(parts: Sequence[Part], label: str) -> SafeString:
    """Parts of a whole side by side with their numbers; without data is hatched, so that it is no colour alone."""
    drawn = []
    for part, left, width in _spans(parts):
        text = "" if width < NUMBER_FROM else f"{part.name} {part.count}" if width >= NAME_FROM else str(part.count)
        drawn.append((part.kind, f"{left:.2f}", f"{width:.2f}", f"{left + width / 2:.2f}", text))
    return format_html(
        '<svg class="lead-stack" role="img" aria-label="{}">{}{}</svg>',
        label,
        _HATCH,
        format_html_join(
            "",
            '<rect class="part-{0}" x="{1}%" y="0" width="{2}%" height="100%"></rect>'
            '<text class="on-{0}" x="{3}%" y="50%" dy="0.36em">{4}</text>',
            drawn,
        ),
    )


def mini_bar(parts: Sequence[Part]) -> SafeString:
    """The same without words, above the numbers that say it."""
    rects = ((part.kind, f"{left:.2f}", f"{width:.2f}") for part, left, width in _spans(parts))
    return format_html(
        '<svg class="lead-mini" aria-hidden="true">{}</svg>',
        format_html_join("", '<rect class="part-{}" x="{}%" y="0" width="{}%" height="100%"></rect>', rects),
    )


def time_bar(starts_on: date, ends_on: date, as_of: date, label: str) -> SafeString:
    """The plan's years as a bar, filled up to ``as_of``, with a tick and its number at each year's beginning."""
    gone = time_progress(starts_on, ends_on, as_of) * 100
    span = range(starts_on.year, ends_on.year + 1)
    years = [(year, time_progress(starts_on, ends_on, date(year, 1, 1)) * 100) for year in span]
    return format_html(
        '<svg class="lead-time" role="img" aria-label="{}"><rect class="track" width="100%" height="12" y="2"></rect>'
        '<rect class="gone" width="{}%" height="12" y="2"></rect>{}'
        '<rect class="now" x="{}%" width="3" height="16" transform="translate(-1.5 0)"></rect></svg>',
        label,
        f"{gone:.2f}",
        format_html_join(
            "",
            '<rect class="year" x="{0}%" y="2" width="1" height="12"></rect><text x="{0}%" y="30">{1}</text>',
            ((f"{at:.2f}", year) for year, at in years),
        ),
        f"{gone:.2f}",
    )


def _spans(parts: Sequence[Part]) -> Iterator[tuple[Part, Decimal, Decimal]]:
    """The parts that are not empty, each with its left edge and width in percent."""
    whole, left = sum(part.count for part in parts), Decimal(0)
    for part in parts:
        if part.count:
            width = Decimal(part.count) * 100 / whole
            yield part, left, width
            left += width
