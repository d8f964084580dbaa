"""Saves a Word package so that the same content gives the same bytes."""

from __future__ import annotations

import io
import zipfile

from docx.opc.package import OpcPackage

# The earliest moment a zip entry can carry.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def save_package(package: OpcPackage) -> bytes:
    """The package as .docx bytes with fixed entry times."""
    first = io.BytesIO()
    package.save(first)
    return fixed_times(first.getvalue())


def fixed_times(data: bytes) -> bytes:
    """A zip archive with the same entries, their times those of the earliest day that an entry can carry."""
    final = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(final, "w") as target:
        for entry in source.infolist():
            fixed = zipfile.ZipInfo(entry.filename, _ZIP_EPOCH)
            target.writestr(fixed, source.read(entry), zipfile.ZIP_DEFLATED)
    return final.getvalue()
