"""The demonstration's systems and clouds: made up from a fixed seed, calibrated to the report's figures at 2023-06-30.

Counting the records at that day gives F108 (7 systems moved) and F109 (1 to move). Nothing else knows these numbers.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.records import api as records
from yiwang.kernel.records.api import NewRow
from yiwang.lib.clock import moment

from .models import CloudRequest, CloudUse, GovSystem, MigrationStep
from .selectors import STEPS

SEED = 44150237
CUT, END = date(2023, 6, 30), date(2023, 12, 31)
SOURCE = "cloud"


class Made(NamedTuple):
    """A system; ``begun`` is the first day of its move, ``cpu`` the middle of its use."""

    unit: str
    name: str
    hosting: str
    exemption: str
    start: date
    begun: date | None
    cpu: int


# Moved: the first seven. To move at the cut: the eighth, whose cutover is in October. The last two begin after it.
SYSTEMS = (
    Made("education", "智慧教育管理系统", "own", "", date(2017, 9, 1), date(2021, 3, 8), 42),
    Made("health", "基层医疗卫生信息系统", "own", "", date(2016, 5, 1), date(2021, 5, 10), 86),
    Made("city-management", "数字城管系统", "own", "", date(2018, 3, 1), date(2021, 9, 6), 6),
    Made("agriculture", "涉农资金监管系统", "own", "", date(2018, 11, 1), date(2021, 11, 1), 23),
    Made("finance", "国有资产管理系统", "own", "", date(2015, 1, 1), date(2022, 2, 14), 31),
    Made("housing", "住房保障管理系统", "own", "", date(2019, 4, 1), date(2022, 6, 6), 4),
    Made("media", "城区政府门户网站", "own", "", date(2014, 7, 1), date(2022, 9, 5), 55),
    Made("archives", "数字档案馆系统", "own", "", date(2019, 8, 1), date(2023, 4, 10), 37),
    Made("data", "民情地图平台", "province", "", date(2021, 8, 1), None, 64),
    Made("data", "数据采集平台", "city", "", date(2022, 1, 10), None, 28),
    Made("emergency", "智慧应急指挥平台", "province", "", date(2022, 7, 1), None, 33),
    Made("service-centre", "大厅排队叫号系统", "district", "", date(2020, 6, 1), None, 0),
    Made("party-office", "机要文件流转系统", "own", "classified", date(2018, 1, 1), None, 0),
    Made("tax", "税收征管系统（区级终端）", "own", "vertical", date(2019, 1, 1), None, 0),
    Made("water", "水闸远程控制系统", "own", "control", date(2020, 5, 1), None, 0),
    Made("fire", "消防物联网感知平台", "city", "", date(2023, 8, 15), None, 47),
    Made("transport", "公路视频汇聚平台", "city", "", date(2023, 10, 8), None, 71),
)


def load(say: Callable[[str], None]) -> bool:
    """Load once, through the records room's own door; False when it was there already."""
    if GovSystem._base_manager.filter(source=SOURCE).exists():
        return False
    say("载入应用上云：系统、迁移步骤、资源申请和利用率（合成数据）")
    chance = random.Random(SEED)  # noqa: S311  (a demonstration, repeatable on purpose)
    made = [(f"XT-{number:03}", item, orgs.unit(item.unit)) for number, item in enumerate(SYSTEMS, start=1)]
    keep = partial(records.load, source=SOURCE, recorded_by="demo", synthetic=True)
    keep(GovSystem.record_type, _systems(made))
    keep(MigrationStep.record_type, _steps(chance, made))
    keep(CloudRequest.record_type, _requests(chance, made))
    keep(CloudUse.record_type, _use(chance, made))
    _corrections()
    return True


def _systems(made: list[tuple[str, Made, orgs.Unit]]) -> Iterator[NewRow]:
    for number, (code, item, unit) in enumerate(made):
        cells = {
            "system_code": code,
            "name": f"城区{item.name}（演示）",
            "hosting": item.hosting,
            "exemption": item.exemption,
            "exemption_basis": "经保密或行业主管部门认定（演示）" if item.exemption else "",
            "level": "23"[number % 5 == 0],
            "zone": ("extranet", "internet", "extranet")[number % 3],
            "users": 40 + number * 37,
            "valid_from": item.start,
        }
        # The inventory was made in 2021; two systems of before were entered later still.
        known = max(item.start, date(2021, 2, 1)) + timedelta(days=200 if number in (4, 13) else 0)
        yield NewRow(cells, unit.path + "/", unit.division_id or "", code, moment(known, 17))


