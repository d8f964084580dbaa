"""What the style sheets promise: contrast, no rules that the content security policy would block."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

UI = Path(__file__).resolve().parents[1]
STATIC = UI / "static" / "ui"
PACKAGE = UI.parent


def tokens() -> dict[str, str]:
    css = (STATIC / "tokens.css").read_text(encoding="utf-8")
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", css))


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        *((ink, ground) for ink in ("ink", "ink-2", "ink-3", "brand") for ground in ("surface", "surface-2", "ground")),
        *((tone, f"{tone}-soft") for tone in ("ok", "warn", "danger", "info", "muted")),
        ("danger", "surface"),
        ("brand-ink", "brand-soft"),
    ],
)
def test_text_has_aa_contrast(text: str, surface: str) -> None:
    known = tokens()
    assert contrast(known[text], known[surface]) >= 4.5


def test_fills_stand_out_from_the_track() -> None:
    known = tokens()
    for tone in ("ok", "danger", "info"):
        assert contrast(known[f"{tone}-fill"], "#ffffff") >= 3


def test_pages_carry_no_inline_style_or_script() -> None:
    """The content security policy would block them silently."""
    faults = []
    for path in sorted(PACKAGE.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        for pattern in (r"\sstyle=", r"<style", r"<script(?![^>]*\bsrc=)", r"\son[a-z]+=\"", r"javascript:"):
            if re.search(pattern, text):
                faults.append(f"{path.relative_to(PACKAGE)}: {pattern}")
    assert faults == []


def test_table_cells_that_become_cards_are_labelled() -> None:
    """On a phone a row is a card; a cell without a label would be a number without a name."""
    faults = []
    for path in sorted(PACKAGE.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        for table in re.findall(r"<table[^>]*table-cards.*?</table>", text, re.S):
            for cell in re.findall(r"<td\b[^>]*>", table):
                if not any(word in cell for word in ("data-label", "card-lead", "card-actions", "colspan")):
                    faults.append(f"{path.relative_to(PACKAGE)}: {cell}")
    assert faults == []
