"""The example report of the demonstration: every planted mistake is found, and nothing else is an error."""

from __future__ import annotations

import pytest

from yiwang.domains.evaluation.reportcheck.api import check_bytes
from yiwang.domains.evaluation.reportcheck.demo import demo_report, example_report
from yiwang.domains.evaluation.reportcheck.demo.build import TEXT, Planted, planted
from yiwang.domains.evaluation.reportcheck.types import CheckResult, Finding


@pytest.fixture(scope="module")
def result() -> CheckResult:
    name, data = example_report()
    return check_bytes(data, name)


def _is(finding: Finding, mistake: Planted, text: str) -> bool:
    places = [i for i in range(len(text)) if text.startswith(mistake["at"], i)]
    assert places, mistake["at"]
    width = len(mistake["at"])
    return (finding.kind, finding.severity) == (mistake["kind"], mistake["severity"]) and any(
        start < at + width and at < end for at in places for start, end in finding.spans
    )


def test_the_word_file_says_what_the_text_says(result: CheckResult) -> None:
    assert result.document.text == TEXT.read_text("utf-8").rstrip("\n")
    assert demo_report()[:2] == b"PK"


@pytest.mark.parametrize("mistake", planted(), ids=lambda mistake: mistake["at"][:12])
def test_every_planted_mistake_is_found(result: CheckResult, mistake: Planted) -> None:
    assert any(_is(finding, mistake, result.document.text) for finding in result.findings)


def test_nothing_else_is_found_but_notes(result: CheckResult) -> None:
    others = [
        finding
        for finding in result.findings
        if finding.severity != "info" and not any(_is(finding, mistake, result.document.text) for mistake in planted())
    ]
    assert others == []
