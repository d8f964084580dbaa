"""Filling the registers with the demonstration's population (:mod:`.population`)."""

from __future__ import annotations

from collections.abc import Callable

from . import population
from .keeping import NewAddress, NewHouse, NewOrganisation, NewPerson, keep_addresses, keep_houses, keep_organisations
from .services import keep_people

SOURCE = "demo"


def fill(say: Callable[[str], None]) -> None:
    """Enter everybody and everything; repeating it changes nothing."""
    say("登记标准地址（合成数据）")
    keep_addresses((_address(number) for number in range(population.ADDRESSES)), source=SOURCE)
    say("登记实有房屋（合成数据）")
    keep_houses((NewHouse(*population.house(number)) for number in range(population.HOUSES)), source=SOURCE)
    say("登记法人和其他组织（合成数据）")
    keep_organisations((_organisation(number) for number in range(population.ORGANISATIONS)), source=SOURCE)
    say("登记实有人口（合成数据）")
    keep_people((_person(number) for number in range(population.PEOPLE)), source=SOURCE, rename=True)


def _address(number: int) -> NewAddress:
    return NewAddress(**population.address(number)._asdict())


def _organisation(number: int) -> NewOrganisation:
    found = population.organisation(number)
    return NewOrganisation(found.uscc, found.name, found.kind, "active", found.place, found.address)


def _person(number: int) -> NewPerson:
    found = population.person(number)
    return NewPerson(found.citizen_id, found.name, found.place)
