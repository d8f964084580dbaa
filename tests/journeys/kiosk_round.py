"""A small plan of which records answer three figures, and the kiosks that they are counted from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from yiwang.domains.evaluation.planning.models import Round
from yiwang.domains.evaluation.planning.services.plans import PlanSpec
from yiwang.domains.evaluation.planning.tests import factory
from yiwang.domains.evaluation.planning.types import Target
from yiwang.domains.services.kiosks.models import Kiosk, Transaction
from yiwang.kernel.access.testing import make_unit
from yiwang.kernel.lake import api as lake
from yiwang.kernel.records import api as records
from yiwang.lib.clock import moment

AS_OF = factory.AS_OF
KIOSKS, DONE = 5, 40


def spec() -> PlanSpec:
    """The small plan, but F004 (部), F005 (笔) and F006 (笔/台) are what records say of the kiosks.

    Five kiosks of a hundred at the end lag.
    """
    changes: dict[str, dict[str, Any]] = {
        "F004": {
            "unit": "部", "relation": "", "decimals": 0, "baseline": Decimal(0), "nature": "expected",
            "targets": tuple(Target(2021 + year, Decimal(20 * (year + 1))) for year in range(5)),
        },
        "F005": {"unit": "笔"},
        "F006": {
            "unit": "笔/台", "direction": "none", "is_fact": True, "baseline": None, "baseline_on": None, "targets": (),
            "nature": "none", "decimals": 2,
        },
    }  # fmt: skip
    plan = factory.plan_spec()
    rows = tuple(
        replace(row, origin="computed", **changes[row.code]) if row.code in changes else row for row in plan.indicators
    )
    return replace(plan, indicators=rows)


def place_kiosks(count: int = KIOSKS, done: int = DONE, *, first: int = 0) -> None:
    """Kiosks in service since 2022, and what was done at them in the spring of 2023."""
    make_unit("cq", kind="district", name_zh="小城区")
    make_unit("cq/centre")
    same: dict[str, Any] = {"recorded_by": "t", "source": "t", "unit_path": "cq/centre/"}
    for number in range(first, first + count):
        Kiosk(
            device_no=f"Z{number:02}", name="机", place_type="hall", matters=80, address="路口", place="441502001001",
            valid_from=date(2022, 3, 1), source_id=f"Z{number:02}", recorded_at=moment(date(2022, 3, 1), 9), **same,
        ).save()  # fmt: skip
    for number in range(first, first + done):
        day = date(2023, 4, 1) + timedelta(days=number % 60)
        Transaction(
            device_no="Z00", matter_code="M1", matter_name="查询", result="done", occurred_on=day,
            occurred_at=moment(day, 10), source_id=f"T{number:04}", recorded_at=moment(day, 11), place="441502001001",
            **same,
        ).save()  # fmt: skip


def remove_transactions(count: int) -> None:
    """Take away the first of them, as of now."""
    with records.written_by("t"):
        numbers = list(Transaction._base_manager.order_by("pk").values_list("pk", flat=True)[:count])
        Transaction._base_manager.filter(pk__in=numbers).delete()


def open_round() -> tuple[factory.World, Round]:
    """A round that is open, its hand-ins not written yet; the lake has a snapshot of the kiosks."""
    place_kiosks()
    lake.refresh()
    world = factory.make_world(spec())
    return world, factory.make_round(world)
