"""What the home page shows: chapters with their systems, what is due from the reader, what lags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from yiwang.domains.evaluation.planning import api as planning
from yiwang.domains.evaluation.planning.types import ChapterSummary, DueItem, LagItem, RoundSummary
from yiwang.kernel.access import api as access
from yiwang.kernel.notices import api as notices
from yiwang.kernel.systems import api as systems
from yiwang.lib import clock

LAGGING_SHOWN = 7
NOTICES_SHOWN = 4
DUE_SHOWN = 10
# Three rows of chips: so both rows of chapters stand on the first screen of a laptop.
SYSTEMS_SHOWN = 5
ORDER: tuple[str, ...] = ("works", "partly", "none")


@dataclass(frozen=True)
class Segment:
    """A coloured part of a chapter's bar: left edge and width in percent."""

    css: str
    x: str
    width: str


@dataclass(frozen=True)
class ChapterCard:
    """A chapter of the plan on the home page. ``summary`` is None for those who may not see the plan."""

    chapter: systems.Chapter
    rows: tuple[systems.CatalogueRow, ...]
    summary: ChapterSummary | None
    segments: tuple[Segment, ...]

    @property
    def first(self) -> tuple[systems.CatalogueRow, ...]:
        """The systems shown at once."""
        return self.rows[:SYSTEMS_SHOWN]

    @property
    def rest(self) -> tuple[systems.CatalogueRow, ...]:
        """The systems behind "more"."""
        return self.rows[SYSTEMS_SHOWN:]


@dataclass(frozen=True)
class Home:
    """All of the home page."""

    today: date
    cards: tuple[ChapterCard, ...]
    evaluation: tuple[systems.CatalogueRow, ...]
    due: Sequence[DueItem]
    due_total: int
    due_more: int
    notices: Sequence[notices.Notice]
    lagging: Sequence[LagItem]
    leadership_url: str
    round: RoundSummary | None
    tasks: int
    tasks_lagging: int
    tasks_done: int


def segments(summary: ChapterSummary) -> tuple[Segment, ...]:
    """The bar of a chapter: done, on track, lagging, to adjust, no data, in parts of its tasks."""
    if not summary.tasks:
        return ()
    parts = (
        ("ok", summary.done),
        ("info", summary.on_track),
        ("danger", summary.lagging),
        ("warn", summary.to_adjust),
        ("none", summary.no_data),
    )
    made: list[Segment] = []
    left = Decimal(0)
    for css, count in parts:
        width = Decimal(count) * 100 / summary.tasks
        if count:
            made.append(Segment(css, f"{left:.2f}", f"{width:.2f}"))
        left += width
    return tuple(made)


def home_for(user: access.User) -> Home:
    """The home page of ``user``: each part only as far as the reader's roles reach."""
    sees_plan = access.can(user, "s45.plan", "view")
    summaries = planning.home_chapters(user) if sees_plan else {}
    catalogue = systems.catalogue()
    cards = []
    for chapter in systems.chapters():
        if not chapter.in_plan:
            continue
        # What can be used comes first; the order of the catalogue holds otherwise.
        rows = tuple(sorted((r for r in catalogue if r.chapter == chapter.key), key=lambda r: ORDER.index(r.status)))
        summary = summaries.get(chapter.key)
        cards.append(
            ChapterCard(
                chapter=chapter,
                rows=rows,
                summary=summary,
                segments=segments(summary) if summary else (),
            )
        )
    outside = {chapter.key for chapter in systems.chapters() if not chapter.in_plan}
    due = list(planning.home_due(user))
    return Home(
        today=clock.today(),
        cards=tuple(cards),
        evaluation=tuple(row for row in catalogue if row.chapter in outside),
        due=due[:DUE_SHOWN],
        due_total=len(due),
        due_more=max(len(due) - DUE_SHOWN, 0),
        notices=list(notices.for_user(user).filter(read_at=None)[:NOTICES_SHOWN]),
        lagging=planning.home_lagging(user, LAGGING_SHOWN),
        leadership_url=planning.leadership_url(user),
        round=planning.home_round(user),
        tasks=sum(summary.tasks for summary in summaries.values()),
        tasks_lagging=sum(summary.lagging for summary in summaries.values()),
        tasks_done=sum(summary.done for summary in summaries.values()),
    )
