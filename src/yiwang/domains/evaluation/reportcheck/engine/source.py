"""What a reader makes of a file: its text, and where each line of it stands on paper."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

Line = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a file of the ``kind`` text, docx, html or pdf.

    ``lines`` (PDF only): for each printed line the offset where it begins in the text, its page and its number on that
    page, running heads not counted. ``unread``: pages without a text layer (扫描页), whose figures were not seen.
    """

    text: str
    kind: str = "text"
    lines: tuple[Line, ...] = ()
    unread: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where an offset is, from 1: page (0 when the file has no fixed pages), line, character of the line."""

    page: int
    line: int
    character: int

    @property
    def zh(self) -> str:
        """第 3 页第 12 行第 5 字."""
        page = f"第 {self.page} 页" if self.page else ""
        return f"{page}第 {self.line} 行第 {self.character} 字"

    @property
    def en(self) -> str:
        """page 3, line 12, character 5."""
        page = f"page {self.page}, " if self.page else ""
        return f"{page}line {self.line}, character {self.character}"


class Places:
    """Finds the place of an offset: by printed lines where the file has pages, else by paragraphs."""

    def __init__(self, text: str, lines: Sequence[Sequence[int]] = ()) -> None:
        self._lines = [(line[1], line[2]) for line in lines]
        self._starts = [line[0] for line in lines] or [0, *(at + 1 for at, sign in enumerate(text) if sign == "\n")]

    def __call__(self, offset: int) -> Place:
        """The place of the character at ``offset``."""
        index = max(0, bisect_right(self._starts, offset) - 1)
        page, line = self._lines[index] if self._lines else (0, index + 1)
        return Place(page, line, max(0, offset - self._starts[index]) + 1)
