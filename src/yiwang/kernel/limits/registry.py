"""Reading legal parameters (法定参数): ``limits/*.csv`` of every room and system, then the district's own changes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from yiwang.kernel.codes import extend as datafiles
from yiwang.kernel.codes.extend import wrong
from yiwang.lib.problems import Problem

from . import arrangements
from .types import UNITS, Calendar, LegalParam, Unit, WorkHours
from .working_days import MOST_DAYS

FOLDER = "limits"
# The laws that belong to no single system lie in the room itself.
OWN = Path(__file__).parent / "params"
HOURS_FILE = "work_hours.toml"
COLUMNS = (
    "key", "name_zh", "name_en", "value", "unit", "calendar", "basis", "region", "effective_from", "effective_to",
    "certainty", "note",
)  # fmt: skip
_KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+")
_VALUE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,4})?", re.ASCII)
_REGION = re.compile(r"[0-9]{6}|", re.ASCII)


def read_params(path: Path) -> Iterator[LegalParam]:
    """The rows of one file. A wrong line stops the start: ImproperlyConfigured names file and line."""
    for where, row in datafiles.read_rows(path, COLUMNS):
        if not _KEY.fullmatch(row["key"]):
            wrong(where, f"key {row['key']!r} must be words joined by dots and hyphens, like licensing.decision")
        if not row["name_zh"] or not row["basis"]:
            wrong(where, "name_zh and basis (law and article) must not be empty")
        if not _REGION.fullmatch(row["region"]):
            wrong(where, f"region {row['region']!r} must be six digits (GB/T 2260), or empty for the whole country")
        calendar, unit = _calendar_and_unit(where, row["calendar"], row["unit"])
        begins = datafiles.read_date(where, "effective_from", row["effective_from"])
        ends = datafiles.read_date(where, "effective_to", row["effective_to"])
        if begins and ends and ends <= begins:
            wrong(where, "effective_to is the first day it no longer holds and must be after effective_from")
        yield LegalParam(
            key=row["key"],
            value=_value(where, row["value"], calendar, unit),
            unit=unit,
            calendar=calendar,
            basis=row["basis"],
            region=row["region"],
            effective_from=begins,
            effective_to=ends,
            certainty=datafiles.read_certainty(where, row["certainty"]),
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            note=row["note"],
            source=where,
        )


def _calendar_and_unit(where: str, calendar: str, unit: str) -> tuple[Calendar, Unit]:
    name = next((name for name in UNITS if name == calendar), None)
    if name is None:
        wrong(where, f"calendar {calendar!r} must be one of {', '.join(UNITS)}")
    known = next((known for known in UNITS[name] if known == unit), None)
    if known is None:
        wrong(where, f"unit {unit!r} must be one of {', '.join(UNITS[name])} for the calendar {calendar}")
    return name, known


def _value(where: str, text: str, calendar: Calendar, unit: Unit) -> Decimal:
    if not _VALUE.fullmatch(text):
        wrong(where, f"value {text!r} must be a plain number")
    value = Decimal(text)
    whole = calendar in ("working_day", "natural_day")
    if whole and value != value.to_integral_value():
        wrong(where, f"value {text} must be a whole number of {unit}s")
    # In months and years a hundred years are fewer.
    most = {"month": 1200, "year": 100}.get(unit, MOST_DAYS)
    if calendar != "none" and not 0 < value <= most:
        wrong(where, f"value {text} must be above 0 and at most {most}")
    return value


@cache
def versions() -> Mapping[str, tuple[LegalParam, ...]]:
    """Every version of every parameter by key, keys sorted; of a key the whole country first, then by time."""
    found: dict[str, list[LegalParam]] = {}
    home: dict[str, Path] = {}
    for folder in (OWN, *(folder for _label, folder in datafiles.shipped(FOLDER))):
        for path in datafiles.csv_files(folder):
            for param in read_params(path):
                if home.setdefault(param.key, path) != path:
                    wrong(param.source, f"{param.key} is already in {home[param.key]}; a key has one file")
                found.setdefault(param.key, []).append(param)
    for path in datafiles.csv_files(datafiles.own_folder(FOLDER)):
        for param in read_params(path):
            if param.key not in found:
                wrong(param.source, f"{param.key} is no parameter that a room or system has")
            same = [
                place
                for place, other in enumerate(found[param.key])
                if (other.region, other.effective_from) == (param.region, param.effective_from)
            ]
            if same:
                found[param.key][same[0]] = param
            else:
                found[param.key].append(param)
    return {key: _in_order(found[key]) for key in sorted(found)}


def _in_order(params: list[LegalParam]) -> tuple[LegalParam, ...]:
    ordered = sorted(params, key=lambda param: (param.region, param.effective_from or date.min))
    for earlier, later in pairwise(ordered):
        if earlier.region == later.region and datafiles.overlap(
            (earlier.effective_from, earlier.effective_to), (later.effective_from, later.effective_to)
        ):
            wrong(later.source, f"{later.key} is already in force in that time, see {earlier.source}")
    return tuple(ordered)


@cache
def work_hours() -> WorkHours:
    """The windows of work hours: the district's file, else the room's."""
    own = datafiles.own_folder(FOLDER) / HOURS_FILE
    return read_hours(own if own.exists() else OWN / HOURS_FILE)


def read_hours(path: Path) -> WorkHours:
    """``work_hours.toml``: windows like "08:00-12:00", certainty, basis."""
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        wrong(path, str(error))
    if set(table) != {"windows", "certainty", "basis"}:
        wrong(path, "must have exactly the keys windows, certainty, basis")
    windows = table["windows"]
    if not isinstance(windows, list) or not windows or not isinstance(table["basis"], str):
        wrong(path, "windows must be a list of texts and basis a text")
    found: list[tuple[time, time]] = []
    for text in windows:
        match = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])", str(text), re.ASCII)
        if not match:
            wrong(path, f"windows: {text!r} must look like 08:00-12:00")
        opens, closes = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
        if closes <= opens or (found and opens < found[-1][1]):
            wrong(path, f"windows: {text} must end after it begins and follow the one before")
        found.append((opens, closes))
    return WorkHours(tuple(found), datafiles.read_certainty(str(path), str(table["certainty"])), table["basis"])


def read_everything() -> None:
    """Read every file now, so that a wrong one stops the start."""
    versions()
    work_hours()
    arrangements.arrangements()


def forget() -> None:
    """Read the files again at the next question (tests, and after a file was changed)."""
    versions.cache_clear()
    work_hours.cache_clear()
    arrangements.forget()


def widening(region: str) -> list[str]:
    """The region and what it lies in, narrowest first: 441502 → 441502, 441500, 440000, the whole country."""
    county = region[:6].ljust(6, "0")
    return list(dict.fromkeys([county, county[:4] + "00", county[:2] + "0000", ""]))


def versions_of(key: str) -> tuple[LegalParam, ...]:
    """Every version of one parameter. Problem ``param_unknown`` (404)."""
    found = versions().get(key)
    if found is None:
        raise Problem(
            "param_unknown",
            f"没有标识为“{key}”的法定参数。请在“法定参数”页核对标识。",
            f'There is no legal parameter "{key}". Check the key on the page "Legal parameters".',
            status=404,
            key=key,
        )
    return found
