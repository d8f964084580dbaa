"""A written report as who checks it reads it: each number with its link and comment, and what the linked page shows.

``CHECKS`` says, by the name of the page that a link opens, how the number is found there again; a page that shows the
rows behind a number adds its own check.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from urllib.parse import urlsplit

from django.test import Client
from django.urls import resolve
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from lxml import etree, html

from yiwang.domains.evaluation.planning import relations
from yiwang.domains.evaluation.planning.report.context import ORIGIN_ZH

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class PrintedNumber:
    """A number in the Word file: as printed, the page that it opens, the lines of its comment by label."""

    text: str
    url: str
    comment: tuple[tuple[str, str], ...]

    @property
    def lineage(self) -> dict[str, str]:
        """The comment's lines by label."""
        return dict(self.comment)

    @property
    def code(self) -> str:
        """The figure's code; another word where it is no figure of the plan."""
        return self.lineage["名称"].split()[0]

    @property
    def is_figure(self) -> bool:
        """Whether it is a figure itself and not something that follows from one or is laid down for it."""
        return self.lineage["来源"] not in {ORIGIN_ZH["derived"], ORIGIN_ZH["planned"]}

    @property
    def page(self) -> str:
        """The name of the page that the link opens."""
        return resolve(urlsplit(self.url).path).view_name


def printed_numbers(report: bytes) -> list[PrintedNumber]:
    """Every linked number of the text in order; fails for one that has no comment in its paragraph."""
    document = Document(BytesIO(report))
    comments = {
        str(comment.comment_id): tuple(_line(paragraph.text) for paragraph in comment.paragraphs)
        for comment in document.comments
    }
    targets = {
        key: relation.target_ref
        for key, relation in document.part.rels.items()
        if relation.reltype == RELATIONSHIP_TYPE.HYPERLINK and relation.is_external
    }
    found = []
    for paragraph in document.element.body.iter(qn("w:p")):
        noted: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}
        for link in paragraph.iter(qn("w:hyperlink")):
            if link.get(qn("r:id")) is None:
                continue  # an entry of the contents
            key = ("".join(node.text or "" for node in link.iter(qn("w:t"))), targets[link.get(qn("r:id"))])
            before = link.getprevious()
            if before is not None and before.tag == qn("w:commentRangeStart"):
                noted[key] = comments[before.get(qn("w:id"))]
            found.append(PrintedNumber(*key, noted[key]))
    return found


def shown_again(number: PrintedNumber, reader: Client) -> str:
    """What is wrong with the page behind ``number`` as ``reader`` sees it; empty when it shows the same."""
    parts = urlsplit(number.url)
    answer = reader.get(f"{parts.path}?{parts.query}")
    if answer.status_code != 200:
        return f"{number.text}: {number.url} answers {answer.status_code}"
    page = html.document_fromstring(answer.content.decode()).find(".//main")
    wrong = "has no content" if page is None else CHECKS[number.page](number, page)
    return wrong and f"{number.text} ({number.lineage['名称']}): {number.url} {wrong}"


def _figure(number: PrintedNumber, page: etree._Element) -> str:
    """The same number stands on the figure's page; where it follows from others, those shown give it."""
    if not _shows(page, number.text):
        return "does not show it"
    formula = page.find(".//p[@class='formula']")
    if formula is None or not number.is_figure or "月数" in _text(formula):
        return ""
    shown = [_value(_text(part)) for part in formula.iterfind(".//span[@class='numeric']")]
    codes = tuple(f"P{position}" for position in range(len(shown)))
    relation = relations.Relation("/" if "÷" in _text(formula) else "+", codes, countable=True)
    unit = "%" if number.text.endswith("%") else ""
    given = relations.evaluate(relation, dict(zip(codes, shown, strict=True)), unit)
    places = len(_NUMBER.findall(number.text)[0].partition(".")[2])
    if given is None or not relations.agrees(given, _value(number.text), places):
        return f"shows parts {' and '.join(map(str, shown))} that give {given}"
    return ""


def _counted(number: PrintedNumber, page: etree._Element) -> str:
    """The number stands on the page or its rows are as many; a share does, or its numerator (分子) stands there."""
    rows = len(page.findall(".//tbody/tr"))
    if _shows(page, number.text) or number.text == str(rows):
        return ""
    if number.text.endswith("%") and "分子" in number.lineage:
        top, bottom = (_value(number.lineage[label]) for label in ("分子", "分母"))
        if relations.agrees(top * 100 / bottom, _value(number.text), 2) and (_shows(page, str(top)) or rows == top):
            return ""
    return f"shows {rows} rows"


CHECKS: dict[str, Callable[[PrintedNumber, etree._Element], str]] = {
    "s45:figure": _figure,
    "s45:plan": _counted,
    "s45:judgement": _counted,
    "s45:indicators": _counted,
}


def _line(text: str) -> tuple[str, str]:
    label, _, rest = text.partition("：")
    return label, rest


def _text(element: etree._Element) -> str:
    return " ".join(" ".join(str(text) for text in element.itertext()).split())


def _shows(page: etree._Element, text: str) -> bool:
    """Whether ``text`` stands on the page by itself: 45 is not in 1450."""
    return re.search(rf"(?<![\d.]){re.escape(text)}(?![\d.])", _text(page)) is not None


def _value(text: str) -> Decimal:
    return Decimal(_NUMBER.findall(text.replace(",", ""))[0])
