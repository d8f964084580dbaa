"""The demonstration's reviews: made up from a fixed seed, calibrated to the report's figures at 2023-06-30.

Counting the records at that day gives F012 (80,952 reviews); the average of those given in June 2023 is F013 (9.9).
Nothing else knows these numbers. Part of the reviews belong to kiosk transactions where those are loaded already; the
others carry an outside case number.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import accumulate, islice
from operator import itemgetter
from typing import Any

from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.records import api as records
from yiwang.kernel.records.api import NewRow
from yiwang.kernel.registers.extend import population
from yiwang.lib.clock import moment

from .models import BAD, Evaluator, Rectification, Review

SEED = 44150207
BEGIN, CUT, END = date(2021, 3, 1), date(2023, 6, 30), date(2023, 12, 31)
AT_CUT, LATER, OF_KIOSKS = 80_952, 21_000, 12_000
SOURCE = "hcp"
# Default reviews, and grades of given ones from 5 to 1: an average of 9.9 by the score map, with and without defaults.
DEFAULTS = 0.01
GRADES, WEIGHTS = ("5", "4", "3", "2", "1"), (980, 12, 4, 2, 2)
CHANNELS, SHARES = ("window", "app", "web", "qr", "sms", "hotline"), (46, 26, 12, 11, 3, 2)
ON_SITE = ("onsite-efficiency", "onsite-skill", "onsite-attitude")
ONLINE = ("online-efficiency", "online-guide", "online-convenience", "online-platform")
# Units whose matters are reviewed, a matter of each, and their share.
SERVICES = (
    ("social-insurance", "社保参保登记", 22), ("medical-insurance", "城乡居民医保参保登记", 16),
    ("market", "个体工商户设立登记", 15), ("police", "居住登记", 12), ("civil-affairs", "高龄津贴申领", 7),
    ("natural-resources", "不动产登记资料查询", 7), ("tax", "完税证明开具", 6), ("labour", "就业登记", 5),
    ("health", "健康证明办理", 4), ("housing", "公租房申请", 2), ("veterans", "退役军人优待证申领", 2),
    ("education", "教师资格认定", 2), ("transport", "道路运输从业资格证换发", 2),
    ("agriculture", "渔业船员证书换发", 1),
)  # fmt: skip
SAID = {"5": "办理很快", "4": "比较满意", "3": "等候时间较长", "2": "材料要求没有一次讲清", "1": "窗口态度不好"}
CORRECTED = 8


@dataclass(frozen=True)
class Given:
    """A review that somebody gave, as its evaluator and rectification need it."""

    case_no: str
    path: str
    place: str
    day: date
    grade: str
    kiosk: bool


def load(say: Callable[[str], None]) -> bool:
    """Load once, through the records room's own door; False when it was there already."""
    if Rectification._base_manager.filter(source=SOURCE).exists():
        return False
    say("载入好差评：评价、评价人、差评整改（合成数据）")
    chance = random.Random(SEED)  # noqa: S311  (a demonstration, repeatable on purpose)
    keep = partial(records.load, source=SOURCE, recorded_by="demo", synthetic=True)
    given: list[Given] = []
    rows = _reviews(chance, _kiosk_cases(), given)
    if Review._base_manager.filter(source=SOURCE).exists():
        # A load that was killed between: the same seed makes the same reviews again.
        for _row in rows:
            pass
    else:
        keep(Review.record_type, rows)
    people = _evaluators(chance, given)
    if not Evaluator._base_manager.filter(source=SOURCE).exists():
        keep(Evaluator.record_type, people)
    chance = random.Random(SEED + 1)  # noqa: S311  (the same whether evaluators were there or not)
    keep(Rectification.record_type, _rectifications(chance, given))
    _corrections()
    return True


def _kiosk_cases() -> list[tuple[str, date, str, str, str]]:
    """Done kiosk transactions: number, day, matter, unit's path, place. None where that system's are not loaded.

    Systems do not import one another: they are read as any record is, by the key of their type.
    """
    kind = next((kind for kind in records.record_types() if kind.key == "s05.transaction"), None)
    if kind is None:
        return []
    transactions: Any = kind.model._base_manager
    rows = transactions.filter(result="done", occurred_on__lt=CUT, synthetic=True).order_by("source_id")
    found = rows.values_list("source_id", "occurred_on", "matter_name", "unit_path", "place")
    return list(islice(found.iterator(), OF_KIOSKS))


