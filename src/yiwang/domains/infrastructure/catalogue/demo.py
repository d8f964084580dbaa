"""The demonstration's data catalogue: made up from a fixed seed, calibrated to the report's figures at 2023-06-30.

Counting the records at that day gives F112 (783 resources online) and F113 (254 of them open). Nothing else knows
these numbers. Some resources wait to be published, some have no data attached, some are not updated in time.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.records import api as records
from yiwang.kernel.records.api import NewRow
from yiwang.lib.clock import moment

from .models import Attachment, DataItem, DataResource, DataUpdate
from .selectors import PERIODS

SEED = 44150240
BEGIN, CUT, END = date(2021, 3, 1), date(2023, 6, 30), date(2023, 12, 31)
ONLINE_AT_CUT, OPEN_AT_CUT = 783, 254
WAITING_AT_CUT, OPEN_LATER = 30, 22
SOURCE = "catalogue"
# Fourteen of each of 61 units: 854 resources.
TOPICS = (
    "行政许可信息", "行政处罚信息", "行政检查信息", "权责清单", "办事指南信息", "证照签发信息", "规范性文件信息",
    "项目资金信息", "政府采购信息", "信访投诉办理信息", "统计年报信息", "固定资产信息", "培训活动信息", "机构职能信息",
)  # fmt: skip
CYCLES = (
    ("daily", 3),
    ("weekly", 7),
    ("monthly", 32),
    ("quarterly", 28),
    ("yearly", 26),
    ("other", 3),
    ("realtime", 1),
)
ITEMS = (
    ("业务编号", "business_no", "C", 32, "是", "否"), ("单位名称", "unit_name", "C", 120, "否", "否"),
    ("统一社会信用代码", "uscc", "C", 18, "否", "否"), ("事项名称", "matter_name", "C", 200, "否", "否"),
    ("办理日期", "handled_on", "D", 0, "否", "否"), ("金额", "amount", "Y", 16, "否", "否"),
    ("经办人姓名", "handler_name", "C", 30, "否", "是"), ("备注", "note", "M", 0, "否", "否"),
)  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A resource of the demonstration; ``stops`` is the day after which it is no longer updated."""

    code: str
    unit: orgs.Unit
    topic: str
    catalogued: date
    published: date | None
    opened: date | None
    share: str
    cycle: str
    attached: date | None
    stops: date

    @property
    def path(self) -> str:
        """The owner as records hold it."""
        return self.unit.path + "/"

    @property
    def place(self) -> str:
        """A town's division, so that its staff see the town's own."""
        return self.unit.division_id or ""


def load(say: Callable[[str], None]) -> bool:
    """Load once, through the records room's own door; False when it was there already."""
    if DataResource._base_manager.filter(source=SOURCE).exists():
        return False
    say("载入数据资源：目录、信息项、挂接、更新（合成数据）")
    chance = random.Random(SEED)  # noqa: S311  (a demonstration, repeatable on purpose)
    made = _resources(chance)
    keep = partial(records.load, source=SOURCE, recorded_by="demo", synthetic=True)
    keep(DataResource.record_type, _resource_rows(chance, made))
    keep(DataItem.record_type, _items(chance, made))
    keep(Attachment.record_type, _attachments(chance, made))
    keep(DataUpdate.record_type, _updates(chance, made))
    _corrections()
    return True


def _resources(chance: random.Random) -> list[Made]:
    """Those online at the cut, those that wait to be, those of later."""
    units = list(orgs.units().exclude(parent=None))
    pairs = [(unit, topic) for unit in units for topic in TOPICS]
    chance.shuffle(pairs)
    found: list[Made] = []
    opened, opened_later = 0, 0
    for number, (unit, topic) in enumerate(pairs):
        late = number >= ONLINE_AT_CUT + WAITING_AT_CUT
        first, last = (CUT + timedelta(days=1), date(2023, 11, 30)) if late else (BEGIN, date(2023, 5, 31))
        catalogued = _between(chance, first, last)
        published: date | None = catalogued + timedelta(days=chance.randrange(1, 29))
        if ONLINE_AT_CUT <= number < ONLINE_AT_CUT + WAITING_AT_CUT:
            published = _between(chance, CUT + timedelta(days=3), END) if number % 2 else None
        share = chance.choices("123", (55, 38, 7))[0]
        day = None
        if share != "3" and published is not None:
            if published <= CUT and opened < OPEN_AT_CUT:
                opened += 1
                day = _between(chance, published, CUT)
            elif opened_later < OPEN_LATER:
                opened_later += 1
                day = _between(chance, max(published, CUT + timedelta(days=1)), END)
        attached = None
        if published is not None and chance.random() > 0.06:
            attached = published + timedelta(days=chance.randrange(0, 40))
        stops = _between(chance, date(2022, 9, 1), END) if chance.random() < 0.08 else END
        cycle = chance.choices([key for key, _weight in CYCLES], [weight for _key, weight in CYCLES])[0]
        kind = number % 3 + 1
        code = f"{kind}{number % 12 + 1:02}{number % 40 + 1:03}{number % 7 + 1:03}/{number + 1:06}"
        found.append(Made(code, unit, topic, catalogued, published, day, share, cycle, attached, stops))
    return found


