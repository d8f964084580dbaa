"""Loads the demonstration through the services that officials use, dated as it would have happened in 2023."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction

from yiwang.domains.evaluation.planning.demo import following, reading
from yiwang.domains.evaluation.planning.models import (
    Adjustment,
    FrozenRound,
    HandIn,
    Indicator,
    Plan,
    PlanVersion,
    Round,
    RoundText,
)
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors.evaluation import Evaluation, evaluate
from yiwang.domains.evaluation.planning.services import adjustments, closing, computing, handins, reports, rounds
from yiwang.domains.evaluation.planning.services.plans import create_plan
from yiwang.domains.evaluation.planning.services.values import record_value
from yiwang.domains.evaluation.planning.types import HandInContent
from yiwang.kernel.access.api import User
from yiwang.kernel.files import api as files
from yiwang.kernel.notices import api as notices
from yiwang.kernel.orgs import api as orgs
from yiwang.lib.clock import at_noon

Say = Callable[[str], None]


@transaction.atomic
def load(say: Say, today: date, *, counted: bool = False) -> Round:
    """Load plan, evaluated round, adjustments and an open round; whole or not at all. Does nothing the second time.

    ``counted``: the systems' records are there and in the lake. Without them every figure is one that units report.
    """
    spec = reading.plan_spec()
    if not counted:
        reported = Indicator.Origin.REPORTED
        spec = replace(spec, indicators=tuple(replace(row, origin=reported) for row in spec.indicators))
    done = Round.objects.filter(plan_version__plan__code=spec.code, state=Round.State.CLOSED).first()
    if done is not None:
        return done
    bureau = User.objects.get(username="bureau")
    say("载入规划：篇章、任务、指标")
    version = create_plan(spec, actor=bureau.username, at=at_noon(date(2021, 1, 15)))
    _earlier(version, bureau)
    say("载入中期评估：下发、填报、审核")
    round_ = _evaluated_round(version, bureau)
    say("载入规划调整，形成第 2 版")
    second = _adjust(version.plan, bureau)
    # What happened in 2023 is no news to anybody who signs in today.
    for user in User.objects.filter(is_active=True):
        notices.mark_read(user)
    say("下发进行中的年度监测")
    _open_round(second, bureau, today)
    return round_


def report_bytes() -> bytes:
    """The evaluated round's report as a Word file: the one written before, else a new one by the bureau."""
    round_ = _closed_round()
    report = round_.reports.first() or reports.write_report(round_, actor=User.objects.get(username="bureau"))
    with files.open_bytes(report.file) as handle:
        return handle.read()


def evaluated() -> Evaluation | None:
    """The evaluated round counted again; ``None`` for one that an earlier release closed without freezing it."""
    round_ = _closed_round()
    return evaluate(round_) if FrozenRound.objects.filter(round=round_).exists() else None


def _closed_round() -> Round:
    code = reading.plan_spec().code
    return Round.objects.filter(plan_version__plan__code=code, state=Round.State.CLOSED).order_by("as_of")[0]


def _earlier(version: PlanVersion, bureau: User) -> None:
    as_of = reading.toml("plan.toml")["round"]["as_of"]
    for unit, entry in reading.earlier_values(as_of):
        known = at_noon((entry.as_of or as_of) + timedelta(days=20))
        record_value(version, entry, unit=orgs.unit(unit), actor=bureau.username, at=known, synthetic=True)


def _evaluated_round(version: PlanVersion, bureau: User) -> Round:
    data = reading.toml("plan.toml")["round"]
    opened = at_noon(data["opens_on"])
    round_ = rounds.create_round(
        version,
        actor=bureau,
        title=data["title"],
        as_of=data["as_of"],
        opens_on=data["opens_on"],
        due_on=data["due_on"],
        work_plan=data["work_plan"],
        steps=[(step["title"], step["starts_on"], step["ends_on"]) for step in data["schedule"]],
        at=opened,
    )
    items = {item.task: item for item in reading.hand_ins(round_.as_of)}
    asked = rounds.ask(round_, list(items), actor=bureau, at=opened)
    liaisons = {user.unit_id: user for user in User.objects.filter(roles__contains=["liaison"])}
    for row in asked:
        _hand_in(row, items[row.task_code], liaisons[row.unit_id], bureau)
    rests_on = following.load_interviews(round_, bureau)
    following.load_problems(round_, bureau, rests_on)
    _texts(round_, bureau)
    # By then the last of what belongs to the first half of the year has been entered in the systems.
    return closing.close(round_, actor=bureau, at=at_noon(data["due_on"] + timedelta(days=28)))


