"""REST of interviews, problems and the follow-up of measures. Scope and rules as on the pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Schema, Status
from pydantic import Field

from yiwang.domains.evaluation.planning import rest_composite
from yiwang.domains.evaluation.planning.models import Finding, FollowUp, Interview
from yiwang.domains.evaluation.planning.rest_in import Code, Day, Id, Number, Revision, Text, Title
from yiwang.domains.evaluation.planning.rest_out import unit_out
from yiwang.domains.evaluation.planning.rest_schemas import UnitNameOut
from yiwang.domains.evaluation.planning.selectors import followups, handins, interviews, links, problems
from yiwang.domains.evaluation.planning.selectors.followups import Followed, Kind, Standing
from yiwang.domains.evaluation.planning.selectors.problems import ProblemLine
from yiwang.domains.evaluation.planning.services import followups as following
from yiwang.domains.evaluation.planning.services import interviews as interviewing
from yiwang.domains.evaluation.planning.services import problems as writing
from yiwang.domains.evaluation.planning.services.interviews import FindingEntry, InterviewEntry
from yiwang.domains.evaluation.planning.services.problems import CountermeasureEntry, ProblemEntry
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.orgs import api as orgs

router = rest_composite.router
Codes = Annotated[list[Code], Field(max_length=60)]


class FindingIn(Schema):
    """A finding with the codes of the tasks, indicators and measures that it concerns."""

    text: Text
    codes: Codes = []


class InterviewIn(Schema):
    """An interview to write down; ``interviewed`` by post where the name is not needed."""

    kind: Interview.Kind
    held_on: Day
    place: Title
    units: Annotated[list[Code], Field(min_length=1, max_length=60)]
    interviewed: Annotated[Title, Field(max_length=300)]
    interviewers: Annotated[Title, Field(max_length=300)]
    notes: Text = ""
    findings: Annotated[list[FindingIn], Field(max_length=60)] = []


class CountermeasureIn(Schema):
    """What a unit shall do about a problem, and by when."""

    text: Text
    unit: Code
    due_on: Day


class ProblemIn(Schema):
    """A problem to write; ``text`` goes into the report and may name figures as ``{F005}``."""

    title: Title
    text: Text
    codes: Codes = []
    findings: Annotated[list[Id], Field(max_length=200)] = []
    countermeasures: Annotated[list[CountermeasureIn], Field(max_length=60)] = []


class AnswerIn(Schema):
    """How a measure stands; ``revision`` is that of the answer that was read, 0 where there is none."""

    revision: Revision = 0
    state: FollowUp.State
    evidence: Text


class ConfirmIn(Schema):
    """Taking the answer that was read."""

    revision: Revision


class ReturnAnswerIn(ConfirmIn):
    """Sending the answer back."""

    note: Text


class InterviewFindingOut(Schema):
    """What an interview found."""

    id: int
    text: str
    codes: list[str]


class InterviewOut(Schema):
    """An interview with its findings."""

    number: int
    kind: Interview.Kind
    held_on: date
    place: str
    units: list[UnitNameOut]
    interviewed: str
    interviewers: str
    notes: str
    revision: int
    findings: list[InterviewFindingOut]


class InterviewsOut(Schema):
    """The interviews of a round that the reader may see, newest first."""

    items: list[InterviewOut]


class CountermeasureOut(Schema):
    """A countermeasure with how it stands by the newest answer."""

    id: int
    text: str
    unit: UnitNameOut
    due_on: date
    standing: Standing
    overdue: bool


class ProblemOut(Schema):
    """A problem of a round; a unit sees its own countermeasures only."""

    position: int
    title: str
    text: str
    codes: list[str]
    lagging: list[str]
    findings: list[InterviewFindingOut]
    countermeasures: list[CountermeasureOut]


class ProblemsOut(Schema):
    """The problems of a round that the reader may see, in the report's order."""

    items: list[ProblemOut]


