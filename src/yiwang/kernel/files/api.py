"""Door of the file room."""

from __future__ import annotations

from .inspection import MAX_BYTES
from .kinds import DOCUMENT_TYPES, DOCX, EVIDENCE_TYPES, EXTENSIONS, IMAGE_TYPES
from .models import StoredFile
from .services import download_response, open_bytes, rescan, store, sweep

__all__ = [
    "DOCUMENT_TYPES",
    "DOCX",
    "EVIDENCE_TYPES",
    "EXTENSIONS",
    "IMAGE_TYPES",
    "MAX_BYTES",
    "StoredFile",
    "download_response",
    "open_bytes",
    "rescan",
    "store",
    "sweep",
]
