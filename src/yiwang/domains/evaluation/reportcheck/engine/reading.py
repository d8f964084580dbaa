"""Read a file into text: what it really is, whether it is safe, and its characters."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from yiwang.domains.evaluation.reportcheck.engine import faults
from yiwang.domains.evaluation.reportcheck.engine.source import Source

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC = (
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
)
_TEXT_SUFFIXES = {".txt", ".text"}
_HTML_SUFFIXES = {".html", ".htm", ".xhtml"}
_MACRO_SUFFIXES = {".docm", ".dotm"}


def read_path(path: Path) -> bytes:
    """The bytes of a file, refused early when it is missing, no regular file, or above 50 MB."""
    try:
        if not path.exists():
            raise faults.not_found(str(path))
        if not path.is_file():
            raise faults.unreadable(str(path), "not a regular file")
        size = path.stat().st_size
        if size > faults.MAX_BYTES:
            raise faults.too_large(size)
        return path.read_bytes()
    except OSError as error:
        raise faults.unreadable(str(path), error.strerror or type(error).__name__) from error


def read_bytes(data: bytes, filename: str) -> Source:
    """The text of a .docx, .pdf, .html or .txt; a :class:`~yiwang.lib.problems.Problem` for every fault.

    A format's reader is imported when a file of that format comes.
    """
    if not data:
        raise faults.empty()
    if len(data) > faults.MAX_BYTES:
        raise faults.too_large(len(data))
    suffix = Path(filename).suffix.lower()
    actual = sniff(data)
    if actual in {"encrypted", "legacy"}:
        raise faults.encrypted() if actual == "encrypted" else faults.legacy()
    if suffix in _MACRO_SUFFIXES:
        raise faults.macros()
    if suffix == ".docx":
        if actual == "damaged":
            raise faults.damaged("zip")
        _expect(actual, "Word document", filename)
        from yiwang.domains.evaluation.reportcheck.engine.docx import read_docx

        source = Source(read_docx(data), "docx")
    elif suffix == ".pdf":
        _expect(actual, "PDF", filename)
        from yiwang.domains.evaluation.reportcheck.engine.pdf import read_pdf

        source = read_pdf(data)
    elif suffix in _HTML_SUFFIXES:
        _expect(actual, "plain text", filename)
        from yiwang.domains.evaluation.reportcheck.engine.html import charset, read_html

        source = Source(read_html(decode(data, charset(data))), "html")
    elif suffix in _TEXT_SUFFIXES:
        _expect(actual, "plain text", filename)
        source = Source(decode(data))
    else:
        raise faults.unsupported(filename)
    accept(source.text)
    return source


def _expect(actual: str, wanted: str, filename: str) -> None:
    if actual != wanted:
        raise faults.mismatch(filename, "archive" if actual == "damaged" else actual)


def accept(text: str) -> str:
    """Refuse a text without letters or above a million characters."""
    if len(text) > faults.MAX_CHARACTERS:
        raise faults.too_long(len(text))
    if not any(character.isalnum() for character in text):
        raise faults.no_text()
    return text


def sniff(data: bytes) -> str:
    """What the bytes are, whatever their name says."""
    if data.startswith(_OLE):
        return "encrypted" if "EncryptedPackage".encode("utf-16-le") in data else "legacy"
    if b"%PDF-" in data[:1024]:
        return "PDF"
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _package(data)
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return "plain text"
    head = data[:4096]
    if b"\x00" in head and not _bare_utf16(data):
        return "binary data"
    if sum(byte < 9 or 13 < byte < 32 for byte in head if byte) > len(head) // 20:
        return "binary data"
    return "plain text"


def _package(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "damaged"
    if "word/document.xml" in names:
        return "Word document"
    if any(name.startswith("xl/") for name in names):
        return "Excel workbook"
    if any(name.startswith("ppt/") for name in names):
        return "PowerPoint presentation"
    if "mimetype" in names and "content.xml" in names:
        return "OpenDocument"
    return "damaged" if "[Content_Types].xml" in names else "archive"


def decode(data: bytes, named: str = "") -> str:
    """Decode UTF-8 (with or without mark), UTF-16 or GB18030; line ends stay as they are.

    ``named`` is the encoding that the document itself names: tried before these, after a mark at the beginning.
    """
    try:
        if data.startswith(b"\xef\xbb\xbf"):
            return data.decode("utf-8-sig")
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        bare = _bare_utf16(data)
        if bare:
            return data.decode(bare)
    except UnicodeDecodeError as error:
        raise faults.encoding() from error
    for encoding in (*([named] if named else []), "utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise faults.encoding()


def _bare_utf16(data: bytes) -> str:
    """UTF-16 without a mark: line ends and digits put a zero byte beside an ASCII byte. Empty when it is not."""
    head = data[:4096]
    if len(data) % 2 or b"\x00" not in head:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd and not even:
        return "utf-16-le"
    return "utf-16-be" if even and not odd else ""
