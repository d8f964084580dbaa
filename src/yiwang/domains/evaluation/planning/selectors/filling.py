"""How far an open round's computed figures are filled 记录取数情况."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yiwang.domains.evaluation.planning.models import Indicator, IndicatorValue, Round
from yiwang.domains.evaluation.planning.selectors import values
from yiwang.domains.evaluation.planning.selectors.computed import computed_of
from yiwang.kernel.lake import api as lake
from yiwang.kernel.lake.api import Manifest
from yiwang.kernel.metrics.api import Metric


@dataclass(frozen=True)
class Line:
    """A figure that records answer, with what they say so far and what the unit says itself."""

    indicator: Indicator
    metric: Metric
    value: IndicatorValue | None
    reported: IndicatorValue | None

    @property
    def is_disputed(self) -> bool:
        """Whether the unit says another number for the same day."""
        return values.disputed(self.indicator, self.value, self.reported)


@dataclass(frozen=True)
class Filling:
    """The computed figures of a round, the newest snapshot of the lake, and when the last news came in."""

    lines: tuple[Line, ...]
    newest: Manifest | None
    filled_at: datetime | None

    @property
    def filled(self) -> int:
        """How many figures have a number."""
        return sum(line.value is not None for line in self.lines)

    @property
    def disputed(self) -> int:
        """How many units say another number than the records."""
        return sum(line.is_disputed for line in self.lines)


def state(round_: Round) -> Filling:
    """Every computed figure of the round with its number as of the round's date."""
    wanted = computed_of(round_.plan_version)
    codes = [item.code for item, _metric in wanted]
    counted = values.computed_of_round(round_, codes)
    reported = values.reported_as_of(round_.plan_version.plan, round_.as_of, round_.closed_at, codes)
    lines = tuple(Line(item, metric, counted.get(item.code), reported.get(item.code)) for item, metric in wanted)
    return Filling(lines, lake.newest(), max((row.recorded_at for row in counted.values()), default=None))
