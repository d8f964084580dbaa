"""Measure the pages of metrics and the records behind a number as sixteen readers at once see them.

Run as ``python benchmarks/pages.py [HOME]``: on the demonstration that ``make demo`` loaded (``var/`` unless HOME names
another state folder; sessions are the only thing written there). Writes ``benchmarks/output/pages.txt``. The server is
``yiwang serve`` with two web processes, as people run it; clients and server share the machine. Clients ask for the
next page as soon as they have the last one. Two bounds are measured in turns with the pages: the help page, which asks
for no numbers, and the bare Parquet file, asked by hand for the rows and their number.
"""

from __future__ import annotations

import os
import platform
import random
import re
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from browsing import Browser, p95, serving, sessions, told
from yiwang.site import postgres

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "benchmarks" / "output" / "pages.txt"
CLIENTS, SECONDS, WARM, TURNS = 16, 12, 3, 3
SINGLE = 40
PORT = 8764
LIMIT_MS = 300
ROLES = ("bureau", "leader", "operator", "town", "integrator", "liaison-police")
# They see all records of every type; what others see of them is less.
ALL_ROWS = ("bureau", "leader")
LIST, HELP = "/metric/", "/help/"
NEXT = re.compile(r'rel="next" href="([^"]+)"')


@dataclass(frozen=True)
class Behind:
    """The number with the most rows: its code and day, how many rows, where they are, and an id in their middle."""

    code: str
    day: str
    rows: int
    column: str
    record: str
    middle: int

    def page(self, after: int) -> str:
        """The address of a page of its rows, from after an id on."""
        return f"/metric/{self.code}/rows/?part=numerator&as_of={self.day}&after={after}"

    @property
    def counting(self) -> str:
        """By hand: how many rows."""
        return f'SELECT count(*) FROM current."{self.record}" WHERE "{self.column}" <= DATE \'{self.day}\''  # noqa: S608  (names of our own columns)

    def listing(self, after: int) -> str:
        """By hand: a page of the rows and one more, from after an id on."""
        where = f"\"{self.column}\" <= DATE '{self.day}' AND id > {after}"
        return f'SELECT id, version FROM current."{self.record}" WHERE {where} ORDER BY id LIMIT 21'  # noqa: S608  (names of our own columns)


def prepare() -> tuple[list[str], Behind]:
    """The addresses of the metric pages, and the number with the most rows."""
    from yiwang.kernel.lake import api as lake
    from yiwang.kernel.metrics import api as metrics
    from yiwang.kernel.metrics.registry import reference_day

    day, wanted = reference_day(), metrics.metrics()
    found = metrics.told(wanted, [day])
    most = max(wanted, key=lambda metric: found.value(metric, day).rows)
    selection = most.numerator.selection
    if selection.when != "until" or selection.where or not selection.day:
        raise SystemExit(f"the rows of {most.code} are not what this benchmark asks for by hand")
    behind = Behind(most.code, day.isoformat(), found.value(most, day).rows, selection.day, selection.record, 0)
    with lake.open_lake() as opened:
        where = f"WHERE \"{behind.column}\" <= DATE '{day}'"
        asked = f'SELECT CAST(median(id) AS BIGINT), count(*) FROM current."{behind.record}" {where}'  # noqa: S608  (names of our own columns)
        middle, count = opened.connection.execute(asked).fetchall()[0]
    if count != behind.rows:
        raise SystemExit(f"by hand there are {count} rows, the metric counts {behind.rows}")
    pages = [f"/metric/{metric.code}/" for metric in wanted]
    return pages, Behind(behind.code, behind.day, behind.rows, behind.column, behind.record, middle)


class Reader(threading.Thread):
    """One client: asks for all addresses, in an order of its own, again and again until the time is over."""

    def __init__(self, number: int, session: str, addresses: Sequence[str], begin: float) -> None:
        super().__init__(daemon=True)
        self.chance = random.Random(number)  # noqa: S311  (repeatable on purpose)
        self.browser, self.addresses, self.begin = Browser(PORT, session), list(addresses), begin
        self.taken: list[tuple[str, float]] = []
        self.wrong: list[str] = []

    def run(self) -> None:
        """Until the time is over."""
        while True:
            self.chance.shuffle(self.addresses)
            for address in self.addresses:
                start = time.monotonic()
                if start > self.begin + WARM + SECONDS:
                    return
                status, _text, took = self.browser.ask(address)
                if status != 200:
                    self.wrong.append(f"{address}: {status}")
                if start > self.begin + WARM:
                    self.taken.append((address, took))


def measure(signed_in: Sequence[str], addresses: Sequence[str], clients: int = CLIENTS) -> list[tuple[str, float]]:
    """Address and seconds of every answer, once the first seconds are over."""
    begin = time.monotonic()
    readers = [Reader(number, signed_in[number % len(signed_in)], addresses, begin) for number in range(clients)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    wrong = [text for reader in readers for text in reader.wrong]
    if wrong:
        raise SystemExit(f"wrong answers: {wrong[:5]}")
    return [item for reader in readers for item in reader.taken]


def first_of_each(browser: Browser, address: str) -> float:
    """The slowest of the first answers: each web process loads what counts with the first number it counts."""
    return max(browser.ask(address)[2] for _time in range(6))


def alone(browser: Browser, behind: Behind) -> dict[str, list[float]]:
    """One client asks for the first page, the bare file answers the same, and so in turns; then a page further on."""
    from yiwang.kernel.lake import api as lake

    found: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[[], object]) -> None:
        start = time.perf_counter()
        work()
        found.setdefault(name, []).append(time.perf_counter() - start)

    with lake.open_lake() as opened:

        def by_hand(after: int) -> None:
            rows = opened.connection.execute(behind.listing(after)).fetchall()
            count = opened.connection.execute(behind.counting).fetchall()
            assert (len(rows), count) == (21, [(behind.rows,)])

        def page(after: int) -> None:
            status, text, _took = browser.ask(behind.page(after))
            assert status == 200
            assert f"{behind.rows:,}" in text
            assert NEXT.search(text)

        for after in (0, behind.middle):
            by_hand(after)
        for _turn in range(SINGLE):
            for name, after in (("first", 0), ("later", behind.middle)):
                timed(name, partial(page, after))
                timed(f"{name} by hand", partial(by_hand, after))
    return found


