"""Filling the registers with the demonstration's population (:mod:`.population`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from . import population
from .keeping import NewAddress, NewHouse, NewOrganisation, NewPerson, keep_addresses, keep_houses, keep_organisations
from .services import keep_people

SOURCE = "demo"


def load() -> None:
    """What the demonstration starts with: every organisation, every street, the rooms and houses of the organisations,
    and all residents, so that the systems, which load beside one another, find them. Repeating it changes nothing."""
    rooms = sorted({population.room_of_organisation(number) for number in range(population.ORGANISATIONS)})
    _addresses([*range(population.STREETS), *(population.STREETS + room for room in rooms)])
    _houses(room for room in rooms if room < population.HOUSES)
    _organisations()
    _people()


def fill(say: Callable[[str], None]) -> None:
    """Enter everybody and everything (20 seconds); repeating it changes nothing."""
    say("登记标准地址（合成数据）")
    _addresses(range(population.ADDRESSES))
    say("登记实有房屋（合成数据）")
    _houses(range(population.HOUSES))
    say("登记法人和其他组织（合成数据）")
    _organisations()
    say("登记实有人口（合成数据）")
    _people()


def _people() -> None:
    keep_people((_person(number) for number in range(population.PEOPLE)), source=SOURCE, rename=True)


def _addresses(numbers: Iterable[int]) -> None:
    rows = (NewAddress(**population.address(number)._asdict()) for number in numbers)
    keep_addresses(rows, source=SOURCE)


def _houses(numbers: Iterable[int]) -> None:
    keep_houses((NewHouse(*population.house(number)) for number in numbers), source=SOURCE)


def _organisations() -> None:
    found = map(population.organisation, range(population.ORGANISATIONS))
    rows = (NewOrganisation(one.uscc, one.name, one.kind, "active", one.place, one.address) for one in found)
    keep_organisations(rows, source=SOURCE)


def _person(number: int) -> NewPerson:
    found = population.person(number)
    return NewPerson(found.citizen_id, found.name, found.place)
