"""Records of S45: the plan and its versions, values with two clocks, rounds and hand-ins, adjustments."""

from yiwang.domains.evaluation.planning.models.adjustments import Adjustment
from yiwang.domains.evaluation.planning.models.followup import Countermeasure, FollowUp
from yiwang.domains.evaluation.planning.models.frozen import FrozenRound
from yiwang.domains.evaluation.planning.models.interviews import Finding, Interview
from yiwang.domains.evaluation.planning.models.plan import (
    Chapter,
    Indicator,
    Measure,
    Plan,
    PlanVersion,
    Task,
    YearTarget,
)
from yiwang.domains.evaluation.planning.models.reports import ReportFile, ReportTemplate, RoundText
from yiwang.domains.evaluation.planning.models.rounds import (
    Evidence,
    Explanation,
    HandIn,
    HandInVersion,
    Round,
    RoundStep,
)
from yiwang.domains.evaluation.planning.models.scores import WeightSet
from yiwang.domains.evaluation.planning.models.values import IndicatorValue

__all__ = [
    "Adjustment",
    "Chapter",
    "Countermeasure",
    "Evidence",
    "Explanation",
    "Finding",
    "FollowUp",
    "FrozenRound",
    "HandIn",
    "HandInVersion",
    "Indicator",
    "IndicatorValue",
    "Interview",
    "Measure",
    "Plan",
    "PlanVersion",
    "ReportFile",
    "ReportTemplate",
    "Round",
    "RoundStep",
    "RoundText",
    "Task",
    "WeightSet",
    "YearTarget",
]
