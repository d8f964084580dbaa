"""The kinds of findings and what officials call them (意见类型)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding with its names."""

    key: str
    name_zh: str
    name_en: str


@cache
def kinds() -> dict[str, Kind]:
    """All kinds by key, in the order of the file."""
    with Path(__file__).with_name("kinds.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {row["kind"]: Kind(row["kind"], row["name_zh"], row["name_en"]) for row in rows}
