"""Then and now: the records that make a day's number another one, by kind; months; figures that units reported."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from yiwang.domains.services.kiosks.models import Kiosk, Transaction
from yiwang.kernel.access.testing import make_unit
from yiwang.kernel.lake import api as lake
from yiwang.kernel.metrics import api as metrics
from yiwang.kernel.metrics import registry
from yiwang.kernel.metrics.api import Holding
from yiwang.kernel.metrics.asked import month_ends
from yiwang.kernel.metrics.cli import metrics as command
from yiwang.kernel.metrics.extend import CountDistinct, Reported, Sum
from yiwang.kernel.records import api as records
from yiwang.lib.clock import moment
from yiwang.lib.problems import Problem

from .test_metrics import FIRST, PARTS, Plain, by_id, filled, metric

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2023, 8, 1)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> None:
    """A lake of the test's own."""
    settings.YIWANG_HOME = tmp_path


def run(*arguments: str) -> Any:
    """What a command prints, as a program gets it."""
    done = CliRunner().invoke(command, [*arguments, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


@pytest.mark.parametrize("known", [date(2023, 2, 10), date(2023, 7, 28), date(2023, 7, 31)])
def test_differences_are_what_lies_between_two_plain_counts(known: date) -> None:
    """For every part of the algebra: which records, on which side, of which kind, and what they add together."""
    filled()
    lake.refresh()
    then, now = Plain(DAY, known), Plain(DAY, None)
    kinds = set()
    with metrics.reading() as found:
        for name, part in PARTS.items():
            told = metrics.differences(found.at(Holding(known)), found, part, DAY, most=1000)
            rows = [{row["id"]: row for row in side.selected(part.selection)} for side in (then, now)]
            held = [{row["id"] for row in side.rows[part.selection.record]} for side in (then, now)]
            expected = {}
            for key in sorted({*rows[0], *rows[1]}):
                column = "id" if not isinstance(part, CountDistinct | Sum) else part.column
                worth = [side[key][column] if key in side else None for side in rows]
                if worth[0] == worth[1] and key in rows[0] and key in rows[1]:
                    continue
                kind = "late" if key not in held[0] else "deleted" if key not in held[1] else "corrected"
                expected[key] = (kind, key in rows[0], key in rows[1])
            assert {row.id: (row.kind, row.then_counts, row.now_counts) for row in told.listed} == expected, name
            assert sum(count for count, _adds in told.kinds.values()) == len(expected)
            if not isinstance(part, CountDistinct):
                between = now.number(part)[0] - then.number(part)[0]
                assert sum((adds for _count, adds in told.kinds.values()), Decimal(0)) == between, name
            kinds |= set(told.kinds)
    assert kinds == {"late", "corrected", "deleted"}


def test_deleting_transactions_lowers_the_figures_by_them_and_then_and_now_names_them() -> None:
    make_unit("cq/centre")
    same: dict[str, Any] = {
        "unit_path": "cq/centre/", "place": "", "source": "t", "recorded_by": "t", "recorded_at": moment(FIRST, 12),
    }  # fmt: skip
    for number in range(4):
        Kiosk(
            device_no=f"Z{number}", name="机", place_type="bank", valid_from=FIRST, source_id=f"Z{number}", **same
        ).save()  # fmt: skip
    for number in range(300):
        Transaction(
            device_no="Z1", occurred_at=moment(FIRST, 10), occurred_on=FIRST, matter_code="1", matter_name="事",
            result="done", source_id=f"T{number}", **same,
        ).save()  # fmt: skip
    before = datetime.now(UTC)
    gone = list(Transaction._base_manager.order_by("?").values_list("id", flat=True)[:100])
    with records.written_by("t"):
        Transaction._base_manager.filter(id__in=gone).delete()
    lake.refresh()
    told = {code: run("compare", code, "--as-of", "2023-06-30", "--then", before.isoformat(), "--rows", "1000")
            for code in ("F005", "F006")}  # fmt: skip
    assert (told["F005"]["then"]["value"], told["F005"]["now"]["value"]) == ("300", "200")
    assert (told["F006"]["then"]["value"], told["F006"]["now"]["value"]) == ("75.00", "50.00")
    for found in told.values():
        assert found["numerator"]["kinds"] == {"deleted": {"rows": 100, "adds": "-100"}}
        assert sorted(row["id"] for row in found["numerator"]["listed"]) == sorted(gone)
    assert told["F006"]["denominator"] == {"kinds": {}, "listed": []}
    text = (
        CliRunner().invoke(command, ["compare", "F005", "--as-of", "2023-06-30", "--then", before.isoformat()]).output
    )
    assert "删除 deletion　100 条" in text


def test_within_a_unit_a_record_that_moved_away_is_a_correction_and_no_deletion() -> None:
    filled()
    make_unit("cq/other")
    lake.refresh()
    before = datetime.now(UTC)
    moved = Kiosk._base_manager.filter(unit_path="cq/town/", valid_from__lte=FIRST + timedelta(days=100)).first()
    assert moved is not None
    with records.written_by("t"):
        Kiosk._base_manager.filter(id=moved.id).update(unit_path="cq/other/")
    lake.refresh()
    told = run("compare", "F004", "--as-of", str(moved.valid_from), "--then", before.isoformat(), "--unit", "town")
    assert told["numerator"]["kinds"] == {"corrected": {"rows": 1, "adds": "-1"}}
    assert [row["id"] for row in told["numerator"]["listed"]] == [moved.id]


def test_months_are_the_days_at_their_ends_and_the_last_is_the_day_itself() -> None:
    assert month_ends(date(2023, 3, 15), 4) == [
        date(2022, 12, 31), date(2023, 1, 31), date(2023, 2, 28), date(2023, 3, 15),
    ]  # fmt: skip
    filled()
    lake.refresh()
    told = run("values", "F004", "--as-of", "2023-06-30", "--by", "month", "--months", "6")
    assert [row["month"] for row in told] == [f"2023-{month:02}" for month in range(1, 7)]
    assert [row["value"] for row in told] == [
        str(len(Plain(day, None).selected(PARTS["standing"].selection))) for day in month_ends(date(2023, 6, 30), 6)
    ]


@pytest.mark.parametrize("by", ["unit", "town"])
def test_groups_are_named_and_add_up(by: str) -> None:
    filled()
    lake.refresh()
    told = run("values", "F004", "--as-of", str(DAY), "--by", by)
    assert sum(int(row["value"]) for row in told) == len(Plain(DAY, None).selected(PARTS["standing"].selection))
    if by == "unit":
        assert [row["unit"] for row in told] == ["centre", "town"]
        assert all(row["unit_name"] for row in told)
    else:
        assert {row["town"] for row in told} >= {None}


def test_more_days_than_a_scan_takes_are_told_in_several() -> None:
    filled()
    lake.refresh()
    days = [FIRST + timedelta(days=number) for number in range(130)]
    wanted = [metric(name, PARTS[name]) for name in ("standing", "among", "distinct", "month")]
    with metrics.reading() as found:
        for value in metrics.values(found, wanted, days):
            assert value.numerator == Plain(value.as_of, None).number(value.metric.numerator)[0], value.as_of


def test_the_denominators_records_are_shown_too() -> None:
    filled()
    lake.refresh()
    told = run("explain", "F006", "--as-of", str(DAY), "--part", "denominator", "--rows", "1000")
    plain = sorted(Plain(DAY, None).selected(PARTS["standing"].selection), key=by_id)
    assert [row["id"] for row in told["listed"]] == [row["id"] for row in plain]
    refused = CliRunner().invoke(command, ["explain", "F004", "--as-of", str(DAY), "--part", "denominator"]).exception
    assert isinstance(refused, Problem)
    assert refused.code == "metric_no_denominator"


def test_reported_figures_stand_beside_computed_ones_and_never_replace_them(monkeypatch: pytest.MonkeyPatch) -> None:
    lake.refresh()
    asked = []

    class Figures:
        def reported(self, day: date, known_at: date | None) -> list[Reported]:
            asked.append((day, known_at))
            return [
                Reported("F040", "金额", "元", Decimal("512090000.00"), date(2023, 6, 1), "cq/data"),
                Reported("F004", "自助机", "部", Decimal(68), date(2023, 6, 1), "cq/data"),
            ]

    monkeypatch.setattr(registry, "_BOOKS", [Figures()])
    told = {row["figure"]: row for row in run("values", "--as-of", "2023-06-30")}
    assert told["F040"] == {
        "figure": "F040", "code": None, "name": "金额", "value": "512090000", "numerator": None, "denominator": None,
        "unit": "元", "origin": "reported", "as_of": "2023-06-01", "known_at": None, "rows": None,
    }  # fmt: skip
    assert (told["F004"]["origin"], told["F004"]["value"]) == ("computed", "0")
    assert list(told) == sorted(told)
    assert [row["figure"] for row in run("values", "F040", "--as-of", "2023-06-30")] == ["F040"]
    assert asked == [(date(2023, 6, 30), None)] * 2
    # A unit's own figures are computed; what another reported has no parts by unit.
    assert {row["origin"] for row in run("values", "--as-of", "2023-06-30", "--by", "unit")} <= {"computed"}


def test_without_pyspark_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    lake.refresh()
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    refused = CliRunner().invoke(command, ["values", "--as-of", "2023-06-30", "--engine", "spark"]).exception
    assert isinstance(refused, Problem)
    assert refused.code == "spark_missing"


def test_a_snapshot_older_than_a_column_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A column that a later release added, or one that is gone: a message, and no trace of an engine."""
    filled()
    lake.refresh()
    with metrics.reading() as found:
        table = found.snapshot.table("s05.kiosk")
        assert table is not None
        for lost in ("place_type", "valid_from"):
            shorter = tuple(column for column in table.columns if column[0] != lost)
            monkeypatch.setattr(type(found.snapshot), "table", lambda _self, _key, c=shorter: replace(table, columns=c))
            with pytest.raises(Problem) as refused:
                metrics.values(found, [metric("is", PARTS["is"])], [DAY])
            assert refused.value.code == "lake_lacks"
            assert lost in refused.value.en
        monkeypatch.setattr(type(found.snapshot), "table", lambda _self, _key: None)
        with pytest.raises(Problem) as refused:
            metrics.values(found, [metric("is", PARTS["is"])], [DAY])
        assert refused.value.code == "lake_lacks"
