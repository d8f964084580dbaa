"""What the home page and the search show of S45."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from yiwang.domains.evaluation.planning import display
from yiwang.domains.evaluation.planning.models import Adjustment, HandIn, Round
from yiwang.domains.evaluation.planning.selectors import followups, handins, values
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors.values import Judged
from yiwang.domains.evaluation.planning.types import (
    ChapterSummary,
    DueItem,
    LagItem,
    RoundSummary,
    Status,
    TaskStatus,
)
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.lib.clock import today
from yiwang.ui.types import SearchHit

# Order of gravity: what has gone backwards or is far behind comes first.
_GRAVITY = {Status.REGRESSED: 0, Status.SERIOUS: 1, Status.LAGGING: 2}


def home_due(user: User) -> list[DueItem]:
    """What waits for ``user``: hand-ins to write, hand-ins to review, adjustments to decide, measures to follow up.

    The most urgent come first.
    """
    plan = plans.the_plan()
    if plan is None:
        return []
    items: list[DueItem] = []
    if access.can(user, "s45.handin", "edit"):
        open_states = [HandIn.State.ASKED, HandIn.State.DRAFT, HandIn.State.RETURNED]
        rows = handins.hand_ins(user).filter(state__in=open_states, round__state=Round.State.OPEN)
        items += [_hand_in_item(row, row.get_state_display()) for row in access.limit(rows, user, "s45.handin", "edit")]
    if access.can(user, "s45.handin", "review"):
        rows = handins.hand_ins(user).filter(state=HandIn.State.SUBMITTED, round__state=Round.State.OPEN)
        items += [_hand_in_item(row, _("待审核")) for row in rows]
    if access.can(user, "s45.adjustment", "decide"):
        pending = plan.adjustments.filter(state=Adjustment.State.PROPOSED)
        items += [
            DueItem(
                title=_("审批调整建议第 %(number)s 项") % {"number": row.number},
                url=reverse("s45:adjustment", args=[row.number]),
                due_on=None,
                tone="info",
                hint=row.task_code,
            )
            for row in pending
        ]
    items += followups.due_items(user, plan)
    return sorted(items, key=lambda item: (item.due_on is None, item.due_on, item.title))


def home_lagging(user: User, limit: int = 8) -> list[LagItem]:
    """The worst laggards of the last evaluated round that ``user`` may see."""
    plan = plans.the_plan()
    round_ = None if plan is None else handins.last_evaluated(plan)
    if round_ is None or not access.can(user, "s45.judgement", "view"):
        return []
    rows = [row for row in visible(user, values.judge_round(round_)) if row.judgement.status.is_laggard]
    rows.sort(key=_gravity)
    return [_lag_item(row) for row in rows[:limit]]


def visible(user: User, judged: Iterable[Judged]) -> list[Judged]:
    """The rows whose judgement ``user`` may see."""
    return [row for row in judged if access.in_scope(user, "s45.judgement", "view", row.indicator.lead_unit)]


def home_chapters(user: User) -> dict[str, ChapterSummary]:
    """Counts of tasks by chapter key, from what units declared in the last evaluated round."""
    plan = plans.the_plan()
    if plan is None or not access.can(user, "s45.plan", "view"):
        return {}
    version = plans.version(plan)
    round_ = handins.last_evaluated(plan)
    declared = {} if round_ is None else handins.declared(round_)
    found: dict[str, ChapterSummary] = {}
    for chapter in version.chapters.prefetch_related("tasks"):
        states = [declared.get(task.code) for task in chapter.tasks.all()]
        found[chapter.key] = ChapterSummary(
            tasks=len(states),
            done=sum(1 for state in states if state is TaskStatus.DONE),
            on_track=sum(1 for state in states if state in {TaskStatus.ON_TRACK, TaskStatus.CONTINUOUS}),
            lagging=sum(1 for state in states if state is not None and state.is_laggard),
            to_adjust=sum(1 for state in states if state is TaskStatus.TO_CANCEL),
            no_data=sum(1 for state in states if state is None),
            url=f"{reverse('s45:plan')}?chapter={chapter.number}",
        )
    return found


def home_round(user: User) -> RoundSummary | None:
    """The current round at a glance, counting the hand-ins that ``user`` may see."""
    plan = plans.the_plan()
    round_ = None if plan is None else handins.current_round(plan)
    if round_ is None or not access.can(user, "s45.round", "view"):
        return None
    states = list(handins.hand_ins(user, round_).values_list("state", flat=True))
    return RoundSummary(
        title=round_.title,
        as_of=round_.as_of,
        due_on=round_.due_on,
        asked=len(states),
        handed_in=sum(1 for state in states if state in {HandIn.State.SUBMITTED, HandIn.State.ACCEPTED}),
        accepted=sum(1 for state in states if state == HandIn.State.ACCEPTED),
        url=reverse("s45:round", args=[round_.pk]),
    )


def search(user: User, q: str, limit: int = 10) -> list[SearchHit]:
    """Tasks, figures and hand-ins whose code or words hold ``q``; only what ``user`` may see."""
    plan = plans.the_plan()
    text = q.strip()
    if plan is None or not text:
        return []
    version = plans.version(plan)
    hits: list[SearchHit] = []
    if access.can(user, "s45.plan", "view"):
        found = plans.tasks(version).filter(
            Q(code__iexact=text)
            | Q(title_zh__icontains=text)
            | Q(title_en__icontains=text)
            | Q(requirement__icontains=text)
        )
        hits += [
            SearchHit(
                f"{row.code} {row.title}", row.lead_unit.short_name, reverse("s45:task", args=[row.code]), _("任务")
            )
            for row in found[:limit]
        ]
    if access.can(user, "s45.value", "view"):
        rows = plans.indicators(version).filter(
            Q(code__iexact=text) | Q(name_zh__icontains=text) | Q(name_en__icontains=text)
        )
        hits += [
            SearchHit(
                f"{row.code} {row.name}", row.lead_unit.short_name, reverse("s45:figure", args=[row.code]), _("指标")
            )
            for row in rows[:limit]
        ]
    hits += [
        SearchHit(
            f"{row.task_code} · {row.round.title}",
            row.unit.short_name,
            reverse("s45:hand-in", args=[row.pk]),
            _("填报"),
        )
        for row in _hand_ins_that_say(user, text)[:limit]
    ]
    return hits[: limit * 2]


def _hand_ins_that_say(user: User, text: str) -> QuerySet[HandIn]:
    """Hand-ins whose words hold ``text``: what was handed in for every reader, the draft only for who writes it."""
    rows = handins.hand_ins(user)
    own = access.limit(rows, user, "s45.handin", "edit").filter(
        Q(draft__progress__icontains=text) | Q(draft__problems__icontains=text) | Q(draft__measures__icontains=text)
    )
    handed_in = rows.filter(
        Q(versions__content__progress__icontains=text)
        | Q(versions__content__problems__icontains=text)
        | Q(versions__content__measures__icontains=text)
    )
    return rows.filter(Q(pk__in=own.values("pk")) | Q(pk__in=handed_in.values("pk")))


def _hand_in_item(row: HandIn, hint: str) -> DueItem:
    left = handins.days_left(row.due_on, today())
    tone = "danger" if left < 0 else "warn" if left <= 3 else "info"
    task = plans.task(row.round.plan_version, row.task_code)
    return DueItem(
        title=f"{row.task_code} {task.title}",
        url=reverse("s45:hand-in", args=[row.pk]),
        due_on=row.due_on,
        tone=tone,
        hint=f"{row.unit.short_name} · {hint}",
    )


def _gravity(row: Judged) -> tuple[int, float]:
    progress, expected = row.judgement.progress, row.judgement.expected
    ratio = float(progress / expected) if progress is not None and expected else 0.0
    return (_GRAVITY.get(row.judgement.status, 9), ratio)


def _lag_item(row: Judged) -> LagItem:
    verdict = row.judgement
    return LagItem(
        title=row.indicator.name,
        url=reverse("s45:figure", args=[row.indicator.code]),
        unit_name=row.indicator.lead_unit.short_name,
        value_text=display.value_text(row.indicator, row.value),
        progress=None if verdict.progress is None else round(verdict.progress * 100),
        expected=None if verdict.expected is None else round(verdict.expected * 100),
        status_text=str(display.STATUS_TEXT[verdict.status]),
        tone=display.STATUS_TONE[verdict.status],
    )
