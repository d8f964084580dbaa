"""The demonstration's base registers and residence codes: from the shared population, calibrated to 2023-06-30.

Counting the records in force at that day gives F079 (241,627 addresses) as F080 (7,399 streets) and F081 (234,228
rooms), F082 (232,806 houses), F083 (211,225 residents), F084 (14,821 organisations), F085 (424,643 tasks), and F086
(155,048 of them declared). Nothing else knows these numbers. A house has one or two sets, and each set is a task.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.records import api as records
from yiwang.kernel.records.api import NewRow
from yiwang.kernel.registers import api as registers
from yiwang.kernel.registers.api import NewPerson
from yiwang.kernel.registers.extend import population
from yiwang.lib.clock import moment
from yiwang.lib.identifiers import citizen_id_check_char

from . import services
from .models import Address, Declaration, House, Organisation, ResidenceTask, Resident

SEED = 44150221
SOURCE = "ybss"
# The registers were built from September 2022 on.
BEGIN, CUT, END = date(2022, 9, 23), date(2023, 6, 30), date(2023, 12, 31)
TASKS, DECLARED = 424_643, 155_048
# Later and former ones, so that other days have other numbers.
NEW_ROOMS, NEW_HOUSES, BIRTHS, NEW_TASKS, LATER_DECLARED = 3_000, 2_400, 900, 4_000, 20_000
MOVED_OUT, FORMER, AGAIN = 600, 800, 3_000
USES, USE_SHARES = ("dwelling", "rented", "dormitory", "shop", "office", "other"), (76, 12, 1, 7, 2, 2)
WAYS, WAY_SHARES = ("owner", "self", "agent", "manual"), (48, 27, 15, 10)
VISITED = date(2023, 11, 15)
BUILT_DAYS = (CUT - BEGIN).days + 1
LATER_DAYS = (END - CUT).days
CORRECTED = 12
OCCUPATIONS = ("", "务农", "渔民", "务工", "个体经营", "学生", "教师", "退休", "")


def load(say: Callable[[str], None]) -> bool:
    """Load once, through the records room's own door; False when it was there already."""
    if Declaration._base_manager.filter(source=SOURCE).exists():
        return False
    say("载入一标三实：标准地址、实有房屋、实有人口、实有单位（合成数据）")
    path = orgs.unit("police").path + "/"
    keep = partial(records.load_once, source=SOURCE, reason="核实后注销")
    keep(Address.record_type, _addresses(path))
    keep(House.record_type, _houses(path))
    keep(Resident.record_type, _residents(path))
    keep(Organisation.record_type, _organisations(path))
    _corrections()
    services.feed()
    say("载入居住码：房屋任务、居住申报（合成数据）")
    keep(ResidenceTask.record_type, _tasks(path))
    # The last: a load that was killed before it goes on where it was.
    keep(Declaration.record_type, _declarations(path))
    return True


def _built(number: int) -> date:
    """The day on which something of the first round was entered: spread over its months, the same for ever."""
    return BEGIN + timedelta(days=number * 7 % BUILT_DAYS)


def _later(number: int) -> date:
    return CUT + timedelta(days=1 + number * 5 % LATER_DAYS)


def _verified(number: int, since: date) -> date | None:
    """Looked at when entered; one in eighteen came from another system's list and nobody went there."""
    return None if number % 18 == 4 else since


def _known(day: date, number: int) -> Any:
    """When the platform learned it: the same evening, one in fifty some days later."""
    late = 3 + number % 25 if number % 50 == 7 else 0
    return moment(min(day + timedelta(days=late), END), 18, number % 60)


def _addresses(path: str) -> Iterator[NewRow]:
    # Streets stand before the rooms that hang on them.
    for number in range(population.ADDRESSES):
        found = population.address(number)
        day = BEGIN if number < population.STREETS else _built(number)
        cells = {
            "address_code": found.code,
            "level": found.level,
            "name": found.name,
            "full_text": found.full_text,
            "parent_code": found.parent,
            "lon": found.lon,
            "lat": found.lat,
            "verified_on": _verified(number, day),
            "valid_from": day,
        }
        yield NewRow(cells, path, found.place, found.code, _known(day, number))
    for serial in range(NEW_ROOMS):
        street = population.address(serial * 2)
        day = _later(serial)
        name = f"新{serial + 1}栋101房"
        code = f"{street.place}{population.ROOM}{9_000_000 + serial:011}"
        cells = {
            "address_code": code,
            "level": population.ROOM,
            "name": name,
            "full_text": street.full_text + name,
            "parent_code": street.code,
            "verified_on": day,
            "valid_from": day,
        }
        yield NewRow(cells, path, street.place, code, _known(day, serial))


