"""Measure all computed figures of the district against hand-written SQL on PostgreSQL and a bare scan.

Run as ``python benchmarks/metrics.py [HOME]``: on the demonstration that ``make demo`` loaded (``var/`` unless HOME
names another state folder). Writes ``benchmarks/output/metrics.txt``. All sides are measured in turns in one run and
must tell the same numbers; ratios are of neighbours in time, their median counts. An installation that works has made
its statements: the first question, which makes them, is told apart.
"""

from __future__ import annotations

import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "benchmarks" / "output" / "metrics.txt"
SQL = ROOT / "benchmarks" / "metrics.sql"
DAY = date(2023, 6, 30)
RUNS = 7
MEGABYTE = 1024
MONTHS = 24


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median_ratio(found: dict[str, list[float]], name: str, of: str) -> float:
    """The median of the turns' ratios."""
    return statistics.median(value / other for value, other in zip(found[name], found[of], strict=True))


def scan_statements(found: Any, wanted: Any) -> list[str]:
    """For each record type one statement that reads the columns that its metrics need, of the same versions."""
    from yiwang.kernel.metrics.compiling import columns_of

    needed: dict[str, set[str]] = {}
    for metric in wanted:
        for part in metric.parts:
            for record, column in columns_of(part):
                needed.setdefault(record, {"superseded_at"}).add(column)
    statements = []
    for record, columns in needed.items():
        source = found.engine.versions(found.snapshot.table(record))
        counts = ", ".join(f'count("{column}")' for column in sorted(columns))
        statements.append(f"SELECT {counts} FROM {source}")  # noqa: S608  (names of our own columns)
    return statements


def measure() -> tuple[list[str], bool]:
    """The report's lines, and whether the limits were kept."""
    from django.db import connection

    from yiwang.domains.governance.baseregisters.models import ROOM, STREET
    from yiwang.domains.services.reviews import selectors as reviews
    from yiwang.kernel.lake import api as lake
    from yiwang.kernel.metrics import api as metrics
    from yiwang.kernel.metrics.asked import month_ends

    lake.refresh()
    wanted = metrics.metrics()
    scores = " ".join(f"WHEN '{grade}' THEN {param.value}" for grade, param in reviews.score_map(DAY).items())
    sql = SQL.read_text(encoding="utf-8").replace("{scores}", scores)
    sql = sql.replace("{street}", str(STREET)).replace("{room}", str(ROOM))
    answers: dict[str, Any] = {}

    def by_hand() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            answers["hand"] = {figure: (top, bottom) for figure, top, bottom in cursor.fetchall()}

    def one() -> None:
        with metrics.reading() as found:
            told = metrics.values(found, wanted, [DAY])
        answers["one"] = {value.metric.figure: (value.numerator, value.denominator) for value in told}

    def months() -> None:
        with metrics.reading() as found:
            told = metrics.values(found, wanted, month_ends(DAY, MONTHS))
        last = [value for value in told if value.as_of == DAY]
        answers["months"] = {value.metric.figure: (value.numerator, value.denominator) for value in last}

    def scan() -> None:
        with metrics.reading() as found:
            for statement in scan_statements(found, wanted):
                found.engine.rows(statement)

    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(n_live_tup) FROM pg_stat_user_tables WHERE relname ~ '^s[0-9]{2}_'")
        (rows,) = cursor.fetchone()
    first = {"one": seconds(one), "months": seconds(months)}
    by_hand()
    found: dict[str, list[float]] = {name: [] for name in ("hand", "one", "scan", "months")}
    for _turn in range(RUNS):
        for name, work in (("hand", by_hand), ("one", one), ("scan", scan), ("months", months)):
            found[name].append(seconds(work))
    same = {
        figure: [tuple(None if part is None else Decimal(part) for part in answers[side][figure]) for side in answers]
        for figure in answers["one"]
    }
    wrong = {figure: told for figure, told in same.items() if len(set(told)) != 1}
    if wrong or set(answers["hand"]) != set(answers["one"]):
        raise SystemExit(f"the sides tell different numbers: {wrong}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE

    def line(what: str, name: str, of: str = "", limit: str = "") -> str:
        ratio = f"{median_ratio(found, name, of):>9.2f} {limit}" if of else ""
        return f"{what:<58}{statistics.median(found[name]):>9.3f}{ratio}"

    lines = [
        "Metrics: all computed figures of the demonstration district",
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {len(wanted)} metrics, {int(rows):,} current "
        f"records, medians of {RUNS} turns in one process",
        "",
        f"{'what':<58}{'seconds':>9}{'ratio':>9}",
        line("hand-written SQL on PostgreSQL, one day", "hand"),
        line("all metrics at one day", "one", "hand", "of the hand-written SQL (limit 0.5, aim 0.25)"),
        line("bare scan of the columns they need", "scan"),
        line("all metrics at one day", "one", "scan", "of the bare scan (limit 3)"),
        line(f"all metrics at {MONTHS} month-ends", "months", "one", "of one day (limit 5)"),
        "",
        f"the first question of a process, which makes the statements: one day {first['one']:.2f} s, "
        f"{MONTHS} month-ends {first['months']:.2f} s",
        f"highest memory of the process {peak:.0f} MB (limit 2048)",
        "all sides told the same numerators and denominators",
        *(f"{name}: {', '.join(f'{value:.3f}' for value in values)} s" for name, values in found.items()),
    ]
    kept = (
        median_ratio(found, "one", "hand") <= 0.5
        and median_ratio(found, "one", "scan") <= 3
        and median_ratio(found, "months", "one") <= 5
        and peak < 2048
    )
    lines.append("limits: " + ("kept" if kept else "MISSED"))
    return lines, kept


def main() -> int:
    """Measure, print and keep the table; 1 when a limit is missed."""
    if len(sys.argv) > 1:
        os.environ["YIWANG_HOME"] = sys.argv[1]
    os.environ["DJANGO_SETTINGS_MODULE"] = "yiwang.site.settings"
    os.environ["YIWANG_LOG_LEVEL"] = "ERROR"
    import django

    from yiwang.site import postgres

    with postgres.lease():
        django.setup()
        lines, kept = measure()
    report = "\n".join(lines) + "\n"
    sys.stdout.write(report)
    OUTPUT.write_text(report, encoding="utf-8")
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
