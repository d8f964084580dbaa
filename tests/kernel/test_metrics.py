"""Metrics: every part of the algebra, at any day and as known on any, against a plain count of the same versions."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from yiwang.domains.services.kiosks.models import Kiosk, KioskFault
from yiwang.kernel.access.testing import make_unit
from yiwang.kernel.lake import api as lake
from yiwang.kernel.metrics import api as metrics
from yiwang.kernel.metrics import registry, wording
from yiwang.kernel.metrics.cli import metrics as command
from yiwang.kernel.metrics.extend import (
    Condition,
    Count,
    CountDistinct,
    Metric,
    Part,
    Selection,
    Sum,
    among,
    by_day,
    given,
    is_,
    is_not,
    month,
    not_among,
    standing,
    until,
    year,
)
from yiwang.kernel.records import api as records
from yiwang.lib.clock import end_of_day, moment
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = date(2022, 11, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(0, 300, 23)]
PLACES = ("bank", "hall", "mall")
KINDS = ("printer", "network", "reader")
SCORES = {"printer": Decimal("1.5"), "network": Decimal(10)}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    """A lake of the test's own."""
    settings.YIWANG_HOME = tmp_path
    return tmp_path


def filled() -> None:
    """Kiosks that come, move, end and are withdrawn, and their faults, some of them known weeks later."""
    make_unit("cq/centre")
    make_unit("cq/town")
    chance = random.Random(31)  # noqa: S311  (repeatable on purpose)
    same: dict[str, Any] = {"recorded_by": "t", "source": "t"}
    for number in range(40):
        begin = FIRST + timedelta(days=chance.randrange(250))
        unit, place = chance.choice((("cq/centre/", "441502001001"), ("cq/town/", "441502002001"), ("cq/town/", "")))
        Kiosk(
            device_no=f"Z{number:02}", name="机", place_type=chance.choice(PLACES), matters=chance.randrange(90),
            address=chance.choice(("", "路口")), valid_from=begin, unit_path=unit, place=place,
            source_id=f"Z{number:02}",
            recorded_at=moment(begin + timedelta(days=chance.choice((0, 0, 0, 30))), 12), **same,
        ).save()  # fmt: skip
    for number in range(160):
        day = FIRST + timedelta(days=chance.randrange(290))
        KioskFault(
            device_no=f"Z{chance.randrange(60):02}", kind=chance.choice(KINDS), occurred_on=day, description="",
            repaired_on=chance.choice((None, day + timedelta(days=chance.randrange(1, 90)))), unit_path="cq/centre/",
            place="", source_id=f"F{number}", recorded_at=moment(day + timedelta(days=chance.choice((0, 40))), 9),
            **same,
        ).save()  # fmt: skip
    for number in range(0, 40, 3):
        at = moment(FIRST + timedelta(days=260 + number), 15)
        with records.written_by("t", at=at):
            rows = Kiosk._base_manager.filter(device_no=f"Z{number:02}")
            if number % 9 == 0:
                rows.delete()
            else:
                rows.update(place_type="bank", valid_to=FIRST + timedelta(days=200 + number))


Row = dict[str, Any]


def versions(model: Any, known_at: date | None) -> list[Row]:
    """The records as they were known at the end of a day, told by the database itself."""
    current = model._base_manager.values()
    if known_at is None:
        return list(current)
    end = end_of_day(known_at)
    former = model.history_model._base_manager.filter(recorded_at__lt=end, superseded_at__gte=end)
    return [*current.filter(recorded_at__lt=end), *former.values()]


class Plain:
    """The same algebra, row by row."""

    def __init__(self, day: date, known_at: date | None) -> None:
        self.day = day
        self.rows = {"s05.kiosk": versions(Kiosk, known_at), "s05.fault": versions(KioskFault, known_at)}

    def selected(self, selection: Selection, keep: Callable[[Row], bool] = lambda _row: True) -> list[Row]:
        """Rows that count."""
        begins = selection.day or ("valid_from" if selection.record == "s05.kiosk" else "occurred_on")
        first = {"year": self.day.replace(month=1, day=1), "month": self.day.replace(day=1)}.get(selection.when)
        found = []
        for row in self.rows[selection.record]:
            begin = row[begins]
            ended = selection.when == "standing" and row.get("valid_to") and row["valid_to"] <= self.day
            if begin is None or begin > self.day or (first and begin < first) or ended or not keep(row):
                continue
            if all(self.holds(row, condition) for condition in selection.where):
                found.append(row)
        return found

    def holds(self, row: Row, condition: Condition) -> bool:
        """Whether the condition holds of the row."""
        value = row[condition.column]
        if condition.others is not None:
            there = {other[condition.column_there] for other in self.selected(condition.others)}
            return (value in there) == (condition.op == "among")
        return {
            "is": value in condition.values,
            "is_not": value not in condition.values,
            "given": value not in (None, ""),
            "by_day": isinstance(value, date) and value <= self.day,
        }[condition.op]

    def number(self, part: Part, keep: Callable[[Row], bool] = lambda _row: True) -> tuple[Decimal, int]:
        """The part's number and rows."""
        rows = self.selected(part.selection, keep)
        match part:
            case Count():
                number: int | Decimal = len(rows)
            case CountDistinct():
                values = {row[part.column] for row in rows} - {None, ""}
                number = len({(value.year, value.month) for value in values} if part.months else values)
            case Sum():
                scores = part.scores(self.day) if part.scores else None
                number = sum(
                    (scores.get(row[part.column], 0) if scores else row[part.column] or 0 for row in rows), Decimal(0)
                )
        return Decimal(number), len(rows)


