"""The demonstration district: its divisions and units, from the data files beside this module."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path

from .services import load_divisions, load_units
from .types import LoadResult

DISTRICT = Path(__file__).parent / "districts" / "441502"
PEOPLE = Path(__file__).parent / "demo" / "people.csv"


def load(today: date) -> tuple[LoadResult, LoadResult]:
    """Load divisions and units; ``today`` is unused because the district's structure does not depend on it."""
    del today
    return load_divisions(DISTRICT / "divisions.csv", actor="demo"), load_units(DISTRICT / "units.csv", actor="demo")


@cache
def shipped_villages() -> tuple[tuple[str, str], ...]:
    """Code and name, with the town's before it, of the villages that the district runs, without asking a database."""
    with (DISTRICT / "divisions.csv").open(encoding="utf-8-sig", newline="") as handle:
        return tuple(
            (row["code12"], row["parent_name"] + row["name"])
            for row in csv.DictReader(handle)
            if row["level"] == "village" and row["administered_by_district"] == "yes"
        )
