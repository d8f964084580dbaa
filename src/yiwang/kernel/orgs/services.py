"""Loading divisions, units and people. Every loader is an idempotent upsert by official code."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from django.db import transaction
from django.db.models import Model

from yiwang.kernel.audit import api as audit
from yiwang.lib.identifiers import uscc_fault
from yiwang.lib.problems import Problem

from .models import Division, Person, Post, Unit
from .types import LoadResult

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class _Row:
    """One line of a CSV file, with its place for messages."""

    path: Path
    line: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def problem(self, zh: str, en: str) -> Problem:
        return Problem(
            "load_row_invalid",
            f"{self.path.name} 第 {self.line} 行：{zh}",
            f"{self.path.name} line {self.line}: {en}",
            file=self.path.name,
            line=self.line,
        )

    def day(self, column: str) -> date | None:
        """An ISO date or nothing."""
        text = self[column]
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise self.problem(
                f"{column} 应为 YYYY-MM-DD 格式的日期，现为“{text}”。",
                f'{column} must be a date as YYYY-MM-DD, it is "{text}".',
            ) from error


def _rows(path: Path, columns: Iterable[str]) -> Iterator[_Row]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        reader = csv.DictReader(handle)
        missing = [name for name in columns if name not in (reader.fieldnames or [])]
        if missing:
            raise Problem(
                "load_columns_missing",
                f"{path.name} 缺少列：{'、'.join(missing)}。",
                f"{path.name} lacks the columns: {', '.join(missing)}.",
                file=path.name,
                columns=missing,
            )
        for values in reader:
            yield _Row(path, reader.line_num, {name: (values.get(name) or "").strip() for name in columns})


def _upsert(existing: M | None, wanted: M, fields: Iterable[str], counts: dict[str, int]) -> M:
    """Save ``wanted``, or change ``existing`` where a field differs; ``counts`` keeps the tally."""
    if existing is None:
        wanted.save(force_insert=True)
        counts["created"] += 1
        return wanted
    changed = [name for name in fields if getattr(existing, name) != getattr(wanted, name)]
    for name in changed:
        setattr(existing, name, getattr(wanted, name))
    if changed:
        existing.save(update_fields=changed)
    counts["updated" if changed else "unchanged"] += 1
    return existing


DIVISION_COLUMNS = ("code12", "name", "level", "parent9", "parent_name", "kind", "administered_by_district")


@transaction.atomic
def load_divisions(path: Path, *, actor: str = "system") -> LoadResult:
    """Load towns and villages from the official list (columns ``DIVISION_COLUMNS``), towns first."""
    rows = sorted(_rows(path, DIVISION_COLUMNS), key=lambda row: row["level"] != Division.Level.TOWN)
    known = Division.objects.in_bulk()
    counts = {"created": 0, "updated": 0, "unchanged": 0}
    for row in rows:
        if len(row["code12"]) != 12 or not row["code12"].isascii() or not row["code12"].isdigit():
            raise row.problem(
                f"区划代码应为 12 位数字，现为“{row['code12']}”。",
                f'a division code has 12 digits, it is "{row["code12"]}".',
            )
        if row["level"] not in Division.Level.values:
            raise row.problem(
                f"level 应为 town 或 village，现为“{row['level']}”。",
                f'level must be town or village, it is "{row["level"]}".',
            )
        parent_code = row["parent9"] + "000" if row["level"] == Division.Level.VILLAGE else None
        if parent_code and parent_code not in known:
            raise row.problem(
                f"上级镇街 {parent_code} 不在名单中。",
                f"the town {parent_code} above it is not in the list.",
            )
        administered, _, note = row["administered_by_district"].partition("(")
        wanted = Division(
            code12=row["code12"],
            name=row["name"],
            level=row["level"],
            kind=row["kind"],
            parent_id=parent_code,
            administered=administered == "yes",
            note=note.rstrip(")"),
        )
        fields = ("name", "level", "kind", "parent_id", "administered", "note")
        saved = _upsert(known.get(wanted.code12), wanted, fields, counts)
        known[saved.code12] = saved
    result = LoadResult(**counts)
    if result.created or result.updated:
        audit.record("orgs.load_divisions", actor=actor, object_type="orgs.division", detail=counts)
    return result


UNIT_COLUMNS = (
    "code", "parent", "uscc", "name_zh", "name_en", "short_zh", "kind", "division", "valid_from", "valid_to",
)  # fmt: skip
UNIT_FIELDS = (
    "path", "parent_id", "uscc", "name_zh", "name_en", "short_zh", "kind", "division_id", "valid_from", "valid_to",
)  # fmt: skip


@transaction.atomic
def load_units(path: Path, *, actor: str = "system") -> LoadResult:
    """Load units (columns ``UNIT_COLUMNS``), each below its parent's line. A changed parent moves the whole subtree."""
    known = {unit.code: unit for unit in Unit.objects.all()}
    divisions = set(Division.objects.values_list("code12", flat=True))
    counts = {"created": 0, "updated": 0, "unchanged": 0}
    seen: set[str] = set()
    for row in _rows(path, UNIT_COLUMNS):
        if row["code"] in seen:
            raise row.problem(f"单位代码“{row['code']}”重复。", f'the unit code "{row["code"]}" occurs twice.')
        seen.add(row["code"])
        parent = known.get(row["parent"]) if row["parent"] else None
        if row["parent"] and row["parent"] not in seen:
            raise row.problem(
                f"上级单位“{row['parent']}”应列在本行之前。",
                f'the unit above it, "{row["parent"]}", must stand on an earlier line.',
            )
        if row["division"] and row["division"] not in divisions:
            raise row.problem(
                f"区划代码 {row['division']} 不存在，请先导入区划。",
                f"the division {row['division']} does not exist; load divisions first.",
            )
        fault = uscc_fault(row["uscc"]) if row["uscc"] else None
        if fault:
            raise row.problem(fault.zh, fault.en)
        wanted = Unit(
            code=row["code"],
            path=f"{parent.path}/{row['code']}" if parent else row["code"],
            parent=parent,
            uscc=row["uscc"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            short_zh=row["short_zh"],
            kind=row["kind"],
            division_id=row["division"] or None,
            valid_from=row.day("valid_from"),
            valid_to=row.day("valid_to"),
        )
        old_path = known[wanted.code].path if wanted.code in known else ""
        saved = _upsert(known.get(wanted.code), wanted, UNIT_FIELDS, counts)
        known[saved.code] = saved
        if old_path and old_path != saved.path:
            _move_subtree(old_path, saved.path)
            known = {unit.code: unit for unit in Unit.objects.all()}
    result = LoadResult(**counts)
    if result.created or result.updated:
        audit.record("orgs.load_units", actor=actor, object_type="orgs.unit", detail=counts)
    return result


def _move_subtree(old: str, new: str) -> None:
    for unit in Unit.objects.filter(path__startswith=old + "/"):
        unit.path = new + unit.path[len(old) :]
        unit.save(update_fields=["path"])


def add_person(*, name_zh: str, unit: Unit, title_zh: str = "", mobile: str = "", since: date | None = None) -> Person:
    """The person of this name in ``unit``, made when there is none: for loaders, so that repeating adds nobody."""
    person = Person.objects.filter(name_zh=name_zh, unit=unit).order_by("pk").first()
    if person is None:
        return new_person(name_zh=name_zh, unit=unit, title_zh=title_zh, mobile=mobile, since=since)
    if mobile and person.mobile != mobile:
        person.mobile = mobile
        person.save(update_fields=["mobile"])
    hold_post(person, unit, title_zh, since)
    return person


def new_person(*, name_zh: str, unit: Unit, title_zh: str = "", mobile: str = "", since: date | None = None) -> Person:
    """A new person, also beside another of the same name: two people of one name in one unit are common."""
    person = Person.objects.create(name_zh=name_zh, unit=unit, mobile=mobile)
    hold_post(person, unit, title_zh, since)
    return person


def hold_post(person: Person, unit: Unit, title_zh: str, since: date | None = None) -> None:
    """Note that ``person`` holds the post; an empty title or one noted before changes nothing."""
    if title_zh:
        Post.objects.get_or_create(person=person, unit=unit, title_zh=title_zh, defaults={"valid_from": since})
