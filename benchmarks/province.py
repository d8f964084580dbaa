"""Measure how time and memory grow with districts: all computed figures over 1 to 20 districts' lakes, on both engines.

Run as ``python benchmarks/province.py [HOME]``: the lake of the demonstration under HOME (``var/`` unless named) is
written out twenty times with records, units, places and persons of each district's own, in a scratch folder. Writes
``benchmarks/output/province.txt``. Each question is asked in a process of its own, twice: the first makes statements
and warms the files, the second counts. Spark needs PySpark and Java (``make test-external`` brings them).
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "benchmarks" / "output" / "province.txt"
DAY = date(2023, 6, 30)
DISTRICTS = (1, 5, 10, 20)
ENGINES = ("duckdb", "spark")
MEGABYTE = 1 << 20


def build(home: Path, target: Path) -> tuple[int, int]:
    """Twenty districts' lakes under ``target``; versions of records and bytes in all."""
    setup(home)
    from yiwang.kernel.lake import api as lake

    rows = 0
    with lake.pinned("") as snapshot, duckdb.connect() as duck:
        for number in range(max(DISTRICTS)):
            for table in snapshot.tables:
                if lake.paths(table, "ends"):
                    raise SystemExit("有未合并的快照文件，请先执行 yiwang lake refresh --full / refresh --full first")
                files = [str(path) for path in lake.paths(table, "versions")]
                columns = {name for name, _kind in table.columns}
                own = {
                    "id": f"id + {number * 10**9}",
                    "unit_path": f"'d{number:02}/' || unit_path",
                    "place": f"CASE WHEN place = '' THEN '' ELSE '44{number:02}' || substr(place, 5) END",
                    "person_key": f"CASE WHEN {number} = 0 THEN person_key ELSE "
                                  f"CAST(md5(concat(person_key, '-{number}')) AS uuid) END",
                }  # fmt: skip
                put = ", ".join(f"{made} AS {name}" for name, made in own.items() if name in columns)
                folder = target / f"{number:02}" / table.key
                folder.mkdir(parents=True)
                duck.execute(
                    f"COPY (SELECT * REPLACE ({put}) FROM read_parquet($files)) "  # noqa: S608  (our own columns)
                    f"TO '{folder / 'versions.parquet'}' (FORMAT parquet)",
                    {"files": files},
                )
                rows += table.versions
    return rows, sum(file.stat().st_size for file in target.rglob("*.parquet"))


def setup(home: Path) -> None:
    """Django for the demonstration's state folder; nothing here needs its database."""
    os.environ["YIWANG_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "yiwang.site.settings"
    os.environ["YIWANG_LOG_LEVEL"] = "ERROR"
    import django

    django.setup()


@contextmanager
def province(engine: str, folders: list[Path]) -> Iterator[Any]:
    """A reading of the union of the districts' lakes."""
    from yiwang.kernel.lake import api as lake
    from yiwang.kernel.metrics import engines
    from yiwang.kernel.metrics.api import Holding, Reading

    def files(table: lake.LakeTable) -> list[str]:
        return [str(folder / table.key / "versions.parquet") for folder in folders]

    if engine == "duckdb":

        class Union(engines.DuckEngine):
            def versions(self, table: lake.LakeTable) -> str:
                return f"read_parquet({files(table)})"

        with lake.pinned("") as snapshot, duckdb.connect() as duck:
            yield Reading(Union(lake.Lake(snapshot, duck)), Holding())
        return
    from yiwang.kernel.metrics import spark

    class SparkUnion(spark.SparkEngine):
        def versions(self, table: lake.LakeTable) -> str:
            name = f"versions_{table.key.replace('.', '_')}"
            self._read(table.columns, [Path(file) for file in files(table)]).createOrReplaceTempView(name)
            return name

    with spark.opened("") as found:
        yield Reading(SparkUnion(found.snapshot, found.session), Holding())


def ask(home: Path, target: Path, engine: str, districts: int) -> None:
    """One process: print the seconds of both times, the memory of its processes and a checksum of the numbers."""
    setup(home)
    from yiwang.kernel.metrics import api as metrics

    folders = [target / f"{number:02}" for number in range(districts)]
    # The scores of reviews are parameters, which no database is asked for.
    with province(engine, folders) as found:
        took = []
        for _time in range(2):
            begin = time.perf_counter()
            told = metrics.values(found, metrics.metrics(), [DAY])
            took.append(time.perf_counter() - begin)
        numbers = {value.metric.code: [str(value.numerator), str(value.denominator)] for value in told}
        sys.stdout.write(json.dumps({"took": took, "bytes": memory(), "numbers": numbers}))


def memory() -> int:
    """Proportional memory of this process and its children (Spark's Java among them)."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue  # It ended while we looked.
    ours, grown = {os.getpid()}, True
    while grown:
        more = {child for child, parent in parents.items() if parent in ours} - ours
        ours, grown = ours | more, bool(more)
    total = 0
    for process in ours:
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:
            continue  # A short-lived helper of Java's.
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def main() -> int:
    """Build, ask, print and keep the table; 1 when the engines tell different numbers."""
    if len(sys.argv) == 5:
        ask(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
        return 0
    home = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(os.environ.get("YIWANG_HOME") or ROOT / "var")
    found: dict[tuple[str, int], dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="yiwang-province-") as folder:
        rows, size = build(home, Path(folder))
        for districts in DISTRICTS:
            for engine in ENGINES:
                command = [sys.executable, __file__, str(home), folder, engine, str(districts)]
                done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
                found[engine, districts] = json.loads(done.stdout)
    same = all(found["duckdb", number]["numbers"] == found["spark", number]["numbers"] for number in DISTRICTS)
    lines = [
        "A province: all computed figures at one day over districts' lakes, on DuckDB and on Spark (local[*])",
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {rows / max(DISTRICTS):,.0f} versions of records "
        f"a district, {max(DISTRICTS)} districts {rows:,} versions, {size / MEGABYTE:,.0f} MB",
        "",
        f"{'engine':<10}{'districts':>10}{'first s':>10}{'then s':>10}{'of one':>10}{'MB':>10}{'of one':>10}",
    ]
    for engine in ENGINES:
        one = found[engine, 1]
        for districts in DISTRICTS:
            here = found[engine, districts]
            lines.append(
                f"{engine:<10}{districts:>10}{here['took'][0]:>10.2f}{here['took'][1]:>10.2f}"
                f"{here['took'][1] / one['took'][1]:>10.2f}{here['bytes'] / MEGABYTE:>10,.0f}"
                f"{here['bytes'] / one['bytes']:>10.2f}"
            )
    lines += ["", "the engines told the same numbers at every size" if same else "THE ENGINES TOLD DIFFERENT NUMBERS"]
    report = "\n".join(lines) + "\n"
    sys.stdout.write(report)
    OUTPUT.write_text(report, encoding="utf-8")
    return 0 if same else 1


if __name__ == "__main__":
    raise SystemExit(main())
