"""Reads the demonstration's data files into specs and contents. Nothing is written here."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from yiwang.domains.evaluation.planning.services.plans import (
    ChapterSpec,
    IndicatorSpec,
    MeasureSpec,
    PlanSpec,
    TaskSpec,
)
from yiwang.domains.evaluation.planning.types import FigureEntry, HandInContent, Target

HERE = Path(__file__).parent


@dataclass(frozen=True)
class DemoHandIn:
    """One hand-in of the demonstration; ``first`` is a version that was returned for ``returned_reason``."""

    task: str
    content: HandInContent
    first: HandInContent | None
    evidence: tuple[str, ...]
    submitted_on: date
    returned_reason: str


def plan_spec() -> PlanSpec:
    """The demonstration plan."""
    data = toml("plan.toml")
    measures: dict[str, list[MeasureSpec]] = {}
    for row in rows("measures.csv"):
        measures.setdefault(row["task"], []).append(MeasureSpec(row["code"], row["text_zh"]))
    return PlanSpec(
        code=data["code"],
        title_zh=data["title_zh"],
        title_en=data["title_en"],
        starts_on=data["start"],
        ends_on=data["end"],
        basis=data["basis"],
        synthetic_note=data["synthetic_note"],
        chapters=tuple(
            ChapterSpec(int(row["code"]), row["key"], row["name_zh"], row["name_en"], row["slogan_zh"])
            for row in rows("chapters.csv")
        ),
        tasks=tuple(_task(row, tuple(measures.get(row["code"], ()))) for row in rows("tasks.csv")),
        indicators=tuple(_indicator(row) for row in rows("indicators.csv")),
    )


def hand_ins(round_as_of: date) -> list[DemoHandIn]:
    """The hand-ins of the evaluated round, each with the figures of its task."""
    tasks_of = {row["id"]: row["task"] for row in rows("indicators.csv")}
    reported: dict[str, list[FigureEntry]] = {}
    for row in rows("values.csv"):
        if row["synthetic"] != "true":
            reported.setdefault(tasks_of[row["figure"]], []).append(entry(row, round_as_of))
    return [_hand_in(item, reported.get(item["task"], [])) for item in toml("handins.toml")["handin"]]


def earlier_values(round_as_of: date) -> list[tuple[str, FigureEntry]]:
    """Made-up values of earlier years, as (unit code, entry), so that trends can be seen."""
    found = [row for row in rows("values.csv") if row["synthetic"] == "true"]
    return [(row["reported_by_unit"], entry(row, round_as_of)) for row in found]


def entry(row: dict[str, str], round_as_of: date) -> FigureEntry:
    """A line of values.csv as a figure; a missing date takes the round's and says so."""
    return FigureEntry(
        code=row["figure"],
        value=Decimal(row["value"]),
        as_of=_day(row["as_of"]) or round_as_of,
        period_start=_day(row["period_start"]),
        hedge=row["hedge"],
        evidence=row["evidence"],
        note=row["note"],
        as_of_stated=bool(row["as_of"]),
    )


@cache
def toml(name: str) -> dict[str, Any]:
    """A TOML file of this folder."""
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def rows(name: str) -> Iterator[dict[str, str]]:
    """Lines of a CSV file of this folder by column name."""
    with (HERE / name).open(encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle)


def _hand_in(item: dict[str, Any], figures: list[FigureEntry]) -> DemoHandIn:
    causes = {row["indicator"]: row for row in toml("explanations.toml")["explanation"]}
    explained = tuple(
        _explained(figure, causes[figure.code]) if figure.code in causes else figure for figure in figures
    )
    content = HandInContent(
        status=item["status"],
        progress=item["progress_zh"],
        problems=item.get("problems_zh", ""),
        measures=item.get("measures_zh", ""),
        figures=explained,
    )
    history = item.get("history", [])
    return DemoHandIn(
        task=item["task"],
        content=content,
        first=replace(content, progress=history[0]["progress_zh"]) if history else None,
        evidence=tuple(item.get("evidence", ())),
        submitted_on=item["submitted_at"],
        returned_reason=history[0]["reason"] if history else "",
    )


def _explained(figure: FigureEntry, row: dict[str, Any]) -> FigureEntry:
    data = figure.to_json()
    return FigureEntry.from_json(
        {**data, "cause": row["cause_zh"], "remedy": row["measure_zh"], "remedy_due": str(row["due_on"])}
    )


def _task(row: dict[str, str], measures: tuple[MeasureSpec, ...]) -> TaskSpec:
    return TaskSpec(
        code=row["code"],
        chapter=int(row["chapter"]),
        title_zh=row["title_zh"],
        title_en=row["title_en"],
        requirement=row["requirement_zh"],
        lead_unit=row["lead_unit"],
        support_units=_split(row["support_units"]),
        systems=_split(row["systems"]),
        starts_on=date.fromisoformat(row["starts_on"]),
        due_on=date.fromisoformat(row["due_on"]),
        measures=measures,
    )


def _indicator(row: dict[str, str]) -> IndicatorSpec:
    years = {year: row[f"target_{year}"] for year in range(2021, 2026)}
    return IndicatorSpec(
        code=row["id"],
        task=row["task"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        unit=row["unit"],
        kind=row["kind"],
        nature=row["nature"],
        direction=row["direction"],
        is_fact=row["is_fact"] == "true",
        lead_unit=row["lead_unit"],
        baseline=Decimal(row["baseline"]) if row["baseline"] else None,
        baseline_on=_day(row["baseline_on"]),
        targets=tuple(Target(year, Decimal(value)) for year, value in years.items() if value),
        weight=Decimal(row["weight"] or 0),
        origin=row["origin"],
        relation=row["relation"],
        decimals=int(row["decimals"]) if row["decimals"] else None,
        synthetic_target=row["synthetic_target"] == "true",
        note=row["note"],
    )


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