FAULTS = until("s05.fault")
PARTS: dict[str, Part] = {
    "standing": Count(standing("s05.kiosk")),
    "until": Count(FAULTS),
    "year": Count(year("s05.fault")),
    "month": Count(month("s05.fault")),
    "day": Count(year("s05.fault", day="repaired_on")),
    "is": Count(standing("s05.kiosk", is_("place_type", "bank", "mall"))),
    "number": Count(standing("s05.kiosk", is_not("matters", 0, 7, 11, 12))),
    "is-not": Count(until("s05.fault", is_not("kind", "printer"))),
    "given-text": Count(standing("s05.kiosk", given("address"))),
    "given-day": Count(until("s05.fault", given("repaired_on"))),
    "by-day": Count(until("s05.fault", by_day("repaired_on"), is_("kind", "reader"))),
    "among": Count(until("s05.fault", among("device_no", standing("s05.kiosk", is_("place_type", "bank"))))),
    "not-among": Count(until("s05.fault", not_among("device_no", standing("s05.kiosk")))),
    "twice": Count(standing("s05.kiosk", among("device_no", FAULTS), not_among("device_no", month("s05.fault")))),
    "distinct": CountDistinct(FAULTS, "device_no"),
    "distinct-text": CountDistinct(standing("s05.kiosk"), "address"),
    "months": CountDistinct(FAULTS, "occurred_on", months=True),
    "months-empty": CountDistinct(FAULTS, "repaired_on", months=True),
    "sum": Sum(standing("s05.kiosk"), "matters"),
    "scores": Sum(FAULTS, "kind", lambda _day: SCORES),
}


def metric(name: str, numerator: Part, denominator: Part | None = None, **options: Any) -> Metric:
    """A metric of a test."""
    return Metric(f"s05.{name}", name, name, "个", numerator, denominator, **options)


def test_every_part_at_every_day_as_known_on_any_is_what_a_plain_count_gives() -> None:
    filled()
    lake.refresh()
    wanted = [metric(name, part, places=4) for name, part in PARTS.items()]
    nonzero = set()
    # On the last two a record was withdrawn and one corrected.
    for known_at in (None, date(2023, 2, 10), date(2023, 7, 28), date(2023, 7, 31)):
        with metrics.reading(known_at) as found:
            values = metrics.values(found, wanted, DAYS)
        assert [(value.metric, value.as_of) for value in values] == [(one, day) for one in wanted for day in DAYS]
        for value in values:
            number, rows = Plain(value.as_of, known_at).number(value.metric.numerator)
            assert (value.numerator, value.rows) == (number, rows), (value.metric.code, value.as_of, known_at)
            if number:
                nonzero.add(value.metric.name_en)
    assert nonzero == set(PARTS), "a part that is always nothing shows nothing"


def test_by_unit_and_by_town_it_is_the_same_count_of_their_records() -> None:
    filled()
    lake.refresh()
    day = DAYS[-1]
    banks = metric("banks", PARTS["is"], PARTS["standing"], percent=True, places=2)
    with metrics.reading() as found:
        units, towns = (metrics.by_group(found, [banks], [day], by) for by in ("unit", "town"))
        whole = metrics.values(found, [banks], [day])[0]
    assert set(units) == {"cq/centre/", "cq/town/"}
    assert set(towns) == {"", "441502001", "441502002"}
    for groups, column, length in ((units, "unit_path", 99), (towns, "place", 9)):
        for group, (value,) in groups.items():

            def within(row: Row, group: str = group, column: str = column, length: int = length) -> bool:
                return bool(row[column][:length] == group)

            assert (value.numerator, value.rows) == Plain(day, None).number(PARTS["is"], within)
            assert value.denominator == Plain(day, None).number(PARTS["standing"], within)[0]
        assert sum(value.numerator for (value,) in groups.values()) == whole.numerator
    with metrics.reading(units=metrics.within("cq/town")) as found:
        assert metrics.values(found, [banks], [day])[0].numerator == units["cq/town/"][0].numerator
    with metrics.reading(places=("441502001", "441502001:")) as found:
        assert metrics.values(found, [banks], [day])[0].numerator == towns["441502001"][0].numerator


