"""The whole demonstration, counted: every figure of the report that records give, from a snapshot of the lake."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from yiwang.domains.evaluation.planning.demo import reading

from .demo import DemoSite

pytestmark = [pytest.mark.slow, pytest.mark.browser]
FIGURES = Path(reading.__file__).parent / "figures.csv"
# Figures that "2 of 5" names as those that the demonstration's records give.
COMPUTED = {
    f"F{number:03}"
    for numbers in (
        range(2, 14), range(24, 28), range(56, 58), range(79, 88), range(99, 103), range(105, 110), range(112, 114),
        range(115, 118),
    )
    for number in numbers
}  # fmt: skip
# The report tells money in 万元 and 亿元, the command in 元.
IN_YUAN = {"万元": 10_000, "亿元": 100_000_000}


def run(site: DemoSite, *arguments: str) -> Any:
    """What a command says about the demonstration, as a program gets it."""
    env = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "YIWANG_TEST_DB"}}
    program = Path(sys.executable).parent / "yiwang"
    done = subprocess.run(
        [program, *arguments, "--json"], env=env | {"YIWANG_HOME": str(site.home)}, check=True, capture_output=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_counting_the_records_at_the_reports_day_gives_its_figures(demo_site: DemoSite) -> None:
    run(demo_site, "lake", "refresh")
    told = {row["figure"]: row for row in run(demo_site, "metrics", "values", "--as-of", "2023-06-30")}
    with FIGURES.open(encoding="utf-8", newline="") as handle:
        published = {row["id"]: row for row in csv.DictReader(handle)}
    assert {code for code, row in told.items() if row["origin"] == "computed"} == COMPUTED
    # The others are reported; a target of the plan (2025) is no figure of this day.
    assert set(told) == set(published)
    wrong = {
        code: (row["value"], published[code]["value"])
        for code, row in told.items()
        if Decimal(row["value"]) != Decimal(published[code]["value"]) * IN_YUAN.get(published[code]["unit"], 1)
    }
    assert wrong == {}
    assert all(told[code]["rows"] > 0 for code in COMPUTED)


def test_before_late_entries_were_known_the_same_day_had_other_figures(demo_site: DemoSite) -> None:
    then = {
        row["figure"]: row
        for row in run(demo_site, "metrics", "values", "--as-of", "2023-06-30", "--known-at", "2023-06-30")
    }
    now = {row["figure"]: row for row in run(demo_site, "metrics", "values", "--as-of", "2023-06-30")}
    late = {code for code in COMPUTED if then[code]["value"] != now[code]["value"]}
    assert {"F002", "F008", "F011", "F024", "F083", "F086"} <= late
