"""Put the fragments of printed pages together again: running heads away, cells to rows, lines to paragraphs.

Fragments come in the order in which the file draws them, which every word processor keeps in reading order. Lengths are
in points, ``down`` is the distance of a base line from the top of its page.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import mode
from typing import NamedTuple

from yiwang.domains.evaluation.reportcheck.engine.source import Line, Source

_PAGE_NUMBER = re.compile(
    r"(?P<dash>[—–\-－─·•~]+)?\s*(?P<di>第)?\s*(?P<n>\d{1,4})\s*(?P<ye>页)?\s*[—–\-－─·•~]*"
    r"\s*(?:[/／,，]?\s*共?\s*\d{1,4}\s*页?)?"
)
_OPENING = "（(《〈“‘「『【〔[{"
_CLOSING = "，。；：、！？）)》〉”’」』】〕]}%％,.;:!?"
_HYPHENATED = re.compile(r"[A-Za-z]-$")
_HEAD_SHARE = 0.4  # a running head stands at the same height on this share of the pages, and on two at least
_CELL_LINES = 8  # a cell of more lines than this is a column of a page
_SAME_SIZE = 0.15
_WIDER_LEADING = 1.3


@dataclass(slots=True)
class Piece:
    """A fragment with its page (from 0) and its line on the page (from 1)."""

    text: str
    left: float
    right: float
    down: float
    size: float
    page: int
    line: int = 0


@dataclass(slots=True)
class Row:
    """One line of text, or a table's row of several cells, each of one or more lines."""

    cells: list[list[Piece]] = field(default_factory=list)

    @property
    def first(self) -> Piece:
        """Its first piece."""
        return self.cells[0][0]

    @property
    def last(self) -> Piece:
        """Its last piece."""
        return self.cells[-1][-1]

    @property
    def right(self) -> float:
        """Its right edge."""
        return max(piece.right for cell in self.cells for piece in cell)


class Sheet(NamedTuple):
    """One page as the child reads it: see :func:`.pdf_child.read`."""

    width: float
    height: float
    pictured: bool
    fragments: list[tuple[str, float, float, float, float]]
    upright: list[tuple[float, float, float]]
    level: list[tuple[float, float, float]]


def assemble(sheets: list[Sheet]) -> Source:
    """The text of printed pages with the place of each line."""
    pieces = [[Piece(*fragment, page=number) for fragment in sheet.fragments] for number, sheet in enumerate(sheets)]
    unread = tuple(number + 1 for number, sheet in enumerate(sheets) if sheet.pictured and not sheet.fragments)
    _without_running_heads(pieces, [sheet.height for sheet in sheets])
    rows: list[Row] = []
    for own, sheet in zip(pieces, sheets, strict=True):
        _number_lines(own)
        rows += _rows(own, sheet)
    return _write(rows, _Margins(rows, [sheet.width for sheet in sheets]), unread)


def _baselines(sheet: list[Piece]) -> list[list[Piece]]:
    """The pieces of a page by line, from the top."""
    lines: list[list[Piece]] = []
    for piece in sorted(sheet, key=lambda piece: piece.down):
        if lines and piece.down - lines[-1][0].down <= 0.4 * piece.size:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return lines


def _number_lines(sheet: list[Piece]) -> None:
    for number, line in enumerate(_baselines(sheet), start=1):
        for piece in line:
            piece.line = number


# --- running heads and page numbers --------------------------------------------------------------------------------


def _without_running_heads(sheets: list[list[Piece]], heights: list[float]) -> None:
    """Take away what stands at the same height on many pages (页眉页脚), and page numbers (— 1 —) at their edges."""
    edges: list[list[tuple[str, int, list[Piece]]]] = []
    for number, sheet in enumerate(sheets):
        lines = _baselines(sheet)
        near = [line for line in lines[:2] if line[0].down < 0.13 * heights[number]]
        near += [line for line in lines[2:][-2:] or lines[1:] if line[0].down > 0.85 * heights[number]]
        edges.append([(_said(line, number), round(line[0].down / 4), line) for line in near])
    counts = Counter((said, height) for edge in edges for said, height in {(said, at) for said, at, _ in edge})
    least = max(2, _HEAD_SHARE * len(sheets))
    numbers = [_bare_numbers(edge) for edge in edges]
    for number, edge in enumerate(edges):
        for said, height, line in edge:
            # A head that crosses the border of two heights is counted in both.
            seen = max(counts[said, height + near] for near in (-1, 0, 1))
            if seen >= least or _is_page_number(said.replace("#", str(number + 1)), number, numbers):
                gone = {id(piece) for piece in line}
                sheets[number][:] = [piece for piece in sheets[number] if id(piece) not in gone]


