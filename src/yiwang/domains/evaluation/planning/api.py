"""Door of S45 plan evaluation: what the home page, the search and the demonstration may ask of it."""

from __future__ import annotations

from yiwang.domains.evaluation.planning.selectors.evaluation import Evaluation
from yiwang.domains.evaluation.planning.selectors.handins import current_round, last_evaluated
from yiwang.domains.evaluation.planning.selectors.home import (
    home_chapters,
    home_due,
    home_lagging,
    home_round,
    search,
)
from yiwang.domains.evaluation.planning.selectors.leadership import leadership_url
from yiwang.domains.evaluation.planning.selectors.plan import the_plan

__all__ = [
    "Evaluation",
    "current_round",
    "home_chapters",
    "home_due",
    "home_lagging",
    "home_round",
    "last_evaluated",
    "leadership_url",
    "search",
    "the_plan",
]
