"""Templates as officials might make them, and ways to look into what came out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from docx import Document
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.table import Table
from lxml import etree


def saved(document: WordDocument) -> bytes:
    """The document as bytes."""
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def template(*paragraphs: str) -> bytes:
    """A plain Word document with these paragraphs, made without any of our styles."""
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    return saved(document)


def opened(data: bytes) -> WordDocument:
    """A written report, opened anew."""
    return Document(io.BytesIO(data))


def texts(data: bytes) -> list[str]:
    """The text of every top-level paragraph, hyperlinks included."""
    return [visible(paragraph._p) for paragraph in opened(data).paragraphs]


def visible(element: etree._Element) -> str:
    """All text in an element."""
    return "".join(node.text or "" for node in element.iter(qn("w:t")))


def links(data: bytes) -> list[tuple[str, str, str]]:
    """Text, target and tooltip of every external hyperlink in the main text."""
    document = opened(data)
    targets = {
        key: relation.target_ref
        for key, relation in document.part.rels.items()
        if relation.reltype == RELATIONSHIP_TYPE.HYPERLINK and relation.is_external
    }
    return [
        (visible(link), targets[link.get(qn("r:id"))], link.get(qn("w:tooltip"), ""))
        for link in document.element.body.iter(qn("w:hyperlink"))
        if link.get(qn("r:id")) is not None
    ]


def cells(table: Table) -> list[list[str]]:
    """The visible text of a table's cells."""
    return [[visible(cell._tc) for cell in row.cells] for row in table.rows]


def part(data: bytes, name: str) -> bytes:
    """One file of the package."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def repacked(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The package after ``change`` has altered its files."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return stream.getvalue()


def at(element: etree._Element, path: str) -> etree._Element:
    """The element at ``path`` (``w:pPr/w:jc``) below ``element``; the test fails where there is none."""
    found = element.find("/".join(qn(step) for step in path.split("/")))
    assert found is not None, path
    return found


def number(element: etree._Element, name: str = "w:w") -> int:
    """A numeric attribute."""
    return int(element.get(qn(name) if ":" in name else name, ""))
