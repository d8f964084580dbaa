"""The checkers: each takes a report and returns findings; none knows of another."""

from __future__ import annotations

from collections.abc import Callable

from yiwang.domains.evaluation.reportcheck.engine.checkers import (
    announced,
    averages,
    claims,
    clashes,
    dating,
    funnels,
    hedges,
    markup,
    numbering,
    repeats,
    shares,
    structures,
    sums,
    tables,
    wholes,
)
from yiwang.domains.evaluation.reportcheck.engine.model import Report
from yiwang.domains.evaluation.reportcheck.types import Finding

CHECKERS: tuple[Callable[[Report], list[Finding]], ...] = (
    shares.check,
    sums.check,
    tables.check,
    averages.check,
    structures.check,
    funnels.check,
    wholes.check,
    clashes.check,
    dating.check,
    announced.check,
    claims.check,
    repeats.check,
    markup.check,
    hedges.check,
    numbering.check,
)
