"""The demonstration's fleet: made up from a fixed seed, calibrated to the report's figures at 2023-06-30.

Counting the records at that day gives F101 (1,953 township vessels) and F102 (410 state-registered ones); the decisions
of the first half of 2023 name 93 different vessels (F099) and impose 1,368,400 yuan (F100). Nothing else knows these
numbers. Owners are of the shared synthetic population; vessels and villages fit each other only by their kind.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.records import api as records
from yiwang.kernel.records.api import NewRow
from yiwang.kernel.registers.extend import population
from yiwang.lib.clock import moment

from .models import Position, SilenceCheck, Vessel, Violation

SEED = 44150228
BEGIN, CUT, END = date(2021, 1, 1), date(2023, 6, 30), date(2023, 12, 31)
STATE_AT_CUT, TOWNSHIP_AT_CUT = 410, 1_953
# On the books before and after the cut only.
ENDED, NEW = 35, 25
PENALISED, DECISIONS, FINES = 93, 101, 1_368_400
DECIDED_BEFORE, DECIDED_LATER, OPEN, CLEARED, WARNED = 210, 70, 23, 12, 5
# Township vessels that carry a terminal; every state-registered one does.
WITH_TERMINAL = 300
TRIP_EVERY = 70
SILENT, CHECKED, STRAYED = 9, 4, 5
SOURCE = "szyy"
# Fishing villages, and the port where their vessels lie; the first two have the most.
HOMES = (
    ("441502001201", "shanwei"), ("441502007201", "magong"), ("441502001202", "shanwei"), ("441502001205", "shanwei"),
    ("441502003201", "shanwei"), ("441502003203", "shanwei"), ("441502007206", "magong"), ("441502102201", "pinqing"),
    ("441502103206", "jiesheng"), ("441502100213", "hongcao"),
)  # fmt: skip
SHARES = (30, 30, 14, 12, 8, 6, 10, 8, 8, 4)
TOWNS = {"441502001": "新港", "441502003": "凤山", "441502007": "马宫", "441502100": "红草", "441502102": "东涌",
         "441502103": "捷胜"}  # fmt: skip
WORKS = (("gillnet", 50), ("trawl", 14), ("seine", 4), ("line", 12), ("trap", 8), ("farming", 8), ("support", 4))
# Those that may go out in the closed season, 1 May to 16 August.
ALL_YEAR = frozenset({"line", "farming", "support"})
KINDS = (
    ("closed-season", 22), ("closed-area", 14), ("unlicensed", 8), ("gear", 12), ("outside", 9), ("terminal", 14),
    ("papers", 12), ("unreported", 6), ("crew", 3),
)  # fmt: skip
AREAS = ("汕尾渔港", "马宫渔港", "品清湖口", "碣石湾海域", "红海湾海域", "龟龄岛附近海域", "捷胜沿岸海域")
CAUSES = ("fault", "power", "blind", "repair", "laid-up", "shielded")


@dataclass(frozen=True)
class Ship:
    """A vessel of the demonstration: its number, work, home, first and (exclusive) last day on the books."""

    number: str
    kind: str
    work: str
    place: str
    port: str
    mmsi: str
    begin: date
    end: date | None


def load(say: Callable[[str], None]) -> bool:
    """Load once, through the records room's own door; False when it was there already."""
    if Violation._base_manager.filter(source=SOURCE).exists():
        return False
    say("登记渔船、船位日报、离线核查和违规行为（合成数据）")
    chance = random.Random(SEED)  # noqa: S311  (a demonstration, repeatable on purpose)
    path = orgs.unit("marine-enforcement").path + "/"
    ships = _ships(chance)
    days, checks = _at_sea(chance, ships)
    kinds = (
        (Vessel, _vessels(chance, ships, path)),
        (Position, _positions(chance, days, path)),
        (SilenceCheck, _checks(chance, checks, path)),
        (Violation, _violations(chance, ships, path)),
    )
    keep = partial(records.load, source=SOURCE, recorded_by="demo", synthetic=True)
    for model, rows in kinds:
        # What a load that was killed has left is whole; the same seed makes the same rows again.
        made = list(rows)
        if not model._base_manager.filter(source=SOURCE).exists():
            keep(model.record_type, made)
    _corrections()
    return True


def _ships(chance: random.Random) -> list[Ship]:
    """Those in force at the cut, then those that ended before it, then those that came after it."""
    works, weights = zip(*WORKS, strict=True)
    found = []
    at_cut = STATE_AT_CUT + TOWNSHIP_AT_CUT
    for serial in range(at_cut + ENDED + NEW):
        kind = "state" if serial < STATE_AT_CUT else "township"
        place, port = chance.choices(HOMES, SHARES)[0]
        number = f"粤汕演渔{serial + 1:05}" if kind == "state" else f"汕城{TOWNS[place[:9]]}演{serial + 1:05}"
        begin, end = BEGIN + timedelta(days=int(chance.random() ** 3 * 880)), None
        if at_cut <= serial < at_cut + ENDED:
            end = begin + timedelta(days=1 + chance.randrange((CUT - begin).days))
        elif serial >= at_cut + ENDED:
            begin = CUT + timedelta(days=chance.randrange(1, 170))
        carries = serial < STATE_AT_CUT + WITH_TERMINAL
        # The numbers of four vessels are also another's: one terminal's number was written into two.
        mmsi = f"412{500_001 + (serial if serial >= 4 else serial + 40):06}" if carries else ""
        found.append(Ship(number, kind, chance.choices(works, weights)[0], place, port, mmsi, begin, end))
    return found


