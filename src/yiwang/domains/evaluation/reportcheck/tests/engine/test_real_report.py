"""The real mid-term report against its published figures and a hand-marked list of its quantities.

``data/real_quantities.csv`` was marked by reading the report: every numeral that states a quantity. Names of levels
(省市县三级), slogans, titles, numbering, dates and bookmark numbers are not marked.
"""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path

import pytest

from yiwang.domains.evaluation.reportcheck.api import check_path
from yiwang.domains.evaluation.reportcheck.types import CheckedFigure, CheckResult, Finding

BASE = {"万元": ("元", 10**4), "亿元": ("元", 10**8)}
MARKED = Path(__file__).parent / "data" / "real_quantities.csv"


@pytest.fixture(scope="module")
def result(real_report: Path) -> CheckResult:
    return check_path(real_report / "midterm-report.txt")


@pytest.fixture(scope="module")
def rows(real_report: Path) -> list[dict[str, str]]:
    with (real_report / "figures.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _noun(first: str, second: str) -> bool:
    a, b = (re.sub(r"[^\u4e00-\u9fffA-Za-z]", "", phrase) for phrase in (first, second))
    return any(a[i : i + 2] in b for i in range(len(a) - 1))


def _match(rows: list[dict[str, str]], figures: tuple[CheckedFigure, ...]) -> dict[str, CheckedFigure]:
    """Each row with a figure of its own: same value, same base unit, a noun in common."""
    used: set[int] = set()
    found: dict[str, CheckedFigure] = {}
    for row in rows:
        unit, factor = BASE.get(row["unit"], (row["unit"], 1))
        value = Decimal(row["value"]) * factor
        for number, figure in enumerate(figures):
            same = Decimal(figure.value) == value and figure.unit == unit and _noun(figure.subject, row["name_zh"])
            if same and number not in used:
                used.add(number)
                found[row["id"]] = figure
                break
    return found


def test_figures_precision_and_dates(result: CheckResult, rows: list[dict[str, str]]) -> None:
    found = _match(rows, result.figures)
    recall = len(found) / len(rows)
    with MARKED.open(encoding="utf-8", newline="") as stream:
        marked = [(int(row["start"]), int(row["end"]), row["numeral"]) for row in csv.DictReader(stream)]
    assert all(result.document.text[start:end] == numeral for start, end, numeral in marked)
    real = sum(any(f.start <= start and end <= f.end for start, end, _ in marked) for f in result.figures)
    precision = real / len(result.figures)
    stated = [row["id"] for row in rows if row["date_source"] == "stated"]
    right = sum(key in found and found[key].date_source == "stated" for key in stated)
    print(
        f"\nreal report: figures found {len(found)}/{len(rows)} = {recall:.1%}; "
        f"real quantities {real}/{len(result.figures)} = {precision:.1%}; "
        f"stated dates right {right}/{len(stated)} = {right / len(stated):.1%}"
    )
    assert recall >= 0.95
    assert precision >= 0.85
    assert right / len(stated) >= 0.95


def test_as_of_of_stated_figures(result: CheckResult, rows: list[dict[str, str]]) -> None:
    found = _match(rows, result.figures)
    for row in rows:
        if row["date_source"] == "stated":
            assert str(found[row["id"]].as_of) == row["as_of"], row["id"]


def test_the_only_error_is_the_share_of_stations(result: CheckResult) -> None:
    errors = [finding for finding in result.findings if finding.severity == "error"]
    assert [(e.kind, e.stated, e.expected) for e in errors] == [("share_mismatch", "56.56%", "56.57%")]
    assert "56÷99" in errors[0].message_zh


EXPECTED = [
    ("average_period", "warning", ["7136份", "49954份"]),
    ("definition_clash", "warning", ["232806条", "424643套"]),
    ("definition_clash", "warning", ["29.90万人", "211225条"]),
    ("done_and_deleted", "warning", ["记账系统"]),
    ("done_and_proposed", "warning", ["首席数据官制度实施方案"]),
    ("done_and_proposed", "warning", ["政务数据共享协调小组"]),
    ("announced_kind", "warning", ["取消、调整"]),
    ("near_duplicate", "warning", ["项目立项审批的必备条件"]),
    ("leftover_markup", "info", ["[bookmark:"]),
    ("date_incomplete", "info", ["2021"]),
]


@pytest.mark.parametrize(("kind", "severity", "words"), EXPECTED)
def test_known_findings(result: CheckResult, kind: str, severity: str, words: list[str]) -> None:
    def holds(finding: Finding) -> bool:
        quoted = [result.document.text[start:end] for start, end in finding.spans]
        return (
            finding.kind == kind
            and finding.severity == severity
            and all(any(word in quote for quote in quoted) for word in words)
        )

    assert any(holds(finding) for finding in result.findings)


def test_quiet_on_the_real_report(result: CheckResult) -> None:
    assert sum(finding.severity == "warning" for finding in result.findings) <= 10


def test_spans_are_offsets_of_the_text(result: CheckResult) -> None:
    for figure in result.figures:
        assert result.document.text[figure.start : figure.end] == figure.text
    for finding in result.findings:
        assert finding.spans
        assert all(0 <= start < end <= len(result.document.text) for start, end in finding.spans)
