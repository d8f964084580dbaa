"""Values over time as SVG, made on the server: a chart with axes, and a small line for a table. Colours are CSS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 14, 30
SPARK_WIDTH, SPARK_HEIGHT = 96, 24


@dataclass(frozen=True)
class Point:
    """A value at the end of a day (None: there is none); ``text`` is what is read."""

    day: date
    value: Decimal | None
    text: str


def trend_chart(points: Sequence[Point], label: str) -> SafeString:
    """Values joined by a line with a dot each; the axis begins at 0 where the line would not be flattened by it."""
    given = [point.value for point in points if point.value is not None]
    if not given:
        return SafeString("")
    low, high = _bounds(given)
    first, last = points[0].day, points[-1].day

    def x(day: date) -> str:
        return f"{LEFT + Decimal((day - first).days) / max(1, (last - first).days) * (WIDTH - LEFT - RIGHT):.1f}"

    def y(value: Decimal) -> str:
        return f"{TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM):.1f}"

    grid = format_html_join(
        "",
        '<line class="grid" x1="{0}" x2="{1}" y1="{2}" y2="{2}"></line>'
        '<text class="y" x="{3}" y="{2}" dy="4">{4}</text>',
        ((LEFT, WIDTH - RIGHT, y(value), LEFT - 8, short(value)) for value in (low, (low + high) / 2, high)),
    )
    ticks = format_html_join(
        "",
        '<text class="x" x="{}" y="{}">{}</text>',
        ((x(point.day), HEIGHT - 10, f"{point.day:%Y-%m}") for point in _ticks(points)),
    )
    dots = format_html_join(
        "",
        '<circle cx="{}" cy="{}" r="3.5"><title>{}</title></circle>',
        ((x(point.day), y(point.value), point.text) for point in points if point.value is not None),
    )
    lines = format_html_join("", '<polyline points="{}"></polyline>', ((run,) for run in _runs(points, x, y)))
    return format_html(
        '<svg class="trend" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}</svg>',
        WIDTH,
        HEIGHT,
        label,
        grid,
        ticks,
        lines,
        dots,
    )


def sparkline(values: Sequence[Decimal | None], label: str) -> SafeString:
    """A line of a table's row."""
    given = [value for value in values if value is not None]
    if len(given) < 2:
        return SafeString("")
    low, high = min(given), max(given)
    span = high - low or Decimal(1)
    step = Decimal(SPARK_WIDTH - 4) / (len(values) - 1)
    points = " ".join(
        f"{2 + place * step:.1f},{2 + (high - value) / span * (SPARK_HEIGHT - 4):.1f}"
        for place, value in enumerate(values)
        if value is not None
    )
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" role="img" aria-label="{}"><polyline points="{}"></polyline></svg>',
        SPARK_WIDTH,
        SPARK_HEIGHT,
        label,
        points,
    )


def _bounds(given: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """The axis: from 0 unless all values lie within a tenth of each other."""
    low, high = min(given), max(given)
    close = low > 0 and (high - low) < high / 10
    if not close:
        low, high = min(Decimal(0), low), max(Decimal(0), high)
    if low == high:
        return (low, high + 1) if low >= 0 else (low - 1, high)
    return low, high


def _ticks(points: Sequence[Point]) -> list[Point]:
    """At most five days of the axis, the last among them."""
    step = max(1, -(-(len(points) - 1) // 4))
    return list(points[::-1][::step])[::-1]


def _runs(points: Sequence[Point], x: Callable[[date], str], y: Callable[[Decimal], str]) -> list[str]:
    """Stretches without a gap."""
    runs: list[list[str]] = [[]]
    for point in points:
        if point.value is None:
            runs.append([])
        else:
            runs[-1].append(f"{x(point.day)},{y(point.value)}")
    return [" ".join(run) for run in runs if len(run) > 1]


def short(value: Decimal) -> str:
    """An axis label: at most four digits and 万 or 亿."""
    for word, size in (("亿", Decimal(10) ** 8), ("万", Decimal(10) ** 4)):
        if abs(value) >= size:
            return f"{_trim(value / size)}{word}"
    return _trim(value)


def _trim(value: Decimal) -> str:
    text = f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}" if abs(value) < 1000 else f"{value:.0f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
