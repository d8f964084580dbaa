"""Finding and reading code lists: ``codes/*.csv`` of every room and system, then the district's own changes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from yiwang.lib.problems import Problem

from . import datafiles
from .datafiles import wrong
from .types import CERTAINTIES, Certainty, CodeList, CodeValue

FOLDER = "codes"
COLUMNS = ("value", "label_zh", "label_en", "edition_from", "edition_to", "note", "certainty")
ABOUT = ("name_zh", "name_en", "source", "certainty")
# What a code column of a record can hold.
LONGEST_VALUE = 30
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass
class _Draft:
    """A list while its files are read."""

    name: str
    path: Path
    owner: str
    about: Mapping[str, str]
    rows: list[CodeValue] = field(default_factory=list)


def read_about(folder: Path) -> Mapping[str, Mapping[str, str]]:
    """``lists.toml`` of the folder: title, origin and certainty of the lists. The file may be missing."""
    path = folder / "lists.toml"
    if not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        wrong(path, str(error))
    for name, about in table.items():
        if not isinstance(about, dict):
            wrong(path, f"{name} must be a table: [{name}]")
        for key, value in about.items():
            if key not in ABOUT or not isinstance(value, str):
                wrong(path, f"{name}.{key} must be text, and one of {', '.join(ABOUT)}")
        if about.get("certainty", "known") not in CERTAINTIES:
            wrong(path, f"{name}.certainty must be one of {', '.join(CERTAINTIES)}")
        if not (folder / f"{name}.csv").exists():
            wrong(path, f"{name} has no file {name}.csv beside it")
    return table


def read_values(path: Path) -> list[CodeValue]:
    """The rows of one file. A wrong line stops the start: ImproperlyConfigured names file and line."""
    found = []
    for where, row in datafiles.read_rows(path, COLUMNS):
        value = row["value"]
        if not value or len(value) > LONGEST_VALUE or not value.isprintable():
            wrong(where, f"value {value!r} must have 1 to {LONGEST_VALUE} printable characters")
        if not row["label_zh"]:
            wrong(where, f"label_zh of {value} is empty")
        begins = datafiles.read_date(where, "edition_from", row["edition_from"])
        ends = datafiles.read_date(where, "edition_to", row["edition_to"])
        if begins and ends and ends <= begins:
            wrong(where, "edition_to is the first day it no longer holds and must be after edition_from")
        certainty = datafiles.read_certainty(where, row["certainty"])
        found.append(CodeValue(value, row["label_zh"], row["label_en"], begins, ends, row["note"], certainty, where))
    return found


def _changed(rows: list[CodeValue], changes: list[CodeValue]) -> list[CodeValue]:
    """``rows`` with the district's changes: the same value and edition_from again ends an edition, another one adds."""
    made = list(rows)
    for change in changes:
        if not change.note:
            wrong(change.source, f"note is empty; say on what basis the district changes {change.value}")
        place = next(
            (
                number
                for number, row in enumerate(made)
                if (row.value, row.edition_from) == (change.value, change.edition_from)
            ),
            None,
        )
        if place is None:
            made.append(change)
        elif made[place].label_zh != change.label_zh:
            wrong(
                change.source,
                f"{change.value} is called {made[place].label_zh}; to rename it, end this edition and add another, "
                "so that older records keep their wording",
            )
        else:
            made[place] = change
    return made


def _finish(draft: _Draft) -> CodeList:
    """The list from its rows. Editions of a value do not overlap."""
    editions: dict[str, list[CodeValue]] = {}
    for row in draft.rows:
        for other in editions.get(row.value, ()):
            if datafiles.overlap((row.edition_from, row.edition_to), (other.edition_from, other.edition_to)):
                wrong(row.source, f"{row.value} is already in force in that time, see {other.source}")
        editions.setdefault(row.value, []).append(row)
    if not editions:
        wrong(draft.path, "has no values")
    for some in editions.values():
        some.sort(key=lambda row: row.edition_from or date.min)
    worst: Certainty = "verify" if any(row.certainty == "verify" for row in draft.rows) else draft.rows[0].certainty
    stated = next((item for item in CERTAINTIES if item == draft.about.get("certainty")), None)
    return CodeList(
        name=draft.name,
        name_zh=draft.about.get("name_zh") or draft.name,
        name_en=draft.about.get("name_en", ""),
        source=draft.about.get("source", ""),
        certainty=stated or worst,
        owner=draft.owner,
        editions={value: tuple(some) for value, some in editions.items()},
        _by_label=_names(editions),
    )


def _names(editions: Mapping[str, list[CodeValue]]) -> Mapping[str, str]:
    """Value by what people may write for it: the value, its present names, then its older ones.

    A name of several values (two villages 新村) is left out: nobody may guess which is meant.
    """
    found: dict[str, str] = {}
    for names in (
        [(value, value) for value in editions],
        [(name, value) for value, some in editions.items() for name in (some[-1].label_zh, some[-1].label_en)],
        [(row.label_zh, value) for value, some in editions.items() for row in some[:-1]],
    ):
        values: dict[str, set[str]] = {}
        for name, value in names:
            if name:
                values.setdefault(name.casefold(), set()).add(value)
        for name, some_values in values.items():
            if len(some_values) == 1:
                found.setdefault(name, next(iter(some_values)))
    return found


@cache
def lists() -> Mapping[str, CodeList]:
    """Every code list by name, read once in a process."""
    drafts: dict[str, _Draft] = {}
    for owner, folder in datafiles.shipped(FOLDER):
        about = read_about(folder)
        for path in datafiles.csv_files(folder):
            name = path.stem
            if not _NAME.fullmatch(name):
                wrong(path, "the name of a list is lower-case words joined by hyphens")
            if name in drafts:
                wrong(path, f"there is already a list of this name: {drafts[name].path}")
            drafts[name] = _Draft(name, path, owner, about.get(name, {}), read_values(path))
    for path in datafiles.csv_files(datafiles.own_folder(FOLDER)):
        draft = drafts.get(path.stem)
        if draft is None:
            wrong(path, f"changes the list {path.stem}, which no room or system has")
        draft.rows = _changed(draft.rows, read_values(path))
    return {name: _finish(drafts[name]) for name in sorted(drafts)}


def forget() -> None:
    """Read the files again at the next question (tests, and after a file was changed)."""
    lists.cache_clear()


def code_lists() -> tuple[CodeList, ...]:
    """Every code list, by name."""
    return tuple(lists().values())


def code_list(name: str) -> CodeList:
    """The list of this name. Problem ``code_list_unknown`` (404)."""
    found = lists().get(name)
    if found is None:
        raise Problem(
            "code_list_unknown",
            f"没有名为“{name}”的代码表。请在“代码表”页核对名称。",
            f'There is no code list "{name}". Check the name on the page "Code lists".',
            status=404,
            name=name,
        )
    return found
