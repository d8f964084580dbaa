"""The demonstration's licences: made up from a fixed seed, calibrated to the report's figures at 2023-06-30.

Counting the records at that day gives F008 (1,333,610 issued), F009 (105 types), F010 (1,179 matters) and F011 (549,763
uses). Nothing else knows these numbers. Holders are of the shared synthetic population; most uses belong to cases of
systems that are not here and carry an outside case number.
"""

from __future__ import annotations

import csv
import random
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import accumulate
from pathlib import Path

from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.records import api as records
from yiwang.kernel.records.api import NewRow
from yiwang.kernel.registers.extend import population
from yiwang.lib.clock import moment
from yiwang.lib.identifiers import licence_identifier, uscc_check_char

from .models import EnabledMatter, Licence, LicenceType, Presentation, Proof

SEED = 44150206
BEGIN, CUT, END = date(2021, 1, 1), date(2023, 6, 30), date(2023, 12, 31)
TYPES_AT_CUT, ISSUED_AT_CUT, MATTERS_AT_CUT, USED_AT_CUT = 105, 1_333_610, 1_179, 549_763
ISSUED_LATER, MATTERS_LATER, USED_LATER, FAILED = 96_000, 41, 84_000, 9_400
# Stock of the years before, entered afterwards (存量补录), until this day.
FILLED_UNTIL = date(2022, 6, 30)
SOURCE = "dzzz"
FILE = Path(__file__).parent / "demo_data" / "types.csv"
YEARLY = frozenset({"健康证明", "烟花爆竹经营（零售）许可证", "户外广告设置许可证"})
ACTIONS = (
    "首次核发", "变更", "延续", "补办", "注销", "遗失补发", "到期换发", "信息更正", "资格认定", "年度核验", "副本增发",
    "转移登记",
)  # fmt: skip
# Every so many-th licence is one that is used.
USED_EVERY = 4
CORRECTED = 60


@dataclass(frozen=True)
class Kind:
    """A licence type of the demonstration and the unit that issues it."""

    code: str
    name: str
    holder: str
    weight: int
    issuer: str
    path: str
    opened: date


def load(say: Callable[[str], None]) -> bool:
    """Load once, through the records room's own door; False when it was there already."""
    if Presentation._base_manager.filter(source=SOURCE).exists():
        return False
    chance = random.Random(SEED)  # noqa: S311  (a demonstration, repeatable on purpose)
    kinds = _kinds(chance)
    keep = partial(records.load, source=SOURCE, recorded_by="demo", synthetic=True)
    usable: list[tuple[str, Kind, date, str]] = []
    if not LicenceType._base_manager.filter(source=SOURCE).exists():
        keep(LicenceType.record_type, _types(kinds))
    matters = _matters(chance, kinds)
    if not EnabledMatter._base_manager.filter(source=SOURCE).exists():
        keep(EnabledMatter.record_type, _matter_rows(matters))
        keep(Proof.record_type, _proofs(chance, matters))
    say("签发电子证照（合成数据，一百四十多万张）")
    rows = _licences(chance, kinds, usable)
    if Licence._base_manager.filter(source=SOURCE).exists():
        # A load that was killed between the two: the same seed makes the same licences again.
        for _row in rows:
            pass
    else:
        keep(Licence.record_type, rows)
    say("登记用证（合成数据，六十多万次）")
    keep(Presentation.record_type, _uses(chance, usable, matters))
    _corrections()
    return True


def _kinds(chance: random.Random) -> list[Kind]:
    """The types: 105 opened until the cut, the last two of the file after it."""
    units = {unit.code: unit for unit in orgs.units()}
    found = []
    with FILE.open(encoding="utf-8", newline="") as handle:
        for number, row in enumerate(csv.DictReader(handle)):
            body = f"MB{number // 4:06}"
            first17 = f"11440000{body}{population.organisation_check_char(body)}"
            opened = BEGIN + timedelta(days=chance.randrange(300))
            if number >= TYPES_AT_CUT:
                opened = date(2023, 9, 1)
            unit = units[row["unit"]]
            code = f"{first17}{uscc_check_char(first17)}{number + 1:03}"
            found.append(Kind(code, row["name"], row["holder"], int(row["weight"]), unit.uscc, unit.path + "/", opened))
    return found


