"""Measure imports with a million errors: from CSV by the command, from a workbook by the page's job.

Run as ``python benchmarks/faults.py``. Writes ``benchmarks/output/faults.txt``. Compared with the same file without
errors, in the same run: what is wrong must not cost more than what is right, by orders, in time or memory.
"""

from __future__ import annotations

import csv
import json
import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from loading import MEGABYTE, prepare
from yiwang.site import postgres

if TYPE_CHECKING:
    from yiwang.kernel.files.api import StoredFile

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "benchmarks" / "output" / "faults.txt"
# As many rows as errors in the CSV; of the workbook, which may unfold to 200 MB, every row has eight. One row in a
# hundred is good.
LINES, SHEET_ROWS, SHEET_ERRORS, GOOD_EVERY = 1_000_000, 130_000, 8, 100
WRONG = {
    "identifier": "1.2.156.3005.2",
    "issued_on": "2023-02-30",
    "holder_uscc": "91440000MA0000000A",
    "state": "八",
    "valid_from": "去年",
    "issuer_code": "112345",
    "back_filled": "也许",
    "valid_to": "明年6月",
}
MOST_MEMORY = 500


def types() -> None:
    """The types that the licences name."""
    from yiwang.domains.services.licences import demo
    from yiwang.domains.services.licences.models import LicenceType
    from yiwang.kernel.records import api as records

    kinds = demo._kinds(random.Random(demo.SEED))  # noqa: S311  (repeatable on purpose)
    records.load(LicenceType.record_type, demo._types(kinds), source="bench", recorded_by="bench", synthetic=True)


def rows(bad: bool, most: int, each: int) -> Iterator[list[str]]:
    """Licences of another system, every cell text; with ``bad``, ``each`` errors in all rows but a few."""
    from yiwang.domains.services.licences import demo
    from yiwang.domains.services.licences.models import Licence

    chance = random.Random(demo.SEED)  # noqa: S311  (repeatable on purpose)
    names = [column.name for column in Licence.record_type.columns]
    yield ["unit", "place", *names]
    for number, row in enumerate(islice(demo._licences(chance, demo._kinds(chance), []), most)):
        cells = {name: str(row.cells.get(name, "")) for name in names}
        if bad and number % GOOD_EVERY:
            start = number % len(WRONG)
            cells |= {name: WRONG[name] for name in [*WRONG, *WRONG][start : start + each]}
        yield ["data", row.place, *cells.values()]


def as_csv(path: Path, table: Iterable[list[str]]) -> None:
    """The table as other systems write it."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(table)


def as_workbook(path: Path, table: Iterable[list[str]]) -> None:
    """The table as an office keeps it."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("证照")
    for row in table:
        sheet.append(row)
    book.save(path)


def run(arguments: list[str]) -> tuple[float, float, int, str]:
    """Seconds, megabytes, exit status and output of a command of ours."""
    program = str(Path(sys.executable).parent / "yiwang")
    reading, writing = os.pipe()
    start = time.perf_counter()
    child = os.posix_spawn(
        program, [program, *arguments], dict(os.environ), file_actions=[(os.POSIX_SPAWN_DUP2, writing, 1)]
    )
    os.close(writing)
    with os.fdopen(reading) as output:
        text = output.read()
    _pid, status, usage = os.wait4(child, 0)
    return time.perf_counter() - start, usage.ru_maxrss / MEGABYTE, os.waitstatus_to_exitcode(status), text


def by_command(home: Path) -> tuple[list[str], bool]:
    """CSV: the good rows go in, the others come back."""
    lines, took, memory = [], {}, {}
    for bad in (False, True):
        file, back = home / "licences.csv", home / "back.csv"
        as_csv(file, rows(bad, LINES, 1))
        import_ = ["import", "s06.licence", str(file), "--actor", "bureau", "--source", f"csv-{bad}"]
        took[bad], memory[bad], status, text = run([*import_, "--good-rows", "--errors", str(back), "--json"])
        told = json.loads(text)
        good = LINES // GOOD_EVERY if bad else LINES
        if (status, told["new"], told["bad"]) != (int(bad), good, LINES - good):
            raise SystemExit(f"not what went in: {told}")
        errors = _told(_lines_reasons(back)) if bad else 0
        lines.append(_line("CSV, by the command", told["rows"], told["bad"], errors, took[bad], memory[bad]))
    return [*lines, f"  {took[True] / took[False]:.2f} of the time of the good file"], memory[True] < MOST_MEMORY