class FollowedOut(Schema):
    """A measure of an earlier round with the answer of this one."""

    kind: Kind
    id: int
    text: str
    source: str
    made_in: int
    unit: UnitNameOut
    due_on: date
    standing: Standing
    overdue: bool
    evidence: str
    revision: int
    answered_at: datetime | None
    decision: str
    note: str


class FollowUpOut(Schema):
    """Measures of earlier rounds that the reader may see, with counts over them."""

    total: int
    done: int
    overdue: int
    unanswered: int
    items: list[FollowedOut]


def _user(request: HttpRequest, resource: str, action: str) -> User:
    user = access.signed_in(request)
    access.require(user, resource, action)
    return user


@router.get("/rounds/{pk}/interviews", response=InterviewsOut, operation_id="s45_interviews", summary="访谈")
def list_interviews(request: HttpRequest, pk: Path[Id]) -> InterviewsOut:
    """Interviews of a round; a unit sees those with itself."""
    user = _user(request, "s45.interview", "view")
    rows = interviews.interviews(user, handins.round_by_id(pk))
    return InterviewsOut(items=[_interview_out(row) for row in rows])


@router.post(
    "/rounds/{pk}/interviews", response={201: InterviewOut}, operation_id="s45_add_interview", summary="登记访谈"
)
def add_interview(request: HttpRequest, pk: Path[Id], body: InterviewIn) -> Status[InterviewOut]:
    """Write down an interview. Problems ``interview_date``, ``link_unknown``, ``round_closed``."""
    user = _user(request, "s45.interview", "write")
    entry = InterviewEntry(
        kind=body.kind.value,
        held_on=body.held_on,
        place=body.place,
        units=tuple(orgs.unit(code) for code in dict.fromkeys(body.units)),
        interviewed=body.interviewed,
        interviewers=body.interviewers,
        notes=body.notes,
        findings=tuple(FindingEntry(item.text, links.written(item.codes)) for item in body.findings),
    )
    return Status(201, _interview_out(interviewing.add(handins.round_by_id(pk), entry, actor=user)))


@router.get("/rounds/{pk}/problems", response=ProblemsOut, operation_id="s45_problems", summary="问题与整改")
def list_problems(request: HttpRequest, pk: Path[Id]) -> ProblemsOut:
    """Problems of a round with links, findings and countermeasures."""
    user = _user(request, "s45.problem", "view")
    return ProblemsOut(items=[_problem_out(line) for line in problems.problems(user, handins.round_by_id(pk))])


@router.post("/rounds/{pk}/problems", response={201: ProblemOut}, operation_id="s45_add_problem", summary="写问题")
def add_problem(request: HttpRequest, pk: Path[Id], body: ProblemIn) -> Status[ProblemOut]:
    """Write a problem with its countermeasures; it goes into the report."""
    user = _user(request, "s45.problem", "write")
    round_ = handins.round_by_id(pk)
    entry = ProblemEntry(
        title=body.title,
        text=body.text,
        codes=links.written(body.codes),
        findings=tuple(body.findings),
        countermeasures=tuple(
            CountermeasureEntry(item.text, orgs.unit(item.unit), item.due_on) for item in body.countermeasures
        ),
    )
    row = writing.save(round_, entry, actor=user)
    lines = problems.problems(user, round_)
    return Status(201, _problem_out(next(line for line in lines if line.row.pk == row.pk)))


@router.get("/rounds/{pk}/follow-up", response=FollowUpOut, operation_id="s45_follow_up", summary="上轮措施落实情况")
def list_follow_up(request: HttpRequest, pk: Path[Id]) -> FollowUpOut:
    """Measures of earlier rounds that this round asks after."""
    user = _user(request, "s45.followup", "view")
    rows = followups.followed(user, handins.round_by_id(pk))
    counts = followups.counts(rows)
    return FollowUpOut(
        total=counts.total,
        done=counts.done,
        overdue=counts.overdue,
        unanswered=counts.unanswered,
        items=[_followed_out(row) for row in rows],
    )


