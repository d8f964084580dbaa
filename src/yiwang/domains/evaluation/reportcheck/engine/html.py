"""Read the text of an HTML page as a browser would show it: nothing is fetched and no script runs.

Kept: blocks as lines, tables as the other readers give them (a row is a line, cells separated by tabs). Dropped: what a
browser does not show (scripts, styles, ``hidden``, ``display: none``), deletions, form fields and embedded documents.
Tables that only arrange a page (a cell holds a table, or more text than any figure needs) are read as blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree, html

from yiwang.domains.evaluation.reportcheck.engine import faults

_HIDDEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.IGNORECASE)
_NOT_SHOWN = """
head script style template noscript del s strike iframe object embed svg math canvas audio video select textarea
datalist button input rp rt map area frameset
"""
_LINES_OF_THEIR_OWN = """
address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer
form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre search section summary table tbody tfoot
thead tr ul
"""
_SKIPPED = frozenset(_NOT_SHOWN.split())
_BLOCKS = frozenset(_LINES_OF_THEIR_OWN.split())
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-:]{2,20})", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>", re.IGNORECASE)
_CHINESE = "\u2e80-\u9fff\u3000-\u303f\uff00-\uffef“”‘’…—"
_BETWEEN_CHINESE = re.compile(rf"(?<=[{_CHINESE}])[ \t\r\n\f]*\n[ \t\r\n\f]*(?=[{_CHINESE}\d])")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_MAX_CELL = 300
_MAX_ELEMENTS = 400_000  # about three seconds and 400 MB


def charset(data: bytes) -> str:
    """The encoding that the page names in its first 4 KB; GB 18030 for its older names, empty when it names none."""
    match = _CHARSET.search(data[:4096])
    name = match[1].decode("ascii").lower() if match else ""
    return "gb18030" if name in {"gb2312", "gbk", "gb_2312-80", "gb18030", "x-gbk"} else name


def read_html(markup: str) -> str:
    """The text of a page. Problems: ``file_damaged`` when no page can be made of it or a part would be lost,
    ``file_unpacked_too_large`` for more elements than any report has.
    """
    markup = _DECLARATION.sub("", markup)
    if not markup.strip():
        return ""
    if markup.count("<") > _MAX_ELEMENTS:
        raise faults.unpacked_too_large(len(markup))
    # huge_tree: without it libxml2 drops what follows a picture of more than 10 MB inside the page.
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        page = html.document_fromstring(markup, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise faults.damaged("HTML") from error
    if any("depth" in entry.message for entry in parser.error_log.filter_from_fatals()):
        # libxml2 leaves out what lies deeper than 2048 elements.
        raise faults.damaged("HTML，嵌套过深 / nested too deeply")
    lines = [_squeeze("".join(line)) for line in _Walk().lines(page)]
    return "\n".join(line for line in lines if line.strip())


def _squeeze(line: str) -> str:
    """White space as a browser shows it; a line break of the source between two Chinese characters is none."""
    cells = line.split("\t")
    return "\t".join(_BLANKS.sub(" ", _BETWEEN_CHINESE.sub("", cell)).strip(" ") for cell in cells)


class _Walk:
    """One pass over the tree in the order of the document, without recursion: pages may nest deeply."""

    def __init__(self) -> None:
        self._lines: list[list[str]] = [[]]
        self._skip: etree._Element | None = None
        self._tables: list[bool] = []  # for each open table: does it hold data
        self._cells: list[int] = []  # for each open row of a data table: cells begun

    def lines(self, page: html.HtmlElement) -> list[list[str]]:
        """The lines as pieces."""
        for event, element in etree.iterwalk(page, events=("start", "end")):
            if event == "start":
                self._start(element)
            else:
                self._end(element)
        return self._lines

    def _start(self, element: etree._Element) -> None:
        if self._skip is not None:
            return
        tag = element.tag
        if tag in _SKIPPED or "hidden" in element.attrib or _HIDDEN.search(element.get("style") or ""):
            self._skip = element
            return
        if tag == "table":
            self._tables.append(_holds_data(element))
        if tag in {"td", "th"} and self._in_data:
            if self._cells and self._cells[-1]:
                self._lines[-1].append("\t")
            if self._cells:
                self._cells[-1] += 1
        elif tag in _BLOCKS or tag in {"td", "th", "br"}:
            self._break(inside=tag != "tr")
            if tag == "tr":
                self._cells.append(0)
        self._add(element.text, raw=tag == "pre")

    def _end(self, element: etree._Element) -> None:
        if self._skip is not None:
            if self._skip is not element:
                return
            self._skip = None
        else:
            tag = element.tag
            if tag == "tr" and self._cells:
                self._cells.pop()
            if tag in _BLOCKS or (tag in {"td", "th"} and not self._in_data):
                self._break(inside=tag not in {"tr", "table"})
            if tag == "table":
                self._tables.pop()
        parent = element.getparent()
        self._add(element.tail, raw=parent is not None and parent.tag == "pre")

    @property
    def _in_data(self) -> bool:
        return bool(self._tables) and self._tables[-1]

    def _break(self, *, inside: bool) -> None:
        """A new line; within a cell of a table that holds data only a gap."""
        if inside and self._in_data and self._cells and self._cells[-1]:
            self._lines[-1].append(" ")
        elif any(part.strip() for part in self._lines[-1]):
            self._lines.append([])
        else:
            self._lines[-1] = []

    def _add(self, text: str | None, *, raw: bool = False) -> None:
        for number, part in enumerate(text.split("\n") if raw and text else [text] if text else []):
            if number:
                self._break(inside=True)
            self._lines[-1].append(part.replace("\t", " ").replace("\xa0", " "))


def _holds_data(table: etree._Element) -> bool:
    if next(table.iterdescendants("table"), None) is not None:
        return False
    rows = list(table.iterdescendants("tr"))
    return max((len(row) for row in rows), default=0) > 1 and all(
        _length(cell) <= _MAX_CELL for row in rows for cell in row
    )


def _length(cell: etree._Element) -> int:
    return sum(len(_BLANKS.sub("", text)) for text in _texts(cell))


def _texts(cell: etree._Element) -> Iterator[str]:
    return (text for text in cell.itertext() if isinstance(text, str))
