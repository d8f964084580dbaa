"""The process that opens a foreign PDF: bytes on standard input, JSON on standard output, with bounded memory and time.

PDFium is a large program in C++ that reads what strangers send. Here a crash, an endless loop or a bomb ends this
process and nothing else (decision 0024). Run as ``python -m …engine.pdf_child``.
"""

from __future__ import annotations

import ctypes
import json
import math
import resource
import sys
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 40
MAX_PAGES = 3000
MAX_CHARACTERS = 1_000_000
# A gap this many characters wide parts two columns that no rule parts; text set full width stays below one.
CELL_GAP = 1.5
# A path of at least this length (points) rules off cells.
RULE_LENGTH = 6
FORM_DEPTH = 3

# A gap this many characters wide between two Latin letters is a space that the file does not write.
WORD_GAP = 0.15
# The box of a Latin letter is about a third higher than the size of its type.
WRITTEN = 0.75
# PDFium's mark for a hyphen at the end of a line.
END_HYPHEN = 2

Rule = tuple[float, float, float]
Fragment = tuple[str, float, float, float, float]


class Sign(NamedTuple):
    """One printed character: its edges, its base line from the top, the size of its type."""

    character: str
    left: float
    right: float
    down: float
    size: float


def main() -> None:
    """Write ``{"pages": […]}`` or ``{"fault": code}``."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    json.dump(read(sys.stdin.buffer.read()), sys.stdout)


def read(data: bytes) -> dict[str, Any]:
    """The pages of a PDF: size in points, whether a picture is on it, its fragments of text, upright and level edges.

    A fragment is text on one line without a wide gap or an upright rule in it: ``(text, left, right, down, size)``,
    ``down`` being the distance of its base line from the top. Faults: ``password``, ``damaged``, ``pages``, ``long``.
    """
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        return {"fault": "password" if error.err_code == raw.FPDF_ERR_PASSWORD else "damaged"}
    if len(document) > MAX_PAGES:
        return {"fault": "pages", "count": len(document)}
    pages, characters = [], 0
    for number in range(len(document)):
        try:
            page = document[number]
            text = page.get_textpage()
        except pypdfium2.PdfiumError:
            return {"fault": "damaged"}
        width, height = page.get_size()
        pictured, upright, level = _drawn(raw, page, height)
        fragments = _fragments(raw, text, height, upright)
        characters += sum(len(fragment[0]) for fragment in fragments)
        if characters > MAX_CHARACTERS:
            return {"fault": "long", "count": characters}
        pages.append((width, height, pictured, fragments, upright, level))
        text.close()
        page.close()
    return {"pages": pages}


def _drawn(raw: Any, page: Any, height: float) -> tuple[bool, list[Rule], list[Rule]]:
    """Whether a picture stands on the page (one without text was scanned), and the edges of what is drawn on it:

    upright ones as x, top, bottom, level ones as distance from the top, left, right.
    """
    pictured, upright, level = False, set(), set()
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for item, kind in _objects(raw, page.raw, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject):
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            pictured = True
        elif kind == raw.FPDF_PAGEOBJ_PATH and raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
            above, below = round(height - top.value, 1), round(height - bottom.value, 1)
            begin, end = round(left.value, 1), round(right.value, 1)
            if below - above >= RULE_LENGTH:
                upright |= {(begin, above, below), (end, above, below)}
            if end - begin >= RULE_LENGTH:
                level |= {(above, begin, end), (below, begin, end)}
    return pictured, sorted(upright), sorted(level)


def _objects(raw: Any, holder: Any, count: Any, get: Any, depth: int = 0) -> Iterator[tuple[Any, int]]:
    """The objects of a page and of the forms on it, with their kinds (text objects are many: no helper for each)."""
    for index in range(count(holder)):
        item = get(holder, index)
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_FORM and depth < FORM_DEPTH:
            yield from _objects(raw, item, raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject, depth + 1)
        else:
            yield item, kind


def _parted(rules: list[Rule], left: float, right: float, down: float) -> bool:
    """Whether a rule stands between two places on a line."""
    first, last = bisect_left(rules, (left,)), bisect_right(rules, (right, math.inf))
    return any(top <= down <= bottom for _, top, bottom in rules[first:last])


def _fragments(raw: Any, text: Any, height: float, rules: list[Rule]) -> list[Fragment]:
    """The fragments of a page in the order they were drawn; within a line from left to right.

    A change of font may draw a line in another order than it is read (LibreOffice: quotation marks after the words).
    """
    found: list[Fragment] = []
    line: list[Sign] = []
    for sign in _signs(raw, text, height):
        if line and abs(sign.down - line[-1].down) > 0.3 * max(sign.size, line[-1].size):
            found += _cut(line, rules)
            line = []
        line.append(sign)
    return found + _cut(line, rules)


def _signs(raw: Any, text: Any, height: float) -> Iterator[Sign]:
    x, y, box = ctypes.c_double(), ctypes.c_double(), raw.FS_RECTF()
    for index in range(raw.FPDFText_CountChars(text)):
        code = raw.FPDFText_GetUnicode(text, index)
        if code == END_HYPHEN:
            code = ord("-")
        character = chr(code) if code < 0x110000 else "\0"
        # PDFium itself adds only white space: where it thinks words or lines end.
        if _no_sign(character) or (character.isspace() and raw.FPDFText_IsGenerated(text, index) == 1):
            continue
        raw.FPDFText_GetCharOrigin(text, index, x, y)
        raw.FPDFText_GetLooseCharBox(text, index, box)
        wide = _wide(character) and box.right > box.left
        size = box.right - box.left if wide else WRITTEN * (box.top - box.bottom)
        # The box of some characters is as narrow as their ink, that of a space may be empty.
        yield Sign(character, x.value, max(box.right, x.value + size if wide else x.value), height - y.value, size)


def _cut(line: list[Sign], rules: list[Rule]) -> list[Fragment]:
    """One line's signs as fragments, parted by wide gaps and rules; what is printed twice (bold) is read once."""
    found: list[Fragment] = []
    piece: list[Sign] = []
    for sign in sorted(line, key=lambda sign: sign.left):
        if piece:
            last, size = piece[-1], max(sign.size, piece[-1].size)
            gap = sign.left - last.right
            if sign.character == last.character and abs(sign.left - last.left) < 0.1 * size:
                continue
            if gap > CELL_GAP * size or _parted(rules, last.right - 1, sign.left + 1, sign.down - size / 3):
                found += _fragment(piece)
                piece = []
            elif gap > WORD_GAP * size and not (_wide(last.character) or _wide(sign.character)):
                piece.append(Sign(" ", last.right, sign.left, sign.down, 0))
        piece.append(sign)
    return found + _fragment(piece)


def _fragment(piece: list[Sign]) -> list[Fragment]:
    first, last = 0, len(piece)
    while first < last and piece[first].character.isspace():
        first += 1
    while last > first and piece[last - 1].character.isspace():
        last -= 1
    kept = piece[first:last]
    if not kept:
        return []
    text = "".join(sign.character for sign in kept)
    right, size = max(sign.right for sign in kept), max(sign.size for sign in kept)
    return [(text, round(kept[0].left, 1), round(right, 1), round(kept[0].down, 1), round(size, 1))]


@cache
def _no_sign(character: str) -> bool:
    """Whether it prints nothing: control characters, private use, halves of characters."""
    return unicodedata.category(character) in {"Cc", "Co", "Cs", "Cn"}


@cache
def _wide(character: str) -> bool:
    """A Chinese character or full-width sign."""
    return unicodedata.east_asian_width(character) in {"W", "F"}


if __name__ == "__main__":
    main()
