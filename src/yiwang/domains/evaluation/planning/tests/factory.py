"""A small plan for tests, written through the services: 2 chapters, 4 tasks, 6 figures, one round, the people in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from yiwang.domains.evaluation.planning.models import HandIn, HandInVersion, Plan, PlanVersion, Round
from yiwang.domains.evaluation.planning.selectors.handins import task_indicators
from yiwang.domains.evaluation.planning.services import handins, rounds
from yiwang.domains.evaluation.planning.services.plans import (
    ChapterSpec,
    IndicatorSpec,
    MeasureSpec,
    PlanSpec,
    TaskSpec,
    create_plan,
)
from yiwang.domains.evaluation.planning.types import FigureEntry, HandInContent, Target, TaskStatus
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.lib.clock import at_noon

STARTS_ON, ENDS_ON, AS_OF = date(2021, 1, 1), date(2025, 12, 31), date(2023, 6, 30)
TASKS = ("T1-01", "T1-02", "T2-01", "T2-02")
# As of 2023-06-30 F004 lags far behind its path (36.51 % against 64.88 %); the other indicators keep pace or are ahead.
VALUES = {
    "F001": Decimal(33),
    "F002": Decimal(68),
    "F003": Decimal(45122),
    "F004": Decimal("36.51"),
    "F005": Decimal(51209),
    "F006": Decimal(30),
}


@dataclass(frozen=True)
class World:
    """The plan and the accounts: bureau, a liaison of each unit, leader, approver, viewer, administrators."""

    plan: Plan
    version: PlanVersion
    bureau: User
    liaison_data: User
    liaison_police: User
    liaison_health: User
    leader: User
    approver: User
    viewer: User
    integrator: User
    sysadmin: User
    auditor: User

    def liaison_of(self, hand_in: HandIn) -> User:
        """The liaison who may write this hand-in."""
        people = (self.liaison_data, self.liaison_police, self.liaison_health)
        return next(user for user in people if user.unit_id == hand_in.unit_id)


def plan_spec() -> PlanSpec:
    """The small plan. F004 is binding; F002 is a fact; F003 is cumulative; F005 is an amount; F006 falls."""
    return PlanSpec(
        code="small",
        title_zh="小城数字化规划",
        title_en="Plan of a small town",
        starts_on=STARTS_ON,
        ends_on=ENDS_ON,
        basis="",
        synthetic_note="测试用规划",
        chapters=(
            ChapterSpec(1, "services", "便民服务", "Services", "少跑腿"),
            ChapterSpec(2, "governance", "社会治理", "Governance"),
        ),
        tasks=(
            _task("T1-01", 1, "主题服务", "Bundles", "data", ("S02", "S05")),
            _task("T1-02", 1, "房屋编码", "Codes of houses", "police", ("S08",)),
            _task("T2-01", 2, "卫生应急", "Health emergencies", "health", ()),
            _task("T2-02", 2, "审批提速", "Faster approvals", "data", (), support=("police",)),
        ),
        indicators=(
            _figure("F001", "T1-01", "主题服务上线", "项", "up", baseline=12, targets=(18, 24, 30, 35, 40)),
            _figure("F002", "T1-01", "自助机", "部", "none"),
            _figure("F003", "T1-01", "自助机累计办结", "笔", "cumulative", targets=(3000, 20000, 45000, 70000, 100000)),
            _figure(
                "F004",
                "T1-02",
                "房屋编码完成率",
                "%",
                "up",
                unit_code="police",
                baseline=0,
                targets=(20, 50, 80, 95, 100),
                nature="binding",
                relation="F003/F002",
                decimals=2,
            ),
            _figure("F005", "T2-01", "卫生投入", "万元", "none", unit_code="health"),
            _figure("F006", "T2-02", "审批时限", "工作日", "down", baseline=45, targets=(40, 35, 30, 30, 30)),
        ),
    )


def make_world(spec: PlanSpec | None = None) -> World:
    """Units, accounts and the first version of ``spec`` (default: the small plan)."""
    make_unit("cq", kind="district", name_zh="小城区")
    data = make_unit("cq/data", name_zh="数据局")
    police = make_unit("cq/police", name_zh="公安局")
    health = make_unit("cq/health", name_zh="卫健局")
    version = create_plan(spec or plan_spec(), actor="test", at=at_noon(STARTS_ON))
    return World(
        plan=version.plan,
        version=version,
        bureau=make_user("bureau", data),
        liaison_data=make_user("liaison", data),
        liaison_police=make_user("liaison", police),
        liaison_health=make_user("liaison", health),
        leader=make_user("leader", make_unit("cq")),
        approver=make_user("approver", make_unit("cq")),
        viewer=make_user("viewer", health),
        integrator=make_user("integrator", data),
        sysadmin=make_user("sysadmin"),
        auditor=make_user("auditor"),
    )


def make_round(world: World, *, as_of: date = AS_OF, tasks: tuple[str, ...] = TASKS, title: str = "中期评估") -> Round:
    """An open round in which ``tasks`` are asked of their lead units; without tasks it stays a draft."""
    found = rounds.create_round(
        world.version,
        actor=world.bureau,
        title=title,
        as_of=as_of,
        opens_on=as_of,
        due_on=date(as_of.year, 12, 31),
        steps=(("自评填报", as_of, date(as_of.year, 12, 31)),),
        at=at_noon(as_of),
    )
    rounds.ask(found, tasks, actor=world.bureau, at=at_noon(as_of))
    found.refresh_from_db()
    return found


def hand_in_for(round_: Round, task_code: str) -> HandIn:
    """The only hand-in asked on a task."""
    return HandIn.objects.select_related("unit", "round__plan_version__plan").get(round=round_, task_code=task_code)


def full_content(
    hand_in: HandIn,
    values: dict[str, Decimal] | None = None,
    *,
    status: TaskStatus = TaskStatus.ON_TRACK,
    progress: str = "",
) -> HandInContent:
    """Content that may be handed in: every figure with evidence, the laggard with its cause and remedy."""
    found = {**VALUES, **(values or {})}
    rows = task_indicators(hand_in)
    return HandInContent(
        status=status,
        progress=progress or f"{hand_in.task_code}已推进，" + "，".join(f"{row.name_zh}{{{row.code}}}" for row in rows),
        problems="经费不足" if status.is_laggard else "",
        measures="争取资金" if status.is_laggard else "",
        figures=tuple(
            FigureEntry(
                code=row.code,
                value=found[row.code],
                as_of=hand_in.round.as_of,
                evidence=f"{row.name_zh}台账",
                cause="底数不清",
                remedy="逐户核对",
                remedy_due=ENDS_ON,
            )
            for row in rows
        ),
    )


def submit(
    world: World,
    hand_in: HandIn,
    content: HandInContent | None = None,
    *,
    at: datetime | None = None,
) -> HandInVersion:
    """Hand in as the unit's liaison, with :func:`full_content` unless another content is given."""
    hand_in.refresh_from_db()
    return handins.submit(
        hand_in,
        content or full_content(hand_in),
        revision=hand_in.revision,
        actor=world.liaison_of(hand_in),
        at=at or at_noon(hand_in.round.as_of),
    )


