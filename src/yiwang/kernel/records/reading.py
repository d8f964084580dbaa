"""Tables as people bring them: CSV in the encodings of Chinese offices, or an Excel workbook, row by row."""

from __future__ import annotations

import codecs
import csv
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook

from yiwang.lib.problems import Problem

BLOCK = 1 << 20
# A heading is looked for this far down: titles and notes stand above it.
HEADING_ROWS = 10
LONGEST_CELL = 10_000
# So many characters of three bytes before the first wrong byte: GB18030 text does not come out as UTF-8 by chance.
SURELY_UTF_8 = 2
MERGED = re.compile(rb'<mergeCell\s+ref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')
# What the libraries raise about a workbook that is cut off, altered or encrypted.
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, RuntimeError),
    *(ParseError, KeyError, IndexError, ValueError, OSError),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?[0-9][0-9,]*(\.[0-9]+)?", re.ASCII)
csv.field_size_limit(LONGEST_CELL * 10)


@dataclass(frozen=True)
class Line:
    """A row of the file: ``number`` as the person's program counts it (from 1), and its cells."""

    number: int
    cells: Sequence[object]


def lines(path: Path) -> Iterator[Line]:
    """The rows of a .csv, .txt or .xlsx, blank ones left out; a long file is never in memory as a whole.

    Problems: ``file_not_found``, ``file_type_refused``, ``file_empty``, ``encoding_unknown``, ``encoding_broken``,
    ``file_damaged``.
    """
    if not path.is_file():
        raise Problem("file_not_found", f"找不到文件 {path}。", f"There is no file {path}.")
    if path.stat().st_size == 0:
        raise Problem("file_empty", f"文件 {path.name} 是空的。", f"The file {path.name} is empty.")
    with path.open("rb") as handle:
        head = handle.read(8)
    if head.startswith(b"PK\x03\x04"):
        yield from _workbook(path)
    elif head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Problem(
            "file_type_refused",
            "这是旧版 Excel（.xls）或加密的工作簿。请用 WPS 或 Excel 打开，去掉密码，另存为 .xlsx 或 CSV。",
            "This is an old (.xls) or encrypted workbook. Save it without a password as .xlsx or CSV.",
        )
    else:
        yield from _text(path)


def encoding_of(path: Path) -> str:
    """UTF-8 (with or without mark), UTF-16 with a mark, or GB18030, whichever reads the whole file.

    Problems: ``encoding_unknown``, ``encoding_broken``.
    """
    with path.open("rb") as handle:
        head = handle.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates: tuple[str, ...] = ("utf-16",)
    else:
        candidates = ("utf-8-sig", "gb18030")
    at = 0
    for name in candidates:
        decoder, at, line, wide = codecs.getincrementaldecoder(name)(), 0, 1, 0
        try:
            with path.open("rb") as handle:
                while block := handle.read(BLOCK):
                    text = decoder.decode(block)
                    at += len(block)
                    line += text.count("\n")
                    wide += _wide(text)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode("utf-8", "ignore")
            at += error.start
            if name == "utf-8-sig" and wide + _wide(before) >= SURELY_UTF_8:
                raise _broken(path, line + before.count("\n"), at) from error
            continue
        return name
    raise Problem(
        "encoding_unknown",
        f"文件 {path.name} 第 {at + 1} 个字节附近不是 UTF-8、UTF-16 或 GB18030 文字。"
        "请用 WPS 打开后另存为“CSV UTF-8”。",
        f"Near byte {at + 1} the file {path.name} is neither UTF-8, UTF-16 nor GB18030. Save it again as CSV UTF-8.",
    )


def _wide(text: str) -> int:
    """Characters that UTF-8 writes with three bytes or more, as all Chinese ones."""
    return 0 if text.isascii() else sum(char > "\u07ff" for char in text)


def _broken(path: Path, line: int, at: int) -> Problem:
    """The Problem of a UTF-8 file with a wrong byte, which GB18030 would read as other characters without a word."""
    return Problem(
        "encoding_broken",
        f"文件 {path.name} 是 UTF-8 文字，但第 {line} 行（第 {at + 1} 个字节附近）有损坏的字符。"
        "请重新导出该文件，或用 WPS 打开、改正该行后另存为“CSV UTF-8”。",
        f"The file {path.name} is UTF-8, but line {line} (near byte {at + 1}) holds a broken character. Export it "
        "again, or mend that line and save it as CSV UTF-8.",
        line=line,
        byte=at + 1,
    )


def _text(path: Path) -> Iterator[Line]:
    with path.open(encoding=encoding_of(path), newline="") as handle:
        sample = handle.read(4096)
        first = sample.split("\n", 1)[0]
        separator = max(",\t;", key=first.count)
        handle.seek(0)
        reader = csv.reader(handle, delimiter=separator)
        try:
            # A cell may hold line ends: rows are counted, as spreadsheets do, not lines.
            for number, cells in enumerate(reader, start=1):
                if any(cell.strip() for cell in cells):
                    yield Line(number, cells)
        except csv.Error as error:
            raise Problem(
                "file_damaged",
                f"文件 {path.name} 第 {reader.line_num} 行读不出来（{error}）。请检查该行的引号是否成对。",
                f"Line {reader.line_num} of {path.name} cannot be read ({error}). Look for a quotation mark that is "
                "not closed.",
            ) from error


def _workbook(path: Path) -> Iterator[Line]:
    try:
        book = load_workbook(path, read_only=True, data_only=False)
        sheet = book.worksheets[0]
        # A sheet that claims a size it does not have would hide its rows.
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            if any(cell not in (None, "") for cell in cells):
                yield Line(number, cells)
    except BROKEN as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> Problem:
    return Problem(
        "file_damaged",
        f"工作簿 {path.name} 打不开（{error}）。请用 WPS 打开确认后另存为 .xlsx。",
        f"The workbook {path.name} cannot be opened ({error}). Open it, then save it again as .xlsx.",
    )


@dataclass(frozen=True)
class Merged:
    """A range of merged cells, as a spreadsheet names it: "A2:B2" is in the rows ``top`` to ``bottom``."""

    name: str
    top: int
    bottom: int


def merged(path: Path) -> tuple[Merged, ...]:
    """The merged cells of a workbook's first sheet; none of any other file."""
    if not zipfile.is_zipfile(path):
        return ()
    tail = b""
    try:
        with zipfile.ZipFile(path) as archive:
            name = next((name for name in sorted(archive.namelist()) if name.startswith("xl/worksheets/sheet")), "")
            if not name:
                return ()
            with archive.open(name) as sheet:
                # They are written behind the rows, which may be 200 MB.
                while block := sheet.read(BLOCK):
                    tail = (tail + block)[-BLOCK:]
    except BROKEN as error:
        raise _damaged(path, error) from error
    return tuple(
        Merged(f"{left.decode()}{top.decode()}:{right.decode()}{bottom.decode()}", int(top), int(bottom))
        for left, top, right, bottom in MERGED.findall(tail)
    )


def safe(text: str) -> str:
    """A cell for a CSV that goes out: what a spreadsheet would run is marked as text; a number is none of that."""
    return f"'{text}" if text.startswith(FORMULA) and not _NUMBER.fullmatch(text) else text


def unmarked(cell: object) -> object:
    """A cell that came in, without the mark that :func:`safe` put on it: then a formula is one again, and refused."""
    if isinstance(cell, str) and cell[:1] == "'" and cell[1:].startswith(FORMULA):
        return cell[1:]
    return cell
