"""Fixtures of the browser tests: one Chromium a run, pages at desk and phone width, axe, and stylesheets that loaded.

``page`` runs a test at both widths; ``open_page(width)`` gives a page of one width. A page fails its test at the end
when a script raised or the content security policy refused something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from .chromium import ARGUMENTS, ROOT, chromium_env, chromium_executable, node
from .demo import START_SECONDS, demo_site

__all__ = ["demo_site"]

DESK, PHONE = 1440, 390
HEIGHTS = {DESK: 900, PHONE: 844}
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# What WCAG 2.2 AA asks for, and axe's own good habits.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A sheet that did not load has no rules that could be read.
STYLESHEETS = """() => [...document.querySelectorAll('link[rel=stylesheet]')].map(link => {
  try { return [link.href, link.sheet.cssRules.length]; } catch { return [link.href, 0]; } })"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whichever test comes first waits for the demonstration: the limit of a test does not hold for the loading."""
    for item in items:
        if "demo_site" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(START_SECONDS + 300))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The packaged Chromium, headless."""
    with pytest.MonkeyPatch.context() as patch:
        # Playwright's loop lives in this thread, and Django takes any loop for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        patch.setenv("PLAYWRIGHT_NODEJS_PATH", node())
        with sync_playwright() as playwright:
            started = playwright.chromium.launch(
                executable_path=chromium_executable(), env=dict(chromium_env()), args=list(ARGUMENTS)
            )
            yield started
            started.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """``open_page(width=1440, **context)``: a page in a context of its own (no cookies), Chinese, in Shanghai."""
    contexts, faults = [], []

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            faults.append(message.text)

    def make(width: int = DESK, **options: Any) -> Page:
        settings = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", **options}
        context = browser.new_context(viewport={"width": width, "height": HEIGHTS.get(width, 900)}, **settings)
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def page(request: pytest.FixtureRequest, open_page: Callable[..., Page]) -> Page:
    """A page, once at desk and once at phone width."""
    return open_page(int(request.param))


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """``axe(page)``: every stylesheet loaded (axe passes a page without any) and no violation found."""
    source = AXE.read_text(encoding="utf-8")

    def check(page: Page) -> None:
        assert_stylesheets(page)
        # Evaluated through the debugger, which the page's content security policy does not concern.
        page.evaluate(source)
        result = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", RULES)
        found = [
            f"{violation['id']} ({violation['impact']}): {violation['help']}\n"
            + "\n".join(
                f"    {' '.join(map(str, node['target']))}: {node['html'][:200]}" for node in violation["nodes"]
            )
            for violation in result["violations"]
        ]
        assert not found, f"{page.url}\n" + "\n".join(found)
        assert result["passes"], f"{page.url}: axe tested nothing"

    return check


def assert_stylesheets(page: Page) -> None:
    """The page has stylesheets, and each of them was found and holds rules."""
    sheets = page.evaluate(STYLESHEETS)
    assert sheets, f"{page.url}: no stylesheet"
    empty = [address for address, rules in sheets if not rules]
    assert not empty, f"{page.url}: stylesheets without rules: {empty}"


@pytest.fixture
def pictures() -> Path:
    """Where tests put screenshots (not in git)."""
    folder = ROOT / "var" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
