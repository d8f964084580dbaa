"""A small district in which every private thing carries a word that no other thing carries.

A reader who meets a word that is not theirs has seen what they may not see, whatever the page's status says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

from docx import Document

from yiwang.domains.evaluation.planning.models import (
    Adjustment,
    Countermeasure,
    Evidence,
    HandIn,
    ReportFile,
    Round,
    RoundText,
    WeightSet,
)
from yiwang.domains.evaluation.planning.services import (
    adjustments,
    closing,
    followups,
    handins,
    interviews,
    problems,
    reports,
    rounds,
    weights,
)
from yiwang.domains.evaluation.planning.services.interviews import InterviewEntry
from yiwang.domains.evaluation.planning.services.problems import CountermeasureEntry, ProblemEntry
from yiwang.domains.evaluation.planning.tests import factory
from yiwang.domains.evaluation.reportcheck.models import Check
from yiwang.domains.evaluation.reportcheck.services import check_upload, dismiss
from yiwang.domains.services.licences.models import Licence, LicenceType
from yiwang.domains.services.supervision.models import Draw
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.audit import api as audit
from yiwang.kernel.jobs import api as jobs
from yiwang.kernel.lake import api as lake
from yiwang.kernel.metrics import services
from yiwang.kernel.metrics.extend import Count, Metric, standing
from yiwang.kernel.notices import api as notices
from yiwang.kernel.notices.api import Notice
from yiwang.kernel.orgs.api import Unit
from yiwang.kernel.records import api as records
from yiwang.kernel.registers import api as registers
from yiwang.kernel.registers.api import NewAddress, NewHouse, NewOrganisation
from yiwang.kernel.registers.extend import population
from yiwang.lib.clock import at_noon
from yiwang.lib.identifiers import licence_identifier

# Who reads. `health` and `police` are liaisons; the objects in the table of routes are health's.
READERS = (
    "viewer",
    "health",
    "police",
    "bureau",
    "leader",
    "approver",
    "integrator",
    "sysadmin",
    "secadmin",
    "auditor",
)

RESIDENT = population.person(0).citizen_id

# The word in each private thing, and who may meet it anywhere on the site.
WORDS: dict[str, set[str]] = {
    "暗语健康抽查": {"health", "bureau", "leader"},
    "暗语警务抽查": {"police", "bureau", "leader"},
    "暗语健康草稿": {"health"},
    "暗语健康进展": {"health", "bureau", "leader", "approver"},
    "暗语健康佐证": {"health", "bureau", "leader", "approver"},
    "暗语警务草稿": {"police"},
    "暗语警务新佐证": {"police"},
    "暗语警务旧稿": {"police", "bureau", "leader", "approver"},
    "暗语退回理由": {"police", "bureau", "leader", "approver"},
    "暗语滞后原因": {"police", "bureau", "leader", "approver"},
    "暗语健康调整": {"health", "bureau", "leader", "approver"},
    "暗语警务调整": {"police", "bureau", "leader", "approver"},
    "暗语报告问题": {"bureau", "leader", "approver"},
    "暗语健康访谈": {"health", "bureau", "leader", "approver"},
    "暗语警务访谈": {"police", "bureau", "leader", "approver"},
    "暗语两家问题": {"health", "police", "bureau", "leader", "approver"},
    "暗语健康整改": {"health", "bureau", "leader", "approver"},
    "暗语警务整改": {"police", "bureau", "leader", "approver"},
    "暗语健康反馈": {"health", "bureau", "leader", "approver"},
    "暗语警务反馈": {"police", "bureau", "leader", "approver"},
    "暗语权重来源": {"health", "police", "bureau", "leader", "approver"},
    "暗语核验文件": {"health"},
    "暗语共用报告": {"health", "bureau", "leader", "approver"},
    "暗语忽略理由": {"health", "bureau", "leader", "approver"},
    "暗语健康消息": {"health"},
    "暗语持证人": set(),
    "暗语健康任务": {"health", "sysadmin"},
    "暗语审计细节": {"auditor"},
    "暗语登记单位": {"viewer", "health", "police", "bureau", "leader", "approver", "integrator", "auditor"},
    # A resident's id and name are masked for everybody; who may unmask has to post a reason.
    "暗语居民": {"bureau"},
    RESIDENT: {"bureau"},
    "13900000077": set(),
}


@dataclass(frozen=True)
class District:
    """The people by reader key, and the objects that addresses name."""

    people: dict[str, User]
    closed: Round
    round: Round
    health: HandIn
    police: HandIn
    health_draft: HandIn
    health_paper: Evidence
    police_paper: Evidence
    health_change: Adjustment
    police_change: Adjustment
    text: RoundText
    report: ReportFile
    weights: WeightSet
    health_measure: Countermeasure
    police_measure: Countermeasure
    check: Check
    shared_check: Check
    notice: Notice
    job: jobs.Job
    licence: str
    health_draw: Draw
    police_draw: Draw
    resident: str
    organisation: str
    composed: str
    citizen_id: str = RESIDENT


def make_district() -> District:
    """Two units at work in one round, a decided adjustment behind them, a report, a check, notices, audit entries."""
    world = factory.make_world()
    registers.check_key()
    registers.keep_people([(RESIDENT, "暗语居民")], source="test")
    people = {
        "viewer": world.viewer,
        "health": world.liaison_health,
        "police": world.liaison_police,
        "bureau": world.bureau,
        "leader": world.leader,
        "approver": world.approver,
        "integrator": world.integrator,
        "sysadmin": world.sysadmin,
        "secadmin": make_user("secadmin"),
        "auditor": world.auditor,
    }
    measures = _earlier_measures(world, people)
    round_ = factory.make_round(world)
    _interviews(round_, people)
    _answers(round_, people, measures)
    health, police = factory.hand_in_for(round_, "T2-01"), factory.hand_in_for(round_, "T1-02")
    moment = at_noon(round_.as_of)
    health_paper = handins.add_evidence(
        health, "健康".encode(), "h.txt", title="暗语健康佐证", actor=people["health"], at=moment
    )
    factory.submit(world, health, factory.full_content(health, progress="暗语健康进展{F005}"), at=moment)
    factory.submit(world, police, factory.full_content(police, progress="暗语警务旧稿"), at=moment)
    handins.return_(police, number=1, reason="暗语退回理由", actor=people["bureau"], at=moment)
    police.refresh_from_db()
    handins.save_draft(
        police,
        factory.full_content(police, progress="暗语警务草稿"),
        revision=police.revision,
        actor=people["police"],
    )
    later = moment + timedelta(days=1)
    police_paper = handins.add_evidence(
        police, "警务".encode(), "p.txt", title="暗语警务新佐证", actor=people["police"], at=later
    )
    health_draft = _draft_of_health(world, people["health"])
    _lagging(round_, people)
    text = reports.save_text(
        round_, section="problem", position=1, title="暗语报告问题", text="正文", actor=people["bureau"]
    )
    report = reports.write_report(round_, actor=people["bureau"])
    health_change, police_change = _changes(world, people)
    notices.notify([people["health"]], "test", "暗语健康消息", "private", "/")
    audit.record("test", actor="somebody", object_type="test", object_id="1", detail={"said": "暗语审计细节"})
    check, shared_check = _checks(people["health"])
    return District(
        people=people,
        closed=Round.objects.get(state=Round.State.CLOSED),
        round=round_,
        health=health,
        police=police,
        health_draft=health_draft,
        health_paper=health_paper,
        police_paper=police_paper,
        health_change=health_change,
        police_change=police_change,
        text=text,
        report=report,
        weights=_weights(world),
        health_measure=measures["health"],
        police_measure=measures["police"],
        check=check,
        shared_check=shared_check,
        notice=Notice.objects.get(title_zh="暗语健康消息"),
        licence=_licence(people["bureau"]),
        health_draw=_draw(people["bureau"], health.unit, "暗语健康抽查"),
        police_draw=_draw(people["bureau"], police.unit, "暗语警务抽查"),
        resident=str(registers.person_key(RESIDENT)),
        organisation=_registered(),
        composed=_composed(people["bureau"]),
        job=jobs.start("records.import", actor=people["health"], about="暗语健康任务", run=0),
    )


def _draw(bureau: User, unit: Unit, word: str) -> Draw:
    """A random draw of a unit, with a word that is its own."""
    cells = {
        "draw_no": f"D-{unit.code}", "field": "food", "seed": f"0123456789abcdef{word}", "sample": 1,
        "frame_hash": "0" * 64, "occurred_on": "2023-03-01",
    }  # fmt: skip
    records.create(Draw.record_type, cells, actor=bureau, unit=unit, place="")
    return Draw.objects.get(draw_no=f"D-{unit.code}")


def _composed(bureau: User) -> str:
    """The code of a metric that the bureau composed, from a snapshot of the lake."""
    lake.refresh()
    counted = Metric("own.0", "暗访事项", "", "项", Count(standing("s10.matter")))
    return services.publish(bureau, counted, reason="试", tried_on=date(2023, 6, 30)).metric.code


def _licence(bureau: User) -> str:
    """The identifier of a licence that anyone may check; its holder's name is for nobody there."""
    registers.check_key()
    code = "11100000000013338W011"
    kind = {"type_code": code, "name": "证", "holder_kind": "mixed", "issuer_level": "city", "valid_from": "2021-01-01"}
    records.create(LicenceType.record_type, kind, actor=bureau, unit=make_unit("cq/data"))
    issuer = "11430000006122244L"
    cells = {
        "identifier": licence_identifier(code, issuer, "1"), "number": "1", "type_code": code, "issuer_code": issuer,
        "holder_name": "暗语持证人", "holder_key": "441502200002291016", "issued_on": "2023-06-01",
        "valid_from": "2023-06-01",
    }  # fmt: skip
    records.create(Licence.record_type, cells, actor=bureau, unit=make_unit("cq/data"))
    return str(cells["identifier"])


