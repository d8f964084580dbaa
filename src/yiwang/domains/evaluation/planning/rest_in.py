"""What S45 takes over REST: values in addresses and bodies, each within what the database can hold."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, Field, StringConstraints

from yiwang.domains.evaluation.planning.models import Adjustment
from yiwang.domains.evaluation.planning.types import TEXT_LIMIT


def _printable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("the text holds a NUL character")
    return text


# What the database can hold: ids of 8 bytes, numbers of 4, texts without NUL, days that survive a change of zone.
Id = Annotated[int, Field(ge=1, le=9_223_372_036_854_775_807)]
Number = Annotated[int, Field(ge=1, le=2_147_483_647)]
Revision = Annotated[int, Field(ge=0, le=2_147_483_647)]
ChapterNumber = Annotated[int, Field(ge=0, le=9999)]
Limit = Annotated[int, Field(ge=1, le=200)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
Word = Annotated[str, StringConstraints(max_length=100), AfterValidator(_printable)]
Text = Annotated[str, StringConstraints(max_length=TEXT_LIMIT), AfterValidator(_printable)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_printable)]
Cursor = Annotated[str, StringConstraints(max_length=200), AfterValidator(_printable)]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]


class FigureIn(Schema):
    """A figure of a hand-in: ``value`` a decimal string in ``unit``: the figure's own unit or its base unit."""

    code: Code
    value: Word | None = None
    unit: Word = ""
    as_of: Day | None = None
    period_start: Day | None = None
    hedge: Word = ""
    evidence: Text = ""
    note: Text = ""
    cause: Text = ""
    remedy: Text = ""
    remedy_due: Day | None = None


class ContentIn(Schema):
    """What a unit writes; ``revision`` is the one it read, so that nobody's newer words are lost."""

    revision: Revision
    status: Word = ""
    progress: Text = ""
    problems: Text = ""
    measures: Text = ""
    figures: Annotated[list[FigureIn], Field(max_length=200)] = []


class ReturnIn(Schema):
    """Sending version ``number`` back."""

    number: Number
    reason: Text


class TransferIn(Schema):
    """Handing over to the unit of code ``unit``."""

    unit: str
    reason: Text


class AcceptIn(Schema):
    """Accepting version ``number``."""

    number: Number


class AdjustmentIn(Schema):
    """A change to propose; without ``measure`` it concerns the task's requirement (or adds a measure)."""

    kind: Adjustment.Kind
    task: Code
    measure: Code | None = None
    new_text: Text = ""
    reason: Text
    basis: Text


class RejectIn(Schema):
    """The reason of a refusal."""

    note: Text


class ApproveIn(Schema):
    """Adjustments to approve together; they make one new version."""

    numbers: Annotated[list[Number], Field(min_length=1, max_length=200)]
    effective_on: Day | None = None
    note: Text = ""


class StepIn(Schema):
    """A line of a schedule."""

    title: Title
    starts_on: Day
    ends_on: Day


class RoundIn(Schema):
    """A round to prepare, on the plan's newest version."""

    title: Title
    as_of: Day
    opens_on: Day
    due_on: Day
    work_plan: Text = ""
    steps: Annotated[list[StepIn], Field(max_length=50)] = []


class AskIn(Schema):
    """Tasks to ask about: of their lead units, or of ``unit``."""

    tasks: Annotated[list[Code], Field(min_length=1, max_length=500)]
    unit: Code | None = None
    due_on: Day | None = None


class RemindIn(Schema):
    """Hand-ins to remind of; without a list, all that are not handed in."""

    hand_ins: Annotated[list[Id], Field(max_length=500)] | None = None