def _vessels(chance: random.Random, ships: Sequence[Ship], path: str) -> Iterator[NewRow]:
    for serial, ship in enumerate(ships):
        state = ship.kind == "state"
        cells: dict[str, object] = {
            "vessel_no": ship.number,
            "kind": ship.kind,
            "work": ship.work,
            "mmsi": ship.mmsi,
            "port": ship.port,
            "length": f"{chance.uniform(12, 32) if state else chance.uniform(4, 11.9):.2f}",
            "power": f"{chance.uniform(60, 420) if state else chance.uniform(6, 44):.2f}",
            "valid_from": ship.begin,
            "valid_to": ship.end,
        }
        person = population.person(serial * 61 % population.PEOPLE)
        cells["mobile"] = person.mobile
        if serial % 5 == 0 and state:
            # Every twelfth organisation is a fishing company.
            firm = population.organisation(serial * 12 + 7)
            cells["owner_name"], cells["owner_uscc"] = firm.name, firm.uscc
        else:
            cells["owner_name"], cells["owner_key"] = person.name, person.citizen_id
        if state:
            cells["licence_no"] = f"（粤演）船捕（{ship.begin.year}）HY-{serial + 1:06}号"
            cells["licence_to"] = _last_day(chance, 1_400)
        if state or serial % 3 == 0:
            until = _last_day(chance, 700)
            cells["inspection_to"], cells["inspected_on"] = until, until - timedelta(days=730)
        yield NewRow(cells, path, ship.place, ship.number, _known(chance, ship.begin))


def _last_day(chance: random.Random, most: int) -> date:
    """The last day of a paper: of one in sixteen before the cut."""
    past = chance.random() < 1 / 16
    return CUT - timedelta(days=chance.randrange(1, 60)) if past else CUT + timedelta(days=chance.randrange(1, most))


