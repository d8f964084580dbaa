"""Every reason why a file cannot be checked, each with a stable code and how to mend it."""

from __future__ import annotations

from yiwang.lib.problems import Problem

MAX_BYTES = 50 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_CHARACTERS = 1_000_000


def empty() -> Problem:
    """The file has no bytes."""
    return Problem(
        "file_empty",
        "文件是空的（0 字节）。请检查文件是否保存完整，重新导出后再试。",
        "The file is empty (0 bytes). Check that it was saved completely and export it again.",
    )


def no_text() -> Problem:
    """The file has no letters."""
    return Problem(
        "file_no_text",
        "文件中没有可核验的文字。如果是扫描件或图片，请先做文字识别，再上传文字版。",
        "The file contains no text to check. If it is a scan or a picture, recognise its text first.",
    )


def no_text_layer(pages: int) -> Problem:
    """A scanned PDF: pictures of pages without their text."""
    return Problem(
        "no_text_layer",
        f"这份 PDF（{pages} 页）没有文字层，多半是扫描件，读不出文字。请上传由 Word 或 WPS 导出的 PDF 或 .docx；"
        "只有扫描件时，请先做文字识别（OCR）。",
        f"This PDF ({pages} pages) has no text layer; it was probably scanned. Upload the .docx or a PDF exported from "
        "Word or WPS, or recognise its text (OCR) first.",
        pages=pages,
    )


def too_many_pages(pages: int, most: int) -> Problem:
    """More pages than any report has."""
    return Problem(
        "report_too_long",
        f"文件有 {pages} 页，超过一次核验 {most} 页的上限。请把报告拆开后分别核验。",
        f"The file has {pages} pages; at most {most} are checked at once. Check the report in parts.",
        status=413,
        length=pages,
        limit=most,
    )


def too_large(size: int) -> Problem:
    """More than 50 MB."""
    return Problem(
        "file_too_large",
        f"文件有 {size / 1048576:.1f} MB，超过 50 MB 的上限。请压缩文中图片，或把报告拆开后分别核验。",
        f"The file has {size / 1048576:.1f} MB; the limit is 50 MB. Compress its pictures or check it in parts.",
        status=413,
        size=size,
        limit=MAX_BYTES,
    )


def unpacked_too_large(size: int) -> Problem:
    """A zip bomb, or a document that is far too big once unpacked."""
    return Problem(
        "file_unpacked_too_large",
        "文件解压后超过 200 MB 的上限，或压缩比异常，为安全起见未打开。"
        "请在 Word 或 WPS 中另存（导出）一份并压缩图片后再试。",
        "The file exceeds 200 MB once unpacked, or is compressed abnormally, and was not opened. "
        "Save or export a new copy from Word or WPS.",
        status=413,
        size=size,
        limit=MAX_UNPACKED,
    )


def too_long(length: int) -> Problem:
    """More text than any report has."""
    return Problem(
        "report_too_long",
        f"正文有 {length} 字，超过一次核验 {MAX_CHARACTERS} 字的上限。请把报告拆开后分别核验。",
        f"The text has {length} characters; at most {MAX_CHARACTERS} are checked at once. Check the report in parts.",
        status=413,
        length=length,
        limit=MAX_CHARACTERS,
    )


def encrypted() -> Problem:
    """Protected by a password."""
    return Problem(
        "file_encrypted",
        "文件设有打开密码，无法读取。请用原来的软件取消密码（Word：“用密码进行加密”），另存后再试。",
        "The file is protected by a password and cannot be read. Remove the password in the program it comes from.",
    )


def legacy() -> Problem:
    """A binary .doc, or another OLE file."""
    return Problem(
        "file_legacy_doc",
        "这是旧版 .doc（或其他旧版 Office）文件，不能直接核验。请在 Word 或 WPS 中另存为 .docx 后再试。",
        "This is an old binary Office file (.doc). Save it as .docx in Word or WPS and try again.",
    )


def damaged(where: str) -> Problem:
    """Not a readable package."""
    return Problem(
        "file_damaged",
        f"文件已损坏，无法读取（{where}）。请用原来的软件打开并修复，另存后再试；或向报送单位重新索取。",
        f"The file is damaged and cannot be read ({where}). Repair it in the program it comes from and save it again, "
        "or ask for a new copy.",
        where=where,
    )


def macros() -> Problem:
    """Carries programs."""
    return Problem(
        "file_has_macros",
        "文件带有宏程序，为安全起见不予打开。请另存为不含宏的 .docx 后再试。",
        "The file carries macros and was not opened. Save it as .docx without macros and try again.",
    )


