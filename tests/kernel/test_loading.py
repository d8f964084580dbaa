"""Two loads at once that name the same new people."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.db import connection

from yiwang.domains.services.kiosks.models import Kiosk, Transaction
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.records import api as records
from yiwang.kernel.records import loading
from yiwang.kernel.records.api import NewRow
from yiwang.kernel.registers import api as registers
from yiwang.kernel.registers.extend import population
from yiwang.kernel.registers.models import RegisteredPerson
from yiwang.lib.clock import moment

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2023, 5, 4)


def test_loads_that_name_the_same_new_people_in_other_orders_do_not_block_each_other(monkeypatch: Any) -> None:
    registers.check_key()
    given = {"device_no": "A1", "name": "一号机", "place_type": "bank", "valid_from": "2023-01-05"}
    records.create(Kiosk.record_type, given, actor=make_user("operator", "cq/centre"), unit=make_unit("cq/centre"))
    monkeypatch.setattr(loading, "BATCH", 1)
    half_done = threading.Barrier(2)

    def rows(numbers: tuple[int, ...], name: str) -> Iterator[NewRow]:
        for place, number in enumerate(numbers):
            if place:
                half_done.wait(20)
            cells = {"device_no": "A1", "matter_name": "证明打印", "result": "done", "occurred_on": DAY,
                     "person_key": population.person(number).citizen_id}  # fmt: skip
            yield NewRow(cells, "cq/centre/", "", f"{name}{number}", moment(DAY, 12))

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
