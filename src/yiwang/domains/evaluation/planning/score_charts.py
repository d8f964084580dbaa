"""Charts of the composite score, drawn on the server as SVG. Colours come from ``s45/score.css``.

Everywhere the same three parts: earned (solid), judged but not earned (pale), without data (hatched).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from yiwang.domains.evaluation.planning.composite import FULL, Layer, Part, points

SIZE, RADIUS, STROKE = 240, 92, 34
# Points of the ring that separate two layers.
GAP = Fraction(3, 5)
_HATCH = SafeString(
    '<defs><pattern id="hatch-{0}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="hatch-ground" width="5" height="5"></rect><rect class="hatch-line" width="2" height="5"></rect>'
    "</pattern></defs>"
)


def ring(layers: Mapping[Layer, Part], score: str, below: str, label: str) -> SafeString:
    """All points as a ring, a sector a layer; ``score`` and ``below`` stand in the middle."""
    arcs: list[tuple[str, str, str]] = []
    start = Fraction(0)
    total = sum((part.full for part in layers.values()), Fraction(0))
    for layer, part in layers.items():
        sector = FULL * part.full / total if total else Fraction(0)
        at, room = start + GAP / 2, max(Fraction(0), sector - GAP)
        for kind, length in _three(part, room):
            if length:
                arcs.append((f"{kind} layer-{layer}", f"{float(length):.3f}", f"{float(-at):.3f}"))
            at += length
        start += sector
    middle = SIZE // 2
    drawn = format_html_join(
        "",
        '<circle class="arc {}" cx="{}" cy="{}" r="{}" pathLength="100" stroke-width="{}" stroke-dasharray="{} 100"'
        ' stroke-dashoffset="{}" transform="rotate(-90 {} {})"></circle>',
        ((css, middle, middle, RADIUS, STROKE, length, offset, middle, middle) for css, length, offset in arcs),
    )
    return format_html(
        '<svg class="score-ring" viewBox="0 0 {0} {0}" role="img" aria-label="{1}">{2}{3}'
        '<text class="ring-score" x="{4}" y="{5}">{6}</text><text class="ring-below" x="{4}" y="{7}">{8}</text></svg>',
        SIZE,
        label,
        format_html(_HATCH, "ring"),
        drawn,
        middle,
        middle + 8,
        score,
        middle + 34,
        below,
    )


def part_bar(part: Part, label: str, layer: str = "") -> SafeString:
    """A part's own points as a bar: earned, not earned, without data."""
    start, rects = Fraction(0), []
    if part.full:
        for kind, length in _three(part, FULL):
            if length:
                rects.append(
                    (f"{kind} layer-{layer}" if layer else kind, f"{float(start):.3f}", f"{float(length):.3f}")
                )
            start += length
    return format_html(
        '<svg class="part-bar" viewBox="0 0 100 12" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        label,
        format_html_join("", '<rect class="{}" x="{}" y="0" width="{}" height="12"></rect>', rects),
    )


def range_bar(whole: Part, low: Fraction, high: Fraction, label: str) -> SafeString:
    """Where the score lies between 0 and 100: earned, what missing data may add, and how far weights move it."""
    ticks = format_html_join(
        "",
        '<line class="tick" x1="{0}" x2="{0}" y1="30" y2="36"></line><text class="axis" x="{0}" y="52">{1}</text>',
        ((_x(Fraction(mark)), mark) for mark in range(0, 101, 20)),
    )
    return format_html(
        '<svg class="range-bar" viewBox="0 0 640 58" role="img" aria-label="{}">{}'
        '<rect class="room" x="{}" y="8" width="{}" height="20" rx="3"></rect>'
        '<rect class="earned" x="{}" y="8" width="{}" height="20" rx="3"></rect>'
        '<rect class="open" x="{}" y="8" width="{}" height="20"></rect>{}'
        '<path class="shaken" d="M{} 3v30M{} 3v30M{} 18H{}"></path></svg>',
        label,
        format_html(_HATCH, "range"),
        _x(Fraction(0)),
        _width(FULL),
        _x(Fraction(0)),
        _width(whole.lower),
        _x(whole.lower),
        _width(whole.upper - whole.lower),
        ticks,
        _x(low),
        _x(high),
        _x(low),
        _x(high),
    )


def effect_bar(change: Fraction, most: Fraction, label: str) -> SafeString:
    """A change of the score to the left (falls) or right (rises) of the middle; ``most`` fills a half."""
    length = 50 * abs(change) / most if most else Fraction(0)
    start = 50 - length if change < 0 else Fraction(50)
    return format_html(
        '<svg class="effect-bar" viewBox="0 0 100 12" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="{}" x="{}" y="1" width="{}" height="10"></rect>'
        '<rect class="zero" x="49.8" y="0" width="0.4" height="12"></rect></svg>',
        label,
        "falls" if change < 0 else "rises",
        f"{float(start):.3f}",
        f"{float(length):.3f}",
    )


def shown(value: Fraction) -> str:
    """Points with two places."""
    return f"{points(value):.2f}"


def signed(value: Fraction) -> str:
    """A change with its sign: +0.35, −1.20."""
    number = points(value)
    return f"{'−' if number < 0 else '+' if number else ''}{abs(number):.2f}"


def _three(part: Part, room: Fraction) -> Iterable[tuple[str, Fraction]]:
    scale = room / part.full if part.full else Fraction(0)
    yield "earned", part.earned * scale
    yield "lost", (part.covered - part.earned) * scale
    yield "open", (part.full - part.covered) * scale


def _x(value: Fraction) -> str:
    return f"{16 + float(value) * 6.08:.1f}"


def _width(value: Fraction) -> str:
    return f"{float(value) * 6.08:.1f}"
