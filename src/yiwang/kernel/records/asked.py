"""What the address of a list asks for, and the address that asks for it. No address ever carries a citizen's id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.utils.datastructures import MultiValueDict

from yiwang.lib.clock import today
from yiwang.lib.identifiers import names_a_person
from yiwang.lib.problems import Problem

from .cleaning import Units
from .columns import CellFault
from .searching import LONGEST
from .selectors import Query
from .types import RecordType

_PLACE = re.compile(r"[0-9]{0,12}", re.ASCII)


@dataclass(frozen=True)
class Asked:
    """Filters, columns and clock of a list. ``unit`` is what the reader wrote: a unit's code or name."""

    filters: Mapping[str, str]
    words: str = ""
    unit: str = ""
    place: str = ""
    since: date | None = None
    until: date | None = None
    on: date | None = None
    known: date | None = None
    cursor: str = ""
    columns: tuple[str, ...] = ()

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.filters or self.words or self.unit or self.place or self.since or self.until or self.on)

    def query(self) -> Query:
        """For the selectors. Problem ``unit_unknown``."""
        return Query(
            filters=self.filters,
            words=self.words,
            unit=unit_path(self.unit) if self.unit else "",
            place=self.place,
            since=self.since,
            until=self.until,
            on=self.on,
            cursor=self.cursor,
        )

    def address(self, *, columns: bool = True, **changes: object) -> str:
        """The query string, without a question mark; from the first page on unless ``cursor`` is given."""
        asked = replace(self, **{"cursor": "", **changes})  # type: ignore[arg-type]  # names of fields
        pairs = [(name, value) for name, value in asked.filters.items() if value]
        pairs += [
            (name, str(value))
            for name, value in (
                ("q", asked.words),
                ("unit", asked.unit),
                ("place", asked.place),
                ("since", asked.since),
                ("until", asked.until),
                ("on", asked.on),
                ("known", asked.known),
            )
            if value
        ]
        pairs += [("cols", name) for name in asked.columns] if columns else []
        pairs += [("cursor", asked.cursor)] if asked.cursor else []
        return urlencode(pairs)


def unit_path(text: str) -> str:
    """Path of the unit with this code, credit code or name. Problem ``unit_unknown``."""
    try:
        return Units().clean(text)
    except CellFault as error:
        raise Problem(error.fault.code, error.fault.zh, error.fault.en, unit=text) from error


def check_known(known: date | None) -> None:
    """Problem ``known_in_future`` for a day to come, or one before there was a record clock."""
    if known is not None and not date(1900, 1, 1) <= known <= today():
        raise Problem(
            "known_in_future",
            "“按某日掌握的情况”不能晚于今天，也不能早于 1900 年。",
            "What was known on a day can be asked of days from 1900 to today.",
            field="known",
        )


def _day(data: MultiValueDict[str, str], name: str) -> date | None:
    text = data.get(name, "").strip()
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise Problem(
            "date_invalid",
            "日期应写作 2023-06-30。",
            "Write the date as 2023-06-30.",
            field=name,
        ) from error
    if not 1900 <= found.year <= 2999:
        raise Problem(
            "date_invalid", "日期应在 1900 年至 2999 年之间。", "The date must be from 1900 to 2999.", field=name
        )
    return found


def read(kind: RecordType, data: MultiValueDict[str, str], *, secret: bool = False) -> Asked:
    """What is asked for; with ``secret`` (a form that is posted) the words may be a citizen's id.

    Problems: ``date_invalid``, ``place_invalid``, ``known_in_future``, ``id_in_address``.
    """
    words = data.get("q", "").replace("\x00", "").strip()[:LONGEST]
    if not secret and names_a_person(words):
        raise Problem(
            "id_in_address",
            "公民身份号码不能放在网址里。请在列表页的查询框中输入后查询。",
            "A citizen id does not belong into an address. Use the search box of the list.",
        )
    place = data.get("place", "").strip()
    if not _PLACE.fullmatch(place):
        raise Problem(
            "place_invalid",
            "所在地应为至多 12 位数字的区划代码。",
            "A place is a code of at most 12 digits.",
            field="place",
        )
    known = _day(data, "known")
    check_known(known)
    shown = {column.name for column in kind.columns} | {"unit_path", "place", "recorded_at", "source"}
    return Asked(
        filters={
            name: value.replace("\x00", "")[:60]
            for name in kind.options.filters
            if (value := data.get(name, "").strip())
        },
        words=words,
        unit=data.get("unit", "").replace("\x00", "").strip()[:120],
        place=place,
        since=_day(data, "since"),
        until=_day(data, "until"),
        on=_day(data, "on"),
        known=known,
        cursor=data.get("cursor", "")[:200],
        columns=tuple(dict.fromkeys(name for name in data.getlist("cols") if name in shown)),
    )
