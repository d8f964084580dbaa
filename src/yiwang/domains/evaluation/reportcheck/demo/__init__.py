"""The example report of the report check 报告核验: our own wording, planted mistakes, and the report that is kept."""

from __future__ import annotations

from yiwang.domains.evaluation.reportcheck.demo.build import NAME, demo_report
from yiwang.domains.evaluation.reportcheck.demo.loading import load

__all__ = ["demo_report", "example_report", "load"]


def example_report() -> tuple[str, bytes]:
    """The name and the bytes of the example report (.docx)."""
    return NAME, demo_report()
