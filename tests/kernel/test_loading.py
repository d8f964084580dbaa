"""Many rows at once: read as each alone would be, known to the planner, beside another load of the same people."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.db import connection

from yiwang.domains.services.kiosks.models import Kiosk, Transaction
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.records import api as records
from yiwang.kernel.records import cleaning, loading
from yiwang.kernel.records.api import NewRow
from yiwang.kernel.registers import api as registers
from yiwang.kernel.registers.extend import population
from yiwang.kernel.registers.models import RegisteredPerson
from yiwang.lib.clock import moment

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2023, 5, 4)


def a_kiosk() -> None:
    given = {"device_no": "A1", "name": "一号机", "place_type": "bank", "valid_from": "2023-01-05"}
    records.create(Kiosk.record_type, given, actor=make_user("operator", "cq/centre"), unit=make_unit("cq/centre"))


def cells_of(number: int, **others: object) -> dict[str, object]:
    """A transaction of the resident with this number."""
    given = {
        "device_no": "A1",
        "matter_name": "证明打印",
        "result": "done",
        "occurred_on": DAY,
        "person_key": population.person(number).citizen_id,
    }
    return given | others


def test_many_rows_are_read_as_each_of_them_alone(monkeypatch: Any) -> None:
    """Cells that come again, equal cells of other types, a column that is no longer remembered, wrong cells."""
    registers.check_key()
    a_kiosk()
    monkeypatch.setattr(cleaning, "_LOOK", 20)
    monkeypatch.setattr(cleaning, "_MOST_PEOPLE", 20)
    chance = random.Random(8)  # noqa: S311  (repeatable on purpose)
    pools: dict[str, tuple[object, ...]] = {
        "device_no": ("A1", " A1　", "B7", None, 1),
        "matter_name": ("证明打印", "=1+1", "", 1, 1.0, True, "1", "#N/A", "#3", "x" * 200),
        "result": ("done", "完成", "nothing", None),
        "occurred_on": (DAY, "2023-05-04", "2023年5月4日", "2023-02-30", 20230504, None),
        "person_key": ("", None, "44150220000229101X", "4415**********1016"),
    }
    cleaner = cleaning.Cleaner(Transaction.record_type)
    right = 0
    for _batch in range(6):
        rows = []
        for _row in range(60):
            cells = cells_of(chance.randrange(population.PEOPLE), matter_name=f"事项{chance.randrange(10**6)}")
            for name in chance.sample(sorted(pools), chance.choice((0, 0, 1, 2))):
                cells[name] = chance.choice(pools[name])
            rows.append(cells)
        cleaner.prepare(rows)
        for cells in rows:
            alone = cleaning.clean_row(Transaction.record_type, cells)
            found = cleaner.clean(cells)
            assert found.values == alone.values
            assert [type(value) for value in found.values.values()] == [type(value) for value in alone.values.values()]
            assert found.faults == alone.faults
            right += not found.faults
    assert 60 < right < 300
    held = {reading.name: len(reading.seen) for reading in cleaner.readings}
    # Whose cells are nearly all new is forgotten; what comes again is held.
    assert held["matter_name"] == held["person_key"] == 0
    assert min(held["device_no"], held["result"], held["occurred_on"]) > 0


def wait_for_other_snapshots() -> None:
    """Until nobody else (the server's own analysis of an earlier test's tables) holds a snapshot of this database.

    A vacuum cannot call rows visible to all while somebody looks at the time before them.
    """
    for _turn in range(300):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_xmin IS NOT NULL "
                "AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.1)


def test_after_a_load_the_planner_knows_the_rows_and_an_index_alone_answers(monkeypatch: Any) -> None:
    registers.check_key()
    a_kiosk()
    monkeypatch.setattr(loading, "BATCH", 500)
    rows = (NewRow(cells_of(n % 7), "cq/centre/", "", f"N{n}", moment(DAY, 12)) for n in range(2_000))
    wait_for_other_snapshots()
    records.load(Transaction.record_type, rows, source="many", recorded_by="t")
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples, relallvisible, relpages FROM pg_class WHERE relname = 's05_transaction'")
        tuples, visible, pages = cursor.fetchone()
    assert tuples == 2_000
    assert visible == pages > 0


def test_loads_that_name_the_same_new_people_in_other_orders_do_not_block_each_other(monkeypatch: Any) -> None:
    registers.check_key()
    a_kiosk()
    monkeypatch.setattr(loading, "BATCH", 1)
    half_done = threading.Barrier(2)

    def rows(numbers: tuple[int, ...], name: str) -> Iterator[NewRow]:
        for place, number in enumerate(numbers):
            if place:
                half_done.wait(20)
            yield NewRow(cells_of(number), "cq/centre/", "", f"{name}{number}", moment(DAY, 12))

    def load(numbers: tuple[int, ...], name: str) -> int:
        try:
            return records.load(Transaction.record_type, rows(numbers, name), source=name, recorded_by="t")
        finally:
            connection.close()

    # A table that has rows keeps its indexes during a load; an empty one is locked to drop them.
    assert load((3,), "first") == 1
    with ThreadPoolExecutor(2) as pool:
        loads = [pool.submit(load, (1, 2), "a"), pool.submit(load, (2, 1), "b")]
        assert [done.result(timeout=60) for done in loads] == [2, 2]
    assert Transaction._base_manager.count() == 5
    wanted = {registers.person_key(population.person(number).citizen_id) for number in (1, 2, 3)}
    assert set(RegisteredPerson.objects.values_list("key", flat=True)) == wanted