def _reviews(
    chance: random.Random, kiosks: list[tuple[str, date, str, str, str]], given: list[Given]
) -> Iterator[NewRow]:
    """Those up to the cut, then later ones; what somebody gave is noted in ``given``."""
    units = {unit.code: unit for unit in orgs.units()}
    services = [(units[code], matter) for code, matter, _share in SERVICES]
    totals = list(accumulate(share for *_rest, share in SERVICES))
    places = [place for place, _name in population.villages()]
    for serial in range(AT_CUT + LATER):
        last = CUT if serial < AT_CUT else END
        if serial < len(kiosks) and serial < AT_CUT:
            case_no, done, matter, path, place = kiosks[serial]
            channel, system = "kiosk", "kiosk"
        else:
            unit, matter = chance.choices(services, cum_weights=totals)[0]
            first = BEGIN if serial < AT_CUT else CUT + timedelta(days=1)
            # More and more of them over the years: the later of two days.
            span = (last - first).days + 1
            done = first + timedelta(days=int(max(chance.random(), chance.random()) * span))
            path, place = unit.path + "/", places[int(chance.random() * len(places))]
            case_no = f"{unit.uscc}{done:%y%m%d}{serial % 100_000:05}"
            channel, system = (
                chance.choices(CHANNELS, SHARES)[0],
                "own" if unit.code in ("police", "tax") else "unified",
            )
        default = chance.random() < DEFAULTS
        wait = 7 if default else int(chance.random() ** 3 * 6)
        day = min(done + timedelta(days=wait), last)
        grade = "3" if default else chance.choices(GRADES, WEIGHTS)[0]
        at = moment(day, 8 + serial % 10, serial % 60)
        cells: dict[str, object] = {
            "case_no": case_no,
            "case_system": system,
            "case_on": done,
            "matter_name": matter,
            "channel": channel,
            "grade": grade,
            "is_default": "是" if default else "否",
            "occurred_on": day,
            "occurred_at": at,
        }
        if not default:
            given.append(Given(case_no, path, place, day, grade, channel == "kiosk"))
            if grade in BAD or serial % 40 == 0:
                cells["comment"] = f"演示：{SAID[grade]}"
                cells["aspect"] = chance.choice(ON_SITE if channel in ("window", "kiosk") else ONLINE)
        # One in fifty came in days later, from a unit that sends its reviews by the week.
        late = chance.random() < 0.02
        yield NewRow(cells, path, place, case_no, at + timedelta(days=2 + serial % 18 if late else 0, minutes=5))


def _evaluators(chance: random.Random, given: list[Given]) -> Iterator[NewRow]:
    """Who gave the review; at a kiosk the transaction names the person."""
    for review in given:
        if review.kiosk:
            continue
        person = population.person(int(chance.random() * population.PEOPLE))
        cells = {"case_no": review.case_no, "person_key": person.citizen_id, "occurred_on": review.day}
        yield NewRow(cells, review.path, review.place, review.case_no, moment(review.day, 22))


def _rectifications(chance: random.Random, given: list[Given]) -> Iterator[NewRow]:
    """What became of the bad ones: most in time, some late, the last weeks' still open, a few never opened."""
    bad = sorted((review for review in given if review.grade in BAD), key=lambda review: (review.day, review.case_no))
    for number, review in enumerate(bad):
        if number % 23 == 22:
            continue
        verified = review.day + timedelta(days=1 if number % 9 else 6)
        called = verified + timedelta(days=chance.randrange(1, 5))
        closed = called + timedelta(days=chance.randrange(1, 9) if number % 11 else 30)
        state = "explained" if number % 5 == 4 else "fixed"
        if number % 31 == 30:
            state = "malicious" if number % 2 else "mistaken"
        cells: dict[str, object] = {"case_no": review.case_no, "occurred_on": review.day}
        if verified <= END:
            cells["verified_on"] = verified
        if called <= END:
            cells["called_back_on"] = called
        # One in seventeen is called back and forgotten.
        if closed <= END and number % 17:
            cells |= {"closed_on": closed, "state": state, "measure": MEASURES[state]}
        yield NewRow(cells, review.path, review.place, review.case_no, moment(min(closed, END), 18))


MEASURES = {
    "fixed": "演示：已一次性告知并重新培训窗口人员，评价人表示认可",
    "explained": "演示：诉求没有政策依据，已向评价人说明",
    "malicious": "演示：复核监控和办件记录，申诉成立",
    "mistaken": "演示：评价人确认误点，申诉成立",
}


def _corrections() -> None:
    """Evaluators who changed their mind after the call-back: the former opinion stays in history."""
    fixed = Rectification._base_manager.filter(source=SOURCE, state="fixed", closed_on__lte=CUT)
    found = sorted(fixed.values_list("case_no", "closed_on"), key=itemgetter(1, 0))[:CORRECTED]
    for case_no, closed in found:
        with records.written_by("demo", "评价人回访后改评", moment(closed, 19)):
            Review._base_manager.filter(case_no=case_no).update(grade="4", comment="演示：已经解决，谢谢")