def _houses(path: str) -> Iterator[NewRow]:
    chance = random.Random(SEED)  # noqa: S311  (a demonstration, repeatable on purpose)
    uses = chance.choices(USES, USE_SHARES, k=population.HOUSES)
    for number, use in enumerate(uses):
        found = population.house(number)
        day = _built(number)
        cells: dict[str, object] = {
            "house_code": found.code,
            "address_code": found.address,
            "name": population.address(population.STREETS + number).name,
            "use": use,
            "sets": _sets(number),
            "verified_on": _verified(number, day),
            "valid_from": day,
        }
        if number % 997 == 500:
            # Pulled down after the report's day.
            cells["valid_to"] = _later(number)
        yield NewRow(cells, path, found.place, found.code, _known(day, number))
    for serial in range(NEW_HOUSES):
        street = population.address(serial * 2)
        day = _later(serial)
        code = f"{street.place}H{9_000_000 + serial:07}"
        cells = {
            "house_code": code,
            "address_code": f"{street.place}{population.ROOM}{9_000_000 + serial:011}",
            "name": f"新{serial + 1}栋101房",
            "use": "dwelling",
            "verified_on": day,
            "valid_from": day,
        }
        yield NewRow(cells, path, street.place, code, _known(day, serial))


def _sets(house: int) -> int:
    """How many sets a house has: the tasks up to the report's day, dealt out over the houses in turn."""
    return TASKS // population.HOUSES + (house < TASKS % population.HOUSES)


