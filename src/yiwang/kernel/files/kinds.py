"""The kinds of file that are taken in, with the name endings that belong to each."""

from __future__ import annotations

from yiwang.lib import workbooks

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = workbooks.CONTENT_TYPE
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
PDF = "application/pdf"
OFD = "application/ofd"
PNG = "image/png"
JPEG = "image/jpeg"
TEXT = "text/plain"
CSV = "text/csv"

EXTENSIONS: dict[str, tuple[str, ...]] = {
    DOCX: ("docx",),
    XLSX: ("xlsx",),
    PPTX: ("pptx",),
    PDF: ("pdf",),
    OFD: ("ofd",),
    PNG: ("png",),
    JPEG: ("jpg", "jpeg"),
    TEXT: ("txt",),
    CSV: ("csv",),
}

IMAGE_TYPES = frozenset({PNG, JPEG})
TABLE_TYPES = frozenset({XLSX, CSV, TEXT})
DOCUMENT_TYPES = frozenset({DOCX, TEXT})
EVIDENCE_TYPES = frozenset({DOCX, XLSX, PPTX, PDF, OFD, TEXT, CSV}) | IMAGE_TYPES


def endings(types: frozenset[str]) -> str:
    """The name endings of ``types`` for a message: ".docx, .txt"."""
    return ", ".join(f".{ending}" for kind, names in EXTENSIONS.items() if kind in types for ending in names)


def type_by_ending(filename: str, types: frozenset[str]) -> str:
    """The one of ``types`` that the ending of a name stands for; KeyError when it stands for none of them."""
    ending = filename.rpartition(".")[2].lower()
    return {name: kind for kind, names in EXTENSIONS.items() if kind in types for name in names}[ending]
