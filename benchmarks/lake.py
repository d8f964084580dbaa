"""Measure the lake at the size of the demonstration: a full export, and a refresh after 1 % of the records changed.

Run as ``python benchmarks/lake.py [ROWS]``. Writes the table to ``benchmarks/output/lake.txt``. Everything is measured
in one process, on a scratch database that is removed afterwards; ratios are of neighbours in time, their median counts.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from yiwang.site import postgres

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "benchmarks" / "output" / "lake.txt"
RUNS = 3
NAMES = {"copy": "COPY", "full": "full export"}
TABLE = "s05_transaction"
FILL = f"""
INSERT INTO {TABLE} (unit_path, place, recorded_at, recorded_by, reason, source, source_id, synthetic, occurred_on,
                     device_no, occurred_at, matter_code, matter_name, person_key, result)
SELECT 'cq/b' || n % 40 || '/', '4415020' || lpad((n % 90)::text, 5, '0'), day + interval '20 hours', 'machine', '',
       'kiosks', 'T' || n, true, (day AT TIME ZONE 'Asia/Shanghai')::date, 'ZZJ-' || n % 68,
       day + n % 600 * interval '1 minute', lpad((n % 800)::text, 31, '0'), '社会保险参保证明打印' || n % 800,
       gen_random_uuid(), (n % 3)::text
FROM (SELECT n, timestamptz '2021-01-01 01:00+00' + n % 1095 * interval '1 day' AS day
      FROM generate_series(1, {{rows}}) n) AS made
"""
# Those of lists and search: the lake does not use them, and they make filling five times as long.
OTHER_INDEXES = r"SELECT indexname FROM pg_indexes WHERE tablename = %s AND indexname !~ '(_pkey|_txid)$'"
NEW = f"""
INSERT INTO {TABLE} (unit_path, place, recorded_at, recorded_by, reason, source, source_id, synthetic, occurred_on,
                     device_no, matter_code, matter_name, result)
SELECT 'cq/b1/', '', now(), 'machine', '', 'kiosks', '{{turn}}N' || n, true, current_date, 'ZZJ-1', '',
       '社会保险参保证明打印', '1' FROM generate_series(1, {{rows}} / {{new}}) n
"""
# As days bring it: 0.5 % new; 0.4 % corrected and 0.1 % withdrawn among the newest tenth of the records.
DAILY = (
    f"UPDATE {TABLE} SET result = '9' WHERE id > {{rows}} * 0.9 AND id % 25 = {{turn}}",
    f"DELETE FROM {TABLE} WHERE id > {{rows}} * 0.9 AND id % 100 = {{turn}} + 50",
    NEW.replace("{new}", "200"),
)
# The worst: 0.9 % corrected and 0.1 % withdrawn, all over the table, so that nearly every other block has one.
SCATTERED = (
    f"UPDATE {TABLE} SET result = '8' WHERE id % 111 = {{turn}}",
    f"DELETE FROM {TABLE} WHERE id % 1000 = {{turn}} + 500",
)
# Refreshes are minutes apart. Half of one lets the server write what the changes left in its memory, which else the
# refresh would do for it: its own writer does 500 pages a second.
PAUSE = 30


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def copy_out(connection: psycopg.Connection, target: Path) -> None:
    """The current rows by a binary COPY into a file."""
    with (
        target.open("wb") as file,
        connection.cursor().copy(f"COPY {TABLE} TO STDOUT (FORMAT binary)".encode()) as copy,
    ):
        for block in copy:
            file.write(block)
        file.flush()
        os.fsync(file.fileno())


def measure(rows: int, home: Path) -> tuple[list[str], bool]:
    """The report's lines, and whether the limits were kept."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "yiwang.site.settings"
    import django
    from django.core.management import call_command

    django.setup()
    from yiwang.kernel.lake import api as lake

    call_command("migrate", verbosity=0)
    connection = psycopg.connect(postgres.database_url(), autocommit=True)
    for (index,) in connection.execute(OTHER_INDEXES.encode(), [TABLE]).fetchall():
        connection.execute(f'DROP INDEX "{index}"'.encode())
    connection.execute(FILL.format(rows=rows).encode())
    connection.execute(f"VACUUM ANALYZE {TABLE}".encode())
    lake.refresh(full=True)
    found: dict[str, list[float]] = {name: [] for name in ("copy", "full", "daily", "scattered", "nothing")}
    for turn in range(RUNS):
        found["copy"].append(seconds(lambda: copy_out(connection, home / "copy.bin")))
        found["full"].append(seconds(lambda: lake.refresh(full=True)))
        for name, statements in (("daily", DAILY), ("scattered", SCATTERED)):
            for statement in statements:
                connection.execute(statement.format(turn=turn, rows=rows).encode())
            # As autovacuum would: places that are freed all over the table are filled by later changes.
            connection.execute(f"VACUUM {TABLE}".encode())
            time.sleep(PAUSE)
            found[name].append(seconds(lake.refresh))
        found["nothing"].append(seconds(lake.refresh))
    snapshot, faults = lake.verify()
    table = next(table for table in snapshot.tables if table.key == "s05.transaction")
    if faults:
        raise SystemExit(f"the lake is not what the database holds: {faults}")

    def line(what: str, name: str, of: str = "", limit: str = "") -> str:
        ratio = f"{ratios(found, name, of):>9.3f} of the {NAMES[of]}{limit}" if of else ""
        return f"{what:<50}{statistics.median(found[name]):>9.3f}{ratio}"

    lines = [
        "Lake: full export and refresh",
        f"Python {platform.python_version()}, {os.cpu_count()} cores, PostgreSQL {postgres.status().version}, "
        f"{rows:,} records of one type, medians of {RUNS} runs in one process, "
        f"{PAUSE} s between changes and refresh",
        "",
        f"{'what':<50}{'seconds':>9}{'ratio':>9}",
        line("binary COPY of the current rows to a file", "copy"),
        line("full export of all versions", "full", "copy", " (limit 2)"),
        line("refresh after 1 % changed, as days bring it", "daily", "full", " (limit 0.05)"),
        line("refresh after 1 % corrected, all over the table", "scattered", "full"),
        line("refresh after nothing changed", "nothing", "full"),
        "",
        f"COPY {(home / 'copy.bin').stat().st_size / 1e6:.0f} MB, lake {table.bytes / 1e6:.0f} MB; "
        "verify after all of it: no difference",
        *(f"{name}: {', '.join(f'{value:.3f}' for value in values)} s" for name, values in found.items()),
    ]
    kept = ratios(found, "full", "copy") <= 2 and ratios(found, "daily", "full") <= 1 / 20
    lines.append("limits: " + ("kept" if kept else "MISSED"))
    return lines, kept


def ratios(found: dict[str, list[float]], name: str, of: str) -> float:
    """The median of the runs' ratios."""
    return statistics.median(value / other for value, other in zip(found[name], found[of], strict=True))


def main() -> int:
    """Measure, print and keep the table; 1 when a limit is missed."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 3_500_000
    with tempfile.TemporaryDirectory(prefix="yiwang-lake-") as folder:
        home = Path(folder)
        # The database's own user passes through it.
        home.chmod(0o711)
        os.environ["YIWANG_HOME"] = folder
        os.environ.pop("DATABASE_URL", None)
        with postgres.lease():
            lines, kept = measure(rows, home)
    report = "\n".join(lines) + "\n"
    sys.stdout.write(report)
    OUTPUT.write_text(report, encoding="utf-8")
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