@router.post(
    "/rounds/{pk}/follow-up/{kind}/{number}/answer",
    response=FollowedOut,
    operation_id="s45_answer",
    summary="反馈落实情况",
)
def answer(request: HttpRequest, pk: Path[Id], kind: Path[Kind], number: Path[Number], body: AnswerIn) -> FollowedOut:
    """Say how a measure of the own unit stands."""
    user = _user(request, "s45.followup", "answer")
    round_ = handins.round_by_id(pk)
    following.answer(
        round_, kind, number, state=body.state.value, evidence=body.evidence, revision=body.revision, actor=user
    )
    return _followed_out(followups.one(user, round_, kind, number))


@router.post(
    "/rounds/{pk}/follow-up/{kind}/{number}/confirm",
    response=FollowedOut,
    operation_id="s45_confirm_answer",
    summary="确认落实情况",
)
def confirm(request: HttpRequest, pk: Path[Id], kind: Path[Kind], number: Path[Number], body: ConfirmIn) -> FollowedOut:
    """Take a unit's answer."""
    user = _user(request, "s45.followup", "confirm")
    round_ = handins.round_by_id(pk)
    following.confirm(round_, kind, number, revision=body.revision, actor=user)
    return _followed_out(followups.one(user, round_, kind, number))


@router.post(
    "/rounds/{pk}/follow-up/{kind}/{number}/return",
    response=FollowedOut,
    operation_id="s45_return_answer",
    summary="退回落实情况",
)
def return_answer(
    request: HttpRequest, pk: Path[Id], kind: Path[Kind], number: Path[Number], body: ReturnAnswerIn
) -> FollowedOut:
    """Send a unit's answer back with the reason."""
    user = _user(request, "s45.followup", "confirm")
    round_ = handins.round_by_id(pk)
    following.return_(round_, kind, number, revision=body.revision, note=body.note, actor=user)
    return _followed_out(followups.one(user, round_, kind, number))


def _finding_out(row: Finding) -> InterviewFindingOut:
    return InterviewFindingOut(id=row.pk, text=row.text, codes=list(links.links_of(row).codes))


def _interview_out(row: Interview) -> InterviewOut:
    return InterviewOut(
        number=row.number,
        kind=Interview.Kind(row.kind),
        held_on=row.held_on,
        place=row.place,
        units=[unit_out(unit) for unit in row.units.all()],
        interviewed=row.interviewed,
        interviewers=row.interviewers,
        notes=row.notes,
        revision=row.revision,
        findings=[_finding_out(item) for item in row.findings.all()],
    )


def _problem_out(line: ProblemLine) -> ProblemOut:
    return ProblemOut(
        position=line.row.position,
        title=line.row.title,
        text=line.row.text,
        codes=list(links.links_of(line.row).codes),
        lagging=[judged.indicator.code for judged, _ in line.laggards],
        findings=[_finding_out(item) for item in line.findings],
        countermeasures=[
            CountermeasureOut(
                id=item.row.pk,
                text=item.row.text,
                unit=unit_out(item.row.unit),
                due_on=item.row.due_on,
                standing=item.standing,
                overdue=item.overdue,
            )
            for item in line.measures
        ],
    )


def _followed_out(row: Followed) -> FollowedOut:
    found = row.answer
    return FollowedOut(
        kind=row.kind,
        id=row.pk,
        text=row.text,
        source=row.source,
        made_in=row.made_in.pk,
        unit=unit_out(row.unit),
        due_on=row.due_on,
        standing=row.standing,
        overdue=row.overdue,
        evidence="" if found is None else found.evidence,
        revision=0 if found is None else found.revision,
        answered_at=None if found is None else found.answered_at,
        decision="" if found is None else found.decision,
        note="" if found is None else found.note,
    )