def ratio(found: Sequence[float], of: Sequence[float]) -> float:
    """The median of the ratios of neighbours in time."""
    return statistics.median(value / other for value, other in zip(found, of, strict=True))


def report() -> tuple[list[str], bool]:
    """The table, and whether the limits were kept."""
    pages, behind = prepare()
    signed_in = sessions(ROLES)
    everybody, all_rows = list(signed_in.values()), [signed_in[role] for role in ALL_ROWS]
    load = os.getloadavg()[0]
    helped: list[list[float]] = []
    asked: list[list[tuple[str, float]]] = []
    with serving(PORT):
        browser = Browser(PORT, all_rows[0])
        single = [took for _address, took in measure(everybody, [*pages, LIST], 1)]
        for _turn in range(TURNS):
            helped.append([took for _address, took in measure(everybody, [HELP])])
            asked.append(measure(everybody, [*pages, LIST]))
        first = first_of_each(browser, behind.page(0))
        rows = alone(browser, behind)
        crowd = {
            "first": [took for _address, took in measure(all_rows, [behind.page(0)])],
            "later": [took for _address, took in measure(all_rows, [behind.page(behind.middle)])],
        }
    every = [took for turn in asked for _address, took in turn]
    listed = [took for turn in asked for address, took in turn if address == LIST]
    one = [took for turn in asked for address, took in turn if address != LIST]
    trivial = [took for turn in helped for took in turn]
    speed = [len(turn) / SECONDS for turn in asked]
    bounds = [len(turn) / SECONDS for turn in helped]
    cuts = [p95([took for _address, took in turn]) for turn in asked]
    kept = statistics.median(cuts) < LIMIT_MS, p95(rows["first"]) < LIMIT_MS
    verdict = {True: "kept", False: "MISSED"}

    def line(what: str, taken: Sequence[float], more: str = "") -> str:
        return f"{what:<44}{told(taken)}{more}"

    def beside(name: str) -> str:
        return f"{ratio(rows[name], rows[f'{name} by hand']):>9.1f} of by hand"

    lines = [
        f"Pages of metrics: {len(pages)} metrics and their list, the rows behind {behind.code} ({behind.rows:,})",
        f"Python {platform.python_version()}, {os.cpu_count()} cores, PostgreSQL {postgres.status().version}, two web "
        f"processes, roles {', '.join(ROLES)}, load {load:.1f} before it began",
        "",
        f"{'':<44}{'answers':>7}{'median':>9}{'p95 ms':>9}",
        line("one client, metric pages and their list", single),
        line(f"{CLIENTS} clients, help page (the bound)", trivial, f"{statistics.median(bounds):>9.0f} a second"),
        line(f"{CLIENTS} clients, metric pages and their list", every, f"{statistics.median(speed):>9.0f} a second"),
        line("  a metric", one),
        line("  the list", listed),
        f"of the help page's speed {ratio(speed, bounds):.2f} (turns: "
        f"{', '.join(f'{a:.0f}/{b:.0f}' for a, b in zip(speed, bounds, strict=True))})",
        "",
        line("one client, rows, first page", rows["first"], beside("first")),
        line("  by hand from the file, in this process", rows["first by hand"]),
        line("one client, rows, a page in the middle", rows["later"], beside("later")),
        line("  by hand from the file, in this process", rows["later by hand"]),
        line(f"{CLIENTS} clients, rows, first page", crowd["first"], f"{len(crowd['first']) / SECONDS:>9.0f} a second"),
        line(f"{CLIENTS} clients, rows, a page in the middle", crowd["later"],
             f"{len(crowd['later']) / SECONDS:>9.0f} a second"),
        f"the first rows that a web process is asked for: {first:.1f} s",
        "",
        f"metric pages, {CLIENTS} clients: p95 {statistics.median(cuts):.0f} ms (limit {LIMIT_MS}) {verdict[kept[0]]}; "
        f"turns {', '.join(f'{cut:.0f}' for cut in cuts)} ms, the median counts",
        f"first page of {behind.rows:,} rows, one client: p95 {p95(rows['first']):.0f} ms (limit {LIMIT_MS}) "
        f"{verdict[kept[1]]}",
    ]  # fmt: skip
    return lines, all(kept)


def main() -> int:
    """Measure, print and keep the table; 1 when a limit is missed."""
    if len(sys.argv) > 1:
        os.environ["YIWANG_HOME"] = sys.argv[1]
    os.environ |= {"DJANGO_SETTINGS_MODULE": "yiwang.site.settings", "YIWANG_LOG_LEVEL": "ERROR"}
    import django

    with postgres.lease():
        django.setup()
        lines, kept = report()
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    OUTPUT.write_text(text, encoding="utf-8")
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