def _registered() -> str:
    """A resident, an organisation, an address and a house in the registers; the organisation's code."""
    uscc = population.organisation(0).uscc
    registers.keep_organisations([NewOrganisation(uscc, "暗语登记单位")], source="test")
    registers.keep_addresses([NewAddress("A-00001", "41", "演示1路", "城区演示1路")], source="test")
    registers.keep_houses([NewHouse("H-00001", "A-00001")], source="test")
    return uscc


def _draft_of_health(world: factory.World, writer: User) -> HandIn:
    """A second round in which health has written and not yet handed in."""
    later = factory.make_round(world, as_of=date(2023, 12, 31), tasks=("T2-01",), title="年度监测")
    row = factory.hand_in_for(later, "T2-01")
    content = factory.full_content(row, progress="暗语健康草稿")
    return handins.save_draft(row, content, revision=row.revision, actor=writer)


def _earlier_measures(world: factory.World, people: dict[str, User]) -> dict[str, Countermeasure]:
    """A problem of an earlier, closed round with a countermeasure of health and one of the police."""
    earlier = factory.make_round(world, as_of=date(2022, 12, 31), tasks=("T2-01",), title="上年监测")
    measures = tuple(
        CountermeasureEntry(word, people[key].unit, date(2023, 12, 31))
        for key, word in (("health", "暗语健康整改"), ("police", "暗语警务整改"))
    )
    problem = problems.save(
        earlier, ProblemEntry("暗语两家问题", "正文", countermeasures=measures), actor=people["bureau"]
    )
    factory.accept_all(world, earlier)
    closing.close(earlier, actor=people["bureau"], at=at_noon(date(2023, 1, 31)))
    health, police = problem.countermeasures.order_by("position")
    return {"health": health, "police": police}