def _resource_rows(chance: random.Random, made: list[Made]) -> Iterator[NewRow]:
    for number, item in enumerate(made):
        cells = {
            "resource_code": item.code,
            "id_scheme": "national",
            "resource_class": item.code[0],
            "name": f"{item.unit.short_zh}{item.topic}",
            "provider_code": item.unit.uscc,
            "abstract": f"{item.unit.name_zh}在履职中形成的{item.topic}（演示）",
            "data_format": ("database", "spreadsheet", "document")[number % 3],
            "share_type": item.share,
            "share_condition": {
                "1": "",
                "2": "用于本部门履职，经提供单位同意",
                "3": "含工作秘密，依据保密规定（演示）",
            }[item.share],
            "share_way": "" if item.share == "3" else ("table", "file", "file")[number % 3],
            "open_type": "3" if item.opened is None else "12"[number % 4 == 0],
            "open_condition": "实名注册后申请（演示）" if item.opened is not None and number % 4 == 0 else "",
            "update_cycle": item.cycle,
            "published_on": item.published,
            "opened_on": item.opened,
            "valid_from": item.catalogued,
            # A few were taken off after the cut.
            "valid_to": date(2023, 10, 8) if number in (11, 170, 402) else None,
        }
        yield NewRow(cells, item.path, item.place, item.code, _known(chance, item.published or item.catalogued))


def _items(chance: random.Random, made: list[Made]) -> Iterator[NewRow]:
    for item in made:
        for name, field, data_type, length, key, personal in ITEMS[: chance.randrange(5, len(ITEMS) + 1)]:
            cells = {
                "resource_code": item.code,
                "item_name": name,
                "field_name": field,
                "data_type": data_type,
                "length": length,
                "is_key": key,
                "personal": personal,
                "valid_from": item.catalogued,
            }
            yield NewRow(cells, item.path, item.place, f"{item.code}-{field}", moment(item.catalogued, 17))


def _attachments(chance: random.Random, made: list[Made]) -> Iterator[NewRow]:
    for number, item in enumerate(made):
        if item.attached is None or item.attached > END:
            continue
        kind = ("table", "file", "interface")[number % 3]
        name = {"table": "ods.t_{0:06}", "file": "data_{0:06}.xlsx", "interface": "/share/r{0:06}"}[kind]
        cells = {
            "resource_code": item.code,
            "kind": kind,
            "location": name.format(number + 1),
            "valid_from": item.attached,
        }
        yield NewRow(cells, item.path, item.place, f"{item.code}-G1", _known(chance, item.attached))


def _updates(chance: random.Random, made: list[Made]) -> Iterator[NewRow]:
    for item in made:
        if item.attached is None:
            continue
        total = chance.randrange(50, 20_000)
        step = PERIODS.get(item.cycle, 200)
        day = item.attached
        while day <= min(item.stops, END):
            changed = chance.randrange(1, 40)
            total += changed // 2
            cells = {
                "resource_code": item.code,
                "rows_changed": changed,
                "rows_total": total,
                "occurred_on": day,
            }
            yield NewRow(cells, item.path, item.place, f"{item.code}-{day:%Y%m%d}", _known(chance, day))
            day += timedelta(days=max(1, step + chance.randrange(-(step // 8), step // 6 + 1)))


def _corrections() -> None:
    """Six abstracts were put right a month after they were entered: history has something to show."""
    for record in DataResource._base_manager.filter(source=SOURCE, published_on__lte=CUT).order_by("pk")[:6]:
        with records.written_by("demo", "摘要表述不准确，按单位意见更正", record.recorded_at + timedelta(days=30)):
            text = f"{record.abstract}，按月汇总"
            DataResource._base_manager.filter(pk=record.pk).update(abstract=text)


def _between(chance: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=chance.randrange((last - first).days + 1))


def _known(chance: random.Random, day: date) -> datetime:
    """The same evening, or of one in forty up to three weeks later."""
    return moment(day + timedelta(days=chance.randrange(2, 21) if chance.random() < 1 / 40 else 0), 18)
