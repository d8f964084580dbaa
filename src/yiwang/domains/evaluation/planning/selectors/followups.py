"""What earlier rounds said would be done, and how it stands in a round 上轮措施落实情况.

A measure is a countermeasure of a problem or the remedy of a laggard. It is followed up in every later round until the
bureau has confirmed that it is done. Only closed rounds count as earlier: what they say no longer changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from yiwang.domains.evaluation.planning.models import (
    Countermeasure,
    Explanation,
    FollowUp,
    Plan,
    Round,
)
from yiwang.domains.evaluation.planning.selectors import handins, values
from yiwang.domains.evaluation.planning.types import DueItem
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.orgs.api import Unit
from yiwang.lib.clock import local_date, today
from yiwang.lib.problems import Problem


class Kind(StrEnum):
    """What a measure belongs to."""

    COUNTERMEASURE = "countermeasure"
    REMEDY = "remedy"


class Standing(StrEnum):
    """How a measure stands 落实状态."""

    UNANSWERED = "unanswered"
    NOT_DONE = "not_done"
    UNDER_WAY = "under_way"
    TO_CONFIRM = "to_confirm"
    RETURNED = "returned"
    DONE = "done"


STANDING_TEXT = {
    Standing.UNANSWERED: _("待反馈"),
    Standing.NOT_DONE: _("未落实"),
    Standing.UNDER_WAY: _("正在落实"),
    Standing.TO_CONFIRM: _("报已落实，待确认"),
    Standing.RETURNED: _("已退回"),
    Standing.DONE: _("已落实"),
}
STANDING_TONE = {
    Standing.UNANSWERED: "muted",
    Standing.NOT_DONE: "danger",
    Standing.UNDER_WAY: "info",
    Standing.TO_CONFIRM: "warn",
    Standing.RETURNED: "warn",
    Standing.DONE: "ok",
}
KIND_TEXT = {Kind.COUNTERMEASURE: _("问题整改"), Kind.REMEDY: _("滞后指标整改")}
_STATES = {
    FollowUp.State.DONE: Standing.TO_CONFIRM,
    FollowUp.State.UNDER_WAY: Standing.UNDER_WAY,
    FollowUp.State.NOT_DONE: Standing.NOT_DONE,
}


def standing_of(answer: FollowUp | None) -> Standing:
    """How a measure stands by its newest answer."""
    if answer is None:
        return Standing.UNANSWERED
    if answer.decision == FollowUp.Decision.RETURNED:
        return Standing.RETURNED
    if answer.decision == FollowUp.Decision.CONFIRMED and answer.state == FollowUp.State.DONE:
        return Standing.DONE
    return _STATES[FollowUp.State(answer.state)]


@dataclass(frozen=True)
class Followed:
    """A measure of an earlier round as it stands; ``source`` is what it belongs to, ``day`` what is overdue against."""

    kind: Kind
    pk: int
    text: str
    source: str
    source_url: str
    unit: Unit
    due_on: date
    made_in: Round
    answer: FollowUp | None
    day: date
    may_answer: bool
    may_decide: bool

    @property
    def standing(self) -> Standing:
        """How it stands."""
        return standing_of(self.answer)

    @property
    def standing_text(self) -> str:
        """How it stands, in words."""
        return str(STANDING_TEXT[self.standing])

    @property
    def tone(self) -> str:
        """How it stands, as a colour."""
        return STANDING_TONE[self.standing]

    @property
    def kind_text(self) -> str:
        """What it belongs to, in words."""
        return str(KIND_TEXT[self.kind])

    @property
    def overdue(self) -> bool:
        """Whether its day has passed and nobody has confirmed that it is done."""
        return self.standing is not Standing.DONE and self.due_on < self.day

    @property
    def name(self) -> str:
        """Its name on the page and in addresses."""
        return f"{self.kind}-{self.pk}"


@dataclass(frozen=True)
class Counts:
    """Measures of earlier rounds that the reader may see, by how they stand."""

    total: int
    done: int
    to_confirm: int
    under_way: int
    not_done: int
    unanswered: int
    overdue: int

    @property
    def percent(self) -> int | None:
        """Confirmed as done over all, in whole percent; ``None`` where there are none."""
        return round(self.done * 100 / self.total) if self.total else None


def followed(user: User, round_: Round) -> list[Followed]:
    """Every measure of earlier rounds that ``round_`` asks after and ``user`` may see; the first due first."""
    day = today() if round_.closed_at is None else local_date(round_.closed_at)
    open_ = round_.state == Round.State.OPEN
    answers = _answers(round_)
    found = [
        _seen(user, raw, answers.get((raw.kind, raw.pk)), day, open_)
        for raw in _measures(round_)
        if access.in_scope(user, "s45.followup", "view", raw.unit)
    ]
    return sorted(found, key=lambda row: (row.due_on, row.made_in.pk, row.kind, row.pk))


def one(user: User, round_: Round, kind: str, pk: int) -> Followed:
    """One measure that ``round_`` asks after; Problem ``measure_not_followed`` (404) for what is not the reader's."""
    found = next((row for row in followed(user, round_) if row.kind == kind and row.pk == pk), None)
    if found is None:
        raise Problem(
            "measure_not_followed",
            "本轮没有这项要反馈的措施，或它不归您的单位落实。",
            "This round asks after no such measure that you may see.",
            status=404,
        )
    return found


