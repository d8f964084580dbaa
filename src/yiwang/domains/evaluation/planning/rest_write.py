"""REST of S45, to write: the same services as the pages, with the same rules and the same problems."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.http import HttpRequest
from django.urls import reverse
from ninja import Path, Router, Status

from yiwang.domains.evaluation.planning import rest_out
from yiwang.domains.evaluation.planning.models import Indicator
from yiwang.domains.evaluation.planning.rest_in import (
    AcceptIn,
    AdjustmentIn,
    ApproveIn,
    AskIn,
    ContentIn,
    FigureIn,
    Id,
    Number,
    RejectIn,
    RemindIn,
    ReturnIn,
    RoundIn,
    TransferIn,
)
from yiwang.domains.evaluation.planning.rest_schemas import (
    AdjustmentOut,
    HandInOut,
    HandInsOut,
    RemindedOut,
    ReportOut,
    RoundOut,
    VersionOut,
)
from yiwang.domains.evaluation.planning.selectors import adjustments, handins
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.services import adjustments as changing
from yiwang.domains.evaluation.planning.services import closing, reports, rounds, transfers
from yiwang.domains.evaluation.planning.services import handins as writing
from yiwang.domains.evaluation.planning.types import HandInContent
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.orgs import api as orgs
from yiwang.lib.problems import Problem
from yiwang.lib.units import from_base, to_base

router = Router()


def _writer(request: HttpRequest, resource: str, action: str) -> User:
    user = access.signed_in(request)
    access.require(user, resource, action)
    return user


def hand_in_answer(user: User, pk: int) -> HandInOut:
    """The hand-in ``pk`` as ``user`` may see it. Problem ``handin_unknown`` (404)."""
    row = handins.hand_in(user, pk)
    items = {item.code: item for item in plans.indicators(row.round.plan_version).filter(task__code=row.task_code)}
    writes = access.in_scope(user, "s45.handin", "edit", row.unit)
    draft = HandInContent.from_json(row.draft) if writes else None
    return rest_out.hand_in_out(row, items, draft, list(row.versions.all()), list(row.evidence.all()))


@router.post("/hand-ins/{pk}/draft", response=HandInOut, operation_id="s45_draft", summary="保存草稿")
def save_draft(request: HttpRequest, pk: Path[Id], body: ContentIn) -> HandInOut:
    """Keep what is written so far. Problems ``handin_conflict`` (409) when somebody wrote since ``revision``."""
    user = _writer(request, "s45.handin", "edit")
    row = handins.hand_in(user, pk)
    writing.save_draft(row, _content(body, _figures(pk, user)), revision=body.revision, actor=user)
    return hand_in_answer(user, pk)


@router.post("/hand-ins/{pk}/submit", response=HandInOut, operation_id="s45_submit", summary="报送")
def submit(request: HttpRequest, pk: Path[Id], body: ContentIn) -> HandInOut:
    """Hand in. Problem ``handin_incomplete`` lists everything that is missing or wrong."""
    user = _writer(request, "s45.handin", "edit")
    row = handins.hand_in(user, pk)
    writing.submit(row, _content(body, _figures(pk, user)), revision=body.revision, actor=user)
    return hand_in_answer(user, pk)


@router.post("/hand-ins/{pk}/return", response=HandInOut, operation_id="s45_return", summary="退回")
def return_(request: HttpRequest, pk: Path[Id], body: ReturnIn) -> HandInOut:
    """Send a version back with a reason."""
    user = _writer(request, "s45.handin", "review")
    writing.return_(handins.hand_in(user, pk), number=body.number, reason=body.reason, actor=user)
    return hand_in_answer(user, pk)


@router.post("/hand-ins/{pk}/transfer", response=HandInOut, operation_id="s45_transfer", summary="移交填报")
def transfer(request: HttpRequest, pk: Path[Id], body: TransferIn) -> HandInOut:
    """Give a hand-in to the unit that has taken its unit's place."""
    user = _writer(request, "s45.round", "manage")
    transfers.transfer(handins.hand_in(user, pk), unit=orgs.unit(body.unit), reason=body.reason, actor=user)
    return hand_in_answer(user, pk)


@router.post("/hand-ins/{pk}/accept", response=HandInOut, operation_id="s45_accept", summary="采纳")
def accept(request: HttpRequest, pk: Path[Id], body: AcceptIn) -> HandInOut:
    """Accept a version: its figures become values."""
    user = _writer(request, "s45.handin", "review")
    writing.accept(handins.hand_in(user, pk), number=body.number, actor=user)
    return hand_in_answer(user, pk)


@router.post("/adjustments", response={201: AdjustmentOut}, operation_id="s45_propose", summary="提出调整")
def propose(request: HttpRequest, body: AdjustmentIn) -> Status[AdjustmentOut]:
    """Propose a change of the plan's newest text."""
    user = _writer(request, "s45.adjustment", "propose")
    row = changing.propose(
        plans.require_plan(),
        actor=user,
        kind=body.kind.value,
        task_code=body.task,
        measure_code=body.measure or "",
        new_text=body.new_text,
        reason=body.reason,
        basis=body.basis,
    )
    return Status(201, rest_out.adjustment_out(row))


@router.post("/adjustments/approve", response=VersionOut, operation_id="s45_approve", summary="批准调整")
def approve(request: HttpRequest, body: ApproveIn) -> VersionOut:
    """Approve adjustments together; they make one new version of the plan."""
    user = _writer(request, "s45.adjustment", "decide")
    plan = plans.require_plan()
    rows = [adjustments.adjustment(user, plan, number) for number in sorted(set(body.numbers))]
    version = changing.approve(rows, actor=user, effective_on=body.effective_on, note=body.note)
    return rest_out.version_out(version)