def _hand_in(row: HandIn, item: reading.DemoHandIn, liaison: User, bureau: User) -> None:
    moment = at_noon(item.submitted_on)
    row = handins.save_draft(row, item.content, revision=0, actor=liaison, at=moment)
    for title in item.evidence:
        text = (
            f"{title}\n\n演示佐证材料（合成），仅说明此处应附何种文件。\n"
            f"任务：{row.task_code}\n单位：{row.unit.name_zh}\n"
        )
        handins.add_evidence(row, text.encode(), f"{title}.txt", title=title, actor=liaison, at=moment)
    if item.first is not None:
        number = _submit(row, item.first, liaison, moment)
        moment += timedelta(days=1)
        handins.return_(row, number=number, reason=item.returned_reason, actor=bureau, at=moment)
        moment += timedelta(days=1)
    number = _submit(row, item.content, liaison, moment)
    handins.accept(row, number=number, actor=bureau, at=moment + timedelta(days=1))


def _submit(row: HandIn, content: HandInContent, liaison: User, at: datetime | None) -> int:
    row.refresh_from_db()
    return handins.submit(row, content, revision=row.revision, actor=liaison, at=at).number


def _texts(round_: Round, bureau: User) -> None:
    data = reading.toml("problems.toml")
    moment = at_noon(round_.due_on + timedelta(days=7))

    def write(section: RoundText.Section, position: int, title: str, item: dict[str, object]) -> None:
        reports.save_text(
            round_,
            section=section,
            position=position,
            title=title,
            text=str(item["text_zh"]),
            task_codes=_codes(item, "tasks"),
            indicator_codes=_codes(item, "indicators"),
            actor=bureau,
            at=moment,
        )

    for key, section in (
        ("overall", RoundText.Section.OVERALL),
        ("environment", RoundText.Section.ENVIRONMENT),
        ("next_step", RoundText.Section.NEXT_STEP),
        ("suggestion", RoundText.Section.SUGGESTION),
    ):
        for position, item in enumerate(data[key], start=1):
            write(section, position, item.get("title_zh", ""), item)
    for item in data["chapter_intro"]:
        write(RoundText.Section.CHAPTER, item["chapter"], "", item)


def _codes(item: dict[str, object], key: str) -> list[str]:
    found = item.get(key, [])
    return [str(code) for code in found] if isinstance(found, list) else []


def _adjust(plan: Plan, bureau: User) -> PlanVersion:
    data = reading.toml("adjustments.toml")["adjustment"]
    found: list[Adjustment] = []
    for item in data:
        for measure in item["measures"]:
            found.append(
                adjustments.propose(
                    plan,
                    actor=bureau,
                    kind=item["type"],
                    task_code=item["task"],
                    measure_code=measure,
                    new_text=item.get("new_text", ""),
                    reason=item["reason_zh"],
                    basis=item["basis_zh"],
                    on=item["proposed_on"],
                )
            )
    approver = User.objects.get(username=data[0]["approver"])
    return adjustments.approve(found, actor=approver, on=data[0]["decided_on"])


def _open_round(version: PlanVersion, bureau: User, today: date) -> None:
    """A round that is under way, so that every desk of the demonstration has work: synthetic, and it says so."""
    round_ = rounds.create_round(
        version,
        actor=bureau,
        title="2023年度规划实施监测（演示）",
        as_of=date(2023, 12, 31),
        opens_on=today - timedelta(days=5),
        due_on=today + timedelta(days=10),
        work_plan="本轮为演示：下发部分任务，供联络员填报、主管审核时练习使用，内容均为合成。",
    )
    chosen = [task for task in plans.tasks(version) if task.chapter.number <= 2]
    asked = rounds.ask(round_, [task.code for task in chosen], actor=bureau)
    computing.fill(round_)
    liaisons = {user.unit_id: user for user in User.objects.filter(roles__contains=["liaison"])}
    earlier = {item.task: item.content for item in reading.hand_ins(date(2023, 6, 30))}
    for row in asked[1:6]:
        text = "（演示草稿）" + earlier[row.task_code].progress
        content = HandInContent(status="on_track", progress=text)
        handins.save_draft(row, content, revision=0, actor=liaisons[row.unit_id])
    for row in asked[6:10]:
        content = earlier[row.task_code]
        _submit(row, replace(content, progress="（演示）" + content.progress), liaisons[row.unit_id], None)
    handins.return_(asked[9], number=1, reason="（演示）进展仍是上半年的情况，请补充下半年数据。", actor=bureau)
    following.load_answers(round_, bureau, liaisons)
    first = plans.task(version, "T2-03")
    adjustments.propose(
        version.plan,
        actor=liaisons[first.lead_unit_id],
        kind=Adjustment.Kind.ADD,
        task_code=first.code,
        new_text="（演示）每季度核对一次住所申报任务底数，剔除重复和灭失房屋。",
        reason="（演示）任务底数与实有房屋数口径不一致，影响申报率的真实性。",
        basis="（演示）中期评估报告关于数据口径的意见",
        on=today,
    )
