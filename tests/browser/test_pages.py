"""Every kind of page, at desk and phone width: it answers, it looks as styled, axe finds nothing, nothing sticks out.

``YIWANG_PICTURES=1`` keeps the pictures for the README under docs/pictures.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response
from pypdfium2 import PdfDocument

from yiwang.domains.evaluation.reportcheck.api import check_bytes
from yiwang.domains.evaluation.reportcheck.demo import example_report
from yiwang.kernel.registers.extend import population

from .demo import DemoSite

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"
WIDTHS = (1440, 390)
FIRM, OTHER_FIRM = population.organisation(7), population.organisation(8)

# (picture, role or account, path). The demonstration numbers its rounds: 1 the evaluated one, 2 the running one.
PAGES: tuple[tuple[str, str, str], ...] = (
    ("home", "bureau", "/"),
    ("plan", "bureau", "/evaluation/"),
    ("task", "bureau", "/evaluation/tasks/T2-06/"),
    ("indicators", "bureau", "/evaluation/indicators/"),
    ("figure", "bureau", "/evaluation/figures/F093/"),
    ("rounds", "bureau", "/evaluation/rounds/"),
    ("round", "bureau", "/evaluation/rounds/2/"),
    ("round-new", "bureau", "/evaluation/rounds/new/"),
    ("leadership", "leader", "/evaluation/leadership/"),
    ("leadership-unit", "liaison-police", "/evaluation/leadership/"),
    ("leadership-running", "leader", "/evaluation/leadership/?round=2"),
    ("judgement", "bureau", "/evaluation/rounds/1/judgement/?status=laggard"),
    ("frozen", "leader", "/evaluation/rounds/1/frozen/"),
    ("frozen-running", "bureau", "/evaluation/rounds/2/frozen/"),
    ("hand-in-counted", "liaison-police", "/evaluation/hand-ins/65/"),
    ("composite", "bureau", "/evaluation/rounds/1/composite/"),
    ("composite-unit", "liaison-data", "/evaluation/rounds/1/composite/"),
    ("weights", "bureau", "/evaluation/weights/"),
    ("interviews", "bureau", "/evaluation/rounds/1/interviews/"),
    ("interview", "bureau", "/evaluation/rounds/1/interviews/3/"),
    ("interview-new", "bureau", "/evaluation/rounds/2/interviews/new/"),
    ("problems", "bureau", "/evaluation/rounds/1/problems/"),
    ("problem-new", "bureau", "/evaluation/rounds/2/problems/new/"),
    ("follow-up", "bureau", "/evaluation/rounds/2/follow-up/"),
    ("follow-up-unit", "liaison-fire", "/evaluation/rounds/2/follow-up/"),
    ("hand-ins", "bureau", "/evaluation/hand-ins/"),
    ("hand-in", "liaison-data", "/evaluation/hand-ins/47/"),
    ("hand-in-read", "bureau", "/evaluation/hand-ins/1/"),
    ("adjustments", "bureau", "/evaluation/adjustments/"),
    ("adjustment", "bureau", "/evaluation/adjustments/2/"),
    ("adjustment-new", "bureau", "/evaluation/adjustments/new/"),
    ("versions", "bureau", "/evaluation/versions/"),
    ("compare", "bureau", "/evaluation/versions/1/2/"),
    ("report", "bureau", "/evaluation/rounds/1/report/"),
    ("template", "bureau", "/evaluation/report/template/"),
    ("checks", "bureau", "/report-check/"),
    ("check-kinds", "bureau", "/report-check/kinds/"),
    ("kiosks", "bureau", "/services/kiosks/?as_of=2023-06-30"),
    ("kiosks-town", "town", "/services/kiosks/?as_of=2023-06-30"),
    ("licences", "bureau", "/services/licences/?as_of=2023-06-30"),
    ("licences-asleep", "bureau", "/services/licences/asleep/?as_of=2023-06-30"),
    ("licence-check", "bureau", "/services/licences/verify/"),
    ("licence-list", "bureau", "/records/s06.licence/"),
    ("ebills", "bureau", "/services/health/?as_of=2023-06-30"),
    ("catalogue", "bureau", "/infrastructure/catalogue/?as_of=2023-06-30"),
    ("catalogue-none", "bureau", "/infrastructure/catalogue/?as_of=2020-01-01"),
    ("base-registers", "bureau", "/governance/baseregisters/?as_of=2023-06-30"),
    ("base-registers-waiting", "bureau", "/governance/baseregisters/waiting/?register=house&as_of=2023-12-31"),
    ("residence", "bureau", "/governance/baseregisters/residence/?as_of=2023-06-30"),
    ("operations", "bureau", "/institutions/operations/?as_of=2023-06-30"),
    ("collaboration", "bureau", "/office/collaboration/?as_of=2023-06-30"),
    ("supervision", "bureau", "/services/supervision/?as_of=2023-06-30"),
    ("supervision-circular", "bureau", "/services/supervision/circular/?as_of=2023-06-30"),
    ("supervision-draws", "bureau", "/services/supervision/draws/"),
    ("apps", "bureau", "/services/portal/?as_of=2023-06-30"),
    ("fishery", "bureau", "/industry/fishery/?as_of=2023-06-30"),
    ("fishery-silent", "bureau", "/industry/fishery/?as_of=2023-06-30&flag=silent"),
    ("fishery-violations", "bureau", "/industry/fishery/violations/?as_of=2023-06-30"),
    ("cloud", "bureau", "/infrastructure/cloud/?as_of=2023-06-30"),
    ("reviews", "bureau", "/services/reviews/?as_of=2023-06-30"),
    ("reviews-bad", "bureau", "/services/reviews/bad/?as_of=2023-06-30"),
    ("metrics", "bureau", "/metric/"),
    ("metric", "bureau", "/metric/s05.per-kiosk/"),
    ("metric-rows", "liaison-police", "/metric/s21.declaration-rate/"),
    (
        "metric-compose",
        "bureau",
        "/metric/compose/?record=s05.transaction&kind=share&when=until&column-share=result&text-share=办结"
        "&name_zh=办结占比&unit=%25&places=2&try=1",
    ),
    ("records", "bureau", "/records/"),
    ("record-list", "bureau", "/records/s05.transaction/"),
    ("record-search", "bureau", "/records/s05.transaction/?q=社保"),
    ("record", "bureau", "/records/s05.kiosk/1/"),
    ("record-masked", "bureau", "/records/s05.transaction/1/"),
    ("record-new", "operator", "/records/s05.fault/new/"),
    ("record-correct", "bureau", "/records/s05.kiosk/1/correct/"),
    ("import", "operator", "/records/s05.fault/import/"),
    ("jobs", "sysadmin", "/jobs/"),
    ("registers", "bureau", "/registers/?kind=organisation&q=演示0000"),
    ("registers-nothing", "operator", "/registers/"),
    ("register-organisation", "bureau", f"/registers/organisation/{FIRM.uscc}/"),
    ("register-address", "bureau", f"/registers/address/{FIRM.address}/"),
    ("register-street", "bureau", f"/registers/address/{population.street_code(0)}/"),
    ("register-house", "bureau", f"/registers/house/{population.house(population.room_of_organisation(7)).code}/"),
    ("codes", "bureau", "/codes/"),
    ("code-list", "bureau", "/codes/kiosk-fault/"),
    ("limits", "bureau", "/limits/"),
    ("limit", "bureau", "/limits/licensing.decision/"),
    ("calendar", "bureau", "/limits/calendar/2026/"),
    ("notices", "bureau", "/notices/"),
    ("systems", "bureau", "/systems/"),
    ("units", "bureau", "/units/"),
    ("unit", "bureau", "/units/data/"),
    ("help", "bureau", "/help/"),
    ("search", "bureau", "/search/?q=消防"),
    ("api", "bureau", "/api/docs"),
    ("account", "bureau", "/account/"),
    ("password", "bureau", "/account/password/"),
    ("home-liaison", "liaison-data", "/"),
    ("home-sysadmin", "sysadmin", "/"),
    ("people", "sysadmin", "/people/"),
    ("person-new", "sysadmin", "/people/new/"),
    ("people-secadmin", "secadmin", "/people/"),
    ("audit", "auditor", "/audit/"),
)
# The pages that the README shows.
SHOWN = frozenset(
    {"sign-in", "home", "home-en", "plan", "task", "judgement", "hand-in", "figure", "compare", "adjustment", "report"}
    | {"report-check", "round", "kiosks", "record-list", "record", "metric", "composite", "leadership", "frozen"}
)
SPRITE = """async () => {
  const wanted = [...document.querySelectorAll('svg.icon use')].map(use => use.getAttribute('href').split('#'));
  if (!wanted.length) return [];
  const text = await (await fetch(wanted[0][0])).text();
  return [...new Set(wanted.map(part => part[1]).filter(name => !text.includes(`id="${name}"`)))];
}"""
CUT_OFF = """() => [...document.querySelectorAll('.topbar a, .topbar button, .topbar summary')]
  .filter(e => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth)
  .map(e => e.outerHTML.slice(0, 80))"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def visit(page: Page, address: str, status: int = 200) -> None:
    """Open the page; it answers with ``status``, has one main heading and needs nothing that is missing."""
    failed: list[str] = []

    def note(answer: Response) -> None:
        if answer.status >= 400:
            failed.append(f"{answer.status} {answer.url}")

    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("response", note)
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == status
    assert [url for url in failed if not url.endswith(address)] == []
    assert page.locator("h1").count() == 1
    assert page.evaluate(SPRITE) == [], "icons that the sprite lacks (tools/frontend.py)"
    assert page.evaluate(OVERFLOW) <= 0, "the page is wider than the screen"
    assert page.evaluate(CUT_OFF) == [], "the top bar does not fit"