def counts(rows: Iterable[Followed]) -> Counts:
    """Counts over ``rows``; what was returned waits for an answer again."""
    chosen = list(rows)
    standings = [row.standing for row in chosen]
    return Counts(
        total=len(chosen),
        done=standings.count(Standing.DONE),
        to_confirm=standings.count(Standing.TO_CONFIRM),
        under_way=standings.count(Standing.UNDER_WAY),
        not_done=standings.count(Standing.NOT_DONE),
        unanswered=standings.count(Standing.UNANSWERED) + standings.count(Standing.RETURNED),
        overdue=sum(1 for row in chosen if row.overdue),
    )


def waiting_units(round_: Round) -> list[Unit]:
    """Units that have a measure of ``round_`` without an answer, or with one that was returned."""
    answers = _answers(round_)
    waiting = {
        raw.unit
        for raw in _measures(round_)
        if standing_of(answers.get((raw.kind, raw.pk))) in {Standing.UNANSWERED, Standing.RETURNED}
    }
    return sorted(waiting, key=lambda unit: unit.path)


def due_items(user: User, plan: Plan) -> list[DueItem]:
    """What waits for ``user``: answers of the own unit, confirmations of the bureau; one line a round."""
    items: list[DueItem] = []
    if not access.can(user, "s45.followup", "answer") and not access.can(user, "s45.followup", "confirm"):
        return items
    for round_ in handins.rounds(plan).filter(state=Round.State.OPEN):
        rows = followed(user, round_)
        mine = [row for row in rows if row.may_answer and row.standing in {Standing.UNANSWERED, Standing.RETURNED}]
        if mine:
            title = _("反馈上轮措施落实情况：%(total)s 项") % {"total": len(mine)}
            items.append(_due_item(round_, title, any(row.overdue for row in mine)))
        to_confirm = [row for row in rows if row.may_decide and row.standing is Standing.TO_CONFIRM]
        if to_confirm:
            title = _("确认上轮措施落实情况：%(total)s 项") % {"total": len(to_confirm)}
            items.append(_due_item(round_, title, overdue=False))
    return items


@dataclass(frozen=True)
class _Measure:
    kind: Kind
    pk: int
    text: str
    source: str
    unit: Unit
    due_on: date
    made_in: Round
    url: str