@router.post("/adjustments/{number}/reject", response=AdjustmentOut, operation_id="s45_reject", summary="不批准")
def reject(request: HttpRequest, number: Path[Number], body: RejectIn) -> AdjustmentOut:
    """Decide against an adjustment, with the reason."""
    user = _writer(request, "s45.adjustment", "decide")
    row = adjustments.adjustment(user, plans.require_plan(), number)
    return rest_out.adjustment_out(changing.reject(row, actor=user, note=body.note))


@router.post("/adjustments/{number}/withdraw", response=AdjustmentOut, operation_id="s45_withdraw", summary="撤回调整")
def withdraw(request: HttpRequest, number: Path[Number]) -> AdjustmentOut:
    """Take an adjustment back before it is decided."""
    user = _writer(request, "s45.adjustment", "propose")
    row = adjustments.adjustment(user, plans.require_plan(), number)
    return rest_out.adjustment_out(changing.withdraw(row, actor=user))


@router.post("/rounds", response={201: RoundOut}, operation_id="s45_create_round", summary="新建评估轮次")
def create_round(request: HttpRequest, body: RoundIn) -> Status[RoundOut]:
    """Prepare a round on the plan's newest version."""
    user = _writer(request, "s45.round", "manage")
    row = rounds.create_round(
        plans.version(plans.require_plan()),
        actor=user,
        title=body.title,
        as_of=body.as_of,
        opens_on=body.opens_on,
        due_on=body.due_on,
        work_plan=body.work_plan,
        steps=[(step.title, step.starts_on, step.ends_on) for step in body.steps],
    )
    return Status(201, rest_out.round_out(row))


@router.post("/rounds/{pk}/ask", response={201: HandInsOut}, operation_id="s45_ask", summary="下发填报")
def ask(request: HttpRequest, pk: Path[Id], body: AskIn) -> Status[HandInsOut]:
    """Ask units to hand in on tasks; all are asked or none."""
    user = _writer(request, "s45.round", "manage")
    unit = None if body.unit is None else orgs.unit(body.unit)
    rows = rounds.ask(handins.round_by_id(pk), body.tasks, actor=user, unit=unit, due_on=body.due_on)
    return Status(201, HandInsOut(items=[rest_out.hand_in_row(row) for row in rows], next_cursor=""))


@router.post("/rounds/{pk}/remind", response=RemindedOut, operation_id="s45_remind", summary="催报")
def remind(request: HttpRequest, pk: Path[Id], body: RemindIn) -> RemindedOut:
    """Remind the liaisons of units that have not handed in; at most once a day each."""
    user = _writer(request, "s45.round", "manage")
    round_ = handins.round_by_id(pk)
    chosen = None if body.hand_ins is None else handins.hand_ins(user, round_).filter(pk__in=body.hand_ins)
    return RemindedOut(reminded=rounds.remind(round_, actor=user, hand_ins=chosen))


@router.post("/rounds/{pk}/close", response=RoundOut, operation_id="s45_close", summary="办结")
def close(request: HttpRequest, pk: Path[Id]) -> RoundOut:
    """Close a round. Problems ``round_incomplete``, ``round_laggards_unexplained`` (409)."""
    user = _writer(request, "s45.round", "manage")
    return rest_out.round_out(closing.close(handins.round_by_id(pk), actor=user))


@router.post("/rounds/{pk}/report", response={201: ReportOut}, operation_id="s45_write_report", summary="生成报告")
def write_report(request: HttpRequest, pk: Path[Id]) -> Status[ReportOut]:
    """Write the round's report as a Word file."""
    user = _writer(request, "s45.report", "write")
    row = reports.write_report(handins.round_by_id(pk), actor=user)
    return Status(201, rest_out.report_out(row, reverse("s45:report-download", args=[pk, row.number])))


def _figures(pk: int, user: User) -> dict[str, Indicator]:
    row = handins.hand_in(user, pk)
    return {item.code: item for item in handins.task_indicators(row)}


def _content(body: ContentIn, items: dict[str, Indicator]) -> HandInContent:
    """The posted content in the figures' own units. Problems ``figure_unit``, ``figure_foreign``, the content's own."""
    return HandInContent.from_json(
        {
            "status": body.status,
            "progress": body.progress,
            "problems": body.problems,
            "measures": body.measures,
            "figures": [_figure(entry, items.get(entry.code.upper())) for entry in body.figures],
        }
    )


def _figure(entry: FigureIn, item: Indicator | None) -> dict[str, object]:
    field = f"figure-{entry.code}-value"
    if item is None:
        raise Problem(
            "figure_foreign",
            f"{entry.code} 不是本任务由您单位填报的指标或数据。",
            f"{entry.code} is no figure that your unit reports on this task.",
            field=field,
        )
    value = entry.value
    if value is not None and value.strip():
        try:
            # Not written out: 1E+999999999 has a gigabyte of digits. The content refuses it as it stands.
            value = str(from_base(Decimal(value.strip()), entry.unit, item.unit))
        except (InvalidOperation, ValueError) as error:
            base = to_base(Decimal(0), item.unit).unit
            raise Problem(
                "figure_unit",
                f"{entry.code} 的数值应为十进制数，单位写“{item.unit}”"
                + (f"或“{base}”。" if base != item.unit else "。"),
                f'{entry.code}: give a decimal number with the unit "{item.unit}"'
                + (f' or "{base}".' if base != item.unit else "."),
                field=field,
                unit=item.unit,
            ) from error
    return {**entry.dict(), "code": item.code, "value": value}
