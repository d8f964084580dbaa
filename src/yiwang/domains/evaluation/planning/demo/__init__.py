"""The demonstration plan and its evaluation: synthetic texts and targets, the report's published figures as values."""

from __future__ import annotations

from yiwang.domains.evaluation.planning.demo.loading import evaluated, load, report_bytes

__all__ = ["evaluated", "load", "report_bytes"]
