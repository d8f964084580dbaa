"""Build the example report as a Word document: a fictional district, about two pages, with planted mistakes."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import NotRequired, TypedDict

FOLDER = Path(__file__).parent
TEXT = FOLDER / "example_report.txt"
NAME = "示例评估报告.docx"


class Planted(TypedDict):
    """One planted mistake: the kind of finding it must raise, its severity, the words it is in, and what is wrong.

    ``mended`` is what the second version says in place of those words (once with a new mistake, as it happens);
    mistakes without it stay.
    """

    kind: str
    severity: str
    at: str
    mended: NotRequired[str]
    zh: str


def planted() -> list[Planted]:
    """The mistakes planted in the example report."""
    mistakes: list[Planted] = json.loads((FOLDER / "planted.json").read_text("utf-8"))
    return mistakes


def example_text(*, mended: bool = False) -> str:
    """The text of the example report, a paragraph a line; ``mended``: of its second version."""
    text = TEXT.read_text("utf-8")
    if mended:
        for mistake in planted():
            text = text.replace(mistake["at"], mistake.get("mended", mistake["at"]))
    return text


def demo_report(*, mended: bool = False) -> bytes:
    """The example report as .docx: title, headings and body in the usual fonts, by name."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt

    document = Document()
    for number, line in enumerate(example_text(mended=mended).splitlines()):
        paragraph = document.add_paragraph()
        font, size = "仿宋", 16
        if number == 0:
            font, size = "小标宋", 22
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        elif line[:2] in {"一、", "二、", "三、"}:
            font = "黑体"
        elif line.startswith("（") and len(line) < 12:
            font = "楷体"
        if number:
            paragraph.paragraph_format.first_line_indent = Pt(32)
        run = paragraph.add_run(line)
        run.font.size = Pt(size)
        run.font.name = font
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()