def _at_sea(
    chance: random.Random, ships: Sequence[Ship]
) -> tuple[list[tuple[Ship, date, str]], list[tuple[Ship, date, str]]]:
    """Days of trips with where they were, the last in port; and days on which a silent vessel's cause was found."""
    days: list[tuple[Ship, date, str]] = []
    checks: list[tuple[Ship, date, str]] = []
    carriers = [ship for ship in ships if ship.mmsi]
    free = [ship for ship in carriers if ship.work in ALL_YEAR]
    odd = {mark: chance.sample(free, SILENT + STRAYED) for mark in (CUT, END)}
    for ship in carriers:
        # Nobody else is out over the two days on which the demonstration is looked at.
        day = ship.begin + timedelta(days=1 + chance.randrange(TRIP_EVERY))
        while day < END - timedelta(days=20):
            length = chance.randrange(2, 5)
            closed = ship.work not in ALL_YEAR and _in_closed_season(day)
            near_cut = abs((day - CUT).days) < 20
            if not closed and not near_cut:
                days += [(ship, day + timedelta(days=count), "permitted") for count in range(length)]
                days.append((ship, day + timedelta(days=length), "port"))
                if chance.random() < 0.02:
                    checks.append((ship, day + timedelta(days=length), chance.choice(CAUSES)))
            day += timedelta(days=TRIP_EVERY // 2 + chance.randrange(TRIP_EVERY))
    for mark, chosen in odd.items():
        for number, ship in enumerate(chosen):
            silent = number < SILENT
            last = mark - timedelta(days=2 + number % 6 if silent else 0)
            days += [(ship, last - timedelta(days=2), "permitted"), (ship, last - timedelta(days=1), "permitted")]
            days.append((ship, last, "permitted" if silent else "closed" if number % 2 else "outside"))
            if mark < END:
                days.append((ship, mark + timedelta(days=3), "port"))
            if silent and number < CHECKED:
                checks.append((ship, last + timedelta(days=1), CAUSES[number]))
    return days, checks


def _in_closed_season(day: date) -> bool:
    """Whether a trip that begins on the day would meet the closed season of the South China Sea."""
    return date(day.year, 4, 26) <= day <= date(day.year, 8, 16)


def _positions(chance: random.Random, days: list[tuple[Ship, date, str]], path: str) -> Iterator[NewRow]:
    for ship, day, zone in days:
        cells = {
            "vessel_no": ship.number,
            "occurred_on": day,
            "last_heard": chance.randrange(1_320, 1_440),
            "zone": zone,
        }
        known = moment(day + timedelta(days=1 if chance.random() > 1 / 60 else chance.randrange(2, 12)), 6)
        yield NewRow(cells, path, ship.place, f"{ship.number}-{day:%Y%m%d}", known)


def _checks(chance: random.Random, checks: list[tuple[Ship, date, str]], path: str) -> Iterator[NewRow]:
    for serial, (ship, day, cause) in enumerate(checks, start=1):
        cells = {
            "vessel_no": ship.number,
            "occurred_on": day,
            "cause": cause,
            "way": chance.choice(("call", "call", "port", "sea")),
            "note": "演示：已联系船主核实",
        }
        yield NewRow(cells, path, ship.place, f"HC-{serial:05}", moment(day, 17))


def _violations(chance: random.Random, ships: Sequence[Ship], path: str) -> Iterator[NewRow]:
    """Decisions of the first half of 2023, those before and after it, open ones, and some that came to nothing."""
    standing = [ship for ship in ships if ship.end is None and ship.begin < date(2022, 6, 1)]
    culprits = chance.sample(standing, PENALISED)
    half = [*culprits, *chance.choices(culprits, k=DECISIONS - PENALISED)]
    fines = [*_fines(chance, FINES, DECISIONS - WARNED), *[None] * WARNED]
    chance.shuffle(fines)
    year, serial = date(2023, 1, 1), 0
    plan: list[tuple[Ship, date | None, date | None, bool, Decimal | None]] = []
    plan += [(ship, None, _between(chance, year, CUT), True, fine) for ship, fine in zip(half, fines, strict=True)]
    for first, last, number in (
        (date(2022, 8, 1), year - timedelta(days=1), DECIDED_BEFORE),
        (CUT + timedelta(days=1), END, DECIDED_LATER),
    ):
        plan += [
            (
                chance.choice(standing),
                None,
                _between(chance, first, last),
                True,
                Decimal(chance.randrange(20, 300) * 100),
            )
            for _ in range(number)
        ]
    plan += [(chance.choice(standing), None, _between(chance, year, END), False, None) for _ in range(CLEARED)]
    plan += [(chance.choice(standing), _between(chance, CUT - timedelta(days=130), END), None, False, None)
             for _ in range(OPEN)]  # fmt: skip
    kinds, weights = zip(*KINDS, strict=True)
    for serial, (ship, found, handled, decided, fine) in enumerate(plan, start=1):
        day = found or (handled - timedelta(days=1 + chance.randrange(70)) if handled else END)
        kind = chance.choices(kinds, weights)[0]
        if kind == "closed-season" and not date(day.year, 5, 1) <= day <= date(day.year, 8, 16):
            kind = "papers"
        cells = {
            "vessel_no": ship.number,
            "occurred_on": day,
            "kind": kind,
            "sea_area": chance.choice(AREAS),
            "found_by": "terminal" if kind == "terminal" else chance.choice(("sea", "port", "report", "handed-over")),
            "handled_on": handled,
            "decision_no": f"汕城海综渔罚演〔{handled.year}〕{serial}号" if decided and handled else "",
            "penalty": fine,
        }
        yield NewRow(cells, path, ship.place, f"WG-{serial:05}", _known(chance, handled or day))


def _fines(chance: random.Random, total: int, number: int) -> list[Decimal | None]:
    """So many fines in whole hundreds of yuan that make the total."""
    weights = [chance.uniform(0.3, 2.4) for _ in range(number)]
    found, given, reached = [], 0, 0.0
    for weight in weights:
        reached += weight
        upto = round(reached / sum(weights) * total / 100) * 100
        found.append(Decimal(upto - given))
        given = upto
    return list(found)


def _between(chance: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=chance.randrange((last - first).days + 1))


def _known(chance: random.Random, day: date) -> datetime:
    """When the platform learned of it: the same evening, or of one in twenty some weeks later."""
    late = chance.randrange(3, 40) if chance.random() < 1 / 20 else 0
    return moment(day + timedelta(days=late), 18)


def _corrections() -> None:
    """Places put right and inspections made again, each weeks after the first entry: history has something to show."""
    decided = Violation._base_manager.filter(source=SOURCE, version=1).exclude(decision_no="").order_by("pk")
    for found in decided[:5]:
        with records.written_by("demo", "发生地点录错，按处罚决定书更正", found.recorded_at + timedelta(days=20)):
            Violation._base_manager.filter(pk=found.pk).update(sea_area="遮浪角附近海域")
    for number, record in enumerate(
        Vessel._base_manager.filter(source=SOURCE, version=1, inspection_to__lt=date(2023, 5, 20)).order_by("pk")[:12]
    ):
        made = date(2023, 6, 1) + timedelta(days=number)
        with records.written_by("demo", "完成年度检验，更新检验证书有效期", max(moment(made, 17), record.recorded_at)):
            Vessel._base_manager.filter(pk=record.pk).update(
                inspected_on=made, inspection_to=made + timedelta(days=365)
            )