def accept_all(world: World, round_: Round, *, at: datetime | None = None) -> None:
    """Every hand-in of the round handed in and accepted."""
    for hand_in in HandIn.objects.filter(round=round_).select_related("unit", "round__plan_version__plan"):
        version = submit(world, hand_in, at=at)
        handins.accept(hand_in, number=version.number, actor=world.bureau, at=at or at_noon(round_.as_of))


def correct(world: World, hand_in: HandIn, values: dict[str, Decimal], *, at: datetime) -> None:
    """Return an accepted hand-in, hand it in with other values and accept it again, all at ``at``."""
    number = hand_in.versions.count()
    handins.return_(hand_in, number=number, reason="数值有误，请核对", actor=world.bureau, at=at)
    hand_in.refresh_from_db()
    version = submit(world, hand_in, full_content(hand_in, values), at=at)
    handins.accept(hand_in, number=version.number, actor=world.bureau, at=at)


def _task(
    code: str,
    chapter: int,
    title_zh: str,
    title_en: str,
    lead: str,
    systems: tuple[str, ...],
    support: tuple[str, ...] = (),
) -> TaskSpec:
    return TaskSpec(
        code=code,
        chapter=chapter,
        title_zh=title_zh,
        title_en=title_en,
        requirement=f"{title_zh}的规划要求",
        lead_unit=lead,
        support_units=support,
        systems=systems,
        starts_on=STARTS_ON,
        due_on=ENDS_ON,
        measures=(
            MeasureSpec(f"{code}-M1", f"{title_zh}第一项举措"),
            MeasureSpec(f"{code}-M2", f"{title_zh}第二项举措"),
        ),
    )


def _figure(
    code: str,
    task: str,
    name_zh: str,
    unit: str,
    direction: str,
    *,
    unit_code: str = "data",
    baseline: int | None = None,
    targets: tuple[int, ...] = (),
    nature: str = "expected",
    relation: str = "",
    decimals: int | None = 0,
) -> IndicatorSpec:
    return IndicatorSpec(
        code=code,
        task=task,
        name_zh=name_zh,
        name_en=f"Figure {code}",
        unit=unit,
        kind="stock",
        nature=nature if targets else "none",
        direction=direction,
        is_fact=not targets,
        lead_unit=unit_code,
        baseline=None if baseline is None else Decimal(baseline),
        baseline_on=None if baseline is None else date(2020, 12, 31),
        targets=tuple(Target(2021 + index, Decimal(value)) for index, value in enumerate(targets)),
        relation=relation,
        decimals=decimals,
    )