def _earlier(round_: Round) -> list[Round]:
    """Closed rounds of the same plan before ``round_``."""
    rows = handins.rounds(round_.plan_version.plan).filter(state=Round.State.CLOSED)
    if round_.closed_at is not None:
        # What is closed later than this round came too late for it.
        rows = rows.filter(closed_at__lte=round_.closed_at)
    return list(rows.filter(Q(as_of__lt=round_.as_of) | Q(as_of=round_.as_of, pk__lt=round_.pk)))


def _measures(round_: Round) -> list[_Measure]:
    """What earlier rounds said would be done and no round before this one has confirmed as done."""
    earlier = _earlier(round_)
    done = FollowUp.objects.filter(
        round__in=earlier, state=FollowUp.State.DONE, decision=FollowUp.Decision.CONFIRMED
    ).values_list("countermeasure_id", "explanation_id")
    settled = {(Kind.COUNTERMEASURE, first) if first else (Kind.REMEDY, second) for first, second in done}
    rounds = {row.pk: row for row in earlier}
    found = [*_countermeasures(rounds), *_remedies(rounds)]
    return [row for row in found if (row.kind, row.pk) not in settled]


def _countermeasures(rounds: dict[int, Round]) -> list[_Measure]:
    rows = Countermeasure.objects.filter(problem__round__in=rounds).select_related("problem", "unit")
    return [
        _Measure(
            Kind.COUNTERMEASURE,
            row.pk,
            row.text,
            row.problem.title or f"{row.problem.position}",
            row.unit,
            row.due_on,
            rounds[row.problem.round_id],
            f"{reverse('s45:problems', args=[row.problem.round_id])}#problem-{row.problem.position}",
        )
        for row in rows
    ]


def _remedies(rounds: dict[int, Round]) -> list[_Measure]:
    """Remedies of what lagged in ``rounds`` as it was known when they were closed; of what did not lag, none."""
    notes: dict[int, list[Explanation]] = {}
    for row in Explanation.objects.filter(round__in=rounds):
        notes.setdefault(row.round_id, []).append(row)
    found = []
    for pk, rows in notes.items():
        made_in = rounds[pk]
        judged = values.judge_round(made_in)
        laggards = {row.indicator.code: row.indicator for row in judged if row.judgement.status.is_laggard}
        found += [
            _Measure(
                Kind.REMEDY,
                row.pk,
                row.measure,
                f"{row.indicator_code} {laggards[row.indicator_code].name}",
                laggards[row.indicator_code].lead_unit,
                row.due_on,
                made_in,
                f"{reverse('s45:judgement', args=[pk])}#row-{row.indicator_code}",
            )
            for row in rows
            if row.indicator_code in laggards
        ]
    return found


def _answers(round_: Round) -> dict[tuple[Kind, int], FollowUp]:
    return {
        (Kind.COUNTERMEASURE, row.countermeasure_id)
        if row.countermeasure_id
        else (Kind.REMEDY, row.explanation_id or 0): row
        for row in round_.follow_ups.all()
    }


def _seen(user: User, raw: _Measure, answer: FollowUp | None, day: date, open_: bool) -> Followed:
    settled = standing_of(answer) is Standing.DONE
    return Followed(
        kind=raw.kind,
        pk=raw.pk,
        text=raw.text,
        source=raw.source,
        source_url=raw.url,
        unit=raw.unit,
        due_on=raw.due_on,
        made_in=raw.made_in,
        answer=answer,
        day=day,
        may_answer=open_ and not settled and access.in_scope(user, "s45.followup", "answer", raw.unit),
        may_decide=open_ and answer is not None and access.in_scope(user, "s45.followup", "confirm", raw.unit),
    )


def _due_item(round_: Round, title: str, overdue: bool) -> DueItem:
    return DueItem(
        title=title,
        url=reverse("s45:follow-up", args=[round_.pk]),
        due_on=round_.due_on,
        tone="danger" if overdue else "info",
        hint=round_.title,
    )
