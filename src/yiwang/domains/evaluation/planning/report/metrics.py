"""How much room paragraphs and tables take, from their styles: enough to say on which page a heading falls.

The layout of official documents is regular (exact line heights, square characters), so the count is close; a word
processor has the last word and corrects it when the contents are updated.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from docx.oxml.ns import qn

from . import wordxml as w
from .styles import BODY_SIZE

_CLOSING = frozenset("，。、；：！？）》」』】〕”’")
_WORD = re.compile(r"[!-~]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Metrics:
    """Of one paragraph style: type size, line height and distances in points, outline level (0 = first) or ``None``."""

    size: float = 16.0
    line: float = 0.0
    before: float = 0.0
    after: float = 0.0
    first_chars: float = 0.0
    left_chars: float = 0.0
    outline: int | None = None
    keep_next: bool = False
    new_page: bool = False

    @property
    def height(self) -> float:
        """Points from line to line."""
        return self.line or self.size * 1.3


class StyleSheet:
    """Reads metrics of paragraph styles from a ``w:styles`` part, inheritance resolved."""

    def __init__(self, root: w.Element) -> None:
        self._styles = {style.get(qn("w:styleId"), ""): style for style in root.findall(qn("w:style"))}
        self._default = next(
            (key for key, style in self._styles.items() if style.get(qn("w:default")) == "1" and _is_paragraph(style)),
            "",
        )
        self._known: dict[str, Metrics] = {}

    def paragraph(self, paragraph: w.Element) -> Metrics:
        """The metrics of ``paragraph``: its style's, then its own."""
        properties = paragraph.find(qn("w:pPr"))
        style = None if properties is None else properties.find(qn("w:pStyle"))
        metrics = self.style(self._default if style is None else style.get(qn("w:val"), ""))
        return metrics if properties is None else _overlay(metrics, properties, None)

    def style(self, style_id: str, depth: int = 0) -> Metrics:
        """The metrics of a style; those of the default where there is none of that id."""
        if style_id in self._known:
            return self._known[style_id]
        style = self._styles.get(style_id)
        if style is None or depth > 12:
            return Metrics()
        based = style.find(qn("w:basedOn"))
        inherited = Metrics() if based is None else self.style(based.get(qn("w:val"), ""), depth + 1)
        found = _overlay(inherited, style.find(qn("w:pPr")), style.find(qn("w:rPr")))
        self._known[style_id] = found
        return found


def text_of(block: w.Element) -> str:
    """The visible text of a paragraph."""
    return "".join(node.text or "" for node in block.iter(qn("w:t")))


def drawn_height(block: w.Element) -> float:
    """Points that the tallest picture or chart in a paragraph's lines takes; 0 where there is none."""
    extents = [float(extent.get("cy", "0")) for extent in block.iterfind(f".//{qn('wp:inline')}/{qn('wp:extent')}")]
    return max(extents, default=0.0) / (w.EMU * 20)


def lines_needed(text: str, metrics: Metrics, width: float) -> int:
    """Lines of ``text`` in ``width`` points, filled word by word as a word processor does.

    A Chinese character is one square, a half-width one half a square; between the two stands a quarter. Numbers are
    not broken, and a closing mark hangs over the edge rather than open a line.
    """
    per_line = max(width / metrics.size - metrics.left_chars, 1.0)
    # 28 squares of 16 pt do not quite fit 156 mm: the style squeezes them.
    if metrics.size == BODY_SIZE:
        per_line = float(round(per_line))
    lines, used, before_is_wide = 1, metrics.first_chars, True
    for word in _WORD.findall(text):
        is_wide = _is_wide(word[0])
        needed = float(len(word)) if is_wide else len(word) / 2
        gap = 0.25 if used > 0 and is_wide != before_is_wide and word not in _CLOSING else 0.0
        if used + gap + needed > per_line + 0.01 and used > 0 and word not in _CLOSING:
            lines, used, gap = lines + 1, 0.0, 0.0
        used += gap + needed
        before_is_wide = is_wide or word in _CLOSING
    return lines


def row_height(row: w.Element, sheet: StyleSheet) -> float:
    """Points that a table row takes: its tallest cell and the cell margins."""
    tallest = 0.0
    for cell in row.findall(qn("w:tc")):
        declared = cell.find(f"{qn('w:tcPr')}/{qn('w:tcW')}")
        width = (float(declared.get(qn("w:w"), "0")) if declared is not None else 1440.0) / 20 - 5.7
        height = 0.0
        for paragraph in cell.iter(qn("w:p")):
            metrics = sheet.paragraph(paragraph)
            text_height = lines_needed(text_of(paragraph), metrics, max(width, 12.0)) * metrics.height
            height += max(text_height, drawn_height(paragraph))
        tallest = max(tallest, height)
    return tallest + 4.5


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WFA"


def _is_paragraph(style: w.Element) -> bool:
    return style.get(qn("w:type")) == "paragraph"


def _overlay(metrics: Metrics, properties: w.Element | None, run: w.Element | None) -> Metrics:
    changes: dict[str, float | int | bool | None] = {}
    if properties is not None:
        spacing = properties.find(qn("w:spacing"))
        if spacing is not None:
            line = float(spacing.get(qn("w:line"), "0"))
            if line:
                is_fixed = spacing.get(qn("w:lineRule"), "auto") in ("exact", "atLeast")
                changes["line"] = line / 20 if is_fixed else 0.0
            changes["before"] = float(spacing.get(qn("w:before"), str(metrics.before * 20))) / 20
            changes["after"] = float(spacing.get(qn("w:after"), str(metrics.after * 20))) / 20
        indent = properties.find(qn("w:ind"))
        if indent is not None:
            changes["first_chars"] = float(indent.get(qn("w:firstLineChars"), str(metrics.first_chars * 100))) / 100
            changes["left_chars"] = float(indent.get(qn("w:leftChars"), str(metrics.left_chars * 100))) / 100
        outline = properties.find(qn("w:outlineLvl"))
        if outline is not None:
            level = int(outline.get(qn("w:val"), "9"))
            changes["outline"] = level if level < 9 else None
        if properties.find(qn("w:keepNext")) is not None:
            changes["keep_next"] = True
        if properties.find(qn("w:pageBreakBefore")) is not None:
            changes["new_page"] = True
    size = None if run is None else run.find(qn("w:sz"))
    if size is not None:
        changes["size"] = float(size.get(qn("w:val"), "32")) / 2
    # The keys above are fields of the dataclass.
    return replace(metrics, **changes)  # type: ignore[arg-type]
