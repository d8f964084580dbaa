"""How long the report check takes: the whole command with process start, the checking alone, and its memory.

Run ``python benchmarks/report_check.py``; it prints a table and writes it to ``benchmarks/output/report_check.txt``.
Absolute times belong to the machine that measured them; the ratios travel. The real report is measured when it stands
beside the checkout, the generated report of 40 pages always.
"""

from __future__ import annotations

import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from yiwang.domains.evaluation.reportcheck.api import check_text

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared" / "report" / "midterm-report.txt"
OUTPUT = ROOT / "benchmarks" / "output" / "report_check.txt"
RUNS = 7
CHARACTERS_PER_PAGE = 22 * 28  # GB/T 9704: 22 lines of 28 characters
LIMITS = {"command": 2.5, "checking": 1.0, "memory": 300.0}
COMMAND = [str(Path(sys.executable).with_name("yiwang")), "check"]


def generate(pages: int, seed: int = 20230630) -> str:
    """A report of ``pages`` pages with shares, sums, averages and dates, all of them true."""
    pick = random.Random(seed)  # noqa: S311  # reproducible test data, nothing secret
    nouns = ["书屋", "驿站", "停车位", "路灯", "便民窗口", "文化场馆", "苗圃", "泵站", "充电桩", "公交站亭"]
    lines = ["某县公共服务实施情况报告"]
    while sum(len(line) for line in lines) < pages * CHARACTERS_PER_PAGE:
        noun, town = pick.choice(nouns), pick.randrange(1, 400)
        parts = [pick.randrange(5, 900) for _ in range(3)]
        total = sum(parts)
        done = pick.randrange(total // 2, total)
        lines.append(
            f"第{town}片区工作进展情况：截至2023年6月30日，登记{noun}{total}个，其中老城{noun}{parts[0]}个、"
            f"新城{noun}{parts[1]}个、园区{noun}{parts[2]}个；达标{noun}{done}个，达标率{100 * done / total:.2f}%。"
            f"{pick.randrange(3, 20)}家单位参加管护，投入资金{pick.randrange(100, 9000)}万元，"
            f"服务群众{pick.randrange(1000, 90000)}人次，受理诉求{pick.randrange(100, 999)}件。"
            "工作中坚持问题导向，健全日常巡查和定期通报机制，推动管护责任落到实处，群众反映总体良好。"
        )
    return "\n".join(lines)


def wall(command: list[str]) -> float:
    """Median seconds of a command, process start included."""
    spent = []
    for _ in range(RUNS):
        started = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        spent.append(time.perf_counter() - started)
    return median(spent)


def memory(command: list[str]) -> float:
    """Greatest resident memory of a command in MB, as the system reports it when the process ends."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    return usage.ru_maxrss / 1024


def checking(text: str) -> tuple[float, int, int]:
    """Median seconds of the checking alone; figures and findings."""
    spent = []
    for _ in range(RUNS):
        started = time.perf_counter()
        result = check_text(text)
        spent.append(time.perf_counter() - started)
    return median(spent), len(result.figures), len(result.findings)


def main() -> int:
    """Measure, print and keep the table; 1 when a limit is missed."""
    cases: list[tuple[str, Path]] = []
    notes = []
    if REAL.is_file():
        cases.append(("real report", REAL))
    else:
        notes.append(f"The real report is not beside the checkout ({REAL.name}): NOT measured.")
    with tempfile.TemporaryDirectory() as folder:
        generated = Path(folder) / "generated-40-pages.txt"
        generated.write_text(generate(40), encoding="utf-8")
        cases.append(("generated, 40 pages", generated))
        start = wall([sys.executable, "-c", "pass"])
        rows, missed = [], []
        for name, path in cases:
            text = path.read_text(encoding="utf-8")
            alone, figures, findings = checking(text)
            whole = wall([*COMMAND, str(path)])
            peak = memory([*COMMAND, str(path)])
            rows.append((name, len(text), figures, findings, whole, alone, peak))
            for what, value in (("command", whole), ("checking", alone), ("memory", peak)):
                if value > LIMITS[what]:
                    missed.append(f"{name}: {what} {value:.2f} above {LIMITS[what]}")
    width = max(len(row[0]) for row in rows)
    lines = [
        "Report check: yiwang check FILE",
        f"Python {platform.python_version()}, {os.cpu_count()} cores, medians of {RUNS} runs; "
        f"bare Python starts in {start * 1000:.0f} ms",
        "",
        f"{'document':<{width}}  {'chars':>6}  {'figures':>7}  {'findings':>8}  {'command s':>9}  {'÷ start':>7}  "
        f"{'checking s':>10}  {'share':>6}  {'ms/1000 chars':>13}  {'peak MB':>7}",
    ]
    for name, size, figures, findings, whole, alone, peak in rows:
        lines.append(
            f"{name:<{width}}  {size:>6}  {figures:>7}  {findings:>8}  {whole:>9.3f}  {whole / start:>7.1f}  "
            f"{alone:>10.3f}  {alone / whole:>6.0%}  {alone * 1e6 / size:>13.2f}  {peak:>7.1f}"
        )
    lines += ["", "limits: command ≤ 2.5 s, checking < 1 s, memory < 300 MB: " + ("; ".join(missed) or "all kept")]
    report = "\n".join([*lines, *notes]) + "\n"
    print(report, end="")
    print(f"this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.1f} MB")
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(report, encoding="utf-8")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