def _residents(path: str) -> Iterator[NewRow]:
    for number in range(population.PEOPLE):
        found = population.person(number)
        moved = number % 10 == 9
        day = _built(number)
        cells: dict[str, object] = {
            "person_key": found.citizen_id,
            "name": found.name,
            "kind": "floating" if moved else "registered",
            "occupation": OCCUPATIONS[number % len(OCCUPATIONS)],
            # Some of those who moved here live on boats and building sites.
            "house_code": "" if number % 400 == 9 else population.house(found.house).code,
            "verified_on": _verified(number, day),
            "valid_from": day,
        }
        if moved:
            cells["arrived_on"] = day - timedelta(days=number % 200)
        if number % (population.PEOPLE // MOVED_OUT) == 11:
            cells["valid_to"] = _later(number)
        yield NewRow(cells, path, found.place, f"R{number:07}", _known(day, number))
    for number in range(0, FORMER * 9, 9):
        # Lived elsewhere in the district before.
        found = population.person(number)
        house = population.house((found.house + 4_321) % population.HOUSES)
        cells = {
            "person_key": found.citizen_id,
            "name": found.name,
            "kind": "registered",
            "house_code": house.code,
            "verified_on": BEGIN - timedelta(days=40),
            "valid_from": BEGIN - timedelta(days=90),
            "valid_to": _built(number),
        }
        yield NewRow(cells, path, house.place, f"F{number:07}", moment(BEGIN, 9))
    births = [_birth(serial) for serial in range(BIRTHS)]
    registers.keep_people(births, source=SOURCE)
    for serial, child in enumerate(births):
        day = _later(serial)
        cells = {
            "person_key": child.citizen_id,
            "name": child.name,
            "kind": "registered",
            "house_code": population.house(serial * 11).code,
            "verified_on": day,
            "valid_from": day,
        }
        yield NewRow(cells, path, child.place, f"B{serial:07}", _known(day, serial))


def _birth(serial: int) -> NewPerson:
    """A child born after the report's day, whom the shared population does not have."""
    born = _later(serial)
    first17 = f"{population.DISTRICT}{born:%Y%m%d}{serial // LATER_DAYS + 1:03}"
    house = population.house(serial * 11)
    surname = population.SURNAMES[serial % len(population.SURNAMES)]
    name = f"{surname}演{population.GIVEN[serial * 3 % len(population.GIVEN)]}"
    return NewPerson(first17 + citizen_id_check_char(first17), name, house.place)


def _organisations(path: str) -> Iterator[NewRow]:
    for number in range(population.ORGANISATIONS):
        found = population.organisation(number)
        day = _built(number)
        cells: dict[str, object] = {
            "uscc": found.uscc,
            "name": found.name,
            "kind": found.kind,
            "address_code": found.address,
            "verified_on": _verified(number, day),
            "valid_from": day,
        }
        if number % 99 == 5:
            cells["valid_to"] = _later(number)
        yield NewRow(cells, path, found.place, found.uscc, _known(day, number))


def _tasks(path: str) -> Iterator[NewRow]:
    serial = 0
    for number in range(population.HOUSES):
        found = population.house(number)
        sets = _sets(number)
        for part in range(sets):
            serial += 1
            day = _built(number + part)
            kind = "whole" if sets == 1 else "manual" if serial % 50 == 3 else "set"
            cells = {"task_no": f"JZM{serial:07}", "house_code": found.code, "kind": kind, "valid_from": day}
            yield NewRow(cells, path, found.place, f"JZM{serial:07}", _known(day, serial))
    for later in range(NEW_TASKS):
        serial += 1
        day = _later(later)
        found = population.house(later * 13)
        cells = {"task_no": f"JZM{serial:07}", "house_code": found.code, "kind": "set", "valid_from": day}
        yield NewRow(cells, path, found.place, f"JZM{serial:07}", _known(day, serial))


def _declarations(path: str) -> Iterator[NewRow]:
    """First the sets declared up to the report's day, then more; some sets a second time, by who moved in after."""
    chance = random.Random(SEED + 1)  # noqa: S311  (a demonstration, repeatable on purpose)
    places = [population.place_of_room(house) for house in range(population.HOUSES)]
    towns = sorted({place[:9] for place in places})
    # In the last town twice as many are left as in the first.
    slow = {town: 1 + order / len(towns) for order, town in enumerate(towns)}
    # Who declares first, of all sets.
    order = sorted(range(TASKS), key=lambda task: chance.random() * slow[places[_set_of(task)[0]][:9]])
    more = [*order[:AGAIN], *order[DECLARED : DECLARED + LATER_DECLARED]]
    for serial, task in enumerate([*order[:DECLARED], *more]):
        house, part = _set_of(task)
        if serial < DECLARED:
            # More and more of them, and none before its task.
            late = int(max(chance.random(), chance.random()) * BUILT_DAYS)
            day = max(BEGIN + timedelta(days=late), _built(house + part))
        else:
            day = _later(serial)
        cells: dict[str, object] = {
            "task_no": f"JZM{task + 1:07}",
            "person_key": population.person(task * 31 % population.PEOPLE).citizen_id,
            "way": chance.choices(WAYS, WAY_SHARES)[0],
            "occurred_on": day,
        }
        if serial % 4 == 1:
            cells["arrived_on"] = day - timedelta(days=int(chance.random() ** 2 * 9))
        yield NewRow(cells, path, places[house], f"SB{serial + 1:07}", _known(day, serial))


def _set_of(task: int) -> tuple[int, int]:
    """House and part of the task with this number, from 0 on, as :func:`_tasks` deals them out."""
    larger = TASKS % population.HOUSES
    return divmod(task, 2) if task < larger * 2 else (task - larger, 0)


def _corrections() -> None:
    """A round of visits that found people where they were, and uses of houses put right: the former rows stay."""
    visited = Resident._base_manager.filter(source=SOURCE, source_id__endswith="3", valid_from__lt=date(2022, 12, 1))
    with records.written_by("demo", "网格员上门核实", moment(VISITED, 18)):
        visited.update(verified_on=VISITED)
    wrong = House._base_manager.filter(source=SOURCE, use="other", valid_from__lt=CUT).order_by("source_id")
    found = list(wrong.values_list("pk", flat=True)[:CORRECTED])
    with records.written_by("demo", "核实后更正房屋用途", moment(CUT + timedelta(days=20), 10)):
        House._base_manager.filter(pk__in=found).update(use="shop")
