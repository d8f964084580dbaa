"""Door of the file room."""

from __future__ import annotations

from .inspection import MAX_BYTES
from .kinds import CSV, DOCUMENT_TYPES, DOCX, EVIDENCE_TYPES, EXTENSIONS, IMAGE_TYPES, TABLE_TYPES, XLSX
from .models import StoredFile
from .services import download_response, open_bytes, path_of, remove, rescan, store, sweep

__all__ = [
    "CSV",
    "DOCUMENT_TYPES",
    "DOCX",
    "EVIDENCE_TYPES",
    "EXTENSIONS",
    "IMAGE_TYPES",
    "MAX_BYTES",
    "TABLE_TYPES",
    "XLSX",
    "StoredFile",
    "download_response",
    "open_bytes",
    "path_of",
    "remove",
    "rescan",
    "store",
    "sweep",
]
