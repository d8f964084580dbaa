"""The demonstration's people, organisations, addresses and houses: one synthetic population for every system.

Pure functions of a number, without a database and without chance: the same number is the same thing for ever, and no
two numbers are. Sizes are those of the report (F079-F083). Ids and codes are well-formed and belong to nobody; names
carry 演 or 演示, so that nobody takes them for real ones.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from yiwang.kernel.orgs import api as orgs
from yiwang.lib.identifiers import citizen_id_check_char, uscc_check_char

PEOPLE = 211_225
ORGANISATIONS = 14_821
STREETS = 7_399
ROOMS = 234_228
ADDRESSES = STREETS + ROOMS
HOUSES = 232_806

STREET, ROOM = "41", "60"
FIRST_BIRTH = date(1936, 1, 1)
# Births until the end of 2022: everybody is there at the report's day.
BIRTH_DAYS = 31_777
# Serial numbers of one day are spread over 1 to 994; 142 is what is left to each of the seven rounds of days.
SERIALS = 142
PER_HOUSEHOLD = 3
# Prime and no divisor of the sizes, so that stepping by it meets every number once.
STEP = 10_007
DISTRICT = "441502"
# One in ten moved here from another county.
ELSEWHERE = ("441521", "441523", "441581", "445281", "440306")
SURNAMES = "陈林黄李王吴蔡郑张刘杨许曾叶谢庄余罗徐何朱彭施钟范魏苏卢赖廖邱江唐方邓梁洪温古周"
GIVEN = "文强芳丽华军敏静杰涛明超秀霞平刚桂英玉兰红梅建国志伟海燕晓东春生永福雪琴家豪子轩梓涵雨欣浩然"
ROADS = ("路", "街", "巷", "横巷")
TRADES = (
    ("商行", "individual"), ("食品店", "individual"), ("五金店", "individual"), ("水产品店", "individual"),
    ("餐饮店", "individual"), ("服装店", "individual"), ("贸易有限公司", "enterprise"), ("水产有限公司", "enterprise"),
    ("建筑工程有限公司", "enterprise"), ("科技有限公司", "enterprise"), ("农民专业合作社", "farmers"),
    ("志愿服务协会", "social"),
)  # fmt: skip
# First two characters of a credit code (登记管理部门、机构类别) by kind of subject.
REGISTRAR = {"individual": "92", "enterprise": "91", "farmers": "93", "social": "51"}


class Person(NamedTuple):
    """A resident; ``house`` is the number of the house where they live."""

    citizen_id: str
    name: str
    mobile: str
    birth: date
    place: str
    house: int


class Organisation(NamedTuple):
    """An organisation; ``address`` is the code of its standard address."""

    uscc: str
    name: str
    kind: str
    place: str
    address: str


class Address(NamedTuple):
    """An element of the tree of standard addresses."""

    code: str
    level: str
    name: str
    full_text: str
    parent: str
    place: str
    lon: Decimal
    lat: Decimal


class House(NamedTuple):
    """A house at a standard address."""

    code: str
    address: str
    place: str


@cache
def villages() -> tuple[tuple[str, str], ...]:
    """Code and name, with the town's, of every village that the district runs."""
    return orgs.shipped_villages()


def person(number: int) -> Person:
    """The resident with this number, 0 to :data:`PEOPLE` - 1."""
    _check(number, PEOPLE)
    turn, rest = divmod(number, BIRTH_DAYS)
    birth = FIRST_BIRTH + timedelta(days=rest * STEP % BIRTH_DAYS)
    region = ELSEWHERE[number // 10 % len(ELSEWHERE)] if number % 10 == 9 else DISTRICT
    serial = turn * SERIALS + number * 37 % SERIALS + 1
    first17 = f"{region}{birth.year}{birth.month:02}{birth.day:02}{serial:03}"
    house = number // PER_HOUSEHOLD * STEP % HOUSES
    return Person(
        first17 + citizen_id_check_char(first17),
        SURNAMES[number * 7 % len(SURNAMES)] + "演" + GIVEN[number * 11 % len(GIVEN)],
        f"13906{number:06}",
        birth,
        place_of_room(house),
        house,
    )


def organisation(number: int) -> Organisation:
    """The organisation with this number, 0 to :data:`ORGANISATIONS` - 1."""
    _check(number, ORGANISATIONS)
    trade, kind = TRADES[number % len(TRADES)]
    body = f"MAY{number:05}"
    first17 = f"{REGISTRAR[kind]}{DISTRICT}{body}{organisation_check_char(body)}"
    room = room_of_organisation(number)
    return Organisation(
        first17 + uscc_check_char(first17),
        f"汕尾市城区演示{number + 1:05}号{trade}",
        kind,
        place_of_room(room),
        room_code(room),
    )


def address(number: int) -> Address:
    """The element with this number: streets first, then rooms; 0 to :data:`ADDRESSES` - 1."""
    _check(number, ADDRESSES)
    return _street(number) if number < STREETS else _room(number - STREETS)


def house(number: int) -> House:
    """The house with this number, 0 to :data:`HOUSES` - 1: each in a room of its own, and some rooms have none."""
    _check(number, HOUSES)
    place = place_of_room(number)
    return House(f"{place}H{number + 1:07}", room_code(number), place)


def organisation_check_char(body: str) -> str:
    """Check character of an organisation code (组织机构代码, GB 11714) from its eight digits and capital letters."""
    total = sum(int(char, 36) * weight for char, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return "0123456789X0"[11 - total % 11]


def room_of_organisation(number: int) -> int:
    """The number of the room where an organisation sits."""
    return number * STEP % ROOMS


def place_of_room(room: int) -> str:
    """The 12-digit division of a room."""
    known = villages()
    return known[room % STREETS % len(known)][0]


def street_code(street: int) -> str:
    """Code of a street: 25 characters, its division, the level, and a serial number.

    A rule of the demonstration: how a province numbers its addresses has to be taken from its own standard.
    """
    known = villages()
    return f"{known[street % len(known)][0]}{STREET}{street + 1:011}"


def room_code(room: int) -> str:
    """Code of a room."""
    return f"{place_of_room(room)}{ROOM}{room + 1:011}"


@cache
def _street(street: int) -> Address:
    known = villages()
    place, where = known[street % len(known)]
    number = street // len(known) + 1
    name = f"演示{number}{ROADS[street % len(ROADS)]}"
    lon, lat = _point(street, 0)
    return Address(street_code(street), STREET, name, f"汕尾市城区{where}{name}", "", place, lon, lat)


def _room(room: int) -> Address:
    street = room % STREETS
    above = _street(street)
    number = room // STREETS
    name = f"{number // 8 + 1}号{number % 8 // 2 + 1}0{number % 2 + 1}房"
    lon, lat = _point(street, number)
    return Address(room_code(room), ROOM, name, above.full_text + name, above.code, above.place, lon, lat)


def _point(street: int, number: int) -> tuple[Decimal, Decimal]:
    """A point in the district's rough rectangle; nothing is really there."""
    return (
        Decimal(115_280_000 + street * 7_919 % 200_000 + number * 11).scaleb(-6),
        Decimal(22_720_000 + street * 104_729 % 150_000 + number * 7).scaleb(-6),
    )


def _check(number: int, size: int) -> None:
    if not 0 <= number < size:
        raise IndexError(f"{number} is not within 0 and {size - 1}")
