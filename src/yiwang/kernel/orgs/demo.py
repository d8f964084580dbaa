"""The demonstration district: its divisions and units, from the data files beside this module."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from .services import load_divisions, load_units
from .types import LoadResult

DISTRICT = Path(__file__).parent / "districts" / "441502"
PEOPLE = Path(__file__).parent / "demo" / "people.csv"


def load(today: date) -> tuple[LoadResult, LoadResult]:
    """Load divisions and units; ``today`` is unused because the district's structure does not depend on it."""
    del today
    return load_divisions(DISTRICT / "divisions.csv", actor="demo"), load_units(DISTRICT / "units.csv", actor="demo")