def mismatch(name: str, actual: str) -> Problem:
    """Its name says one thing, its content another."""
    return Problem(
        "file_type_mismatch",
        f"文件名“{name}”与内容不符：内容实际是{_ZH.get(actual, actual)}。请换成正确的文件，或改正扩展名后再试。",
        f"The file name {name!r} does not match its content, which is {actual}. "
        "Choose the right file or correct its extension.",
        filename=name,
        actual=actual,
    )


def unsupported(name: str) -> Problem:
    """A type that cannot be checked."""
    return Problem(
        "file_type_unsupported",
        f"不支持“{name}”这种文件。报告核验接受 .docx、.pdf、.html 和 .txt，请另存为其中一种后再试。",
        f"Files like {name!r} are not supported. The check accepts .docx, .pdf, .html and .txt; save the report so.",
        status=415,
        filename=name,
    )


def unsafe_xml(part: str) -> Problem:
    """A DOCTYPE or entity declarations inside: Word never writes them."""
    return Problem(
        "file_xml_unsafe",
        f"文件内部（{part}）含有 DOCTYPE 或实体定义，正常的 Word 文件不会有，为安全起见未读取。"
        "请在 Word 中另存一份后再试。",
        f"The file contains a DOCTYPE or entities ({part}), which Word never writes; it was not read. "
        "Save a new copy in Word.",
        part=part,
    )


def encoding() -> Problem:
    """Text in no encoding that is known here."""
    return Problem(
        "file_encoding_unknown",
        "文本编码无法识别（接受 UTF-8、UTF-16、GB18030）。请用记事本打开，另存为 UTF-8 编码后再试。",
        "The text encoding is not recognised (UTF-8, UTF-16 and GB18030 are). Save the file as UTF-8 and try again.",
    )


def not_annotated() -> Problem:
    """A Word document that cannot be written back."""
    return Problem(
        "file_not_annotated",
        "这份文件可以核验，但不能写入批注：它不是 Word 通用格式（如“Strict Open XML”）。"
        "请在 Word 或 WPS 中另存为 .docx 后再试。",
        "This file can be checked, but no comments can be written into it: it is not the usual Word format (such as "
        "Strict Open XML). Save it as .docx in Word or WPS and try again.",
    )


def only_docx_is_annotated(kind: str) -> Problem:
    """Comments are a thing of Word documents."""
    return Problem(
        "annotate_docx_only",
        f"只有 .docx 能写入批注，这份文件是 {kind}。请用 .docx 核验，或改用导出的意见表。",
        f"Comments can be written into .docx only; this file is {kind}. Check the .docx, or use the exported list.",
        kind=kind,
    )


def not_found(name: str) -> Problem:
    """No such file."""
    return Problem(
        "file_not_found",
        f"找不到文件“{name}”。请检查路径是否正确。",
        f"The file {name!r} does not exist. Check its path.",
        status=404,
        filename=name,
    )


def unreadable(name: str, reason: str) -> Problem:
    """The operating system refuses."""
    return Problem(
        "file_unreadable",
        f"无法读取“{name}”（{reason}）。请检查它是不是普通文件、有没有读取权限。",
        f"{name!r} cannot be read ({reason}). Check that it is a regular file and that you may read it.",
        filename=name,
        reason=reason,
    )


def same_file(name: str) -> Problem:
    """The annotated copy would replace the original."""
    return Problem(
        "annotate_same_file",
        f"“{name}”就是被核验的文件，不覆盖原件。请给批注版另起一个文件名。",
        f"{name!r} is the document that was checked and is not overwritten. Name another file for the annotated copy.",
        filename=name,
    )


def unwritable(name: str, reason: str) -> Problem:
    """The annotated copy cannot be written there."""
    return Problem(
        "file_unwritable",
        f"无法写入“{name}”（{reason}）。请检查文件夹是否存在、有没有写入权限、磁盘是否已满。",
        f"{name!r} cannot be written ({reason}). Check that the folder exists, that you may write to it, and the disk.",
        filename=name,
        reason=reason,
    )


_ZH = {
    "PDF": " PDF 文档",
    "Excel workbook": " Excel 工作簿",
    "PowerPoint presentation": " PowerPoint 演示文稿",
    "Word document": " Word 文档（.docx）",
    "plain text": "纯文本",
    "picture": "图片",
    "archive": "压缩包",
    "OpenDocument": "开放文档格式（.odt/.ods）",
    "RTF": " RTF 文档",
    "binary data": "二进制数据",
}