def _said(line: list[Piece], number: int) -> str:
    text = " ".join(piece.text for piece in sorted(line, key=lambda piece: piece.left))
    return re.sub(rf"(?<!\d){number + 1}(?!\d)", "#", text)


def _bare_numbers(edge: list[tuple[str, int, list[Piece]]]) -> set[int]:
    return {int(line[0].text) for _, _, line in edge if re.fullmatch(r"\d{1,4}", line[0].text.strip())}


def _is_page_number(said: str, number: int, numbers: list[set[int]]) -> bool:
    match = _PAGE_NUMBER.fullmatch(said.strip())
    if not match:
        return False
    if match["dash"] or (match["di"] and match["ye"]):
        return True
    found = int(match["n"])
    if found == number + 1:
        return True
    beside = [numbers[other] for other in (number - 1, number + 1) if 0 <= other < len(numbers)]
    return found - 1 in (beside[0] if number else set()) or (bool(beside) and found + 1 in beside[-1])


# --- rows ----------------------------------------------------------------------------------------------------------


def _rows(pieces: list[Piece], sheet: Sheet) -> list[Row]:
    """Lines and rows of one page: a piece to the right of a line that was drawn before is the row's next cell."""
    rows: list[Row] = []
    for piece in pieces:
        if not rows:
            rows.append(Row([[piece]]))
            continue
        row = rows[-1]
        same = abs(piece.down - row.last.down) <= 0.4 * max(piece.size, row.last.size)
        if same and piece.left >= row.last.right - 0.2 * piece.size:
            if (first := _beside(rows, piece, sheet)) >= 0:
                rows[first:] = [Row([*_cells(rows[first:]), [piece]])]
            else:
                row.cells.append([piece])
        elif same and piece.left >= row.last.left:
            row.cells[-1].append(piece)
        elif piece.down < row.last.down and (first := _beside(rows, piece, sheet)) >= 0:
            rows[first:] = [Row([*_cells(rows[first:]), [piece]])]
        elif len(row.cells) > 1 and _continues_cell(row, piece, sheet):
            row.cells[-1].append(piece)
        else:
            rows.append(Row([[piece]]))
    return rows


def _beside(rows: list[Row], piece: Piece, sheet: Sheet) -> int:
    """The first of the last rows that ``piece`` stands to the right of, at their height; -1 when it begins anew.

    In a ruled table every line above that no rule parts from the piece belongs to the cell before it.
    """
    for first in range(len(rows) - 1, max(-1, len(rows) - 1 - _CELL_LINES), -1):
        if rows[first].right > piece.left + 0.3 * piece.size:
            return -1
        if first == 0 or not _in_one_row(rows[first - 1], piece, sheet):
            return first if rows[first].first.down - piece.down < _CELL_LINES * piece.size else -1
    return -1


def _in_one_row(row: Row, piece: Piece, sheet: Sheet) -> bool:
    if row.right > piece.left + 0.3 * piece.size:
        return False
    if row.last.down > piece.down - 0.8 * piece.size:
        return True
    ruled = any(
        row.right - 1 <= x <= piece.left + 1 and top <= piece.down <= bottom for x, top, bottom in sheet.upright
    )
    return ruled and not _ruled_off(sheet, row.last.down, piece.down, row.first.left)


def _ruled_off(sheet: Sheet, above: float, below: float, left: float) -> bool:
    """Whether a level rule stands between two base lines."""
    return any(above < down <= below and begin - 1 <= left <= end for down, begin, end in sheet.level)


def _cells(rows: list[Row]) -> list[list[Piece]]:
    """The cells of rows that turn out to be one: lines of one cell join, a row of several keeps them."""
    if len(rows) == 1:
        return rows[0].cells
    return [[piece for row in rows for cell in row.cells for piece in cell]]


def _continues_cell(row: Row, piece: Piece, sheet: Sheet) -> bool:
    before = max(other.right for other in row.cells[-2])
    near = piece.left >= before and 0 < piece.down - row.last.down <= 2.2 * piece.size
    return near and not _ruled_off(sheet, row.last.down, piece.down, piece.left)


# --- paragraphs ----------------------------------------------------------------------------------------------------


