"""The demonstration's office platform: made up from a fixed seed, calibrated to the report's figures at 2023-06-30.

Counting the records at that day gives F105 (61 units), F106 (9,025 activated accounts) and, of all accounts in use,
F107 (99.66 %, which needs 9,056 of them: domain.md §8.8). Nothing else knows these numbers.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

from yiwang.kernel.limits import api as limits
from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.records import api as records
from yiwang.kernel.records.api import NewRow
from yiwang.kernel.registers.extend import population
from yiwang.lib.clock import moment

from .models import Account, Activity, Member

SEED = 44150231
BEGIN, CUT, END = date(2021, 1, 4), date(2023, 6, 30), date(2023, 12, 31)
SOURCE = "xtbg"
IN_USE, IDLE = 9_056, 31
# Closed before the report's day, and opened after it.
CLOSED, LATER = 420, 260
POSTS = ("科员", "副股长", "股长", "办公室主任", "窗口人员", "村（社区）干部", "辅助人员")
# Large units by how many times the accounts of a small one.
LARGE = {"police": 14, "education": 12, "health": 10, "market": 5, "city-management": 5, "civil-affairs": 3, "data": 2}
FORGETFUL = ("united-front", "cppcc", "science")


def load(say: Callable[[str], None]) -> bool:
    """Load once, through the records room's own door; False when it was there already."""
    if Activity._base_manager.filter(source=SOURCE).exists():
        return False
    say("载入协同办公：接入单位、账号、日活跃（合成数据）")
    chance = random.Random(SEED)  # noqa: S311  (a demonstration, repeatable on purpose)
    units = [unit for unit in orgs.units() if unit.kind != "district"]
    members = {unit.code: f"JR-{number:03}" for number, unit in enumerate(units, start=1)}
    joined = {unit.code: BEGIN + timedelta(days=chance.randrange(300)) for unit in units}
    accounts = list(_accounts(chance, units, members, joined))
    keep = partial(records.load_once, source=SOURCE, reason="人员调离，停用账号")
    keep(Member.record_type, _members(units, members, joined))
    keep(Account.record_type, accounts)
    _corrections()
    # The last: a load that was killed before it goes on where it was.
    keep(Activity.record_type, _activity(chance, units, members, joined, accounts))
    return True


def _members(units: list[orgs.Unit], members: dict[str, str], joined: dict[str, date]) -> Iterator[NewRow]:
    for number, unit in enumerate(units):
        day = joined[unit.code]
        person = population.person(number * 97)
        cells = {
            "member_code": members[unit.code], "name": unit.name_zh, "liaison": person.name, "mobile": person.mobile,
            "valid_from": day,
        }  # fmt: skip
        yield NewRow(cells, unit.path + "/", "", members[unit.code], moment(day, 17))


def _accounts(
    chance: random.Random, units: list[orgs.Unit], members: dict[str, str], joined: dict[str, date]
) -> Iterator[NewRow]:
    """In use at the report's day, all but some activated; then those closed before it, then those opened after it."""
    weights = [LARGE.get(unit.code, 1) for unit in units]
    owners = chance.choices(units, weights, k=IN_USE + CLOSED + LATER)
    # Those opened in the report's last weeks are the ones not activated yet, and a few forgotten ones.
    idle = set(chance.sample(range(IN_USE), IDLE))
    for number, unit in enumerate(owners):
        person = population.person(number * 13 + 5)
        first = joined[unit.code]
        if number < IN_USE + CLOSED:
            opened = first + timedelta(days=int(chance.random() ** 3 * ((CUT - first).days - 30)))
        else:
            opened = CUT + timedelta(days=1 + chance.randrange((END - CUT).days))
        if number in idle and number % 3:
            opened = CUT - timedelta(days=chance.randrange(20))
        activated: date | None = opened + timedelta(days=chance.randrange(12))
        if number < IN_USE and activated is not None and activated > CUT:
            activated = CUT
        if number in idle:
            # Half of them were put right in July.
            activated = CUT + timedelta(days=10) if number % 2 else None
        cells: dict[str, object] = {
            "account_no": f"ZH-{number + 1:05}", "member_code": members[unit.code], "name": person.name,
            "post": POSTS[number % len(POSTS)], "valid_from": opened,
        }  # fmt: skip
        if IN_USE <= number < IN_USE + CLOSED:
            closed = max(opened + timedelta(days=40), CUT - timedelta(days=chance.randrange(400)))
            cells["valid_to"] = min(closed, CUT)
            activated = min(activated or closed, closed)
        elif number % 83 == 7 and number < IN_USE:
            cells["valid_to"] = CUT + timedelta(days=1 + chance.randrange(180))
            activated = activated if activated is None or activated <= CUT else None
        if activated is not None and activated <= END:
            cells["activated_on"] = activated
        late = 20 if number % 60 == 11 else 0
        known = min(max(opened, activated or opened) + timedelta(days=late), END)
        yield NewRow(cells, unit.path + "/", "", f"ZH-{number + 1:05}", moment(known, 18))


def _activity(
    chance: random.Random,
    units: list[orgs.Unit],
    members: dict[str, str],
    joined: dict[str, date],
    accounts: list[NewRow],
) -> Iterator[NewRow]:
    """Every working day of every unit; some deliver late, some forget a day now and then."""
    opened: dict[str, Counter[date]] = {code: Counter() for code in members.values()}
    for row in accounts:
        code, first, last = (row.cells.get(name) for name in ("member_code", "valid_from", "valid_to"))
        changes = opened[str(code)]
        if isinstance(first, date):
            changes[first] += 1
        if isinstance(last, date):
            changes[last] -= 1
    calendar = limits.calendar()
    days = [BEGIN + timedelta(days=number) for number in range((END - BEGIN).days + 1)]
    for order, unit in enumerate(units):
        code, standing = members[unit.code], 0
        usual = 0.97 - order % 9 * 0.03
        for day in days:
            standing += opened[code][day]
            if day < joined[unit.code] or not standing or not calendar.is_workday(day):
                continue
            if chance.random() < (0.05 if unit.code in FORGETFUL else 0.002):
                continue
            active = sum(chance.random() < usual for _one in range(min(standing, 60)))
            active = min(standing, active if standing <= 60 else round(standing * active / 60))
            cells = {"member_code": code, "occurred_on": day, "accounts": standing, "active": active}
            late = chance.randrange(1, 9) if chance.random() < 0.03 else 0
            known = moment(min(day + timedelta(days=late), END), 23)
            yield NewRow(cells, unit.path + "/", "", f"{code}-{day:%Y%m%d}", known)


def _corrections() -> None:
    """Posts entered wrongly and put right after the report."""
    wrong = Account._base_manager.filter(source=SOURCE, post="辅助人员").order_by("source_id")
    found = list(wrong.values_list("pk", flat=True)[:15])
    with records.written_by("demo", "人事部门核对后更正岗位", moment(CUT + timedelta(days=25), 10)):
        Account._base_manager.filter(pk__in=found).update(post="科员")
