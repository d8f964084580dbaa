"""Figures, paragraphs and blocks on their way through the template engine.

Jinja only moves strings. A figure therefore travels as a number between two private-use characters, and what becomes
of it (a hyperlink, a table, a chapter) is decided afterwards on the XML tree by :mod:`.expand`, where the formatting
around it is known. Text from people is freed of these characters and of what XML forbids.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .context import FigureRef, Text

FIGURE_OPEN, FIGURE_CLOSE = "\ue000", "\ue001"
PARAGRAPH = "\ue002"
BLOCK_OPEN, BLOCK_CLOSE = "\ue003", "\ue004"

INLINE = re.compile(f"{FIGURE_OPEN}(\\d+){FIGURE_CLOSE}|({PARAGRAPH})")
BLOCK = re.compile(f"{BLOCK_OPEN}([a-z_.]+){BLOCK_CLOSE}")

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ue000-\ue004\ufffe\uffff\ud800-\udfff]")


def clean(text: str) -> str:
    """``text`` without characters that XML 1.0 forbids or that this module uses; tabs become spaces."""
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).replace("\t", " ")


def missing_text(code: str) -> str:
    """What stands in the report where a figure is not in the data: 〔缺数 F005〕."""
    return f"〔缺数 {code}〕"


class Number(str):
    """The printed text of a figure ("6项") that prints as its marker: a template's condition compares the text."""

    _marker: str

    def __new__(cls, text: str, marker: str) -> Number:
        """``text`` is what conditions see, ``marker`` what is printed."""
        made = super().__new__(cls, text)
        made._marker = marker
        return made

    def __html__(self) -> str:
        """What the template engine prints."""
        return self._marker


def printed(value: str) -> str:
    """The marker string of a value, as the template engine would print it."""
    return value.__html__() if isinstance(value, Number) else value


@dataclass(slots=True)
class Markers:
    """Remembers the figures of one rendering so that their numbers can be read back."""

    figures: list[FigureRef] = field(default_factory=list)
    _numbers: dict[FigureRef, int] = field(default_factory=dict)

    def place(self, figure: FigureRef) -> int:
        """The place of ``figure`` in ``figures``, where it is put when it is not there yet."""
        number = self._numbers.get(figure)
        if number is None:
            number = self._numbers[figure] = len(self.figures)
            self.figures.append(figure)
        return number

    def figure(self, figure: FigureRef) -> str:
        """The marker for ``figure``."""
        return f"{FIGURE_OPEN}{self.place(figure)}{FIGURE_CLOSE}"

    def number(self, figure: FigureRef) -> Number:
        """The figure as a value that a template may print or compare."""
        return Number(figure.text, self.figure(figure))

    def text(self, text: Text | None) -> str:
        """The marker string for ``text``; each line a paragraph, empty lines dropped."""
        if text is None:
            return ""
        joined = "".join(self.figure(run) if isinstance(run, FigureRef) else clean(run) for run in text)
        return PARAGRAPH.join(line.strip() for line in joined.split("\n") if line.strip())

    def plain(self, text: str) -> str:
        """The marker string for a plain string of possibly several lines."""
        return self.text((text,))


def block(name: str) -> str:
    """The marker for the block ``name`` (a section or a table)."""
    return f"{BLOCK_OPEN}{name}{BLOCK_CLOSE}"
