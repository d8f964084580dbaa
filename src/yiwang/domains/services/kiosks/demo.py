"""The demonstration's kiosks: made up from a fixed seed, calibrated to the report's figures at 2023-06-30.

Counting the records at that day gives F004 (68 machines), F005 (45,122 completed transactions) and F007 (22,328
persons). Nothing else knows these numbers: fewer rows, smaller figures. Coverage after domain.md §1.5: 7 towns and 59
village committees have a machine (66), the other two stand in a bank and in the service hall.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from itertools import islice

from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.records import api as records
from yiwang.kernel.records.api import NewRow
from yiwang.kernel.registers import api as registers
from yiwang.kernel.registers.api import NewPerson
from yiwang.kernel.registers.extend import population
from yiwang.lib.clock import moment

from .models import Kiosk, KioskDay, KioskFault, Transaction

SEED = 44150205
CUT, END = date(2023, 6, 30), date(2023, 12, 31)
KIOSKS, DONE_AT_CUT, PERSONS_AT_CUT = 68, 45_122, 22_328
DONE_LATER = 11_400
GROWN_UP = date(2005, 1, 1)
MATTERS = (
    ("社保参保证明打印", 24), ("个人权益记录单打印", 18), ("养老金领取资格认证", 12), ("不动产登记信息查询", 9),
    ("无犯罪记录证明申请", 7), ("居住证办理进度查询", 7), ("医保参保信息查询", 11), ("公积金缴存证明打印", 6),
    ("出入境证件进度查询", 3), ("婚姻登记预约", 3),
)  # fmt: skip
FAULT_KINDS = ("network", "power", "printer", "reader", "screen", "software")
SOURCE = "yzz"
# Machines that have not been heard of since, and so did nothing either.
SILENT, HEARD = frozenset({"ZZJ-005", "ZZJ-020"}), CUT - timedelta(days=9)


def load(say: Callable[[str], None]) -> bool:
    """Load once, through the records room's own door; False when it was there already."""
    say("载入自助机：设备、办件、在线日报、故障（合成数据）")
    if Kiosk._base_manager.filter(source=SOURCE).exists():
        return False
    chance = random.Random(SEED)  # noqa: S311  (a demonstration, repeatable on purpose)
    owner = orgs.unit("service-centre")
    machines = _machines(chance)
    keep = partial(records.load, source=SOURCE, recorded_by="demo", synthetic=True)
    keep(Kiosk.record_type, _kiosks(machines, owner.path))
    residents = (NewPerson(person.citizen_id, person.name, person.place) for person in _people())
    registers.keep_people(residents, source="demo")
    keep(Transaction.record_type, _transactions(chance, machines, owner.path))
    keep(KioskDay.record_type, _days(chance, machines, owner.path))
    keep(KioskFault.record_type, _faults(chance, machines, owner.path))
    _corrections()
    return True


def _machines(chance: random.Random) -> list[tuple[str, str, str, str, date]]:
    """Number, name, kind of place, division and first day of every machine."""
    divisions = list(orgs.divisions().values_list("code12", "name", "level"))
    towns = [(code, name) for code, name, level in divisions if level == "town"]
    villages = [(code, name) for code, name, level in divisions if level == "village" and "200" <= code[9:] < "400"]
    found = [("hall", "区政务服务中心", towns[1][0]), ("bank", "农商银行城区支行", towns[2][0])]
    found += [("town", name, code) for code, name in towns] + [("village", name, code) for code, name in villages]
    first = [date(2021, 9, 1) + timedelta(days=chance.randrange(480)) for _ in found]
    return [
        (f"ZZJ-{number:03}", f"{name}政务服务自助机", kind, code, day)
        for number, ((kind, name, code), day) in enumerate(zip(found[:KIOSKS], sorted(first), strict=False), start=1)
    ]


def _kiosks(machines: list[tuple[str, str, str, str, date]], path: str) -> Iterator[NewRow]:
    for number, name, kind, code, day in machines:
        cells = {"device_no": number, "name": name, "place_type": kind, "matters": 230, "valid_from": day}
        yield NewRow(cells, path + "/", code, number, moment(day, 17))


