"""What people do with the pages: by keyboard alone, without scripts, on a phone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .demo import DemoSite

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
PICTURES = os.environ.get("YIWANG_PICTURES") == "1"
FOCUSED = (
    """() => { const e = document.activeElement; return e ? (e.innerText || e.value || e.name || '').trim() : ''; }"""
)


def tab_to(page: Page, wanted: Callable[[Page], bool], limit: int = 150) -> None:
    """Press Tab until ``wanted``; a page on which that takes more than ``limit`` stops cannot be used by keyboard."""
    for _ in range(limit):
        if wanted(page):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{page.url}: not reached by keyboard; focus is on {page.evaluate(FOCUSED)!r}")


def focus_is(selector: str) -> Callable[[Page], bool]:
    return lambda page: bool(page.evaluate("s => document.activeElement?.matches(s) ?? false", selector))


def test_sign_in_hand_in_and_submit_by_keyboard(demo_site: DemoSite, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto(f"{demo_site.base}/sign-in/?next=/evaluation/hand-ins/")
    tab_to(page, focus_is("[name=username]"))
    page.keyboard.type("liaison-city-management")
    page.keyboard.press("Tab")
    page.keyboard.type(demo_site.password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{demo_site.base}/evaluation/hand-ins/")

    # Tab reaches the skip link first; it jumps over the navigation.
    page.keyboard.press("Tab")
    assert focus_is(".skip-link")(page)
    page.keyboard.press("Enter")
    tab_to(page, focus_is("main a[href*='/evaluation/hand-ins/6']"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{demo_site.base}/evaluation/hand-ins/*/")

    tab_to(page, focus_is("input[type=radio][name=status]"))
    page.keyboard.press("Space")
    fill_required(page)
    tab_to(page, focus_is("button[formaction*='submit'], button[name=action][value=submit], [data-submit]"))
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    if page.locator("dialog[open]").count():
        tab_to(page, focus_is("[data-confirm-yes]"))
        page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("待审核")


def fill_required(page: Page) -> None:
    """Type into every field that must be filled, moving by Tab only."""
    for _ in range(120):
        kind = page.evaluate(
            """() => { const e = document.activeElement;
              const kinds = 'main input:not([type=radio]):not([type=file]):not([type=date]), main textarea';
              if (!e.matches(kinds)) return '';
              return e.value ? '' : e.matches('textarea') ? 'text' : e.name.includes('value') ? 'number' : 'word'; }"""
        )
        if kind == "number":
            page.keyboard.type("50")
        elif kind == "text":
            page.keyboard.type("按计划推进，已完成阶段任务。")
        elif kind == "word":
            page.keyboard.type("业务台账")
        if focus_is("textarea[name=measures]")(page):
            return
        page.keyboard.press("Tab")


def test_drawer_on_a_phone(demo_site: DemoSite, open_page: Callable[..., Page]) -> None:
    page = demo_site.page_for(open_page, "bureau", 390)
    page.goto(demo_site.base)
    sidebar = page.locator("#sidebar")
    expect(sidebar).not_to_be_visible()
    page.click("[data-drawer]")
    expect(sidebar).to_be_visible()
    assert page.locator("[data-drawer]").get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    expect(sidebar).not_to_be_visible()
    assert focus_is("[data-drawer]")(page)


def test_drawer_without_scripts(demo_site: DemoSite, open_page: Callable[..., Page]) -> None:
    page = demo_site.page_for(open_page, "bureau", 390, java_script_enabled=False)
    page.goto(demo_site.base)
    page.click("[data-drawer]")
    expect(page.locator("#sidebar")).to_be_visible()
    page.locator("#sidebar .nav-item", has_text="帮助").click()
    page.wait_for_url("**/help/")


def test_shortcuts_and_menu(demo_site: DemoSite, open_page: Callable[..., Page]) -> None:
    page = demo_site.page_for(open_page, "bureau")
    page.goto(f"{demo_site.base}/help/")
    page.keyboard.press("/")
    assert focus_is("#topbar-q")(page)
    page.keyboard.type("消防")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=*")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".account-menu summary").click()
    expect(page.locator(".account-menu .menu-sheet")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".account-menu .menu-sheet")).not_to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url(f"{demo_site.base}/")


def test_unsaved_work_is_guarded(demo_site: DemoSite, open_page: Callable[..., Page]) -> None:
    page = demo_site.page_for(open_page, "liaison-data")
    page.goto(f"{demo_site.base}/evaluation/hand-ins/48/")
    asked: list[str] = []

    def answer(dialog: object) -> None:
        asked.append(getattr(dialog, "type", ""))
        # The stand-in type has no accept; at run time it is Playwright's dialog.
        getattr(dialog, "accept")()  # noqa: B009

    page.on("dialog", answer)
    page.locator("textarea[name=problems]").fill("设备老化")
    page.locator(".brand").click()
    page.wait_for_url(f"{demo_site.base}/")
    assert asked == ["beforeunload"]


def test_a_table_is_imported_through_the_page(demo_site: DemoSite, open_page: Callable[..., Page]) -> None:
    """With the worker that ``yiwang demo`` keeps beside its web processes."""
    rows = (
        "来源编号,设备编号,发生日期,故障类型,故障说明",
        "J-1,ZZJ-001,2023-07-03,printer,卡纸",
        "J-2,ZZJ-002,2023-07-32,printer,日期有误",
        "J-3,没有,2023-07-04,printer,设备不存在",
    )
    data = "\r\n".join(rows).encode("gb18030")
    page = demo_site.page_for(open_page, "operator")
    page.goto(f"{demo_site.base}/records/s05.fault/import/")
    page.set_input_files("#import-file", {"name": "故障.csv", "mimeType": "text/csv", "buffer": data})
    page.click(".card button[type=submit]")
    page.wait_for_url("**/import/*/")
    expect(page.locator("main")).to_contain_text("写入 1 行", timeout=30_000)
    expect(page.locator("main")).to_contain_text("不是有效日期")
    with page.expect_download() as download:
        page.click("main a[href$='bad-rows/']")
    assert "设备不存在" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    if PICTURES:
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            # The side bar slides away.
            page.wait_for_timeout(600)
            page.screenshot(path=ROOT / "docs" / "pictures" / f"import-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1440, "height": 900})
    page.click("form[action$='confirm/'] button[type=submit]")
    expect(page.locator("main")).to_contain_text("新增 1 条", timeout=30_000)
    page.goto(f"{demo_site.base}/records/s05.fault/?q=卡纸")
    expect(page.locator("main")).to_contain_text("卡纸")