def keep_picture(page: Page, name: str, width: int) -> None:
    """The picture for the README, when asked for."""
    if name in SHOWN and os.environ.get("YIWANG_PICTURES") == "1":
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}-{width}.png")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("name", "who", "path"), PAGES, ids=[name for name, _, _ in PAGES])
def test_page(
    name: str,
    who: str,
    path: str,
    width: int,
    demo_site: DemoSite,
    open_page: Callable[..., Page],
    axe: Callable[[Page], None],
) -> None:
    page = demo_site.page_for(open_page, who, width)
    visit(page, demo_site.base + path)
    keep_picture(page, name, width)
    axe(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_of_a_person_and_of_a_merge(
    width: int, demo_site: DemoSite, open_page: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    """Found by a posted id, so that no address holds it."""
    page = demo_site.page_for(open_page, "bureau", width)
    resident = next(
        person for person in (population.person(number * 7) for number in range(100)) if person.birth.year < 2005
    )
    visit(page, f"{demo_site.base}/registers/")
    page.fill("#f-q", resident.citizen_id)
    page.click(".filter-bar button[type=submit]")
    page.wait_for_url("**/registers/person/*/")
    assert resident.citizen_id not in page.content()
    visit(page, page.url)
    axe(page)
    keep_picture(page, "register-person", width)
    visit(page, f"{demo_site.base}/registers/organisation/{FIRM.uscc}/")
    page.fill("#merge_drop", OTHER_FIRM.uscc)
    page.fill("#merge_reason", "核对为同一家企业")
    page.get_by_role("button", name="核对后合并").click()
    page.get_by_role("heading", name="确认合并").wait_for()
    assert page.evaluate(OVERFLOW) <= 0
    axe(page)
    keep_picture(page, "register-merge", width)


def test_the_leadership_page_fits_a_screen_and_a_sheet(demo_site: DemoSite, open_page: Callable[..., Page]) -> None:
    """Without scrolling: time, the bar and the five worst; a unit opens to its own; printed on one sheet of A4."""
    page = demo_site.page_for(open_page, "leader")
    visit(page, f"{demo_site.base}/evaluation/leadership/")
    for seen in (".lead-number", ".lead-stack", ".lag >> nth=4", ".unit >> nth=0"):
        box = page.locator(seen).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 900, f"{seen} is below the first screen"
    page.locator(".unit > summary").first.press("Enter")
    assert page.locator(".unit-rows").first.is_visible()
    assert page.locator("[data-print]").is_visible()
    with PdfDocument(page.pdf(prefer_css_page_size=True)) as printed:
        assert len(printed) == 1


@pytest.mark.parametrize("width", WIDTHS)
def test_sign_in_page(
    width: int, demo_site: DemoSite, open_page: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = open_page(width)
    visit(page, f"{demo_site.base}/sign-in/")
    # The demonstration's password is on this page; a picture that is kept must not show one.
    page.evaluate("for (const code of document.querySelectorAll('.auth-card p code')) code.textContent = '…'")
    keep_picture(page, "sign-in", width)
    axe(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_report_check_result(
    width: int,
    demo_site: DemoSite,
    open_page: Callable[..., Page],
    axe: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    name, data = example_report()
    report = tmp_path / name
    report.write_bytes(data)
    page = demo_site.page_for(open_page, "bureau", width)
    page.goto(f"{demo_site.base}/report-check/")
    page.set_input_files("input[type=file]", report)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/report-check/*-*/")
    visit(page, page.url)
    keep_picture(page, "report-check", width)
    assert page.locator("mark.mark-error").count() >= 1
    assert page.locator(".finding-error").count() >= 1
    axe(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_report_versions_and_dismissal(
    width: int,
    demo_site: DemoSite,
    open_page: Callable[..., Page],
    axe: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    """A finding is dismissed on the page with the keyboard; the next version is compared and keeps it dismissed."""
    name, data = example_report()
    first, second = tmp_path / f"{width}-{name}", tmp_path / f"{width}-改稿.txt"
    first.write_bytes(data)
    second.write_text(check_bytes(data, name).document.text.replace("98.5%", "98.0%"), encoding="utf-8")
    page = demo_site.page_for(open_page, "liaison-data", width)
    page.goto(f"{demo_site.base}/report-check/")
    page.set_input_files("input[type=file]", first)
    page.locator("input[name=shared][value='1']").check()
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/report-check/*-*/")
    page.locator(".finding-dismiss summary").first.press("Enter")
    page.locator("input[name=reason]").first.fill("口径不同，附注已说明")
    page.locator("input[name=reason]").first.press("Enter")
    page.locator(".check-dismissed summary").click()
    assert page.locator(".check-dismissed .finding-reason").count() == 1
    axe(page)
    page.locator(".page-actions a.btn-primary").click()
    page.wait_for_url("**/report-check/reports/**")
    page.set_input_files("input[type=file]", second)
    page.locator("form[enctype] button[type=submit]").click()
    page.wait_for_selector("#comparison .finding-mended .finding-text")
    visit(page, page.url)
    keep_picture(page, "report-versions", width)
    assert page.locator("#comparison .finding-reason").count() == 1
    axe(page)
    page.goto(f"{demo_site.base}/report-check/kinds/")
    visit(page, page.url)
    keep_picture(page, "report-kinds", width)
    axe(page)


@pytest.mark.parametrize(("path", "status", "code"), [("/nowhere/", 404, "not_found"), ("/audit/", 403, "forbidden")])
def test_problem_pages(
    path: str,
    status: int,
    code: str,
    demo_site: DemoSite,
    open_page: Callable[..., Page],
    axe: Callable[[Page], None],
) -> None:
    page = demo_site.page_for(open_page, "bureau")
    visit(page, demo_site.base + path, status)
    assert page.locator(f'[data-code="{code}"]').count() == 1
    axe(page)


@pytest.mark.parametrize(
    ("role", "sees", "lacks"),
    [
        ("bureau", "评估轮次", "审计日志"),
        ("liaison", "规划", "人员与账号"),
        ("leader", "规划", "人员与账号"),
        ("approver", "规划调整", "审计日志"),
        ("viewer", "规划", "评估轮次"),
        ("integrator", "规划", "评估轮次"),
        ("sysadmin", "人员与账号", "规划调整"),
        ("secadmin", "人员与账号", "规划调整"),
        ("auditor", "审计日志", "规划调整"),
    ],
)
def test_each_role_signs_in_and_sees_its_own_navigation(
    role: str, sees: str, lacks: str, demo_site: DemoSite, open_page: Callable[..., Page]
) -> None:
    page = demo_site.page_for(open_page, demo_site.accounts[role])
    visit(page, f"{demo_site.base}/")
    entries = page.locator("#sidebar .nav-item").all_inner_texts()
    assert any(sees == entry.split("\n")[0].strip() for entry in entries)
    assert not any(lacks == entry.split("\n")[0].strip() for entry in entries)


@pytest.mark.parametrize("width", WIDTHS)
def test_english_pages_have_english_words(
    width: int, demo_site: DemoSite, open_page: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = open_page(width)
    demo_site.sign_in(page, "leader")
    if width < 520:
        page.click("[data-drawer]")
    page.locator(".language button:visible").click()
    page.wait_for_function("document.documentElement.lang === 'en'")
    visit(page, f"{demo_site.base}/")
    assert page.locator("html").get_attribute("lang") == "en"
    words = page.locator("#sidebar, .section-head, .stat-label, .chapter h3").all_inner_texts()
    assert words
    chinese = [text for text in words if any("\u4e00" <= letter <= "\u9fff" for letter in text)]
    assert [text for text in chinese if "监测" not in text] == []
    keep_picture(page, "home-en", width)
    axe(page)
