"""LibreOffice opens the Word report and shows it as it is meant to look."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pylopdf_fonts_zh_cn
import pytest

from yiwang.domains.evaluation.planning.report.writer import write
from yiwang.domains.evaluation.planning.tests.report.sample import sample
from yiwang.domains.evaluation.planning.tests.report.templates import opened, visible

pytestmark = [pytest.mark.external, pytest.mark.timeout(600)]

# Stand-ins for the licensed fonts that the report names.
_FONTS = {
    "仿宋_GB2312": "Noto Serif SC",
    "楷体_GB2312": "Noto Serif SC",
    "方正小标宋简体": "Noto Serif SC",
    "宋体": "Noto Serif SC",
    "黑体": "Noto Sans SC",
    "Times New Roman": "Liberation Serif",
}

# A paragraph of 26 characters after its indent and ten full lines.
SQUARES = "永" * (26 + 10 * 28)

# How tables begin on every page that they go on to.
TABLE_HEADINGS = ("序号指标名称", "指标和责任单位", "编号任务牵头单位进展状态")


@dataclass(frozen=True)
class Printed:
    """The report as LibreOffice prints it."""

    pdf: Path
    docx: bytes
    pages: list[str]
    body_begins: int


def _program(name: str, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.fail(f"{name} is missing: apt-get install --no-install-recommends {package}", pytrace=False)
    return found


def _run(*command: str, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment, check=False)
    assert done.returncode == 0, f"{command[0]}: {done.stderr or done.stdout}"
    return done.stdout


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    soffice = _program("soffice", "libreoffice-writer")
    pdftotext, pdfinfo = _program("pdftotext", "poppler-utils"), _program("pdfinfo", "poppler-utils")
    folder = tmp_path_factory.mktemp("libreoffice")
    context = sample()
    docx = write(replace(context, environment=(*context.environment, (SQUARES,))))
    (folder / "report.docx").write_bytes(docx)
    environment = {**os.environ, "FONTCONFIG_FILE": str(_fontconfig(folder))}
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    target = ("--headless", "--convert-to", "pdf", "--outdir", str(folder), str(folder / "report.docx"))
    _run(soffice, profile, *target, environment=environment)
    pdf = folder / "report.pdf"
    count = re.search(r"Pages:\s+(\d+)", _run(pdfinfo, str(pdf)))
    assert count is not None
    pages = [
        re.sub(r"\s", "", _run(pdftotext, "-f", str(page), "-l", str(page), str(pdf), "-"))
        for page in range(1, int(count.group(1)) + 1)
    ]
    begins = next(number for number, text in enumerate(pages, 1) if "为全面掌握" in text)
    return Printed(pdf, docx, pages, begins)


def _fontconfig(folder: Path) -> Path:
    fonts = Path(pylopdf_fonts_zh_cn.__file__).parent
    aliases = "".join(
        f'<alias binding="same"><family>{name}</family><prefer><family>{stand_in}</family></prefer></alias>'
        for name, stand_in in _FONTS.items()
    )
    path = folder / "fonts.conf"
    path.write_text(
        f"<fontconfig><dir>{fonts}</dir><dir>/usr/share/fonts</dir><cachedir>{folder / 'fontcache'}</cachedir>"
        f"{aliases}</fontconfig>",
        encoding="utf-8",
    )
    return path


def test_page_count_is_plausible_and_no_page_is_blank(printed: Printed) -> None:
    assert 48 <= len(printed.pages) <= 58
    assert printed.body_begins == 3
    blank = [number for number, text in enumerate(printed.pages, 1) if len(text.replace("—", "")) < 5]
    assert blank == []


def test_cover_carries_title_unit_and_month(printed: Printed) -> None:
    assert printed.pages[0] == (
        "示范市城区数字政府改革建设“十四五”规划实施中期评估报告示范市城区政务服务和数据管理局2023年11月"
    )


def test_text_numbers_and_annexes_are_there(printed: Printed) -> None:
    text = "".join(printed.pages)
    for expected in (
        "累计办结业务705笔，时间进度为49.86%",
        "（三）便民利企的政务服务：让群众少跑腿",
        "1.部分平台使用率不高。设备办件量1390笔",
        "附件5编制说明",
        "合成的演示数据",
    ):
        assert expected in text


def test_charts_are_drawn_with_their_numbers_and_legends(printed: Printed) -> None:
    """LibreOffice draws them from the chart parts, not from pictures: every label is text in the print."""
    text = "".join(printed.pages[printed.body_begins - 1 : printed.body_begins + 4])
    for expected in ("25项", "67.80%", "平均完成进度", "进展顺利", "图3各篇章任务进展状态"):
        assert expected in text, expected


def test_comments_are_native_and_stay_out_of_print(printed: Printed) -> None:
    assert len(list(opened(printed.docx).comments)) > 400
    assert not any("佐证：" in page for page in printed.pages)


def test_pages_are_numbered_from_one_after_the_contents(printed: Printed) -> None:
    assert "—" not in printed.pages[0] + printed.pages[1]
    for number, text in enumerate(printed.pages[printed.body_begins - 1 :], 1):
        assert f"—{number}—" in text


def test_contents_name_the_pages_that_headings_fall_on(printed: Printed) -> None:
    """Page numbers are counted, not laid out: the word processor may differ by one."""
    entries = [p for p in opened(printed.docx).paragraphs if p.style is not None and p.style.name.startswith("toc")]
    assert len(entries) == 22
    for entry in entries:
        name, page = entry.text.split("\t")
        heading = re.sub(r"\s", "", name)
        found = [number for number, text in enumerate(printed.pages[printed.body_begins - 1 :], 1) if heading in text]
        assert any(abs(number - int(page)) <= 1 for number in found), f"{visible(entry._p)}: found on {found}"


def test_a_line_holds_28_characters_and_begins_with_two_blanks(printed: Printed) -> None:
    layout = _run("pdftotext", "-layout", str(printed.pdf), "-")
    filled = [line.strip() for line in layout.splitlines() if re.fullmatch(r"\s*永+\s*", line)]
    assert [len(line) for line in filled] == [26, *[28] * 10]


def test_a_page_holds_22_lines(printed: Printed) -> None:
    """Pages of text alone: tables have lower lines, and before one that did not fit a page ends early."""
    counts = []
    for page in range(printed.body_begins + 3, printed.body_begins + 25):
        if any(heading in printed.pages[page - 1] for heading in TABLE_HEADINGS):
            continue
        layout = _run("pdftotext", "-layout", "-f", str(page), "-l", str(page), str(printed.pdf), "-")
        counts.append(len([line for line in layout.splitlines() if line.strip()]) - 1)
    assert max(counts) == 22
    assert counts.count(22) > len(counts) / 2


def test_figures_are_links_in_print(printed: Printed) -> None:
    raw = printed.pdf.read_bytes()
    assert raw.count(b"/URI(http://127.0.0.1:8000/evaluation/figures/") >= 129


def test_turned_pages_are_turned(printed: Printed) -> None:
    sizes = _run("pdfinfo", "-f", "1", "-l", str(len(printed.pages)), str(printed.pdf))
    widths = [float(width) for width in re.findall(r"Page\s+\d+ size:\s+([\d.]+) x", sizes)]
    turned = [number for number, width in enumerate(widths, 1) if width > 800]
    assert turned
    assert turned == list(range(turned[0], turned[-1] + 1))
    assert "附件1" in printed.pages[turned[0] - 1]
    assert "附件3" in printed.pages[turned[-1]]
