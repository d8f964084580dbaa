"""The demonstration's apps: made up from a fixed seed, calibrated to the report's figures at 2023-06-30.

Counting registrations that are not cancelled at that day gives F002 (299,000 users of 粤省事) and F003 (48,357
enterprises of 粤商通). Nothing else knows these numbers. More people use the app than live here (F083): 158,000 are
residents, the others come from the counties around.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial

from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.records import api as records
from yiwang.kernel.records.api import NewRow
from yiwang.kernel.registers.extend import population
from yiwang.lib.clock import moment
from yiwang.lib.identifiers import citizen_id_check_char, uscc_check_char

from .models import App, CitizenUser, EnterpriseUser, MonthlyActivity, PromotionTarget

BEGIN, CUT, END = date(2021, 1, 1), date(2023, 6, 30), date(2023, 12, 31)
SOURCE = "zjyy"
APPS = (
    ("yss", "粤省事", "citizen"), ("yst", "粤商通", "enterprise"), ("smcj", "善美村居", "citizen"),
    ("smdxe", "善美店小二", "enterprise"), ("smm", "善美码", "citizen"),
)  # fmt: skip
CITIZENS, RESIDENTS, CITIZENS_GONE, CITIZENS_LATER = 299_000, 158_000, 4_200, 9_000
FIRMS, FIRMS_GONE, FIRMS_LATER = 48_357, 310, 1_500
VILLAGERS, SHOPS = 6_000, 1_800
CHANNELS = ("self", "self", "window", "grid", "self", "event", "window", "scan")
# Counties around; none of them is among those of the shared population.
AROUND = ("441621", "441622", "445202", "445224", "441302", "440883")
DAYS, LATER_DAYS = (CUT - BEGIN).days + 1, (END - CUT).days
BORN = date(1950, 1, 1)
BIRTHS = 20_000
AIM = 86


def load(say: Callable[[str], None]) -> bool:
    """Load once, through the records room's own door; False when it was there already."""
    if MonthlyActivity._base_manager.filter(source=SOURCE).exists():
        return False
    say("载入指尖应用：应用、实名用户、企业用户、推广目标、月活跃（合成数据）")
    path = orgs.unit("data").path + "/"
    # Who left becomes known with the delivery of that month.
    keep = partial(records.load_once, source=SOURCE, ends="cancelled_on", known=_delivered, reason="平台报送注销")
    keep(App.record_type, _apps(path))
    keep(CitizenUser.record_type, _citizens(path))
    keep(EnterpriseUser.record_type, _enterprises(path))
    keep(PromotionTarget.record_type, _targets(path))
    _corrections()
    # The last: a load that was killed before it goes on where it was.
    keep(MonthlyActivity.record_type, _activity(path))
    return True


def _apps(path: str) -> Iterator[NewRow]:
    for number, (code, name, audience) in enumerate(APPS):
        day = BEGIN + timedelta(days=number * 90)
        cells = {"app_code": code, "name": name, "audience": audience, "valid_from": day}
        yield NewRow(cells, path, "", code, moment(day, 9))


def _delivered(day: date) -> datetime:
    """The platform delivers by the month: known on the third of the next one."""
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=3)
    return moment(min(following, END), 6)


def _day(number: int) -> date:
    """A day up to the report's, more and more of them towards the end of 2021: the same number, the same day."""
    return BEGIN + timedelta(days=number * 7_919 % DAYS)


def _citizens(path: str) -> Iterator[NewRow]:
    """Users at the report's day, then those who left before it, then those who came after it."""
    total = CITIZENS + CITIZENS_GONE + CITIZENS_LATER
    for number in range(total):
        if number < CITIZENS:
            day, gone = _day(number), CUT + timedelta(days=1 + number % LATER_DAYS) if number % 251 == 9 else None
        elif number < CITIZENS + CITIZENS_GONE:
            day = BEGIN + timedelta(days=number * 31 % 500)
            gone = day + timedelta(days=30 + number % 300)
        else:
            day, gone = CUT + timedelta(days=1 + number * 13 % LATER_DAYS), None
        # The first of each kind live here: steps through the population meet everybody once.
        if number < RESIDENTS:
            person = population.person(number * population.STEP % population.PEOPLE)
            citizen, place = person.citizen_id, person.place
        else:
            citizen, place = _visitor(number - RESIDENTS), ""
        cells: dict[str, object] = {
            "app_code": "yss",
            "person_key": citizen,
            "channel": CHANNELS[number % len(CHANNELS)],
            "occurred_on": day,
        }
        if gone is not None:
            cells["cancelled_on"] = gone
        yield NewRow(cells, path, place, f"yss-{number:07}", _delivered(day))
    for number in range(VILLAGERS):
        person = population.person(number * 29 % population.PEOPLE)
        day = date(2022, 3, 1) + timedelta(days=number % 480)
        cells = {"app_code": "smcj", "person_key": person.citizen_id, "channel": "grid", "occurred_on": day}
        yield NewRow(cells, path, person.place, f"smcj-{number:07}", _delivered(day))


