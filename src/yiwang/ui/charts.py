"""Small charts as SVG, made on the server. Each has a text alternative; colours come from CSS classes only."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.html import format_html
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