def _days(chance: random.Random, begun: date) -> list[tuple[date, date, date]]:
    """First day, planned end and end of each step, one after the other."""
    found = []
    for length in (20, 25, 55, 7, 30, 45):
        first = begun
        due = first + timedelta(days=length)
        begun = due + timedelta(days=chance.randrange(-3, 12))
        found.append((first, due, begun))
    return found


def _moves(made: list[tuple[str, Made, orgs.Unit]]) -> dict[str, list[tuple[date, date, date]]]:
    """The days of the steps of each system that moves; the same each time they are asked for."""
    found = {}
    for index, (code, item, _unit) in enumerate(made):
        if item.begun is not None:
            chance = random.Random(SEED + index)  # noqa: S311  (a demonstration, repeatable on purpose)
            found[code] = _days(chance, item.begun)
    return found


def _steps(chance: random.Random, made: list[tuple[str, Made, orgs.Unit]]) -> Iterator[NewRow]:
    moves = _moves(made)
    for code, _item, unit in made:
        for step, (first, due, done) in zip(STEPS, moves.get(code, []), strict=False):
            cells = {"system_code": code, "stage": step, "occurred_on": first, "due_on": due, "done_on": done}
            late = timedelta(days=chance.randrange(10, 30) if chance.random() < 0.1 else 0)
            yield NewRow(cells, unit.path + "/", unit.division_id or "", f"{code}-{step}", moment(done + late, 18))


def _opened(code: str, item: Made, moves: dict[str, list[tuple[date, date, date]]]) -> date | None:
    """The day from which a system has resources in the cloud: the first of its move's third step, or its own first."""
    if code in moves:
        return moves[code][2][0]
    return item.start if item.hosting in ("city", "province") else None


def _requests(chance: random.Random, made: list[tuple[str, Made, orgs.Unit]]) -> Iterator[NewRow]:
    moves = _moves(made)
    for number, (code, item, unit) in enumerate(made):
        opened = _opened(code, item, moves)
        if opened is None:
            continue
        size = chance.choice((8, 16, 32))
        wishes = [("open", opened, size, size)]
        if item.cpu > 60 and opened < date(2022, 12, 1):
            wishes.append(("expand", date(2023, 3, 1), size * 2, size + size // 2))
        if item.cpu == 86:
            wishes.append(("expand", date(2023, 11, 20), size * 3, size * 2))
        for serial, (kind, day, asked, granted) in enumerate(wishes):
            asked_on = day - timedelta(days=chance.randrange(15, 40))
            request_no = f"YZY-{asked_on.year}-{number + 1:03}{serial}"
            cells = {
                "request_no": request_no,
                "system_code": code,
                "kind": kind,
                "vcpu_asked": asked,
                "memory_asked": asked * 2,
                "storage_asked": asked * 100,
                "vcpu_granted": granted,
                "memory_granted": granted * 2,
                "storage_granted": granted * 100,
                "os": "银河麒麟 V10",
                "database": "达梦 8",
                "ports": "443",
                "backup": "是",
                "security": "主机防护、日志审计",
                "months": 36,
                "contact_name": "演联络",
                "contact_phone": f"13906{600_000 + number}",
                "approved_on": day - timedelta(days=8),
                "opened_on": day,
                "occurred_on": asked_on,
            }
            yield NewRow(cells, unit.path + "/", unit.division_id or "", request_no, moment(day, 18))


def _use(chance: random.Random, made: list[tuple[str, Made, orgs.Unit]]) -> Iterator[NewRow]:
    moves = _moves(made)
    for code, item, unit in made:
        first = _opened(code, item, moves)
        if first is None:
            continue
        if code in moves:
            first = moves[code][3][2]
        for count in range((END - first).days + 1):
            day = first + timedelta(days=count)
            wave = chance.uniform(-0.1, 0.1) + 1
            cells = {
                "system_code": code,
                "occurred_on": day,
                "cpu": f"{item.cpu * wave:.2f}",
                "memory": f"{min(90, item.cpu + 12) * wave:.2f}",
                "storage": f"{min(92, 20 + count * 0.05):.2f}",
            }
            late = 3 if chance.random() < 0.01 else 1
            known = moment(day + timedelta(days=late), 2)
            yield NewRow(cells, unit.path + "/", unit.division_id or "", f"{code}-{day:%Y%m%d}", known)


def _corrections() -> None:
    """Two systems' numbers of users were counted again: history has something to show."""
    for record in GovSystem._base_manager.filter(source=SOURCE).order_by("pk")[:2]:
        with records.written_by("demo", "按年度盘点更正用户数", record.recorded_at + timedelta(days=300)):
            GovSystem._base_manager.filter(pk=record.pk).update(users=record.users + 25)
