"""Measure lists of the demonstration's licences: filtered, searched, paged, several roles, 16 clients at once.

Run as ``python benchmarks/lists.py``. Writes ``benchmarks/output/lists.txt``. The server is ``yiwang serve`` with two
web processes, as people run it; clients and server share the machine. The limit is for clients that ask for the next
page as soon as they have the last one: sixteen people who never look. The same with people who look for a second.
"""

from __future__ import annotations

import os
import platform
import random
import re
import sys
import tempfile
import threading
import time
from pathlib import Path

from browsing import Browser, p95, serving, sessions, told
from yiwang.site import postgres

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "benchmarks" / "output" / "lists.txt"
CLIENTS, SECONDS, WARM = 16, 45, 6
PORT = 8763
LIMIT_MS = 250
BASE = "/records/s06.licence/"
ROLES = ("bureau", "leader", "operator", "town", "integrator", "liaison-police")
NEXT = re.compile(r'rel="next" href="([^"]+)"')


def prepare() -> tuple[int, dict[str, str], list[tuple[str, str]]]:
    """The licences of the demonstration: how many; a session of each role, and what is asked for (name, query)."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "yiwang.site.settings"
    import django
    from django.core.management import call_command

    django.setup()
    from django.db import connection

    from yiwang.domains.services.licences import demo
    from yiwang.domains.services.licences.models import Licence, LicenceType
    from yiwang.kernel.access import demo as access_demo
    from yiwang.kernel.orgs import demo as orgs_demo
    from yiwang.kernel.records import api as records
    from yiwang.kernel.registers import api as registers
    from yiwang.lib.clock import today

    call_command("migrate", verbosity=0)
    registers.check_key()
    orgs_demo.load(today())
    access_demo.load_people(orgs_demo.PEOPLE)
    chance = random.Random(demo.SEED)  # noqa: S311  (repeatable on purpose)
    kinds = demo._kinds(chance)
    for kind, rows in ((LicenceType, demo._types(kinds)), (Licence, demo._licences(chance, kinds, []))):
        records.load(kind.record_type, rows, source=demo.SOURCE, recorded_by="demo", synthetic=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    often, seldom = kinds[0].code, kinds[-3].code
    asked = [
        ("first page", ""),
        ("a type with many", f"type_code={often}"),
        ("a type with few", f"type_code={seldom}"),
        ("a rare state", "state=03"),
        ("days", "since=2023-03-01&until=2023-03-31"),
        ("a town", "place=441502003"),
        ("a unit", "unit=police"),
        ("words", "q=%E5%B1%85%E6%B0%91%E8%BA%AB%E4%BB%BD%E8%AF%81"),
        ("two characters", "q=%E4%BA%A7%E6%9D%83"),
        ("words of an earlier year", "q=%E5%B1%85%E6%B0%91%E8%BA%AB%E4%BB%BD%E8%AF%81%E6%BC%942022"),
        ("a number", "q=%E7%AC%AC00012345%E5%8F%B7"),
        ("words and filter", f"q=2023&type_code={often}&state=04"),
    ]
    return Licence._base_manager.count(), sessions(ROLES), asked


class Reader(threading.Thread):
    """One client: asks, follows the next page twice, asks something else."""

    def __init__(self, number: int, session: str, asked: list[tuple[str, str]], begin: float, pause: float) -> None:
        super().__init__(daemon=True)
        self.chance = random.Random(number)  # noqa: S311  (repeatable on purpose)
        self.session, self.asked, self.begin, self.pause = session, asked, begin, pause
        self.taken: list[tuple[str, float]] = []
        self.wrong: list[str] = []

    def run(self) -> None:
        """Until the time is over."""
        browser = Browser(PORT, self.session)
        while time.monotonic() < self.begin + WARM + SECONDS:
            name, query = self.chance.choice(self.asked)
            for page in range(3):
                start = time.monotonic()
                status, text, took = browser.ask(f"{BASE}?{query}")
                time.sleep(self.pause * self.chance.uniform(0.5, 1.5))
                if status != 200:
                    self.wrong.append(f"{name}: {status}")
                if start > self.begin + WARM:
                    self.taken.append((name if page == 0 else f"{name}, next pages", took))
                found = NEXT.search(text)
                if found is None:
                    break
                query = found[1].replace("&amp;", "&").lstrip("?")


def measure(
    signed_in: dict[str, str], asked: list[tuple[str, str]], clients: int, pause: float = 0
) -> list[tuple[str, float]]:
    """Name and seconds of every answer."""
    begin = time.monotonic()
    readers = [Reader(number, signed_in[ROLES[number % len(ROLES)]], asked, begin, pause) for number in range(clients)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    wrong = [text for reader in readers for text in reader.wrong]
    if wrong:
        raise SystemExit(f"wrong answers: {wrong[:5]}")
    return [item for reader in readers for item in reader.taken]


def main() -> int:
    """Measure, print and keep the table; 1 when the limit is missed."""
    with tempfile.TemporaryDirectory(prefix="yiwang-lists-") as folder:
        Path(folder).chmod(0o711)
        os.environ |= {"YIWANG_HOME": folder, "YIWANG_LOG_LEVEL": "ERROR"}
        os.environ.pop("DATABASE_URL", None)
        with postgres.lease():
            rows, signed_in, asked = prepare()
            with serving(PORT):
                one = measure(signed_in, asked, 1)
                many = measure(signed_in, asked, CLIENTS)
                looking = measure(signed_in, asked, CLIENTS, 1)
            version = postgres.status().version
    every = [took for _name, took in many]
    cut = p95(every)
    names = [name for asked_name, _query in asked for name in (asked_name, f"{asked_name}, next pages")]
    lines = [
        f"Lists of records: {rows:,} licences, page by page",
        f"Python {platform.python_version()}, {os.cpu_count()} cores, PostgreSQL {version}, two web processes, "
        f"roles {', '.join(ROLES)}",
        "",
        f"{'':<34}{'answers':>7}{'median':>9}{'p95 ms':>9}",
        f"{'one client':<34}{told([took for _name, took in one])}",
        f"{f'{CLIENTS} clients, a second between pages':<34}{told([took for _name, took in looking])}",
        f"{f'{CLIENTS} clients without a pause':<34}{told(every)}",
        *(
            f"  {name:<32}{told(found)}"
            for name in names
            if (found := [took for own, took in many if own == name])
        ),
        "",
        f"{len(every) / SECONDS:.0f} pages a second; p95 {cut:.0f} ms (limit {LIMIT_MS}) "
        f"{'kept' if cut < LIMIT_MS else 'MISSED'}",
    ]  # fmt: skip
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    OUTPUT.write_text(text, encoding="utf-8")
    return 0 if cut < LIMIT_MS else 1


if __name__ == "__main__":
    raise SystemExit(main())