def _types(kinds: list[Kind]) -> Iterator[NewRow]:
    for kind in kinds:
        cells = {
            "type_code": kind.code,
            "name": kind.name,
            "definer": "省级主管部门（演示）",
            "holder_kind": kind.holder,
            "issuer_level": "district",
            "validity": "1 年" if kind.name in YEARLY else "长期",
            "valid_from": kind.opened,
        }
        yield NewRow(cells, kind.path, "", kind.code, moment(kind.opened, 17))


def _licences(chance: random.Random, kinds: list[Kind], usable: list[tuple[str, Kind, date, str]]) -> Iterator[NewRow]:
    """Day by day, as they are issued and become known; every fourth is noted in ``usable``."""
    people = [population.person(number) for number in range(population.PEOPLE)]
    firms = [population.organisation(number) for number in range(population.ORGANISATIONS)]
    early = [kind for kind in kinds if kind.opened <= CUT]
    for serial, issue in enumerate(_issues(chance, early)):
        day = date.fromordinal(issue >> 16)
        kind, filled = early[(issue >> 1) & 0x7FFF], bool(issue & 1)
        identifier = licence_identifier(kind.code, kind.issuer, f"{day:%Y%m%d}{serial + 1:08}")
        cells: dict[str, object] = {
            "identifier": identifier,
            "number": f"{kind.name}演{day.year}第{serial + 1:08}号",
            "type_code": kind.code,
            "issuer_code": kind.issuer,
            "issued_on": day,
            "valid_from": day,
            "back_filled": "是" if filled else "否",
        }
        draw = chance.random()
        if kind.holder == "organisation" or (kind.holder == "mixed" and draw < 0.2):
            firm = firms[int(draw * 7919) % len(firms)]
            cells["holder_name"], cells["holder_uscc"], place = firm.name, firm.uscc, firm.place
        else:
            person = people[int(draw * len(people))]
            cells["holder_name"], cells["holder_key"], place = person.name, person.citizen_id, person.place
        if kind.name in YEARLY:
            cells["valid_to"] = day + timedelta(days=365)
        if draw > 0.99:
            cells["state"] = "04" if draw < 0.998 else "03"
        if serial % USED_EVERY == 0:
            usable.append((identifier, kind, day, place))
        yield NewRow(cells, kind.path, place, identifier, _known(chance, day))


def _issues(chance: random.Random, early: list[Kind]) -> array[int]:
    """Day, type (as its place in ``early``) and whether it was filled in later, packed into a number, of every licence:
    so many up to the cut and so many after it, in the order of days."""
    totals = list(accumulate(kind.weight for kind in early))
    numbers = {kind.code: number for number, kind in enumerate(early)}
    issues = []
    for serial in range(ISSUED_AT_CUT + ISSUED_LATER):
        kind = chance.choices(early, cum_weights=totals)[0]
        filled = False
        if serial < ISSUED_AT_CUT:
            filled = serial % 20 < 11
            last = FILLED_UNTIL if filled else CUT
            day = kind.opened + timedelta(days=int(chance.random() * ((last - kind.opened).days + 1)))
        else:
            day = CUT + timedelta(days=1 + int(chance.random() * (END - CUT).days))
        issues.append(day.toordinal() << 16 | numbers[kind.code] << 1 | filled)
    issues.sort()
    return array("q", issues)


def _known(chance: random.Random, day: date) -> datetime:
    """When the platform learned of it: the same evening, or of one in sixty some weeks later."""
    if chance.random() < 1 / 60:
        return moment(day + timedelta(days=3 + int(chance.random() * 37)), 18)
    return moment(day, 18)


