"""The demonstration's operations centre: made up from a fixed seed, calibrated to the report's figures at 2023-06-30.

Counting services delivered up to that day gives F115 (25 consulting), F116 (2 supervision) and F117 (1 assessment).
Nothing else knows these numbers.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.records import api as records
from yiwang.kernel.records.api import NewRow
from yiwang.lib.clock import moment

from .models import Incident, OperationRule, Service

SEED = 44150243
BEGIN, CUT, END = date(2021, 3, 1), date(2023, 6, 30), date(2023, 12, 31)
SOURCE = "yyzx"
# Kind, how many delivered up to the report's day, how many after it until the year's end.
DELIVERED = (("consulting", 25, 6), ("supervision", 2, 1), ("assessment", 1, 2))
OPEN = 5
CLIENTS = (
    "education", "health", "agriculture", "emergency", "housing", "city-management", "civil-affairs", "market",
    "transport", "archives", "service-centre", "data",
)  # fmt: skip
SUBJECTS = {
    "consulting": ("信息化规划编制", "项目立项方案论证", "数据资源目录梳理", "上云方案论证", "运维方案评审"),
    "supervision": ("平台建设项目监理",),
    "assessment": ("系统软件测评", "系统等保测评"),
}
SYSTEMS = (
    ("data", "民情地图平台"), ("data", "数据采集平台"), ("emergency", "智慧应急指挥平台"),
    ("service-centre", "大厅排队叫号系统"), ("city-management", "数字城管系统"), ("education", "智慧教育管理系统"),
)  # fmt: skip
SYMPTOMS = {
    "hardware": "服务器磁盘报警，页面打开缓慢", "network": "部分镇街无法访问", "software": "提交时提示错误",
    "change": "升级后列表不显示", "capacity": "高峰时段登录超时", "security": "发现异常登录",
    "operation": "误删数据，已从备份找回", "outside": "上级平台接口中断",
}  # fmt: skip
RULES = ("系统变更管理规定", "故障处理和报告规定", "备份和恢复规定", "账号和口令管理规定", "值班和巡检规定")
INCIDENTS = 140


def load(say: Callable[[str], None]) -> bool:
    """Load once, through the records room's own door; False when it was there already."""
    if Incident._base_manager.filter(source=SOURCE).exists():
        return False
    say("载入运营中心：服务、运维制度、运维事件（合成数据）")
    chance = random.Random(SEED)  # noqa: S311  (a demonstration, repeatable on purpose)
    keep = partial(records.load_once, source=SOURCE)
    keep(Service.record_type, _services(chance))
    keep(OperationRule.record_type, _rules())
    _acceptances()
    _corrections()
    # The last: a load that was killed before it goes on where it was.
    keep(Incident.record_type, _incidents(chance))
    return True


def _services(chance: random.Random) -> Iterator[NewRow]:
    serial = 0
    for kind, before, after in DELIVERED:
        for number in range(before + after):
            first, last = (BEGIN, CUT) if number < before else (CUT + timedelta(days=1), END)
            delivered = first + timedelta(days=chance.randrange((last - first).days + 1))
            ordered = max(BEGIN, delivered - timedelta(days=chance.randrange(15, 70)))
            serial += 1
            yield _service(serial, kind, ordered, delivered)
    for number in range(OPEN):
        serial += 1
        ordered = END - timedelta(days=12 + 13 * number)
        yield _service(serial, "consulting", ordered, None)


def _service(serial: int, kind: str, ordered: date, delivered: date | None) -> NewRow:
    unit = orgs.unit(CLIENTS[serial % len(CLIENTS)])
    subject = SUBJECTS[kind][serial % len(SUBJECTS[kind])]
    cells: dict[str, object] = {
        "service_no": f"FW-{serial:03}",
        "kind": kind,
        "project": f"{unit.short_name}{subject}（演示）",
        "occurred_on": ordered,
        "due_on": ordered + timedelta(days=45),
        "fee": 18_000 + 2_500 * (serial % 9),
    }
    if delivered:
        cells |= {"delivered_on": delivered, "deliverable": f"演示：{subject}报告一份"}
    # One in nine came in when the quarter's work was written up.
    late = 40 if serial % 9 == 4 else 1
    known = delivered or ordered
    return NewRow(cells, unit.path + "/", "", f"FW-{serial:03}", moment(min(known + timedelta(days=late), END), 17))


def _rules() -> Iterator[NewRow]:
    unit = orgs.unit("data")
    for number, name in enumerate(RULES, start=1):
        cells = {
            "rule_no": f"运维〔2021〕{number}号（演示）", "name": name, "valid_from": BEGIN + timedelta(days=number),
        }  # fmt: skip
        yield NewRow(cells, unit.path + "/", "", f"ZD-{number:02}", moment(BEGIN + timedelta(days=30), 9))


def _incidents(chance: random.Random) -> Iterator[NewRow]:
    causes = list(SYMPTOMS)
    for serial in range(1, INCIDENTS + 1):
        code, system = SYSTEMS[int(chance.random() ** 2 * len(SYSTEMS))]
        unit = orgs.unit(code)
        day = BEGIN + timedelta(days=int((END - BEGIN).days * serial / INCIDENTS))
        begun = moment(day, 8 + chance.randrange(10), chance.randrange(60))
        level = chance.choices(("1", "2", "3"), (1, 5, 20))[0]
        cause = chance.choices(causes, (3, 6, 8, 4, 5, 1, 2, 4))[0]
        taken = timedelta(hours={"1": 1.2, "2": 5, "3": 11}[level] * (0.3 + 1.2 * chance.random()))
        cells: dict[str, object] = {
            "incident_no": f"SJ-{serial:04}", "system_name": system, "level": level, "occurred_on": day,
            "occurred_at": begun, "symptom": f"演示：{SYMPTOMS[cause]}",
        }  # fmt: skip
        known = begun
        # The last weeks' are not all restored; one was forgotten in the spring.
        if serial < INCIDENTS - 3 and serial != 93:
            known = begun + taken
            cells |= {"restored_at": known, "cause": cause, "solution": "演示：按预案处理并复盘"}
        yield NewRow(cells, unit.path + "/", "", f"SJ-{serial:04}", known + timedelta(hours=2))


def _acceptances() -> None:
    """Services accepted some days after their delivery, as a later version of the record."""
    for service in Service._base_manager.filter(source=SOURCE, accepted_on=None).exclude(delivered_on=None):
        chance = random.Random(service.service_no)  # noqa: S311  (a demonstration, repeatable on purpose)
        days, rating = chance.randrange(3, 30), chance.choices((5, 4, 3), (7, 3, 1))[0]
        accepted = service.delivered_on + timedelta(days=days)
        if accepted <= END:
            with records.written_by("demo", "委托单位验收", moment(accepted, 18)):
                Service._base_manager.filter(pk=service.pk).update(accepted_on=accepted, rating=rating)


def _corrections() -> None:
    """A fee that was entered without the tax and put right."""
    first = Service._base_manager.filter(source=SOURCE, delivered_on__lt=CUT).order_by("source_id")[:3]
    found = list(first.values_list("pk", flat=True))
    with records.written_by("demo", "费用更正为含税金额", moment(CUT + timedelta(days=12), 10)):
        Service._base_manager.filter(pk__in=found).update(fee=21_200)
