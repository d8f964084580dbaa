"""A report printed to PDF by Chromium is read as the page that was printed: S46 finds the same in both."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import pytest
from playwright.sync_api import Page, PdfMargins

from yiwang.domains.evaluation.reportcheck.api import check_bytes
from yiwang.domains.evaluation.reportcheck.demo.build import TEXT

pytestmark = pytest.mark.browser
STYLE = """
body { font: 16pt/28pt sans-serif; } h1 { font: 22pt/34pt sans-serif; text-align: center; }
p { margin: 0; text-indent: 2em; text-align: justify; }
table { border-collapse: collapse; width: 100%; font-size: 14pt; } td, th { border: 1px solid; text-align: center; }
"""
TABLE = [
    ("街道", "登记的便民服务点总数（个）", "达标数（个）"),
    ("青云街道办事处及其下辖的各居民委员会", "420", "400"),
    ("白鹭街道", "512", "380"),
    ("合计", "931", "780"),
]
MARGIN: PdfMargins = {"top": "37mm", "bottom": "35mm", "left": "28mm", "right": "26mm"}
HEAD = '<span style="font-size: 9px; margin-left: 28mm">云溪区评估报告 2024年</span>'
FOOT = '<div style="font-size: 12px; width: 100%; text-align: center">— <span class="pageNumber"></span> —</div>'


def test_a_printed_report_reads_as_the_page_it_was_printed_from(open_page: Callable[..., Page]) -> None:
    title, *paragraphs = TEXT.read_text("utf-8").splitlines()
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in TABLE)
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    markup = f"<meta charset='utf-8'><style>{STYLE}</style><h1>{title}</h1>{body}<table>{rows}</table>"
    page = open_page()
    page.set_content(markup)
    printed = page.pdf(
        format="A4", margin=MARGIN, display_header_footer=True, header_template=HEAD, footer_template=FOOT
    )

    on_screen, on_paper = check_bytes(markup.encode(), "报告.html"), check_bytes(printed, "报告.pdf")

    assert on_paper.document.text == on_screen.document.text
    assert on_paper.findings == on_screen.findings
    assert {"table_sum", "share_mismatch"} <= {finding.kind for finding in on_paper.findings}
    pages = {page_number for _, page_number, _ in on_paper.document.lines}
    assert pages == set(range(1, max(pages) + 1))
    assert len(pages) >= 3