def by_page(home: Path) -> tuple[list[str], bool]:
    """A workbook through the page's room and its job: checked, the bad rows back as a workbook, the good ones in."""
    from django.core.files.base import File

    from yiwang.domains.services.licences.models import Licence
    from yiwang.kernel.access.api import User
    from yiwang.kernel.records import imports

    kind, actor = Licence.record_type, User.objects.get(username="bureau")
    lines, took, memory = [], {}, {}
    for bad in (False, True):
        file = home / "licences.xlsx"
        as_workbook(file, rows(bad, SHEET_ROWS, SHEET_ERRORS))
        with file.open("rb") as handle:
            begun = imports.begin(actor, kind, File(handle), file.name, source=f"xlsx-{bad}", unit=actor.unit)
        took[bad], memory[bad], _status, _text = run(["worker", "--once"])
        begun.refresh_from_db()
        good = SHEET_ROWS // GOOD_EVERY if bad else SHEET_ROWS
        if begun.outcome.get("bad") != SHEET_ROWS - good or (begun.bad_rows is None) == bad:
            raise SystemExit(f"not what went in: {begun.outcome} {begun.job and begun.job.problem_zh}")
        if bad:
            imports.confirm(actor, kind, begun.pk)
            run(["worker", "--once"])
            begun.refresh_from_db()
            if begun.outcome["new"] != good or not begun.outcome["written"]:
                raise SystemExit(f"the good rows did not go in: {begun.outcome}")
        errors = _told(_workbook_reasons(begun.bad_rows)) if bad else 0
        lines.append(
            _line(".xlsx, checked by the page's job", SHEET_ROWS, SHEET_ROWS - good, errors, took[bad], memory[bad])
        )
    return [*lines, f"  {took[True] / took[False]:.2f} of the time of the good file"], memory[True] < MOST_MEMORY


def _lines_reasons(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        yield from (row["错误"] for row in csv.DictReader(handle))


def _workbook_reasons(stored: StoredFile | None) -> Iterator[str]:
    from openpyxl import load_workbook

    from yiwang.kernel.files import api as files

    if stored is None:
        raise SystemExit("no bad row came back")
    # Stored by its hash, without the ending that openpyxl asks a name for.
    with files.path_of(stored).open("rb") as handle:
        for sheet in load_workbook(handle, read_only=True):
            for row in sheet.iter_rows(min_row=2, values_only=True):
                yield str(row[-1])


def _told(reasons: Iterable[str]) -> int:
    """How many errors the rows that came back tell: those of a row stand side by side, in both languages."""
    return sum(reason.split(" / ")[0].count("；") + 1 for reason in reasons)


def _line(name: str, every: int, bad: int, errors: int, took: float, memory: float) -> str:
    return f"{name:<34}{every:>11,}{bad:>11,}{errors:>11,}{took:>9.1f}{memory:>8.0f}"


def main() -> int:
    """Measure, print and keep the table; 1 when a limit is missed."""
    with tempfile.TemporaryDirectory(prefix="yiwang-faults-") as folder:
        home = Path(folder)
        # The database's own user passes through it.
        home.chmod(0o711)
        os.environ |= {"YIWANG_HOME": str(home / "state"), "YIWANG_LOG_LEVEL": "ERROR"}
        os.environ.pop("DATABASE_URL", None)
        with postgres.lease():
            prepare()
            types()
            first, kept_first = by_command(home)
            second, kept_second = by_page(home)
            version = postgres.status().version
    kept = kept_first and kept_second
    lines = [
        "A million errors: imports of licences in which nearly every row is wrong, beside the same without errors",
        f"Python {platform.python_version()}, {os.cpu_count()} cores, PostgreSQL {version}",
        "",
        f"{'':<34}{'rows':>11}{'bad rows':>11}{'errors':>11}{'seconds':>9}{'MB':>8}",
        *first,
        *second,
        "",
        f"memory (limit {MOST_MEMORY} MB) {'kept' if kept else 'MISSED'}",
        "every bad row came back with its reasons, every good one went in",
    ]
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    OUTPUT.write_text(text, encoding="utf-8")
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
