"""Measure the demonstration's load and a validated import against COPY of the same rows.

Run as ``python benchmarks/loading.py``. Writes ``benchmarks/output/loading.txt``. Everything is measured in one run,
on a scratch database that is removed afterwards. The COPY is a raw binary one through the connection, which the server
takes as fast as from a file of its own; indexes are treated as the other side of the comparison treats them.
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
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import psycopg

from yiwang.site import postgres

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "benchmarks" / "output" / "loading.txt"
IMPORTED = 1_300_000
BLOCK = 1 << 20
MEGABYTE = 1024


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def copy_out(connection: psycopg.Connection, table: str, target: Path) -> None:
    """The rows of a table as the server's binary format."""
    with (
        target.open("wb") as file,
        connection.cursor().copy(f"COPY {table} TO STDOUT (FORMAT binary)".encode()) as copy,
    ):
        for block in copy:
            file.write(block)


def copy_in(connection: psycopg.Connection, table: str, source: Path) -> None:
    """The same rows back, as fast as the server takes them."""
    with (
        source.open("rb") as file,
        connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT binary)".encode()) as copy,
    ):
        while block := file.read(BLOCK):
            copy.write(block)


def prepare() -> None:
    """An empty installation with the units and accounts of the demonstration."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "yiwang.site.settings"
    import django
    from django.core.management import call_command

    django.setup()
    from yiwang.kernel.access import demo as access_demo
    from yiwang.kernel.orgs import demo as orgs_demo
    from yiwang.kernel.registers import api as registers
    from yiwang.lib.clock import today

    call_command("migrate", verbosity=0)
    registers.check_key()
    orgs_demo.load(today())
    access_demo.load_people(orgs_demo.PEOPLE)


def demonstration(connection: psycopg.Connection, home: Path) -> tuple[list[str], bool]:
    """C1: the registers and all systems' records through the door, and the same rows by COPY.

    The records' indexes are made after their rows on both sides; the registers keep theirs on both.
    """
    from django.db import connections

    from yiwang.kernel.records.api import record_types
    from yiwang.kernel.records.sync import indexes
    from yiwang.kernel.registers import demo as registers_demo
    from yiwang.kernel.registers.kinds import KINDS
    from yiwang.site import lanes

    def load() -> None:
        registers_demo.load()
        connections.close_all()
        lanes.load_systems()

    loaded = seconds(load)
    tables = [kind for kind in record_types() if kind.model._base_manager.exists()]
    counts = {kind.table: kind.model._base_manager.count() for kind in tables}
    registers = {kind.table: kind.model._base_manager.count() for kind in KINDS.values()}
    for table in (*registers, *counts):
        copy_out(connection, table, home / table)
    names = ", ".join(f'"{table}"' for table in (*registers, *counts))
    connection.execute(f"TRUNCATE {names} CASCADE".encode())

    def copied() -> None:
        for table in registers:
            copy_in(connection, table, home / table)
        for kind in tables:
            with connection.transaction():
                for index in indexes(kind):
                    connection.execute(f'DROP INDEX "{index}"'.encode())
                copy_in(connection, kind.table, home / kind.table)
                connection.execute(b"SET LOCAL maintenance_work_mem = '256MB'")
                for statement in indexes(kind).values():
                    connection.execute(statement.encode())

    raw = seconds(copied)
    rows, register_rows = sum(counts.values()), sum(registers.values())
    ratio = raw / loaded
    kept = ratio >= 0.5
    return [
        f"demonstration: {rows:,} records of {len(tables)} types and {register_rows:,} rows of the registers, "
        "generated, checked, loaded in two processes",
        f"  load {loaded:.1f} s, COPY and indexes {raw:.1f} s: {ratio:.2f} of the speed of COPY (limit 0.5) "
        f"{'kept' if kept else 'MISSED'}",
        *(f"  {table:<32}{count:>12,}" for table, count in (registers | counts).items()),
    ], kept


def licence_rows() -> Iterator[list[object]]:
    """Licences as another system's file has them: ids in the clear, every cell text."""
    from yiwang.domains.services.licences import demo
    from yiwang.domains.services.licences.models import Licence

    chance = random.Random(demo.SEED)  # noqa: S311  (repeatable on purpose)
    names = [column.name for column in Licence.record_type.columns]
    for row in demo._licences(chance, demo._kinds(chance), []):
        yield ["data", row.place, *(row.cells.get(name, "") for name in names)]


def imported(connection: psycopg.Connection, home: Path) -> tuple[list[str], bool]:
    """C2: `yiwang import` of 1.3 million licences from CSV, checked whole and written; COPY into the same indexes."""
    from yiwang.domains.services.licences.models import Licence

    kind = Licence.record_type
    file = home / "licences.csv"
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["unit", "place", *(column.name for column in kind.columns)])
        writer.writerows(islice(licence_rows(), IMPORTED))
    connection.execute(f'TRUNCATE "{kind.table}"'.encode())
    program = str(Path(sys.executable).parent / "yiwang")
    start = time.perf_counter()
    reading, writing = os.pipe()
    child = os.posix_spawn(
        program,
        [program, "import", kind.key, str(file), "--actor", "bureau", "--source", "bench", "--json"],
        dict(os.environ),
        file_actions=[(os.POSIX_SPAWN_DUP2, writing, 1)],
    )
    os.close(writing)
    _pid, status, usage = os.wait4(child, 0)
    took = time.perf_counter() - start
    with os.fdopen(reading) as output:
        told = json.loads(output.read())
    if status or told["new"] != IMPORTED:
        raise SystemExit(f"the import did not take every row: {told}")
    copy_out(connection, kind.table, home / "licences.bin")
    connection.execute(f'TRUNCATE "{kind.table}"'.encode())
    raw = seconds(lambda: copy_in(connection, kind.table, home / "licences.bin"))
    ratio, memory = raw / took, usage.ru_maxrss / MEGABYTE
    kept = ratio >= 0.2 and memory < 500
    return [
        f"import: {IMPORTED:,} licences of {len(kind.columns)} columns from CSV ({file.stat().st_size / 1e6:.0f} MB)",
        f"  checked whole, then written: {took:.1f} s; COPY into the same indexes {raw:.1f} s: {ratio:.2f} of the "
        f"speed of COPY (limit 0.2); {memory:.0f} MB of memory (limit 500) {'kept' if kept else 'MISSED'}",
    ], kept


def main() -> int:
    """Measure, print and keep the table; 1 when a limit is missed."""
    with tempfile.TemporaryDirectory(prefix="yiwang-loading-") as folder:
        home = Path(folder)
        # The database's own user passes through it.
        home.chmod(0o711)
        os.environ["YIWANG_HOME"] = str(home / "state")
        with postgres.lease():
            prepare()
            with psycopg.connect(postgres.database_url(), autocommit=True) as connection:
                first, kept_first = demonstration(connection, home)
                second, kept_second = imported(connection, home)
            head = [
                "Loading: the demonstration and an import against COPY",
                f"Python {platform.python_version()}, {os.cpu_count()} cores, PostgreSQL {postgres.status().version}",
                "",
            ]
    text = "\n".join([*head, *first, "", *second]) + "\n"
    print(text)
    OUTPUT.write_text(text, encoding="utf-8")
    return 0 if kept_first and kept_second else 1


if __name__ == "__main__":
    sys.exit(main())