def _visitor(number: int) -> str:
    """Citizen id of somebody from a county around; no two numbers are the same person."""
    turn, rest = divmod(number, BIRTHS)
    born = BORN + timedelta(days=rest)
    region = AROUND[turn % len(AROUND)]
    first17 = f"{region}{born:%Y%m%d}{turn // len(AROUND) * 2 + 1 + rest % 2:03}"
    return first17 + citizen_id_check_char(first17)


def _enterprises(path: str) -> Iterator[NewRow]:
    for number in range(FIRMS + FIRMS_GONE + FIRMS_LATER):
        day, gone = _day(number), None
        if FIRMS <= number < FIRMS + FIRMS_GONE:
            day = BEGIN + timedelta(days=number * 3 % 400)
            gone = day + timedelta(days=20 + number % 200)
        elif number >= FIRMS + FIRMS_GONE:
            day = CUT + timedelta(days=1 + number * 11 % LATER_DAYS)
        yield _enterprise("yst", number, day, gone, path)
    for number in range(SHOPS):
        yield _enterprise("smdxe", number * 5, date(2022, 6, 1) + timedelta(days=number % 390), None, path)


def _enterprise(app: str, number: int, day: date, gone: date | None, path: str) -> NewRow:
    if number < population.ORGANISATIONS:
        found = population.organisation(number)
        uscc, name, place = found.uscc, found.name, found.place
    else:
        body = f"MAX{number:05}"
        first17 = f"92{AROUND[number % len(AROUND)]}{body}{population.organisation_check_char(body)}"
        uscc, name, place = first17 + uscc_check_char(first17), f"演示{number:05}号商行", ""
    cells: dict[str, object] = {"app_code": app, "uscc": uscc, "name": name, "occurred_on": day}
    if gone is not None:
        cells["cancelled_on"] = gone
    return NewRow(cells, path, place, f"{app}-{number:07}", _delivered(day))


def _targets(path: str) -> Iterator[NewRow]:
    """Nearly every resident by the end of the year, by town."""
    towns: dict[str, int] = {}
    for number in range(population.PEOPLE):
        town = population.person(number).place[:9] + "000"
        towns[town] = towns.get(town, 0) + 1
    for town, people in sorted(towns.items()):
        cells = {
            "app_code": "yss", "users": people * AIM // 100, "due_on": END, "note": "年度推广任务（演示）",
            "valid_from": date(2023, 1, 1),
        }  # fmt: skip
        yield NewRow(cells, path, town, f"yss-{town}", moment(date(2023, 1, 5), 9))


def _activity(path: str) -> Iterator[NewRow]:
    towns = sorted({place[:9] for place, _name in population.villages()})
    months = [date(year, month, 1) for year in (2021, 2022, 2023) for month in range(1, 13)]
    for order, town in enumerate(towns):
        for number, month in enumerate(months):
            active = (900 + order * 420) * (4 + number) // 6 + number * 17 % 90
            cells = {"app_code": "yss", "active": active, "occurred_on": month}
            yield NewRow(cells, path, town + "000", f"yss-{town}-{month:%Y%m}", _delivered(month))


def _corrections() -> None:
    """Channels that the platform reported wrongly and put right in its next delivery."""
    wrong = CitizenUser._base_manager.filter(source=SOURCE, channel="scan", occurred_on__lt=CUT).order_by("source_id")
    found = list(wrong.values_list("pk", flat=True)[:30])
    with records.written_by("demo", "平台更正注册渠道", moment(CUT + timedelta(days=34), 6)):
        CitizenUser._base_manager.filter(pk__in=found).update(channel="event")