def test_what_is_counted_of_a_unit_counts_in_the_whole_too() -> None:
    """Conditions look among all other records: narrowed to a unit's own, "among none" would hold of what has one."""
    filled()
    # Half of the faults are the town's, all kiosks they are of may be the centre's.
    with records.written_by("t"):
        KioskFault._base_manager.filter(source_id__endswith="3").update(unit_path="cq/town/")
    lake.refresh()
    wanted = [metric(name, part, places=4) for name, part in PARTS.items()]
    day = DAYS[-1]
    differs = set()
    with metrics.reading() as found:
        groups = metrics.by_group(found, wanted, [day], "unit")
        for unit in ("cq/centre", "cq/town"):
            own = found.at(metrics.Holding(units=metrics.within(unit)))
            values = metrics.values(own, wanted, [day])
            by_group = groups[f"{unit}/"]
            assert [(value.numerator, value.rows) for value in values] == [
                (value.numerator, value.rows) for value in by_group
            ]
            for name, part in PARTS.items():
                rows = {row.id for row in metrics.rows_behind(own, part, day, most=1000)}
                assert rows <= {row.id for row in metrics.rows_behind(found, part, day, most=1000)}, name
                if rows:
                    differs.add(name)
    assert {"among", "not-among", "twice"} <= differs


def test_quotients_are_rounded_half_up_and_nothing_is_divided_by_nothing() -> None:
    make_unit("cq/centre")
    for number, kind in enumerate(("bank", "hall", "hall", "hall", "hall", "hall", "hall", "hall")):
        Kiosk(
            device_no=f"Z{number}", name="机", place_type=kind, valid_from=FIRST, unit_path="cq/centre/", place="",
            source="t", source_id=f"Z{number}", recorded_by="t", recorded_at=moment(FIRST, 12),
        ).save()  # fmt: skip
    lake.refresh()
    share = metric("share", Count(standing("s05.kiosk", is_("place_type", "bank"))), PARTS["standing"])
    with metrics.reading() as found:
        told = metrics.values(
            found, [replace(share, percent=True, places=1), replace(share, places=2), share], [FIRST, date(2020, 1, 1)]
        )
    # An eighth: 12.5 %, 0.13 and not 0.12.
    assert [value.value for value in told] == [Decimal("12.5"), None, Decimal("0.13"), None, Decimal(0), None]
    assert told[0].numerator == 1
    assert told[0].denominator == 8


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (metric("x", Count(standing("s05.nothing"))), "record_type_unknown"),
        (metric("x", Count(standing("s06.licence"))), "another system"),
        (metric("x", Count(standing("s05.kiosk", is_("colour", "red")))), "colour"),
        (metric("x", Count(standing("s05.kiosk", day="bought_on"))), "bought_on"),
        (metric("x", Sum(FAULTS, "cost")), "cost"),
        (metric("x", Count(standing("s05.kiosk", among("device_no", FAULTS, "number")))), "number"),
        (
            metric("x", Count(until("s05.fault", among("device_no", PARTS["twice"].selection)))),
            "themselves among others",
        ),
        (replace(metric("x", Count(FAULTS)), code="s06.x"), "called after another"),
    ],
)
def test_a_definition_that_is_not_right_is_refused_at_the_start(wrong: Metric, why: str) -> None:
    with pytest.raises((ValueError, KeyError, Problem)) as refused:
        registry._check(wrong, "s05")
    assert why in f"{refused.value} {getattr(refused.value, 'code', '')}"


def run(*arguments: str) -> Any:
    """The command."""
    return CliRunner().invoke(command, ["values", *arguments])


def test_the_command_tells_every_metric_with_its_parts_as_text() -> None:
    filled()
    lake.refresh()
    told = json.loads(run("--as-of", "2023-06-30", "--json").output)
    assert [row["code"] for row in told] == [metric.code for metric in metrics.metrics()]
    rows = {row["figure"]: row for row in told}
    kiosks = Plain(date(2023, 6, 30), None).number(PARTS["standing"])
    assert rows["F004"] == {
        "figure": "F004", "code": "s05.kiosks", "name": "自助机", "value": str(kiosks[0]), "numerator": str(kiosks[0]),
        "denominator": None, "unit": "部", "origin": "computed", "as_of": "2023-06-30", "known_at": None,
        "rows": kiosks[1],
    }  # fmt: skip
    assert rows["F027"]["value"] is None
    assert rows["F006"]["denominator"] == str(kiosks[0])
    only = json.loads(
        run("F004", "--as-of", "2023-06-30", "--known-at", "2023-02-10", "--unit", "centre", "--json").output
    )
    assert [row["code"] for row in only] == ["s05.kiosks"]
    within = Plain(date(2023, 6, 30), date(2023, 2, 10)).number(
        PARTS["standing"], lambda row: bool(row["unit_path"] == "cq/centre/")
    )
    assert only[0]["value"] == str(within[0])
    assert "F004  s05.kiosks" in run("s05.kiosks", "--as-of", "2023-06-30").output


