"""Read the text of a .docx by streaming its XML: nothing is written to disk and no entity is resolved.

Kept: paragraphs, tables (a row is a line, its cells separated by tabs; nested tables follow as lines of their own),
insertions, hyperlinks, fields' results, content controls, text boxes, footnotes and endnotes. Dropped: deletions,
field codes, the fallback copies of text boxes, comments, headers and footers.
"""

from __future__ import annotations

import io
import xml.sax
import zipfile
import zlib
from collections.abc import Iterable
from typing import NamedTuple
from xml.sax.handler import ContentHandler, feature_namespaces
from xml.sax.xmlreader import AttributesNSImpl

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from yiwang.domains.evaluation.reportcheck.engine import faults

_WORD = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
}
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_SKIPPED = {"del", "moveFrom", "delText", "delInstrText", "instrText", "rPrChange", "pPrChange"}
_MAX_RATIO = 1000
_MAX_DEPTH = 2000


class Chunk(NamedTuple):
    """Characters of a text element: the ``element``-th ``w:t`` of the body (from 0), its characters from ``at`` on.

    ``element`` is -1 for what no text element of the body holds: tabs, line breaks, footnotes and endnotes.
    """

    text: str
    element: int = -1
    at: int = 0


Line = list[Chunk]


def read_docx(data: bytes) -> str:
    """The text of a .docx whose bytes are ``data`` (already known to hold ``word/document.xml``)."""
    return "".join(chunk.text for chunk in read_chunks(data))


def read_chunks(data: bytes) -> list[Chunk]:
    """The text in the chunks that it is made of, each with the element of the body that it stands in."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _inspect(package)
            lines = _part(package, "word/document.xml")
            for extra in ("word/footnotes.xml", "word/endnotes.xml"):
                if extra in package.namelist():
                    lines += [[Chunk(chunk.text) for chunk in line] for line in _part(package, extra)]
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise faults.damaged(type(error).__name__) from error
    except RuntimeError as error:
        # zipfile raises a bare RuntimeError for entries with a password.
        raise faults.encrypted() from error
    return _joined(lines, "\n")


def _joined(lines: Iterable[Line], separator: str) -> Line:
    """Lines (or cells) one after another."""
    joined: Line = []
    for number, line in enumerate(lines):
        if number:
            joined.append(Chunk(separator))
        joined += line
    return joined


def _inspect(package: zipfile.ZipFile) -> None:
    entries = package.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise faults.encrypted()
    if any(entry.filename.lower().endswith("vbaproject.bin") for entry in entries):
        raise faults.macros()
    total = sum(entry.file_size for entry in entries)
    if total > faults.MAX_UNPACKED:
        raise faults.unpacked_too_large(total)
    for entry in entries:
        if entry.file_size > 10 * 1024 * 1024 and entry.file_size > _MAX_RATIO * max(1, entry.compress_size):
            raise faults.unpacked_too_large(entry.file_size)
    if "[Content_Types].xml" in package.namelist():
        with package.open("[Content_Types].xml") as types:
            if b"macroEnabled" in types.read(1024 * 1024):
                raise faults.macros()


def _part(package: zipfile.ZipFile, name: str) -> list[Line]:
    handler = _TextHandler()
    parser = make_parser()
    parser.forbid_dtd = True
    parser.forbid_entities = True
    parser.forbid_external = True
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(handler)
    with package.open(name) as stream:
        try:
            parser.parse(stream)
        except DefusedXmlException as error:
            raise faults.unsafe_xml(name) from error
        except xml.sax.SAXException as error:
            raise faults.damaged(name) from error
    return handler.lines


class _TextHandler(ContentHandler):
    """Collects lines. Paragraphs may nest (a text box inside a run) and so may tables."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []
        self._paragraphs: list[Line] = []
        self._rows: list[list[list[Line]]] = []  # rows being read → cells → paragraphs
        self._after_row: list[list[Line]] = []
        self._boxes: list[list[Line]] = []
        self._element = -1
        self._at = 0
        self._skip = 0
        self._depth = 0
        self._in_text = False
        self._size = 0

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise faults.damaged("nesting")
        space, tag = name
        if tag == "t" and space in _WORD:
            # Skipped ones count too: who looks for an element later finds all of them.
            self._element, self._at = self._element + 1, 0
        if self._skip or (space == _COMPATIBILITY and tag == "Fallback"):
            self._skip += 1
            return
        if space not in _WORD:
            return
        if tag in _SKIPPED or (tag in {"footnote", "endnote"} and _separator(space, attrs)):
            self._skip += 1
        elif tag == "p":
            self._paragraphs.append([])
        elif tag == "t":
            self._in_text = True
        elif tag in {"tab", "br", "cr"} and self._paragraphs:
            self._paragraphs[-1].append(Chunk("\t" if tag == "tab" else "\n"))
        elif tag == "noBreakHyphen" and self._paragraphs:
            self._paragraphs[-1].append(Chunk("-"))
        elif tag == "tr":
            self._rows.append([])
            self._after_row.append([])
        elif tag == "tc" and self._rows:
            self._rows[-1].append([])
        elif tag == "txbxContent":
            self._boxes.append([])

    def characters(self, content: str) -> None:
        if self._in_text and not self._skip and self._paragraphs:
            self._size += len(content)
            if self._size > faults.MAX_CHARACTERS:
                raise faults.too_long(self._size)
            self._paragraphs[-1].append(Chunk(content, self._element, self._at))
            self._at += len(content)

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:
        self._depth -= 1
        if self._skip:
            self._skip -= 1
            return
        space, tag = name
        if space not in _WORD:
            return
        if tag == "t":
            self._in_text = False
        elif tag == "p" and self._paragraphs:
            self._emit(self._paragraphs.pop())
        elif tag == "tr" and self._rows:
            cells = [
                [chunk._replace(text=chunk.text.replace("\n", " ")) for part in cell for chunk in part]
                for cell in self._rows.pop()
            ]
            nested = self._after_row.pop()
            for line in [_joined(cells, "\t"), *nested]:
                self._put_row(line)
        elif tag == "txbxContent" and self._boxes:
            box = self._boxes.pop()
            if self._boxes:
                self._boxes[-1].extend(box)
            elif self._after_row:
                self._after_row[-1].extend(box)
            else:
                self.lines.extend(box)

    def _emit(self, line: Line) -> None:
        if self._boxes:
            self._boxes[-1].append(line)
        elif self._rows and self._rows[-1]:
            self._rows[-1][-1].append(line)
        else:
            self.lines.append(line)

    def _put_row(self, line: Line) -> None:
        if self._boxes:
            self._boxes[-1].append(line)
        elif self._rows:
            self._after_row[-1].append(line)
        else:
            self.lines.append(line)


def _separator(space: str, attrs: AttributesNSImpl) -> bool:
    """Whether a footnote is only the rule above the notes."""
    return attrs.get((space, "type"), "normal") != "normal"