def _transactions(
    chance: random.Random, machines: list[tuple[str, str, str, str, date]], path: str
) -> Iterator[NewRow]:
    """Completed ones up to the cut by 22,328 different people, then more until the end of the year; some abandoned.

    A machine in twenty lies idle after its first weeks: the fleet's page has something to show.
    """
    people = [person.citizen_id for person in _people()]
    visits = [*people, *chance.choices(people, k=DONE_AT_CUT - PERSONS_AT_CUT)]
    chance.shuffle(visits)
    idle = set(chance.sample([machine[0] for machine in machines], 4))
    weights = [0.02 if machine[0] in idle else 3 if machine[2] != "village" else 1 for machine in machines]
    names, shares = zip(*MATTERS, strict=True)
    done = [(person, CUT, "done", date(2021, 9, 1)) for person in visits]
    done += [(chance.choice(people), END, "done", CUT + timedelta(days=1)) for _ in range(DONE_LATER)]
    done += [(chance.choice(people), END, "abandoned", date(2021, 9, 1)) for _ in range(2_600)]
    for serial, (person, last, result, earliest) in enumerate(done, start=1):
        number, _name, _kind, code, first = chance.choices(machines, weights)[0]
        if number in SILENT:
            last = min(last, HEARD)
        begin = max(first, earliest)
        if begin > last:
            number, _name, _kind, code, first = machines[0]
            begin, last = max(first, earliest), max(last, earliest)
        day = begin + timedelta(days=chance.randrange((last - begin).days + 1))
        at = moment(day, chance.randrange(8, 20), chance.randrange(60))
        # One in fifty came in days later, from a machine that had no network.
        known = at + timedelta(days=chance.randrange(1, 20)) if chance.random() < 0.02 else at + timedelta(minutes=5)
        cells = {
            "device_no": number,
            "occurred_on": day,
            "occurred_at": at,
            "matter_name": chance.choices(names, shares)[0],
            "person_key": person,
            "result": result,
        }
        yield NewRow(cells, path + "/", code, f"{number}-{serial:06}", known)


def _days(chance: random.Random, machines: list[tuple[str, str, str, str, date]], path: str) -> Iterator[NewRow]:
    for number, _name, _kind, code, first in machines:
        last = HEARD if number in SILENT else END
        for count in range((last - first).days + 1):
            day = first + timedelta(days=count)
            if chance.random() < 0.01:
                continue
            cells = {"device_no": number, "occurred_on": day, "online_minutes": chance.randrange(1200, 1441)}
            yield NewRow(cells, path + "/", code, f"{number}-{day:%Y%m%d}", moment(day + timedelta(days=1), 1))


def _faults(chance: random.Random, machines: list[tuple[str, str, str, str, date]], path: str) -> Iterator[NewRow]:
    for number, _name, _kind, code, first in machines:
        for serial in range(chance.randrange(1, 6)):
            day = first + timedelta(days=chance.randrange(1, (END - first).days))
            repaired = day + timedelta(days=chance.randrange(1, 15))
            cells = {
                "device_no": number,
                "occurred_on": day,
                "kind": chance.choice(FAULT_KINDS),
                "description": "演示：巡检发现，已派单",
                "repaired_on": repaired if repaired <= END else None,
            }
            yield NewRow(cells, path + "/", code, f"{number}-F{serial}", moment(day, 18))


def _corrections() -> None:
    """Two matters were entered under the wrong name and put right a month later: history has something to show."""
    for record in Transaction._base_manager.filter(occurred_on__lte=CUT, result="done").order_by("pk")[:2]:
        with records.written_by("demo", "事项名称录错，按流水更正", record.recorded_at + timedelta(days=30)):
            Transaction._base_manager.filter(pk=record.pk).update(matter_name="社保参保证明打印（职工）")


def _people() -> list[population.Person]:
    """Grown-ups of the shared population, from all over it."""
    found = (population.person(number * 7 % population.PEOPLE) for number in range(population.PEOPLE))
    return list(islice((person for person in found if person.birth < GROWN_UP), PERSONS_AT_CUT))
