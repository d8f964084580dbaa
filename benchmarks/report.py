"""How long writing the demonstration's report takes: gathering, writing in Word, and all that the page's button does.

Run ``python benchmarks/report.py [FILE]``; it prints a table, writes it to ``benchmarks/output/report.txt`` and, where
FILE is given, keeps the report there. It runs on a scratch database that is removed afterwards. Compared, in the same
run, with opening and saving the template without writing anything: less cannot be done to a Word file.
"""

from __future__ import annotations

import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from loading import prepare
from yiwang.site import postgres

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "benchmarks" / "output" / "report.txt"
RUNS = 7
LIMIT = 10.0
MEGABYTE = 1024


def seconds(work: Callable[[], object]) -> float:
    """Median wall time of a call."""
    spent = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return median(spent)


def measure(keep: Path | None) -> tuple[list[str], float]:
    """The table's lines and the seconds of the whole act."""
    from yiwang.domains.evaluation.planning import demo
    from yiwang.domains.evaluation.planning.report.charts import CHARTS
    from yiwang.domains.evaluation.planning.report.package import open_package
    from yiwang.domains.evaluation.planning.report.package_io import save_package
    from yiwang.domains.evaluation.planning.report.writer import default_template, write
    from yiwang.domains.evaluation.planning.selectors.report import report_context
    from yiwang.domains.evaluation.planning.services.reports import write_report
    from yiwang.kernel.access.api import User
    from yiwang.lib.clock import today

    round_ = demo.load(lambda text: None, today())
    bureau = User.objects.get(username="bureau")
    context = report_context(round_)
    written = write(context)
    if keep is not None:
        keep.write_bytes(written)
    document = open_package(written).main_document_part
    numbers = len(document.element.xpath("//w:commentReference"))
    base = seconds(lambda: save_package(open_package(default_template())))
    whole = seconds(lambda: write_report(round_, actor=bureau))
    cases = [
        ("open and save the template", base),
        ("gather what the report says", seconds(lambda: report_context(round_))),
        ("write it in Word", seconds(lambda: write(context))),
        ("the button: both, kept and audited", whole),
    ]
    lines = [
        f"{len(context.figures)} figures, {len(context.indicators)} indicators, {len(context.task_list)} tasks, "
        f"{sum(make(context) is not None for make in CHARTS.values())} charts; "
        f"{numbers} numbers with a link and a comment; {len(written) / MEGABYTE:.0f} kB",
        "",
        f"{'':<36}{'seconds':>9}{'÷ template':>12}",
        *(f"{name:<36}{spent:>9.3f}{spent / base:>12.1f}" for name, spent in cases),
    ]
    return lines, whole


def main() -> int:
    """Measure, print and keep the table; 1 when the limit is missed."""
    keep = Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory(prefix="yiwang-report-") as folder:
        home = Path(folder)
        # The database's own user passes through it.
        home.chmod(0o711)
        os.environ |= {"YIWANG_HOME": str(home / "state"), "YIWANG_LOG_LEVEL": "ERROR"}
        os.environ.pop("DATABASE_URL", None)
        with postgres.lease():
            prepare()
            table, whole = measure(keep)
            version = postgres.status().version
    text = "\n".join(
        [
            "The demonstration's report",
            f"Python {platform.python_version()}, {os.cpu_count()} cores, PostgreSQL {version}, medians of {RUNS} runs",
            *table,
            "",
            f"greatest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE:.0f} MB",
            f"limit {LIMIT:.0f} s: {'kept' if whole < LIMIT else 'MISSED'}",
        ]
    )
    sys.stdout.write(f"{text}\n")
    OUTPUT.write_text(f"{text}\n", encoding="utf-8")
    return 0 if whole < LIMIT else 1


if __name__ == "__main__":
    raise SystemExit(main())
