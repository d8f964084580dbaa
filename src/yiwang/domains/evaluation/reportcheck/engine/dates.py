"""Date expressions and what they do: cut-off 截至, since 以来, launch 上线, period 2022年, target 到2025年."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

Role = Literal["as_of", "since", "event", "period", "target", "mention"]
Grain = Literal["day", "month", "month_end", "quarter", "half", "year", "range"]


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date in the text: the days ``first``…``last`` it covers, how it is used, and whether it names its year."""

    start: int
    end: int
    first: date
    last: date
    role: Role
    grain: Grain
    has_year: bool


@dataclass(frozen=True, slots=True)
class BadDate:
    """A day that no calendar has, such as 6月31日."""

    start: int
    end: int


_CN_YEAR = "[二一][〇○零一二三四五六七八九]{3}"
_YEAR = rf"(?:(?P<y>(?:19|20)\d\d)|(?P<cy>{_CN_YEAR}))\s?年度?"
_DATE = re.compile(
    rf"(?P<range>(?<!\d)(?:19|20)\d\d\s?年?[-—－~至]+\s?(?:19|20)\d\d\s?年(?!\d))|(?P<iso>(?<!\d)(?:19|20)\d\d[-/.](?:1[0-2]|0?[1-9])[-/.](?:3[01]|[12]\d|0?[1-9])(?!\d))"
    rf"|(?<!\d)(?:{_YEAR})(?:(?P<mf>\d{{1,2}})\s?月?[-—－~至]+(?P<mt>\d{{1,2}})\s?月份?|(?P<m>\d{{1,2}})\s?月份?(?:(?P<d>\d{{1,2}})\s?[日号]|(?P<me>底|末)|(?P<mb>初))?"
    rf"|(?P<half>上半年|下半年)|第?(?P<q>[一二三四1-4])季度|(?P<ye>年?底|年?末)|(?P<q3>前三季度))?"
    rf"|(?<![\d.])(?P<m2>\d{{1,2}})月(?:(?P<d2>\d{{1,2}})[日号]|(?P<p2>份)|(?P<me2>底|末))"
    rf"|(?<![\d.])(?P<mf2>\d{{1,2}})\s?月?[-—－~至]+(?P<mt2>\d{{1,2}})\s?月份?(?!\d)|(?P<half2>上半年|下半年)"
    rf"|(?<!\d)(?P<by>(?:19|20)\d\d)(?=以来|至今)"
)
_CN = {c: str(i) for i, c in enumerate("零一二三四五六七八九")} | {"〇": "0", "○": "0"}
_BEFORE_AS_OF = re.compile(r"(?:截至|截止到?|截止至|截至到)(?:目前|到)?[（(]?\s*$")
_BEFORE_SINCE = re.compile(r"(?:自|从|自从)\s*$")
_AFTER_SINCE = re.compile(r"\s*(?:[（(].{0,8}[)）])?(?:以来|起|开始|至今|以后|来[，,])")
_AFTER_STOP = re.compile(r"\s*(?:止|为止)")
_BEFORE_EVENT = re.compile(r"(?:于|在|定于|已于)\s*$")
_LAUNCH = re.compile(r"上线|运行|启用|开园|开通|成立|挂牌|揭牌|启动|投入|投用|开业|开展|施行|实施")
_BEFORE_TARGET = re.compile(r"(?:到|力争|争取|预计|计划|至|确保)\s*(?:在)?$")
_AFTER_TARGET = re.compile(r"\s*(?:前|之前|远景)")


def _end_of_month(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def find_dates(text: str) -> tuple[list[DateMention], list[BadDate]]:
    """All date expressions of a text in order, and days that do not exist.

    A month without a year takes the year of the last date that named one (the report writes 截至6月30日).
    """
    found: list[DateMention] = []
    bad: list[BadDate] = []
    first_year = re.search(r"(?<!\d)((?:19|20)\d\d)年", text)
    year_now: int | None = int(first_year[1]) if first_year else None
    for match in _DATE.finditer(text):
        start, end = match.span()
        named = match["y"] or ("".join(_CN[c] for c in match["cy"]) if match["cy"] else None)
        year = int(named) if named else year_now
        try:
            span = _cover(match, year)
        except ValueError:
            bad.append(BadDate(start, end))
            continue
        if span is None:
            continue
        first, last, grain = span
        has_year = bool(named or match["iso"] or match["range"] or match["by"])
        if has_year:
            year_now = last.year
        role = _role(text, start, end, grain)
        found.append(DateMention(start, end, first, last, role, grain, has_year))
    return found, bad


def _cover(match: re.Match[str], year: int | None) -> tuple[date, date, Grain] | None:
    if match["iso"]:
        parts = [int(part) for part in re.split(r"[-/.]", match["iso"])]
        day = date(parts[0], parts[1], parts[2])
        return day, day, "day"
    if match["range"]:
        years = [int(part) for part in re.findall(r"\d{4}", match["range"])]
        return date(years[0], 1, 1), date(years[1], 12, 31), "range"
    if match["by"]:
        return date(int(match["by"]), 1, 1), date(int(match["by"]), 12, 31), "year"
    if year is None:
        return None
    if match["mf"] or match["mf2"]:
        first, last = int(match["mf"] or match["mf2"]), int(match["mt"] or match["mt2"])
        if not 1 <= first < last <= 12:
            return None
        return date(year, first, 1), _end_of_month(year, last), "range"
    month_text, day_text = match["m"] or match["m2"], match["d"] or match["d2"]
    if month_text:
        month = int(month_text)
        if not 1 <= month <= 12:
            raise ValueError("month")
        if day_text:
            day = date(year, month, int(day_text))
            return day, day, "day"
        if match["me"] or match["me2"]:
            return _end_of_month(year, month), _end_of_month(year, month), "month_end"
        if match["mb"]:
            return date(year, month, 1), date(year, month, 1), "day"
        return date(year, month, 1), _end_of_month(year, month), "month"
    if match["half"] or match["half2"]:
        first_half = "上半年" in {match["half"], match["half2"]}
        return (
            (date(year, 1, 1), date(year, 6, 30), "half")
            if first_half
            else (date(year, 7, 1), date(year, 12, 31), "half")
        )
    if match["q"]:
        quarter = int(match["q"]) if match["q"].isdigit() else "一二三四".index(match["q"]) + 1
        return date(year, 3 * quarter - 2, 1), _end_of_month(year, 3 * quarter), "quarter"
    if match["q3"]:
        return date(year, 1, 1), date(year, 9, 30), "range"
    if match["ye"]:
        return date(year, 12, 31), date(year, 12, 31), "month_end"
    return date(year, 1, 1), date(year, 12, 31), "year"


def _role(text: str, start: int, end: int, grain: Grain) -> Role:
    before, after = text[max(0, start - 8) : start], text[end : end + 24]
    if _BEFORE_AS_OF.search(before) or _AFTER_STOP.match(after):
        return "as_of"
    if _AFTER_SINCE.match(after) or _BEFORE_SINCE.search(before):
        return "since"
    if _AFTER_TARGET.match(after) or _BEFORE_TARGET.search(before):
        return "target"
    clause = re.split(r"[，。；,;\n]", after, maxsplit=1)[0]
    if grain in {"day", "month", "month_end"} and (_BEFORE_EVENT.search(before) or _LAUNCH.search(clause)):
        return "event" if _LAUNCH.search(clause) else "mention"
    return "mention" if grain in {"day", "month_end"} else "period"
