"""Native comments (批注) on the numbers of a report: the lineage of each, once a paragraph.

Word allows comments in the main text only, and there not in text boxes: elsewhere a number is a link without one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from docx.oxml.ns import qn
from docx.package import Package

from . import wordxml as w
from .context import FigureRef
from .lineage import lineage
from .package import open_package
from .package_io import save_package

# On its way a figure's element carries its number in this attribute; no document may keep it.
FIGURE = qn("w:sentinelFigure")
INITIALS = "一网"


def annotate(root: w.Element, figures: Sequence[FigureRef], comments: Comments | None) -> None:
    """Puts a comment on every figure of ``root`` (once in a paragraph); ``None`` only takes the marks away."""
    noted: dict[w.Element, set[FigureRef]] = {}
    for node in [node for node in root.iter(qn("w:hyperlink"), qn("w:r")) if FIGURE in node.attrib]:
        figure = figures[int(node.attrib.pop(FIGURE))]
        if comments is None or next(node.iterancestors(qn("w:txbxContent")), None) is not None:
            continue
        known = noted.setdefault(next(node.iterancestors(qn("w:p"))), set())
        if figure not in known:
            known.add(figure)
            _attach(node, comments.add(figure), comments.reference_style)


def without_comments(data: bytes) -> bytes:
    """The Word file ``data`` with all its comments taken out, as it goes to the printer (不带批注)."""
    package = open_package(data)
    document = package.main_document_part
    root: w.Element = document.element
    for node in list(root.iter(*(qn(f"w:comment{mark}") for mark in ("RangeStart", "RangeEnd", "Reference")))):
        run = node.getparent()
        assert run is not None  # noqa: S101  nothing but the root has no parent
        run.remove(node)
        if run.tag == qn("w:r") and all(child.tag == qn("w:rPr") for child in run):
            run.getparent().remove(run)  # type: ignore[union-attr]  # a run of a document has a parent
    for key, relation in list(document.rels.items()):
        # Beside the comments themselves Word keeps who answered whom and when (commentsExtended, commentsIds, …).
        if "/comments" in relation.reltype:
            del document.rels[key]
    return save_package(package)


def _attach(node: w.Element, number: str, style: str) -> None:
    properties = w.element("w:rPr", children=[w.element("w:rStyle", {"w:val": style})])
    reference = w.element("w:commentReference", {"w:id": number})
    node.addprevious(w.element("w:commentRangeStart", {"w:id": number}))
    node.addnext(w.element("w:r", children=[properties, reference]))
    node.addnext(w.element("w:commentRangeEnd", {"w:id": number}))


class Comments:
    """The comments of a package, those that its template brought included."""

    def __init__(self, package: Package, styles: dict[str, str], author: str, written: datetime) -> None:
        """``styles`` gives the package's id for each of our style ids; ``written`` is in UTC."""
        # python-docx makes the part where there is none, but only privately.
        self._root: w.Element = package.main_document_part._comments_part.element
        self._author = author
        self._date = written.strftime("%Y-%m-%dT%H:%M:%SZ")
        self._text_style = styles[w.STYLE_COMMENT]
        self.reference_style = styles[w.STYLE_COMMENT_MARK]
        taken = [int(node.get(qn("w:id"), "0")) for node in self._root.iter(qn("w:comment"))]
        self._next = max(taken, default=-1) + 1

    def add(self, figure: FigureRef) -> str:
        """Adds the comment that says where ``figure`` comes from; returns its id."""
        number = str(self._next)
        self._next += 1
        attributes = {
            "w:id": number,
            "w:author": self._author,
            "w:date": self._date,
            "w:initials": INITIALS,
        }
        self._root.append(w.element("w:comment", attributes, self._paragraphs(figure)))
        return number

    def _paragraphs(self, figure: FigureRef) -> Iterator[w.Element]:
        for position, (label, text) in enumerate(lineage(figure)):
            made = w.paragraph(self._text_style, [w.run(f"{label}：{text}")])
            if position == 0:
                mark = w.element("w:rPr", children=[w.element("w:rStyle", {"w:val": self.reference_style})])
                made.insert(1, w.element("w:r", children=[mark, w.element("w:annotationRef")]))
            yield made
