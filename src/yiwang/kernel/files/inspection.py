"""What a file really is, by its content, and whether it is fit to keep. No name or declared type is trusted."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import IO

import puremagic

from yiwang.lib.problems import Problem

from . import kinds

MAX_BYTES = 50 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_MEMBERS = 10_000
CHUNK = 1024 * 1024
OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_OOXML_MAIN = {
    b"wordprocessingml.document.main+xml": kinds.DOCX,
    b"spreadsheetml.sheet.main+xml": kinds.XLSX,
    b"presentationml.presentation.main+xml": kinds.PPTX,
}
_MACRO_NAMES = re.compile(r"(^|/)(vbaproject\.bin|vbadata\.xml|activex/|macrosheets/)", re.IGNORECASE)
_DOCTYPE = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


def _problem(code: str, zh: str, en: str, status: int = 400, **detail: object) -> Problem:
    return Problem(code, zh, en, status=status, **detail)


def too_large() -> Problem:
    """The refusal of more than ``MAX_BYTES``."""
    return _problem(
        "file_too_large",
        f"文件超过 {MAX_BYTES // 1024 // 1024} MB。请压缩图片或分成几个文件后再上传。",
        f"The file is larger than {MAX_BYTES // 1024 // 1024} MB. Compress its pictures or split it and try again.",
        status=413,
        limit=MAX_BYTES,
    )


def _damaged(what_zh: str, what_en: str) -> Problem:
    return _problem(
        "file_damaged",
        f"文件已损坏：{what_zh}。请用原来的软件打开并另存后再上传。",
        f"The file is damaged: {what_en}. Open it with the program it came from, save it again and upload that.",
    )


def _encrypted() -> Problem:
    return _problem(
        "file_encrypted",
        "文件设有密码，无法读取。请去除密码后再上传。",
        "The file is protected by a password. Remove the password and upload it again.",
    )


def _macro() -> Problem:
    return _problem(
        "file_macro",
        "文件带有宏或控件，不予接收。请另存为不含宏的 .docx、.xlsx 或 .pptx 后再上传。",
        "The file carries macros or controls and is refused. Save it as .docx, .xlsx or .pptx without macros.",
    )


def _bomb(zh: str, en: str) -> Problem:
    return _problem("file_bomb", f"文件不予接收：{zh}。", f"The file is refused: {en}.")


def _refused(what: str, allowed: frozenset[str], hint_zh: str = "", hint_en: str = "") -> Problem:
    return _problem(
        "file_type_refused",
        f"不接收此类文件（{what}）。{hint_zh}可上传的类型：{kinds.endings(allowed)}。",
        f"Files of this type ({what}) are not taken. {hint_en}These are: {kinds.endings(allowed)}.",
        status=415,
        allowed=sorted(allowed),
    )


def inspect(path: Path, filename: str, allowed: frozenset[str]) -> str:
    """MIME type of the file at ``path``, one of ``allowed`` and matching the ending of ``filename``.

    Problems: ``file_empty``, ``file_too_large``, ``file_type_refused``, ``file_name_mismatch``, ``file_macro``,
    ``file_encrypted``, ``file_damaged``, ``file_bomb``.
    """
    size = path.stat().st_size
    if size == 0:
        raise _problem(
            "file_empty", "文件是空的，请检查后重新选择文件。", "The file is empty; look at it and choose again."
        )
    if size > MAX_BYTES:
        raise too_large()
    with path.open("rb") as handle:
        kind = _detect(handle, path, filename, size, allowed)
    if kind not in allowed:
        raise _refused(kinds.EXTENSIONS[kind][0], allowed)
    ending = filename.rpartition(".")[2].lower() if "." in filename else ""
    if ending not in kinds.EXTENSIONS[kind]:
        raise _problem(
            "file_name_mismatch",
            f"文件名“{filename}”与内容不符：内容是 .{kinds.EXTENSIONS[kind][0]}。请核对是否选错文件，或改正扩展名。",
            f'The name "{filename}" does not fit the content, which is .{kinds.EXTENSIONS[kind][0]}. '
            "Check that it is the right file, or mend the ending.",
            content=kind,
        )
    return kind


def _detect(handle: IO[bytes], path: Path, filename: str, size: int, allowed: frozenset[str]) -> str:
    head = handle.read(4096)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        _ends_with(handle, size, b"IEND\xaeB`\x82", "图片不完整", "the picture is cut off")
        return kinds.PNG
    if head.startswith(b"\xff\xd8\xff"):
        _ends_with(handle, size, b"\xff\xd9", "图片不完整", "the picture is cut off")
        return kinds.JPEG
    if b"%PDF-" in head[:1024]:
        return _pdf(handle, size)
    if head.startswith(OLE_MAGIC):
        handle.seek(0)
        if "EncryptedPackage".encode("utf-16-le") in handle.read():
            raise _encrypted()
        raise _refused(
            "Office 97-2003",
            allowed,
            "请另存为 .docx、.xlsx 或 .pptx 后再上传。",
            "Save it as .docx, .xlsx or .pptx first. ",
        )
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(path, allowed)
    if _is_text(handle):
        return kinds.CSV if filename.lower().endswith(".csv") else kinds.TEXT
    raise _refused(_guess(head, filename), allowed)


def _guess(head: bytes, filename: str) -> str:
    try:
        return str(puremagic.from_string(head, filename=filename)).lstrip(".") or "?"
    except (puremagic.PureError, ValueError):
        return filename.rpartition(".")[2][:10] if "." in filename else "?"


def _ends_with(handle: IO[bytes], size: int, mark: bytes, zh: str, en: str) -> None:
    """``mark`` within the last 4 KB: cameras append a little after the end of a picture."""
    handle.seek(max(0, size - 4096))
    if mark not in handle.read():
        raise _damaged(zh, en)


def _pdf(handle: IO[bytes], size: int) -> str:
    _ends_with(handle, size, b"%%EOF", "PDF 不完整", "the PDF is cut off")
    handle.seek(0)
    if re.search(rb"/Encrypt[\s/<0-9]", handle.read()):
        raise _encrypted()
    return kinds.PDF


def _is_text(handle: IO[bytes]) -> bool:
    """Whether the content is text: UTF-8, UTF-16 with its mark, or GB18030; without control characters."""
    handle.seek(0)
    data = handle.read()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]", text)
    return False


def _zip(path: Path, allowed: frozenset[str]) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            return _members(archive, allowed)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise _damaged("压缩结构不完整", "its zip structure is broken") from error


def _members(archive: zipfile.ZipFile, allowed: frozenset[str]) -> str:
    infos = archive.infolist()
    if any(info.flag_bits & 1 for info in infos):
        raise _encrypted()
    limit = MAX_UNPACKED // 1024 // 1024
    if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_UNPACKED:
        raise _bomb(
            f"解压后超过 {limit} MB 或超过 {MAX_MEMBERS} 个部件",
            f"unpacked it exceeds {limit} MB or {MAX_MEMBERS} parts",
        )
    names = {info.filename for info in infos}
    if any(_MACRO_NAMES.search(name) for name in names):
        raise _macro()
    unpacked = 0
    for info in infos:
        is_xml = info.filename.lower().endswith((".xml", ".rels", ".vml"))
        tail = b""
        # Reading to the end checks the CRC; the declared size was believed only to refuse early, so count again.
        with archive.open(info) as member:
            while chunk := member.read(CHUNK):
                unpacked += len(chunk)
                if unpacked > MAX_UNPACKED:
                    raise _bomb(f"解压后超过 {limit} MB", f"unpacked it exceeds {limit} MB")
                if is_xml and any(mark in tail + chunk for mark in _DOCTYPE):
                    raise _bomb(
                        "其中的 XML 含有文档类型声明，可能是实体炸弹",
                        "XML in it declares a document type, as entity bombs do",
                    )
                tail = chunk[-32:]
    return _zip_kind(archive, names, allowed)


def _zip_kind(archive: zipfile.ZipFile, names: set[str], allowed: frozenset[str]) -> str:
    if "OFD.xml" in names:
        return kinds.OFD
    if "[Content_Types].xml" not in names:
        raise _refused("zip", allowed, "请直接上传其中的文件。", "Upload the files in it instead. ")
    types = archive.read("[Content_Types].xml")
    if b"macroEnabled" in types:
        raise _macro()
    for mark, kind in _OOXML_MAIN.items():
        if mark in types:
            if kind == kinds.DOCX and not any(name.lower().startswith("word/") for name in names):
                raise _damaged("缺少正文部件", "its main part is missing")
            return kind
    raise _refused("Office Open XML", allowed)
