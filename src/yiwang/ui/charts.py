"""Small charts as SVG, made on the server. Each has a text alternative; colours come from CSS classes only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from yiwang.ui.numbers import decimal_of

TONES = ("ok", "warn", "danger", "info", "muted")


def tone_class(tone: Any) -> str:
    """``tone-ok`` and so on; an unknown tone is a mistake in a template and says so."""
    name = str(tone or "muted")
    if name not in TONES:
        raise ValueError(f"tone {name!r} is none of {', '.join(TONES)}")
    return f"tone-{name}"


def clamp(value: Decimal, low: int = 0, high: int = 100) -> Decimal:
    """``value`` kept between ``low`` and ``high``."""
    return min(max(value, Decimal(low)), Decimal(high))


def progress_bar(percent: Any, expected: Any = None, label: str = "", tone: str = "info") -> SafeString:
    """A bar of 0–100 % with, when ``expected`` is given, a mark where time has got to. None draws an empty bar."""
    done, mark = decimal_of(percent), decimal_of(expected)
    width = clamp(done) if done is not None else Decimal(0)
    marker: SafeString | str = ""
    if mark is not None:
        # A two-unit mark stays visible at both ends of the hundred.
        at = clamp(mark) * Decimal("0.98")
        marker = format_html('<rect class="mark" x="{}" y="0" width="2" height="10"></rect>', f"{at:.2f}")
    return format_html(
        '<svg class="bar {}" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="track" x="0" y="2" width="100" height="6" rx="1"></rect>'
        '<rect class="fill" x="0" y="2" width="{}" height="6" rx="1"></rect>{}</svg>',
        tone_class(tone),
        label,
        f"{width:.2f}",
        marker,
    )


def sparkline(values: Iterable[Any], label: str, tone: str = "info") -> SafeString:
    """A line of up to some dozens of values; gaps (None) break the line, the last point is dotted."""
    numbers = [decimal_of(value) for value in values]
    known = [number for number in numbers if number is not None]
    if not known:
        return format_html('<span class="text-secondary">{}</span>', "—")
    low, high = min(known), max(known)
    span = (high - low) or Decimal(1)
    step = Decimal(116) / max(len(numbers) - 1, 1)
    runs: list[list[str]] = [[]]
    last = ("2", "14")
    for index, number in enumerate(numbers):
        if number is None:
            runs.append([])
            continue
        point = (f"{2 + step * index:.1f}", f"{25 - (number - low) / span * 22:.1f}")
        runs[-1].append(",".join(point))
        last = point
    lines = format_html_join("", '<polyline points="{}"></polyline>', ((" ".join(run),) for run in runs if run))
    return format_html(
        '<svg class="spark {}" viewBox="0 0 120 28" role="img" aria-label="{}">{}'
        '<circle cx="{}" cy="{}" r="2.5"></circle></svg>',
        tone_class(tone),
        label,
        lines,
        *last,
    )


@dataclass(frozen=True)
class Bar:
    """A row of :func:`bar_list`. ``value`` sets the length, ``text`` is what is read."""

    label: str
    value: Decimal
    text: str
    tone: str = "info"
    url: str = ""


def bar_of(row: Any) -> Bar:
    """A :class:`Bar` from a Bar, a mapping with the same keys, or a (label, value[, text[, tone[, url]]]) row."""
    if isinstance(row, Bar):
        return row
    values = (
        dict(row) if isinstance(row, dict) else dict(zip(("label", "value", "text", "tone", "url"), row, strict=False))
    )
    number = decimal_of(values["value"])
    if number is None:
        raise ValueError(f"a bar's value is not a number: {values['value']!r}")
    return Bar(
        label=str(values["label"]),
        value=number,
        text=str(values.get("text") or values["value"]),
        tone=str(values.get("tone") or "info"),
        url=str(values.get("url") or ""),
    )


def longest(bars: Sequence[Bar]) -> Decimal:
    """The greatest value, at least a small positive one so that lengths can be divided by it."""
    return max([bar.value for bar in bars] + [Decimal("0.000001")])
