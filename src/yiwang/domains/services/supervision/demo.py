"""The demonstration's supervision: made up from a fixed seed, calibrated to the report's figures at 2023-06-30.

Counting the records at that day gives F024 (7,193 acts), F025 (361 matters in force), F026 (266 of them with an act in
2023) and F027 (73.68 %). Nothing else knows these numbers. Draws are made by the algorithm that draws for people.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

from django.db import transaction

from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.records import api as records
from yiwang.kernel.records.api import NewRow
from yiwang.kernel.registers.extend import population
from yiwang.lib.clock import moment

from . import services
from .models import Act, Draw, Inspector, Matter, Target

SEED = 44150210
BEGIN, YEAR, CUT, END = date(2021, 6, 1), date(2023, 1, 1), date(2023, 6, 30), date(2023, 12, 31)
SOURCE = "hljg"
MATTERS, ACTED, ENDED = 361, 266, 14
ACTS, ACTS_2023, LATER = 7_193, 1_980, 2_300
# Units with their fields and the number of their matters; the sum is MATTERS + ENDED.
UNITS = (
    ("market", "food", "食品经营", 62), ("emergency", "work", "危险化学品", 38), ("housing", "other", "房屋建筑", 36),
    ("transport", "other", "道路运输", 34), ("health", "other", "公共场所卫生", 33),
    ("agriculture", "other", "农资经营", 30), ("city-management", "other", "户外广告", 26),
    ("police", "fire", "特种行业", 24), ("education", "other", "校外培训", 22),
    ("civil-affairs", "other", "养老机构", 20), ("water", "environment", "取水许可", 18),
    ("labour", "work", "劳动用工", 16), ("natural-resources", "environment", "用地用海", 16),
)  # fmt: skip
ASPECTS = ("许可条件保持", "日常经营行为", "从业人员资格", "安全设施", "台账记录", "广告宣传", "收费公示", "整改落实")
KINDS, KIND_SHARES = ("check", "penalty", "force", "other"), (84, 9, 1, 6)
RESULTS, RESULT_SHARES = ("clean", "told", "filed", "gone", "refused"), (78, 15, 5, 1, 1)
WAYS = ("random", "daily", "focus", "special", "credit")
PER_UNIT_INSPECTORS, PER_UNIT_TARGETS = 12, 90
# Unit, field, day, objects, finished, published.
DRAWS = (
    ("market", "food", date(2022, 9, 6), 20, date(2022, 10, 14), date(2022, 10, 28)),
    ("emergency", "work", date(2023, 3, 8), 15, date(2023, 4, 7), date(2023, 4, 20)),
    ("market", "food", date(2023, 5, 10), 25, date(2023, 5, 31), None),
    ("police", "fire", date(2023, 9, 12), 18, date(2023, 10, 20), date(2023, 11, 10)),
    ("labour", "work", date(2023, 12, 5), 12, None, None),
)  # fmt: skip


def load(say: Callable[[str], None]) -> bool:
    """Load once, through the records room's own door; False when it was there already."""
    if Draw._base_manager.filter(source=SOURCE).count() == len(DRAWS):
        return False
    say("载入互联网+监管：监管事项、监管行为、双随机抽查（合成数据）")
    chance = random.Random(SEED)  # noqa: S311  (a demonstration, repeatable on purpose)
    matters = list(_matters(chance))
    keep = partial(records.load_once, source=SOURCE, reason="权责清单调整，取消事项")
    keep(Matter.record_type, matters)
    keep(Inspector.record_type, _inspectors())
    keep(Target.record_type, _targets(chance))
    keep(Act.record_type, _acts(chance, matters))
    _corrections()
    for number in range(len(DRAWS)):
        _draw(number)
    return True


def _matters(chance: random.Random) -> Iterator[NewRow]:
    """Those in force at the report's day, and some that had ended before it."""
    every = [(code, trade) for code, _field, trade, count in UNITS for _one in range(count)]
    ended = set(chance.sample(range(MATTERS + ENDED), ENDED))
    for number, (code, trade) in enumerate(every):
        unit = orgs.unit(code)
        matter = f"4406{number + 1:05}{number % 4:03}"
        first = BEGIN + timedelta(days=number % 200)
        cells: dict[str, object] = {
            "matter_code": matter,
            "name": f"对{trade}{ASPECTS[number % len(ASPECTS)]}的监督检查（演示{number + 1:03}）",
            "list_code": f"{unit.uscc}4{matter}",
            "way": WAYS[number % len(WAYS)],
            "basis": "演示：部门权责清单",
            "valid_from": first,
        }
        if number in ended:
            cells["valid_to"] = date(2022, 7, 1) + timedelta(days=number % 90)
        yield NewRow(cells, unit.path + "/", "", matter, moment(first + timedelta(days=number % 30), 17))


def _inspectors() -> Iterator[NewRow]:
    for order, (code, *_rest) in enumerate(UNITS):
        unit = orgs.unit(code)
        for number in range(PER_UNIT_INSPECTORS):
            card = _card(order, number)
            name = population.person(order * 1_000 + number * 37).name
            cells = {"card_no": card, "name": name, "valid_from": BEGIN}
            yield NewRow(cells, unit.path + "/", "", card, moment(BEGIN, 17))


def _card(unit: int, number: int) -> str:
    return f"441502{unit:02}{number + 1:03}"