def _matters(chance: random.Random, kinds: list[Kind]) -> list[tuple[str, str, Kind, date]]:
    """Code, name, licence that may be used, and first day of every matter; 41 begin after the cut."""
    found = []
    for number in range(MATTERS_AT_CUT + MATTERS_LATER):
        kind = kinds[number % TYPES_AT_CUT]
        action = ACTIONS[number // TYPES_AT_CUT % len(ACTIONS)]
        code = f"{kind.issuer}4442{number % 9}{number // 9 + 1:05}{number % 3:03}"
        begin = kind.opened + timedelta(days=chance.randrange((CUT - kind.opened).days))
        if number >= MATTERS_AT_CUT:
            begin = CUT + timedelta(days=chance.randrange(1, 180))
        found.append((code, f"{kind.name}{action}", kind, begin))
    return found


def _matter_rows(matters: list[tuple[str, str, Kind, date]]) -> Iterator[NewRow]:
    for code, name, kind, begin in matters:
        cells = {
            "matter_code": code,
            "matter_name": name,
            "licence_types": f"居民身份证、{kind.name}" if kind.name != "居民身份证" else kind.name,
            "valid_from": begin,
        }
        yield NewRow(cells, kind.path, "", code, moment(begin, 17))


def _proofs(chance: random.Random, matters: list[tuple[str, str, Kind, date]]) -> Iterator[NewRow]:
    ways = ("abolished", "licence", "sharing", "assistance", "commitment", "own", "paper")
    for number in range(320):
        code, name, kind, begin = matters[number * 3]
        cells = {
            "proof_code": f"ZM-{number + 1:04}",
            "name": f"办理“{name}”所需身份或资格证明",
            "matter_code": code,
            "substitute": chance.choices(ways, (60, 110, 70, 25, 35, 12, 8))[0],
            "basis": "无证明城市建设清单（演示）",
            "valid_from": begin,
        }
        yield NewRow(cells, kind.path, "", f"ZM-{number + 1:04}", moment(begin, 17))


def _uses(
    chance: random.Random, usable: list[tuple[str, Kind, date, str]], matters: list[tuple[str, str, Kind, date]]
) -> Iterator[NewRow]:
    """Accepted ones up to the cut, later ones, and calls that failed or were not accepted, in the order of days.

    The last hundred matters before the cut stand still: the overview has something to show.
    """
    awake = matters[: MATTERS_AT_CUT - 100]
    totals = list(accumulate(1 / (number + 3) for number in range(len(awake))))
    early = [item for item in usable if item[2] <= CUT]
    drawn = []
    for serial in range(USED_AT_CUT + USED_LATER + FAILED):
        which = int(chance.random() * len(early))
        matter = chance.choices(range(len(awake)), cum_weights=totals)[0]
        later = USED_AT_CUT <= serial < USED_AT_CUT + USED_LATER
        first = CUT + timedelta(days=1) if later else max(early[which][2], awake[matter][3])
        day = first + timedelta(days=int(chance.random() * (((END if later else CUT) - first).days + 1)))
        outcome = 0 if serial < USED_AT_CUT + USED_LATER else 1 if serial % 3 else 2
        drawn.append(day.toordinal() << 42 | which << 18 | matter << 2 | outcome)
    drawn.sort()
    for serial, use in enumerate(drawn):
        day = date.fromordinal(use >> 42)
        identifier, _kind, _issued, place = early[(use >> 18) & 0xFFFFFF]
        code, name, matter_kind, _begin = awake[(use >> 2) & 0xFFFF]
        result = ("accepted", "failed", "refused")[use & 3]
        cells = {
            "occurred_on": day,
            "occurred_at": moment(day, 8 + serial % 10, serial % 60),
            "identifier": identifier,
            "matter_code": code,
            "case_no": f"{matter_kind.issuer}{day:%y%m%d}{serial % 100_000:05}",
            "way": ("shown", "consented", "official", "official")[serial % 4],
            "purpose": f"办理{name}"[:100],
            "result": result,
        }
        yield NewRow(cells, matter_kind.path, place, f"YZ{serial + 1:08}", _known(chance, day))


def _corrections() -> None:
    """Licences whose cancellation was entered weeks after their issue: history has something to show."""
    rows = Licence._base_manager.filter(source=SOURCE, issued_on__gte=date(2023, 5, 10), state="01").order_by("pk")
    for number, record in enumerate(rows[:CORRECTED]):
        moment = record.recorded_at + timedelta(days=30 + number % 40)
        with records.written_by("demo", "持证人申请注销，按注销通知书更正状态", moment):
            Licence._base_manager.filter(pk=record.pk).update(state="04")
