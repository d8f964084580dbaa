"""The demonstration's electronic medical bills: from a fixed seed, calibrated to the report's figures at 2023-06-30.

Counting the bills at that day gives F056 (49,954 since the end of December 2022); F057 is their average over seven
months.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.records import api as records
from yiwang.kernel.records.api import NewRow
from yiwang.kernel.registers.extend import population
from yiwang.lib.clock import moment

from .models import Bill, Hospital

SEED = 44150215
BEGIN, CUT, END = date(2022, 12, 31), date(2023, 6, 30), date(2023, 12, 31)
ISSUED_AT_CUT, ISSUED_LATER, REVERSED, CORRECTED = 49_954, 52_300, 640, 12
SOURCE = "ylpj"
# Code, name, level, share of the bills. Names are made up.
HOSPITALS = (
    ("H01", "演示区人民医院", "second", 40), ("H02", "演示区中医医院", "second", 18),
    ("H03", "演示妇幼保健院", "second", 14), ("H04", "演示慢性病防治站", "none", 6),
    ("H05", "新港街道社区卫生服务中心（演示）", "first", 5),
    ("H06", "香洲街道社区卫生服务中心（演示）", "first", 6), ("H07", "凤山街道社区卫生服务中心（演示）", "first", 5),
    ("H08", "马宫街道卫生院（演示）", "first", 3), ("H09", "红草镇卫生院（演示）", "first", 3),
    ("H10", "东涌镇卫生院（演示）", "first", 2), ("H11", "捷胜镇卫生院（演示）", "first", 2),
)  # fmt: skip
# It stopped three weeks before the cut: the overview has something to show. Another never issued a bill.
STOPPED, STOPPED_ON = "H09", date(2023, 6, 8)
SILENT = ("H12", "演示口腔门诊部", "none")
KINDS, SHARES = ("outpatient", "registration", "inpatient", "examination"), (70, 14, 10, 6)


def load(say: Callable[[str], None]) -> bool:
    """Load once, through the records room's own door; False when it was there already."""
    if Bill._base_manager.filter(source=SOURCE).exists():
        return False
    say("开具医疗电子票据（合成数据）")
    chance = random.Random(SEED)  # noqa: S311  (a demonstration, repeatable on purpose)
    path = orgs.unit("health").path + "/"
    towns = list(orgs.divisions().filter(level="town").values_list("code12", flat=True))
    keep = partial(records.load, source=SOURCE, recorded_by="demo", synthetic=True)
    if not Hospital._base_manager.filter(source=SOURCE).exists():
        keep(Hospital.record_type, _hospitals(path, towns))
    keep(Bill.record_type, _bills(chance, path, towns))
    _corrections()
    return True


def _place(number: int, towns: list[str]) -> str:
    return towns[number % len(towns)]


def _hospitals(path: str, towns: list[str]) -> Iterator[NewRow]:
    every = [*(row[:3] for row in HOSPITALS), SILENT]
    for number, (code, name, level) in enumerate(every):
        begin = BEGIN if number < len(HOSPITALS) else date(2023, 5, 4)
        cells = {"code": code, "name": name, "level": level, "valid_from": begin}
        yield NewRow(cells, path, _place(number, towns), code, moment(begin, 17))


def _bills(chance: random.Random, path: str, towns: list[str]) -> Iterator[NewRow]:
    """Bills up to the cut, bills after it, and reversals of some of the first."""
    weights = [row[3] for row in HOSPITALS]
    issued: list[tuple[str, date, int, dict[str, object]]] = []
    for serial in range(1, ISSUED_AT_CUT + ISSUED_LATER + 1):
        first, last = (BEGIN, CUT) if serial <= ISSUED_AT_CUT else (CUT + timedelta(days=1), END)
        day = first + timedelta(days=int(chance.random() * ((last - first).days + 1)))
        place = chance.choices(range(len(HOSPITALS)), weights)[0]
        if HOSPITALS[place][0] == STOPPED and day > STOPPED_ON:
            place = 0
        person = population.person(int(chance.random() * population.PEOPLE))
        amount = Decimal(chance.randrange(500, 90_000)).scaleb(-2)
        cells: dict[str, object] = {
            "occurred_on": day,
            "bill_no": f"440601{day.year % 100}-{serial:010}",
            "check_code": f"{serial * 7919 % 16_777_216:06x}",
            "hospital": HOSPITALS[place][0],
            "kind": chance.choices(KINDS, SHARES)[0],
            "payer_name": person.name,
            "payer_key": person.citizen_id,
            "amount": str(amount),
            "insured": str((amount * chance.randrange(0, 80) / 100).quantize(Decimal("0.01"))),
        }
        if serial % (ISSUED_AT_CUT // REVERSED) == 0:
            issued.append((str(cells["bill_no"]), day, place, cells))
        yield NewRow(cells, path, _place(place, towns), str(cells["bill_no"]), _known(chance, day))
    for number, (bill, day, place, cells) in enumerate(issued[:REVERSED], start=1):
        back = min(day + timedelta(days=chance.randrange(0, 12)), END)
        own = f"440601{back.year % 100}-9{number:09}"
        red = {**cells, "occurred_on": back, "bill_no": own, "state": "red", "reversed_no": bill}
        yield NewRow(red, path, _place(place, towns), own, _known(chance, back))


def _known(chance: random.Random, day: date) -> datetime:
    """The same evening, or of one in fifty (a hospital without its line) some days later."""
    return moment(day + timedelta(days=chance.randrange(2, 15) if chance.random() < 0.02 else 0), 20)


def _corrections() -> None:
    """Bills entered under the wrong kind and put right weeks later: history has something to show."""
    for record in Bill._base_manager.filter(source=SOURCE, kind="registration").order_by("pk")[:CORRECTED]:
        with records.written_by("demo", "票据种类录错，按票据存根更正", record.recorded_at + timedelta(days=25)):
            Bill._base_manager.filter(pk=record.pk).update(kind="outpatient")