def _targets(chance: random.Random) -> Iterator[NewRow]:
    for order, (code, field, *_rest) in enumerate(UNITS):
        unit = orgs.unit(code)
        for number in range(PER_UNIT_TARGETS):
            found = population.organisation(order * 1_100 + number * 7)
            key = f"DX-{order:02}{number + 1:03}"
            cells = {
                "target_no": key, "uscc": found.uscc, "name": found.name, "field": field,
                "credit": chance.choices("ABCD", (30, 50, 15, 5))[0], "valid_from": BEGIN,
            }  # fmt: skip
            yield NewRow(cells, unit.path + "/", "", key, moment(BEGIN, 17))


def _acts(chance: random.Random, matters: list[NewRow]) -> Iterator[NewRow]:
    """Acts of before 2023, of the half year, and after the report's day; some units leave many matters alone."""
    orders = {orgs.unit(code).path + "/": order for order, (code, *_rest) in enumerate(UNITS)}
    standing = [row for row in matters if "valid_to" not in row.cells]
    ended = [row for row in matters if "valid_to" in row.cells]
    # The later its unit stands in the list, the more likely a matter is left alone.
    ranked = sorted(range(len(standing)), key=lambda number: number / len(standing) + chance.random())
    acted = [standing[number] for number in ranked[:ACTED]]
    serial = 0
    for number in range(ACTS_2023):
        # Each of them once, then as it comes.
        row = acted[number] if number < ACTED else acted[int(chance.random() ** 2 * ACTED)]
        serial += 1
        yield _act(chance, orders, serial, row, YEAR, CUT)
    for _one in range(ACTS - ACTS_2023):
        row = chance.choice(ended) if chance.random() < 0.03 else chance.choice(standing)
        last = date(2022, 6, 30) if "valid_to" in row.cells else YEAR - timedelta(days=1)
        serial += 1
        yield _act(chance, orders, serial, row, BEGIN + timedelta(days=200), last)
    for _one in range(LATER):
        serial += 1
        yield _act(chance, orders, serial, chance.choice(standing), CUT + timedelta(days=1), END)


def _act(chance: random.Random, orders: dict[str, int], serial: int, matter: NewRow, first: date, last: date) -> NewRow:
    order = orders[matter.unit_path]
    day = first + timedelta(days=chance.randrange((last - first).days + 1))
    target = population.organisation(chance.randrange(population.ORGANISATIONS))
    one, two = chance.sample(range(PER_UNIT_INSPECTORS), 2)
    result = chance.choices(RESULTS, RESULT_SHARES)[0]
    number = f"JG-{day.year}-{serial:05}"
    cells: dict[str, object] = {
        "act_no": number,
        "matter_code": matter.cells["matter_code"],
        "kind": chance.choices(KINDS, KIND_SHARES)[0],
        "target_uscc": target.uscc,
        "target_name": target.name,
        "officer_cards": f"{_card(order, one)}、{_card(order, two)}",
        "result": result,
        "handling": "" if result == "clean" else "演示：限期改正，已复查",
        "occurred_on": day,
    }
    public = day + timedelta(days=chance.randrange(3, 20))
    if chance.random() < 0.9 and public <= END:
        cells["published_on"] = public
    # Part of the acts reaches the platform with the month's batch.
    late = chance.randrange(5, 31) if chance.random() < 0.08 else 1
    return NewRow(cells, matter.unit_path, "", number, moment(min(max(day + timedelta(days=late), public), END), 20))


def _corrections() -> None:
    """Results that a second visit changed: the former ones stay in history."""
    told = Act._base_manager.filter(source=SOURCE, result="told", occurred_on__lt=CUT).order_by("source_id")
    found = list(told.values_list("pk", flat=True)[:20])
    with records.written_by("demo", "复查后立案", moment(CUT + timedelta(days=18), 10)):
        Act._base_manager.filter(pk__in=found).update(result="filed")


@transaction.atomic
def _draw(number: int) -> None:
    """A draw as people make it, on its day; most are inspected, one was finished and never published."""
    code, field, day, objects, finished, published = DRAWS[number]
    draw_no = f"SSJ-{day:%Y%m%d}-{code.upper()[:6]}"
    if Draw._base_manager.filter(draw_no=draw_no).exists():
        return
    chance = random.Random(SEED + number)  # noqa: S311  (a demonstration, repeatable on purpose)
    path = orgs.unit(code).path + "/"
    targets = records.in_force(Target._base_manager.filter(field=field, unit_path=path), day)
    frame = services.frame_on(day, dict(targets.values_list("uscc", "credit")))
    pool = records.in_force(Inspector._base_manager.filter(unit_path=path), day)
    cards = list(pool.values_list("card_no", flat=True))
    seed = f"{chance.getrandbits(128):032x}"
    cells = services.draw_cells(draw_no, field, seed, objects, 2, "", frame, cards, day)
    cells |= {name: value for name, value in (("finished_on", finished), ("published_on", published)) if value}
    known = moment(max(found for found in (day, finished, published) if found), 16)
    row = NewRow(cells, path, "", draw_no, known)
    records.load(Draw.record_type, [row], source=SOURCE, recorded_by="demo", synthetic=True)
    draw = Draw._base_manager.get(draw_no=draw_no)
    drawn = services.results(draw, frame, cards)
    outcomes = [chance.choices(RESULTS, RESULT_SHARES)[0] for _one in drawn] if finished else []
    services.store(draw, frame, cards, drawn, by="demo", at=known, outcomes=outcomes, synthetic=True)
