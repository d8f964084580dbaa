"""Give a Word document back with a comment at the place of each finding (批注); nothing else in it changes.

What is commented on is marked exactly: a run is split where a finding begins or ends, which changes no letter and no
format. Word allows no comments inside text boxes, footnotes and endnotes: there the box, or the beginning of the
document, carries them.
"""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from yiwang.domains.evaluation.reportcheck.engine import faults
from yiwang.domains.evaluation.reportcheck.engine.docx import Chunk, read_chunks
from yiwang.domains.evaluation.reportcheck.types import Finding

AUTHOR, INITIALS = "报告核验", "核验"
SEVERITY_ZH = {"error": "错误", "warning": "存疑", "info": "提示"}
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_ELSEWHERE = 4  # further places of one finding that get a comment of their own
_QUOTED = 24


def annotate(data: bytes, findings: Sequence[tuple[int, Finding]]) -> bytes:
    """The .docx ``data`` with comments on these findings of it, each told with its number.

    Problems: those of reading it, and ``file_not_annotated`` when it has a form that python-docx does not write.
    """
    from docx import Document

    chunks = read_chunks(data)
    try:
        document = Document(io.BytesIO(data))
        body = document.element.body
    except (KeyError, ValueError, AttributeError) as error:
        raise faults.not_annotated() from error
    marker = _Marker(document, body, chunks)
    text = "".join(chunk.text for chunk in chunks)
    notes = [note for number, finding in findings for note in _notes(number, finding, text)]
    # Where two begin at one place, the longer is opened first: Word wants them nested.
    for (start, end), words in sorted(notes, key=lambda note: (note[0][0], -note[0][1])):
        marker.comment(start, end, words)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _notes(number: int, finding: Finding, text: str) -> list[tuple[tuple[int, int], str]]:
    """The comments of one finding: the whole of it at the figure that is wrong, a short one in other paragraphs."""
    if not finding.spans:
        return [((0, 0), _words(number, finding))]
    main = next((span for span in finding.spans if text[span[0] : span[1]] == finding.stated), finding.spans[0])
    others: list[tuple[tuple[int, int], str]] = []
    seen = {_paragraph(text, main[0])}
    for start, end in finding.spans:
        if _paragraph(text, start) not in seen and len(others) < _ELSEWHERE:
            seen.add(_paragraph(text, start))
            others.append(((start, end), f"意见 {number} 也涉及这里，见“{_quoted(text, main)}”处的批注。"))
    return [(main, _words(number, finding)), *others]


def _words(number: int, finding: Finding) -> str:
    values = [f"文中：{finding.stated}"] if finding.stated else []
    values += [f"应为：{finding.expected}"] if finding.expected else []
    return "\n".join([f"意见 {number}【{SEVERITY_ZH[finding.severity]}】{finding.message_zh}", *values])


def _paragraph(text: str, at: int) -> int:
    return text.count("\n", 0, at)


def _quoted(text: str, span: tuple[int, int]) -> str:
    words = text[span[0] : span[1]].replace("\n", " ")
    return words if len(words) <= _QUOTED else f"{words[:_QUOTED]}……"


class _Marker:
    """Finds the runs of a place and hangs comments on them."""

    def __init__(self, document: Any, body: Any, chunks: list[Chunk]) -> None:
        self._document = document
        # For each text element of the body, the pieces it was split into: where each begins, and the piece.
        self._pieces: list[list[tuple[int, Any]]] = [[(0, element)] for element in body.iter(f"{_W}t")]
        self._chunks = [chunk for chunk in chunks if chunk.text]
        self._starts, at = [], 0
        for chunk in self._chunks:
            self._starts.append(at)
            at += len(chunk.text)

    def comment(self, start: int, end: int, words: str) -> None:
        """Hang ``words`` on the text from ``start`` to ``end``."""
        from docx.text.run import Run

        places = self._places(start, end) or self._beginning()
        runs = [self._run(*place) for place in (places[0], places[-1])] if places else [self._empty_run()] * 2
        first, last = (Run(run, self._document) for run in runs)
        self._document.add_comment([first, last], words, AUTHOR, INITIALS)

    def _places(self, start: int, end: int) -> list[tuple[int, int, int]]:
        """The text elements of a place: each with its first and last character (exclusive)."""
        found = []
        for index in range(max(0, bisect_right(self._starts, start) - 1), len(self._chunks)):
            chunk, at = self._chunks[index], self._starts[index]
            if at >= end:
                break
            low, high = max(start - at, 0), min(end - at, len(chunk.text))
            if chunk.element >= 0 and low < high:
                found.append((chunk.element, chunk.at + low, chunk.at + high))
        return found

    def _beginning(self) -> list[tuple[int, int, int]]:
        """The first text of the body."""
        first = next((chunk for chunk in self._chunks if chunk.element >= 0 and chunk.text.strip()), None)
        return [(first.element, first.at, first.at + len(first.text))] if first else []

    def _empty_run(self) -> Any:
        """A run without letters, for a document whose whole text stands in its notes."""
        paragraphs = self._document.paragraphs
        return (paragraphs[0] if paragraphs else self._document.add_paragraph()).add_run()._r

    def _run(self, element: int, start: int, end: int) -> Any:
        """The run that holds just these characters of a text element; split off when there are others in it."""
        self._split(element, end)
        self._split(element, start)
        piece = next(piece for at, piece in reversed(self._pieces[element]) if at <= start)
        box = _outermost_box(piece)
        return _ancestor(piece if box is None else box, "r")

    def _split(self, element: int, offset: int) -> None:
        """Make ``offset`` the beginning of a run, and what comes before it the end of one."""
        pieces = self._pieces[element]
        index = max(number for number, (at, _) in enumerate(pieces) if at <= offset)
        at, piece = pieces[index]
        run = _ancestor(piece, "r")
        if run is None or _outermost_box(piece) is not None:
            return
        if offset == at:
            _cut_run(run, piece)
            return
        text = piece.text or ""
        if offset - at >= len(text):
            following = piece.getnext()
            if following is not None:
                _cut_run(run, following)
            return
        rest = deepcopy(piece)
        piece.text, rest.text = text[: offset - at], text[offset - at :]
        for part in (piece, rest):
            part.set(_XML_SPACE, "preserve")
        piece.addnext(rest)
        pieces.insert(index + 1, (offset, rest))
        _cut_run(run, rest)


def _cut_run(run: Any, first: Any) -> None:
    """Move ``first`` and what follows it to a run of their own with the same format; nothing when it opens its run."""
    before = [child for child in run.iterchildren() if child.tag != f"{_W}rPr"]
    if not before or before[0] is first:
        return
    new = run.makeelement(run.tag, dict(run.attrib))
    properties = run.find(f"{_W}rPr")
    if properties is not None:
        new.append(deepcopy(properties))
    moving = [first, *first.itersiblings()]
    for child in moving:
        new.append(child)
    run.addnext(new)


def _ancestor(element: Any, tag: str) -> Any:
    return next(element.iterancestors(f"{_W}{tag}"), None)


def _outermost_box(element: Any) -> Any:
    return next(reversed([*element.iterancestors(f"{_W}txbxContent")]), None)
