"""Files for tests, made in memory."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from docx import Document
from openpyxl import Workbook


def png() -> bytes:
    """A picture of one pixel."""

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))

    header = struct.pack("!IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", zlib.compress(b"\0\0")) + part(b"IEND", b"")


def jpeg() -> bytes:
    """The beginning and end of a photograph."""
    return b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(64) + b"\xff\xd9"


def pdf(*, encrypted: bool = False) -> bytes:
    """A tiny PDF."""
    trailer = b"trailer << /Encrypt 5 0 R /Root 1 0 R >>" if encrypted else b"trailer << /Root 1 0 R >>"
    return b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n" + trailer + b"\nstartxref\n9\n%%EOF\n"


def docx() -> bytes:
    """A Word document."""
    out = io.BytesIO()
    document = Document()
    document.add_paragraph("正文")
    document.save(out)
    return out.getvalue()


def xlsx() -> bytes:
    """An Excel workbook."""
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def with_part(base: bytes, name: str, content: bytes) -> bytes:
    """The zip ``base`` with one member replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(base)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info, old.read(info))
        new.writestr(name, content)
    return out.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip of ``members``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def encrypted_zip() -> bytes:
    """A docx whose members carry the encryption flag."""
    data = bytearray(docx())
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    return bytes(data)


def ole(*, encrypted: bool) -> bytes:
    """An OLE file: an old .doc, or (encrypted) a .docx with a password."""
    stream = "EncryptedPackage" if encrypted else "WordDocument"
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + stream.encode("utf-16-le") + bytes(512)


def bomb(megabytes: int) -> bytes:
    """A docx that unpacks to so many megabytes."""
    return with_part(docx(), "word/media/zero.bin", bytes(megabytes * 1024 * 1024))


def lying_about_size(base: bytes) -> bytes:
    """The zip ``base`` whose directory says that every member unpacks to one byte."""
    data = bytearray(base)
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 24 : at + 28] = struct.pack("<I", 1)
        at += 4
    return bytes(data)