def explained(*arguments: str) -> Any:
    """What the command says of a metric."""
    done = CliRunner().invoke(command, ["explain", *arguments, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


@pytest.mark.parametrize("known_at", [None, date(2023, 7, 28)])
def test_the_records_behind_a_number_are_those_that_count_page_by_page(known_at: date | None) -> None:
    filled()
    lake.refresh()
    day = date(2023, 8, 1)
    options = ("--as-of", str(day), *(("--known-at", str(known_at)) if known_at else ()))
    whole = explained("F004", *options, "--rows", "10000")
    plain = Plain(day, known_at).selected(standing("s05.kiosk"))
    assert [row["source_id"] for row in whole["listed"]] == [row["source_id"] for row in sorted(plain, key=by_id)]
    assert whole["rows"] == len(plain) > 20
    pages: list[int] = []
    while page := explained("F004", *options, "--rows", "7", "--after", str(pages[-1] if pages else 0))["listed"]:
        pages += [row["id"] for row in page]
    assert pages == [row["id"] for row in whole["listed"]]
    with metrics.reading(known_at) as found:
        for name, part in PARTS.items():
            behind = metrics.rows_behind(found, part, day, most=1000)
            assert [row.id for row in behind] == [
                row["id"] for row in sorted(Plain(day, known_at).selected(part.selection), key=by_id)
            ], name


def by_id(row: Row) -> int:
    """The record's id."""
    return int(row["id"])


def test_a_metric_says_in_both_languages_what_it_counts() -> None:
    lake.refresh()
    told = explained("F006", "--as-of", "2023-06-30")["definition"]
    assert told["zh"] == "截至当日的自助机办件（“办理结果”为“办结”）的条数 ÷ 当日有效的自助机的条数"
    assert told["en"] == (
        "number of Kiosk transactions up to the day (“Result” is “Completed”) ÷ number of Kiosks in force on the day"
    )
    everything = [explained(metric.code, "--as-of", "2023-06-30")["definition"] for metric in metrics.metrics()]
    assert len({row["zh"] for row in everything}) == len({row["en"] for row in everything}) == len(everything)
    chinese = [row["en"] for row in everything if any("\u4e00" <= char <= "\u9fff" for char in row["en"])]
    assert chinese == []
    for name, part in PARTS.items():
        assert wording.part(part), name


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("F999", "--as-of", "2023-06-30"), "metric_unknown"),
        (("--as-of", "2023-06-30", "--known-at", "2999-01-01"), "known_later"),
        (("--as-of", "2023-06-30", "--snapshot", "nothing"), "snapshot_unknown"),
        (("--as-of", "2023-06-30", "--unit", "nobody"), "unit_unknown"),
    ],
)
def test_what_cannot_be_told_is_said(arguments: tuple[str, ...], code: str) -> None:
    lake.refresh()
    refused = run(*arguments).exception
    assert isinstance(refused, Problem)
    assert refused.code == code


@pytest.mark.parametrize("arguments", [("--as-of", "2023-02-30"), ("--as-of", "today"), ()])
def test_a_day_that_is_none_ends_with_two(arguments: Iterable[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_without_a_snapshot_it_says_what_to_do() -> None:
    refused = run("--as-of", "2023-06-30").exception
    assert isinstance(refused, Problem)
    assert refused.code == "lake_empty"


def test_a_moment_is_counted_on_its_day_in_shanghai() -> None:
    """Known at 23:59 of a day there is known on that day, whatever the day is in Greenwich."""
    make_unit("cq/centre")
    for number, at in enumerate((moment(date(2023, 5, 1), 23, 59), moment(date(2023, 5, 2), 0, 1))):
        Kiosk(
            device_no=f"Z{number}", name="机", place_type="bank", valid_from=FIRST, unit_path="cq/centre/", place="",
            source="t", source_id=f"Z{number}", recorded_by="t", recorded_at=at,
        ).save()  # fmt: skip
    lake.refresh()
    for day, count in ((date(2023, 4, 30), 0), (date(2023, 5, 1), 1), (date(2023, 5, 2), 2)):
        with metrics.reading(day) as found:
            assert metrics.values(found, [metric("all", PARTS["standing"])], [day])[0].numerator == count
