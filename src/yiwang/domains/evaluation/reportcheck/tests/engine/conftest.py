"""Shared by the tests of the engine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[7]
REAL = REPOSITORY.parent / "shared" / "report"


@pytest.fixture(scope="session")
def real_report() -> Path:
    """The folder with the real mid-term report; said aloud when absent, and a failure in CI."""
    if (REAL / "midterm-report.txt").is_file():
        return REAL
    reason = f"the real report is not beside the checkout ({REAL}): its figures are NOT tested here"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason)
    print(f"\n*** {reason} ***")
    pytest.skip(reason)