def _interviews(round_: Round, people: dict[str, User]) -> None:
    """An interview with health (the first) and one with the police."""
    for key, word in (("health", "暗语健康访谈"), ("police", "暗语警务访谈")):
        unit = people[key].unit
        assert unit is not None
        entry = InterviewEntry("talk", round_.as_of, "会议室", (unit,), "分管领导", "评估组", word)
        interviews.add(round_, entry, actor=people["bureau"])


def _answers(round_: Round, people: dict[str, User], measures: dict[str, Countermeasure]) -> None:
    """What both units said of their measures in the round at work."""
    for key, word in (("health", "暗语健康反馈"), ("police", "暗语警务反馈")):
        followups.answer(
            round_, "countermeasure", measures[key].pk, state="under_way", evidence=word, actor=people[key]
        )


def _weights(world: factory.World) -> WeightSet:
    """Weights by experts; who sees the score sees where they come from."""
    values = {row.code: Decimal(1) for row in world.version.indicators.filter(is_fact=False)}
    return weights.record(
        world.plan,
        values,
        method="delphi",
        source="暗语权重来源",
        effective_on=world.plan.starts_on,
        actor=world.bureau,
    )


def _lagging(round_: Round, people: dict[str, User]) -> None:
    """An explanation of the police's laggard."""
    rounds.explain(
        round_, "F004", cause="暗语滞后原因", measure="逐户核对", due_on=date(2024, 12, 31), actor=people["police"]
    )


def _changes(world: factory.World, people: dict[str, User]) -> tuple[Adjustment, Adjustment]:
    """One approved adjustment (so that two versions exist), then one proposal of each liaison."""
    first = adjustments.propose(
        world.plan,
        actor=people["bureau"],
        kind="modify",
        task_code="T2-02",
        measure_code="T2-02-M1",
        new_text="审批提速改后举措",
        reason="情况变化",
        basis="会议纪要",
    )
    adjustments.approve([first], actor=people["approver"])
    made = [
        adjustments.propose(
            world.plan,
            actor=people[key],
            kind="delete",
            task_code=task,
            measure_code=f"{task}-M2",
            reason=word,
            basis="会议纪要",
        )
        for key, task, word in (("health", "T2-01", "暗语健康调整"), ("police", "T1-02", "暗语警务调整"))
    ]
    return made[0], made[1]


def _checks(actor: User) -> tuple[Check, Check]:
    """A second version in Word of a report that is its owner's alone, and a report that the unit shares."""
    private = check_upload("暗语核验文件：全区有站点50个。".encode(), "暗语核验文件.txt", actor=actor)
    document, stream = Document(), BytesIO()
    document.add_paragraph("暗语核验文件：抽查站点40个，合格30个，合格率80%。")
    document.save(stream)
    second = check_upload(stream.getvalue(), "暗语核验文件.docx", actor=actor, report=private.report)
    text = "暗语共用报告：抽查站点40个，合格30个，合格率80%。"
    shared = check_upload(text.encode(), "暗语共用报告.txt", actor=actor, shared=True)
    dismiss(shared, 1, reason="暗语忽略理由", actor=actor)
    return second, shared
