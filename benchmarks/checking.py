"""How long a report of 40 pages takes to check as Word, PDF and HTML, stage by stage, beside merely reading its text.

Run ``python benchmarks/checking.py``; it prints a table and writes it to ``benchmarks/output/checking.txt``. The PDF is
printed by the tests' Chromium (``make setup-dev``). Absolute times belong to the machine; the ratios travel.
"""

from __future__ import annotations

import io
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from docx import Document
from playwright.sync_api import PdfMargins, sync_playwright

from report_check import generate
from yiwang.domains.evaluation.reportcheck.api import annotate_bytes, check_bytes
from yiwang.domains.evaluation.reportcheck.engine.reading import read_bytes
from yiwang.domains.evaluation.reportcheck.engine.run import check

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "benchmarks" / "output" / "checking.txt"
PAGES = 40
RUNS = 5
LIMIT = 2.0
STYLE = "p{font:16pt/28pt sans-serif;margin:0;text-indent:2em;text-align:justify}"
MARGIN: PdfMargins = {"top": "37mm", "bottom": "35mm", "left": "28mm", "right": "26mm"}
COMMAND = [str(Path(sys.executable).with_name("yiwang")), "check"]
T = TypeVar("T")


def documents(text: str) -> dict[str, bytes]:
    """The same text as Word, PDF and HTML."""
    sys.path.insert(0, str(ROOT))
    from tests.browser.chromium import ARGUMENTS, chromium_env, chromium_executable, node

    document, stream = Document(), io.BytesIO()
    for line in text.splitlines():
        document.add_paragraph(line)
    document.save(stream)
    markup = f"<meta charset='utf-8'><style>{STYLE}</style>" + "".join(f"<p>{line}</p>" for line in text.splitlines())
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", node())
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium_executable(), env=dict(chromium_env()), args=list(ARGUMENTS)
        )
        page = started.new_page()
        page.set_content(markup)
        printed = page.pdf(format="A4", margin=MARGIN)
        started.close()
    return {"docx": stream.getvalue(), "pdf": printed, "html": markup.encode()}


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Least seconds of some work, and what it gave: other work on the machine only adds."""
    spent = []
    for _ in range(RUNS):
        started = time.perf_counter()
        result = work()
        spent.append(time.perf_counter() - started)
    return min(spent), result


def main() -> int:
    """Measure, print and keep the table; 1 when a check takes longer than two seconds."""
    text = generate(PAGES)
    made = documents(text)
    rows, missed, annotating = [], [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        for kind, data in made.items():
            path = Path(folder) / f"report.{kind}"
            path.write_bytes(data)
            reading, source = timed(partial(read_bytes, data, f"report.{kind}"))
            assert source.text.replace("\n", "") == text.replace("\n", ""), kind
            checking, result = timed(partial(check, source))
            whole, _ = timed(partial(subprocess.run, [*COMMAND, str(path)], capture_output=True, check=False))
            pages = source.lines[-1][1] if source.lines else PAGES
            rows.append((kind, pages, len(data) / 1024, reading, checking, whole, len(result.figures)))
            if whole > LIMIT:
                missed.append(f"{kind}: {whole:.2f} s")
        annotating, _ = timed(lambda: annotate_bytes(made["docx"], check_bytes(made["docx"], "report.docx")))
    lines = [
        f"Report check: the same report of {PAGES} pages ({len(text)} characters) as Word, PDF and HTML",
        f"Python {platform.python_version()}, {os.cpu_count()} cores, the best of {RUNS} runs",
        "",
        f"{'format':<6}  {'pages':>5}  {'KB':>5}  {'figures':>7}  {'read s':>7}  {'check s':>7}  {'both ÷ read':>11}  "
        f"{'command s':>9}",
    ]
    for kind, pages, size, reading, checking, whole, figures in rows:
        lines.append(
            f"{kind:<6}  {pages:>5}  {size:>5.0f}  {figures:>7}  {reading:>7.3f}  {checking:>7.3f}  "
            f"{(reading + checking) / reading:>11.2f}  {whole:>9.3f}"
        )
    lines += [
        "",
        f"check and annotate the Word document: {annotating:.3f} s",
        "read of the PDF includes the process that opens it (decision 0024); command is the whole `yiwang check FILE`",
        f"limit: command ≤ {LIMIT:.0f} s: " + ("; ".join(missed) or "all kept"),
    ]
    report = "\n".join(lines) + "\n"
    print(report, end="")
    OUTPUT.write_text(report, encoding="utf-8")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