class _Margins:
    """The left and right edge of the body for each width of paper, and the usual distance of two lines."""

    def __init__(self, rows: list[Row], widths: list[float]) -> None:
        self._widths = widths
        self._edges: dict[int, tuple[float, float]] = {}
        single = [row for row in rows if len(row.cells) == 1]
        for width in {round(widths[row.first.page]) for row in single}:
            pieces = [row.first for row in single if round(widths[row.first.page]) == width]
            lefts = Counter(round(piece.left) for piece in pieces)
            left = min([at for at, count in lefts.items() if count > 1] or lefts)
            right = max(piece.right for piece in pieces)
            size = mode(round(piece.size, 1) for piece in pieces)
            if sum(piece.right > right - size for piece in pieces) < 3:
                # Hardly a line that is full: the right margin is as wide as the left one.
                right = max(right, width - left)
            self._edges[width] = (left, right)
        gaps = [
            round(after.first.down - before.first.down)
            for before, after in pairwise(single)
            if before.first.page == after.first.page and after.first.down > before.first.down
        ]
        self._leading = mode(gaps) if gaps else 0.0
        self._size = mode(round(row.first.size, 1) for row in single) if single else 0.0

    def goes_on(self, before: Row, after: Row) -> bool:
        """Whether the paragraph whose last line is ``before`` goes on with the line ``after``."""
        if len(before.cells) > 1 or len(after.cells) > 1:
            return False
        last, piece = before.last, after.first
        if abs(last.size - piece.size) > _SAME_SIZE * max(last.size, piece.size):
            return False
        if last.page == piece.page and not 0 < piece.down - last.down <= _WIDER_LEADING * self._leading_of(piece):
            return False
        left, _ = self._edges[round(self._widths[piece.page])]
        if piece.left > left + piece.size and not (self._centred(last) and self._centred(piece)):
            return False
        _, right = self._edges[round(self._widths[last.page])]
        return last.right + _first_word(piece) + 0.6 * piece.size >= right

    def _leading_of(self, piece: Piece) -> float:
        """The usual distance of lines; of a title, which is larger than the body, 1.6 times its size."""
        return max(self._leading, 1.6 * piece.size if piece.size > (1 + _SAME_SIZE) * self._size else piece.size)

    def _centred(self, piece: Piece) -> bool:
        left, right = self._edges[round(self._widths[piece.page])]
        return piece.left > left + 0.2 * piece.size and abs(piece.left + piece.right - left - right) < piece.size


def _first_word(piece: Piece) -> float:
    """The width of what may not be parted at the beginning of a line: a number or a word, and the signs around it.

    Word processors also keep a character together with a quotation mark that follows it.
    """
    word = rf"[{re.escape(_OPENING)}]*(?:[!-~]+|.)[{re.escape(_CLOSING)}]*"
    match = re.match(rf"{word}(?:[“‘]{word})?", piece.text)
    return sum(_width(sign) for sign in match[0]) * piece.size if match else 0.0


def _width(sign: str) -> float:
    return 1.0 if unicodedata.east_asian_width(sign) in {"W", "F"} else 0.55


class _Text:
    """The text as it is written, with the beginning of each printed line."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.lines: list[Line] = []
        self.size = 0

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.size += len(text)

    def piece(self, piece: Piece, *, joined: bool) -> None:
        """Write a piece; a ``joined`` one goes on where the last one ended."""
        if joined and _HYPHENATED.search(self.parts[-1]) and piece.text[0].islower():
            self.parts[-1] = self.parts[-1][:-1]
            self.size -= 1
        elif joined:
            self.add(_joint(self.parts[-1], piece.text))
        self.lines.append((self.size, piece.page + 1, piece.line))
        self.add(piece.text)


def _joint(before: str, after: str) -> str:
    """What stands between two lines of one paragraph: a space between words, nothing elsewhere."""
    left, right = before[-1:], after[:1]
    if not (left.isascii() and right.isascii() and left.isalnum() and right.isalnum()) or (
        left.isdigit() and right.isdigit()
    ):
        return " " if left in {",", ";"} and right.isascii() and right.isalpha() else ""
    return " "


def _write(rows: list[Row], margins: _Margins, unread: tuple[int, ...]) -> Source:
    out = _Text()
    for before, row in _with_former(rows):
        joined = before is not None and margins.goes_on(before, row)
        if before is not None and not joined:
            out.add("\n")
        for number, cell in enumerate(row.cells):
            if number:
                out.add("\t")
            for place, piece in enumerate(cell):
                out.piece(piece, joined=bool(place) or (joined and number == 0))
    return Source("".join(out.parts), "pdf", tuple(out.lines), unread)


def _with_former(rows: list[Row]) -> Iterator[tuple[Row | None, Row]]:
    yield from zip([None, *rows], rows, strict=False)
