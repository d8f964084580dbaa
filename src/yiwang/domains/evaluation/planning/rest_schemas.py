"""What S45 says over REST. Numbers are decimal strings in base units, with the unit, and as shown."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Schema

from yiwang.domains.evaluation.planning.types import TaskStatus


class UnitNameOut(Schema):
    """A unit by code and name."""

    code: str
    name_zh: str
    name_en: str


class QuantityOut(Schema):
    """A number: ``value`` in the base unit ``unit`` (512090000 元), ``shown`` as officials write it (51209万元)."""

    value: str
    unit: str
    shown: str


class VersionOut(Schema):
    """A version of the plan's text."""

    number: int
    effective_on: date
    note: str
    created_at: datetime


class VersionsOut(Schema):
    """All versions, newest first."""

    items: list[VersionOut]


class ChapterOut(Schema):
    """A chapter of the plan."""

    number: int
    key: str
    name_zh: str
    name_en: str
    slogan: str


class PlanOut(Schema):
    """The plan with the version that is shown."""

    code: str
    title_zh: str
    title_en: str
    starts_on: date
    ends_on: date
    basis: str
    synthetic_note: str
    version: VersionOut
    chapters: list[ChapterOut]


class MeasureOut(Schema):
    """A measure of a task."""

    code: str
    text: str


class TaskOut(Schema):
    """A task. ``state`` is what its units declared in the last evaluated round, ``null`` before they have."""

    code: str
    chapter: int
    title_zh: str
    title_en: str
    requirement: str
    lead_unit: UnitNameOut
    support_units: list[UnitNameOut]
    systems: list[str]
    starts_on: date
    due_on: date
    state: TaskStatus | None
    measures: list[MeasureOut]


class TasksOut(Schema):
    """A page of tasks."""

    items: list[TaskOut]
    next_cursor: str


class WordsOut(Schema):
    """A run of a compared text; ``kind`` is same, removed or added."""

    kind: str
    text: str


class ChangeOut(Schema):
    """What changed in one task, measure or indicator; ``kind`` is added, removed or changed."""

    kind: str
    what: str
    code: str
    title: str
    old: str
    new: str
    words: list[WordsOut]


class ComparisonOut(Schema):
    """The difference of two versions."""

    old: int
    new: int
    changes: list[ChangeOut]


class TargetOut(Schema):
    """What should be reached at the end of a year; ``upper`` closes a range."""

    year: int
    value: QuantityOut
    upper: QuantityOut | None


class ValueOut(Schema):
    """A value with both clocks: it counts for ``as_of`` and was known from ``recorded_at`` until ``superseded_at``.

    ``is_target`` marks a number that the plan aims at, not one that was reached. ``origin`` is reported or computed: a
    computed value has its parts in base units, the count of its records, and the snapshot of the lake.
    """

    quantity: QuantityOut
    origin: str
    numerator: str | None
    denominator: str | None
    rows: int | None
    snapshot: str | None
    hedge: str
    as_of: date
    as_of_stated: bool
    is_target: bool
    period_start: date | None
    reported_by: UnitNameOut
    evidence: str
    note: str
    recorded_at: datetime
    superseded_at: datetime | None
    synthetic: bool


class JudgementOut(Schema):
    """Progress against time; shares are percentages with two places."""

    status: str
    progress: str | None
    expected: str | None
    time: str | None
    binding_behind: bool
    zh: str
    en: str


class FigureOut(Schema):
    """An indicator or fact; ``judgement`` is ``null`` where the reader may not see it."""

    code: str
    name_zh: str
    name_en: str
    task: str
    chapter: int
    unit: str
    kind: str
    nature: str
    direction: str
    origin: str
    is_fact: bool
    relation: str
    weight: str
    lead_unit: UnitNameOut
    baseline: QuantityOut | None
    targets: list[TargetOut]
    synthetic_target: bool
    value: ValueOut | None
    judgement: JudgementOut | None


class FiguresOut(Schema):
    """A page of figures as of a date; ``known_at`` is ``null`` for what is known now."""

    as_of: date
    known_at: date | None
    items: list[FigureOut]
    next_cursor: str


class HistoryOut(Schema):
    """Every value of a figure that was ever recorded, newest first."""

    code: str
    items: list[ValueOut]


class StepOut(Schema):
    """A line of a round's schedule."""

    title: str
    starts_on: date
    ends_on: date


class RoundOut(Schema):
    """An evaluation round."""

    id: int
    title: str
    as_of: date
    opens_on: date
    due_on: date
    state: str
    plan_version: int
    work_plan: str
    closed_at: datetime | None
    steps: list[StepOut]


class RoundsOut(Schema):
    """A page of rounds, newest first."""

    items: list[RoundOut]
    next_cursor: str


class JudgedOut(Schema):
    """An indicator's judgement in a round with its explanation."""

    code: str
    name_zh: str
    name_en: str
    lead_unit: UnitNameOut
    value: ValueOut | None
    judgement: JudgementOut
    cause: str
    measure: str
    due_on: date | None


class RoundJudgementOut(Schema):
    """A round's judgement: the rows the reader may see, and the counts and the coverage over these rows."""

    round: int
    as_of: date
    indicators: int
    on_pace: int
    lagging: int
    no_data: int
    coverage: str | None
    items: list[JudgedOut]


class ContentFigureOut(Schema):
    """A figure inside a hand-in."""

    code: str
    quantity: QuantityOut | None
    as_of: date | None
    period_start: date | None
    hedge: str
    evidence: str
    note: str
    cause: str
    remedy: str
    remedy_due: date | None


class ContentOut(Schema):
    """What a unit wrote on a task; texts keep their live figures as ``{F005}``."""

    status: str
    progress: str
    problems: str
    measures: str
    figures: list[ContentFigureOut]


class HandInVersionOut(Schema):
    """A hand-in as it was handed in."""

    number: int
    submitted_at: datetime
    submitted_by: str
    decision: str
    decided_at: datetime | None
    decided_by: str
    reason: str
    content: ContentOut


class EvidenceOut(Schema):
    """A document behind a hand-in; ``figure`` is empty for the whole task."""

    id: int
    figure: str
    title: str
    filename: str
    sha256: str
    size: int


class HandInRow(Schema):
    """A hand-in in a list."""

    id: int
    round: int
    task: str
    unit: UnitNameOut
    state: str
    due_on: date
    revision: int
    updated_at: datetime | None


class HandInsOut(Schema):
    """A page of hand-ins."""

    items: list[HandInRow]
    next_cursor: str


class HandInOut(HandInRow):
    """A hand-in with its versions and documents; ``draft`` only for those who may write it."""

    draft: ContentOut | None
    versions: list[HandInVersionOut]
    evidence: list[EvidenceOut]


class AdjustmentOut(Schema):
    """A proposed change of the plan and what became of it."""

    number: int
    kind: str
    task: str
    measure: str
    old_text: str
    new_text: str
    reason: str
    basis: str
    unit: UnitNameOut
    state: str
    proposed_on: date
    proposed_by: str
    approver: str
    decided_on: date | None
    decision_note: str
    resulting_version: int | None


class AdjustmentsOut(Schema):
    """A page of adjustments, newest first."""

    items: list[AdjustmentOut]
    next_cursor: str


class RemindedOut(Schema):
    """How many hand-ins were reminded of."""

    reminded: int


class ReportOut(Schema):
    """A written report; ``url`` downloads it in a browser session."""

    number: int
    written_at: datetime
    written_by: str
    gaps: int
    filename: str
    sha256: str
    size: int
    url: str


class ReportsOut(Schema):
    """The reports of a round, newest first."""

    items: list[ReportOut]
