"""The judgement of a round as a reader may see it: counts, shares, and the rows by gravity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from yiwang.domains.evaluation.planning import display
from yiwang.domains.evaluation.planning.judgement import percent
from yiwang.domains.evaluation.planning.models import Explanation, Indicator, Round
from yiwang.domains.evaluation.planning.selectors import home, values
from yiwang.domains.evaluation.planning.selectors.values import Judged
from yiwang.domains.evaluation.planning.types import Status
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User

# From worst to best, as the page lists them and as the stacked bar runs from right to left.
ORDER = (
    Status.REGRESSED,
    Status.SERIOUS,
    Status.LAGGING,
    Status.NO_DATA,
    Status.BASICALLY,
    Status.ON_PACE,
    Status.DONE,
    Status.AHEAD,
)
ON_PACE = frozenset({Status.AHEAD, Status.DONE, Status.ON_PACE, Status.BASICALLY})


@dataclass(frozen=True)
class JudgedLine:
    """An indicator's row: its judgement, its explanation and whether the reader may write one."""

    judged: Judged
    explanation: Explanation | None
    may_explain: bool

    @property
    def indicator(self) -> Indicator:
        """The indicator."""
        return self.judged.indicator

    @property
    def status(self) -> Status:
        """Its judgement."""
        return self.judged.judgement.status

    @property
    def status_text(self) -> str:
        """The judgement in words."""
        return str(display.STATUS_TEXT[self.status])

    @property
    def tone(self) -> str:
        """The judgement's colour."""
        return display.STATUS_TONE[self.status]

    @property
    def value_text(self) -> str:
        """The value as it reads."""
        return display.value_text(self.judged.indicator, self.judged.value)

    @property
    def target_text(self) -> str:
        """The end target."""
        return display.target_text(self.judged.indicator)

    @property
    def progress(self) -> Decimal | None:
        """Progress in percent."""
        share = self.judged.judgement.progress
        return None if share is None else percent(share)

    @property
    def expected(self) -> Decimal | None:
        """Expected progress in percent."""
        share = self.judged.judgement.expected
        return None if share is None else percent(share)

    @property
    def lacks_explanation(self) -> bool:
        """Whether the round cannot be closed because of it."""
        return self.status.is_laggard and self.explanation is None


@dataclass(frozen=True)
class Segment:
    """A part of the stacked bar; ``start`` and ``width`` in percent of the whole."""

    status: Status
    text: str
    tone: str
    count: int
    start: Decimal
    width: Decimal


@dataclass(frozen=True)
class Shares:
    """Counts over the indicators that the reader may see.

    ``computed`` and ``reported`` count what has a value, facts too; ``disputed`` those where a unit's own number is
    another than the records'.
    """

    total: int
    on_pace: int
    lagging: int
    no_data: int
    facts: int
    facts_known: int
    computed: int
    reported: int
    disputed: int
    unexplained: int
    coverage: Decimal | None


def lines(user: User, round_: Round) -> list[JudgedLine]:
    """Every indicator and fact that ``user`` may see, worst first, then in the plan's order."""
    notes = {row.indicator_code: row for row in round_.explanations.all()}
    found = [
        JudgedLine(
            row,
            notes.get(row.indicator.code),
            round_.state != Round.State.CLOSED
            and access.in_scope(user, "s45.judgement", "explain", row.indicator.lead_unit),
        )
        for row in home.visible(user, values.judge_round(round_))
    ]
    return sorted(found, key=_gravity)


def _gravity(line: JudgedLine) -> tuple[int, Decimal]:
    place = ORDER.index(line.status) if line.status in ORDER else len(ORDER)
    progress, expected = line.judged.judgement.progress, line.judged.judgement.expected
    ratio = progress / expected if progress is not None and expected else Decimal(0)
    return (place, ratio if line.status.is_laggard else Decimal(0))


def shares(rows: Iterable[JudgedLine]) -> Shares:
    """Counts over ``rows``; the coverage is the weight of indicators with data over all weight."""
    every = list(rows)
    indicators = [row for row in every if row.status is not Status.FACT]
    facts = [row for row in every if row.status is Status.FACT]
    weight = sum((row.indicator.weight for row in indicators), Decimal(0))
    known = sum((row.indicator.weight for row in indicators if row.status is not Status.NO_DATA), Decimal(0))
    computed = sum(1 for row in every if row.judged.is_computed)
    return Shares(
        total=len(indicators),
        on_pace=sum(1 for row in indicators if row.status in ON_PACE),
        lagging=sum(1 for row in indicators if row.status.is_laggard),
        no_data=sum(1 for row in indicators if row.status is Status.NO_DATA),
        facts=len(facts),
        facts_known=sum(1 for row in facts if row.judged.value is not None),
        computed=computed,
        reported=sum(1 for row in every if row.judged.value is not None) - computed,
        disputed=sum(1 for row in every if row.judged.is_disputed),
        unexplained=sum(1 for row in indicators if row.lacks_explanation),
        coverage=percent(known / weight) if weight else None,
    )


def segments(rows: Iterable[JudgedLine]) -> list[Segment]:
    """The stacked bar over all indicators (facts are not judged), best first."""
    statuses: list[Status] = [row.status for row in rows if row.status is not Status.FACT]
    found: list[Segment] = []
    start = Decimal(0)
    for status in reversed(ORDER):
        count = statuses.count(status)
        if count:
            width = Decimal(count) * 100 / len(statuses)
            found.append(
                Segment(status, str(display.STATUS_TEXT[status]), display.STATUS_TONE[status], count, start, width)
            )
            start += width
    return found
