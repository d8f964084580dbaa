"""The path of an indicator against its targets, drawn on the server as SVG. Colours come from ``s45/figures.css``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from yiwang.ui.trends import short

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 16, 34


@dataclass(frozen=True)
class Point:
    """A value on a day; ``text`` is what is read."""

    day: date
    value: Decimal
    text: str


def path_chart(
    starts_on: date, ends_on: date, path: Sequence[Point], values: Sequence[Point], as_of: date, label: str
) -> SafeString:
    """Targets as a broken line, values as dots joined by a line, ``as_of`` as a vertical mark. Needs one point."""
    days = [point.day for point in (*path, *values)]
    first, last = min(starts_on, *days), max(ends_on, *days)
    numbers = [point.value for point in (*path, *values)]
    low, high = min(Decimal(0), *numbers), max(numbers)
    span = (high - low) or Decimal(1)

    def x(day: date) -> str:
        share = Decimal((day - first).days) / Decimal(max(1, (last - first).days))
        return f"{LEFT + share * (WIDTH - LEFT - RIGHT):.1f}"

    def y(value: Decimal) -> str:
        return f"{TOP + (high - value) / span * (HEIGHT - TOP - BOTTOM):.1f}"

    def line(points: Sequence[Point]) -> str:
        return " ".join(f"{x(point.day)},{y(point.value)}" for point in points)

    years = [date(year, 12, 31) for year in range(first.year, last.year + 1)]
    grid = format_html_join(
        "",
        '<line class="grid" x1="{0}" x2="{1}" y1="{2}" y2="{2}"></line>'
        '<text class="y" x="{3}" y="{2}" dy="4">{4}</text>',
        ((LEFT, WIDTH - RIGHT, y(value), LEFT - 8, short(value)) for value in (low, low + span / 2, low + span)),
    )
    ticks = format_html_join(
        "",
        '<text class="x" x="{}" y="{}">{}</text>',
        ((x(day), HEIGHT - 12, day.year) for day in years if first <= day <= last),
    )
    mark = ""
    if first <= as_of <= last:
        mark = format_html(
            '<line class="now" x1="{0}" x2="{0}" y1="{1}" y2="{2}"></line>', x(as_of), TOP, HEIGHT - BOTTOM
        )
    return format_html(
        '<svg class="path-chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}'
        '<polyline class="target" points="{}"></polyline>{}<polyline class="actual" points="{}"></polyline>{}</svg>',
        WIDTH,
        HEIGHT,
        label,
        grid,
        ticks,
        mark,
        line(path),
        _dots(path, "target-dot", x, y),
        line(values),
        _dots(values, "actual-dot", x, y),
    )


def _dots(points: Sequence[Point], css: str, x: Callable[[date], str], y: Callable[[Decimal], str]) -> SafeString:
    return format_html_join(
        "",
        '<circle class="{}" cx="{}" cy="{}" r="4"><title>{}</title></circle>',
        ((css, x(point.day), y(point.value), point.text) for point in points),
    )
