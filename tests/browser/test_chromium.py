"""The packaged browser itself: it renders Chinese, and the checks that other tests lean on can fail."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser
TEXT = "汕尾市城区数字政府"
HTML = (
    "<!doctype html><html lang=zh><head><title>t</title>{head}</head><body><main><h1>{body}</h1></main></body></html>"
)
MEASURE = """text => {
  const draw = letter => { const c = document.createElement('canvas'); c.width = c.height = 64;
    const g = c.getContext('2d'); g.font = '48px sans-serif'; g.fillText(letter, 4, 52); return c.toDataURL(); };
  return [...text].map(draw); }"""


def test_chinese_has_glyphs(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.set_content(HTML.format(head="", body=TEXT))
    pictures = page.evaluate(MEASURE, TEXT + "\\U000f1234")
    # Without a font every character is drawn as the same empty box.
    assert len(set(pictures)) == len(set(TEXT)) + len(set("\\U000f1234"))


def test_axe_finds_a_violation_and_passes_a_good_page(
    open_page: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = open_page()
    sheet = '<link rel=stylesheet href="data:text/css,h1{color:black}">'
    page.set_content(HTML.format(head=sheet, body=TEXT))
    axe(page)
    page.set_content(HTML.format(head=sheet, body=f"{TEXT}<img src='data:,'>"))
    with pytest.raises(AssertionError, match="image-alt"):
        axe(page)


@pytest.mark.parametrize(
    "head", ["", "<link rel=stylesheet href='data:text/css,'>", "<link rel=stylesheet href='http://127.0.0.1:1/x.css'>"]
)
def test_a_page_without_its_stylesheets_is_noticed(
    head: str, open_page: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = open_page()
    page.set_content(HTML.format(head=head, body=TEXT))
    with pytest.raises(AssertionError, match="stylesheet"):
        axe(page)
