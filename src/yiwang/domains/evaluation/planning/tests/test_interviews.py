"""Interviews and their findings: written by the bureau, seen by the units that were spoken to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from yiwang.domains.evaluation.planning.models import Finding, Interview, Round
from yiwang.domains.evaluation.planning.selectors import interviews as reads
from yiwang.domains.evaluation.planning.selectors import problems as problem_reads
from yiwang.domains.evaluation.planning.services import closing, interviews, problems
from yiwang.domains.evaluation.planning.services.interviews import FindingEntry, InterviewEntry
from yiwang.domains.evaluation.planning.services.problems import ProblemEntry
from yiwang.domains.evaluation.planning.tests import factory
from yiwang.domains.evaluation.planning.tests.factory import World
from yiwang.domains.evaluation.planning.tests.pages import get, post, rows_of
from yiwang.domains.evaluation.planning.tests.rest_calls import call
from yiwang.kernel.audit.api import entries
from yiwang.kernel.orgs import api as orgs
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return factory.make_world()


@pytest.fixture
def round_(world: World) -> Round:
    return factory.make_round(world)


def entry(*units: str, findings: tuple[FindingEntry, ...] = (), **changes: Any) -> InterviewEntry:
    found = InterviewEntry(
        kind="talk",
        held_on=date(2023, 7, 4),
        place="公安局会议室",
        units=tuple(orgs.unit(code) for code in units or ("police",)),
        interviewed="分管副局长",
        interviewers="评估工作组",
        notes="底数不清",
        findings=findings,
    )
    return replace(found, **changes)


def codes_of(problem: pytest.ExceptionInfo[Problem]) -> str:
    return problem.value.code


def test_a_finding_is_linked_by_codes_however_they_are_written(world: World, round_: Round) -> None:
    row = interviews.add(
        round_, entry(findings=(FindingEntry("空置房多", "t1-02 F004，t1-02-m1、F004"),)), actor=world.bureau
    )
    found = row.findings.get()
    assert (found.task_codes, found.indicator_codes, found.measure_codes) == (["T1-02"], ["F004"], ["T1-02-M1"])
    assert row.number == 1
    assert interviews.add(round_, entry(), actor=world.bureau).number == 2
    assert len(list(entries(action="interview.added"))) == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"place": " "}, "interview_incomplete"),
        ({"interviewed": ""}, "interview_incomplete"),
        ({"interviewers": ""}, "interview_incomplete"),
        ({"units": ()}, "interview_incomplete"),
        ({"held_on": date(2023, 6, 29)}, "interview_date"),
        ({"findings": (FindingEntry("", "F004"),)}, "finding_empty"),
        ({"findings": (FindingEntry("好", ""), FindingEntry("坏", "F999"))}, "link_unknown"),
        ({"findings": (FindingEntry("多", " ".join(f"X{n}" for n in range(61))),)}, "links_many"),
    ],
)
def test_a_faulty_interview_is_refused_whole(world: World, round_: Round, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Problem) as problem:
        interviews.add(round_, replace(entry(), **changes), actor=world.bureau)
    assert codes_of(problem) == code
    assert not Interview.objects.exists()
    assert not Finding.objects.exists()


def test_correcting_keeps_findings_by_number_and_removes_what_is_left_out(world: World, round_: Round) -> None:
    row = interviews.add(round_, entry(findings=(FindingEntry("一", "F004"), FindingEntry("二"))), actor=world.bureau)
    first, second = row.findings.order_by("position")
    changed = entry(findings=(FindingEntry("二改", "T1-02", second.pk), FindingEntry("三")))
    interviews.change(row, changed, revision=row.revision, actor=world.bureau)
    assert [item.text for item in row.findings.order_by("position")] == ["二改", "三"]
    assert Finding.objects.filter(pk=second.pk).exists()
    assert not Finding.objects.filter(pk=first.pk).exists()
    with pytest.raises(Problem) as problem:
        interviews.change(row, changed, revision=1, actor=world.bureau)
    assert (codes_of(problem), problem.value.status) == ("interview_conflict", 409)


def test_a_finding_of_another_interview_is_not_taken_over(world: World, round_: Round) -> None:
    other = interviews.add(round_, entry(findings=(FindingEntry("别处"),)), actor=world.bureau)
    row = interviews.add(round_, entry(), actor=world.bureau)
    stolen = FindingEntry("改写", "", other.findings.get().pk)
    interviews.change(row, entry(findings=(stolen,)), revision=1, actor=world.bureau)
    assert other.findings.get().text == "别处"
    assert row.findings.get().text == "改写"


def test_what_a_problem_rests_on_is_not_removed(world: World, round_: Round) -> None:
    row = interviews.add(round_, entry(findings=(FindingEntry("一"),)), actor=world.bureau)
    problem = problems.save(
        round_, ProblemEntry("问题一", "正文", findings=(row.findings.get().pk,)), actor=world.bureau
    )
    for act in (
        lambda: interviews.change(row, entry(), revision=1, actor=world.bureau),
        lambda: interviews.remove(row, actor=world.bureau),
    ):
        with pytest.raises(Problem) as refused:
            act()
        assert codes_of(refused) == "finding_used"
    problems.save(round_, ProblemEntry("问题一", "正文"), actor=world.bureau, problem=problem)
    interviews.remove(row, actor=world.bureau)
    assert not Interview.objects.exists()
    assert list(entries(action="interview.removed"))


def test_a_unit_sees_the_interviews_with_itself_once(world: World, round_: Round) -> None:
    interviews.add(round_, entry("police", "health"), actor=world.bureau)
    interviews.add(round_, entry("health"), actor=world.bureau)
    assert [row.number for row in reads.interviews(world.liaison_police, round_)] == [1]
    assert [row.number for row in reads.interviews(world.liaison_health, round_)] == [2, 1]
    assert [row.number for row in reads.interviews(world.leader, round_)] == [2, 1]
    assert not reads.interviews(world.viewer, round_).exists()
    get(world.liaison_police, "interview", round_.pk, 1)
    get(world.liaison_police, "interview", round_.pk, 2, expect=404)
    get(world.viewer, "interviews", round_.pk, expect=403)


def test_only_the_bureau_writes_and_only_until_the_round_is_closed(world: World, round_: Round) -> None:
    row = interviews.add(round_, entry(), actor=world.bureau)
    for user in (world.leader, world.liaison_police, world.approver):
        with pytest.raises(Problem) as problem:
            interviews.add(round_, entry(), actor=user)
        assert codes_of(problem) == "forbidden"
        get(user, "interview-new", round_.pk, expect=403)
    factory.accept_all(world, round_)
    closing.close(round_, actor=world.bureau)
    for act in (
        lambda: interviews.add(round_, entry(), actor=world.bureau),
        lambda: interviews.change(row, entry(), revision=1, actor=world.bureau),
        lambda: interviews.remove(row, actor=world.bureau),
    ):
        with pytest.raises(Problem) as problem:
            act()
        assert codes_of(problem) == "round_closed"
    assert "登记访谈" not in get(world.bureau, "interviews", round_.pk)


def fields(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "visit",
        "held_on": "2023-07-04",
        "place": "派出所",
        "units": ["police"],
        "interviewed": "所长",
        "interviewers": "评估组",
        "notes": "记录",
        "revision": "0",
        "finding-TOTAL_FORMS": "2",
        "finding-INITIAL_FORMS": "0",
        "finding-0-text": "",
        "finding-0-codes": "",
        "finding-1-text": "登记难",
        "finding-1-codes": "F004",
        **changes,
    }


def test_the_page_writes_corrects_and_deletes(world: World, round_: Round) -> None:
    post(world.bureau, "interview-new", round_.pk, data=fields())
    row = Interview.objects.get()
    assert row.findings.get().indicator_codes == ["F004"]
    page = get(world.bureau, "interview", round_.pk, 1)
    assert "登记难" in page
    assert "房屋编码完成率" in page
    form = get(world.bureau, "interview-edit", round_.pk, 1)
    assert 'value="F004"' in form
    pk = row.findings.get().pk
    changed = fields(**{"revision": "1", "finding-INITIAL_FORMS": "1", "finding-0-pk": str(pk)})
    changed |= {"finding-0-text": "登记很难", "finding-0-codes": "F004"}
    post(world.bureau, "interview-edit", round_.pk, 1, data=changed)
    assert [item.text for item in row.findings.order_by("position")] == ["登记很难", "登记难"]
    stale = post(world.bureau, "interview-edit", round_.pk, 1, data=changed, status=409).content.decode()
    assert "刚被别人修改过" in stale
    assert "登记很难" in stale
    post(world.bureau, "interview-remove", round_.pk, 1)
    assert not Interview.objects.exists()


def test_the_page_keeps_what_was_typed_beside_the_fault(world: World, round_: Round) -> None:
    page = post(
        world.bureau, "interview-new", round_.pk, data=fields(**{"finding-1-codes": "F999"}), status=400
    ).content.decode()
    assert "规划里没有编号 F999" in page
    assert "登记难" in page
    page = post(world.bureau, "interview-new", round_.pk, data=fields(units=[]), status=400).content.decode()
    assert "派出所" in page
    assert not Interview.objects.exists()


def test_the_list_is_filtered_and_exported(world: World, round_: Round) -> None:
    interviews.add(round_, entry(findings=(FindingEntry("空置房多", "F004"),)), actor=world.bureau)
    interviews.add(round_, entry("health", kind="meeting", place="医院", notes=""), actor=world.bureau)
    assert "空置房多" in get(world.bureau, "interviews", round_.pk, unit="police")
    assert "空置房多" not in get(world.bureau, "interviews", round_.pk, unit="health")
    assert "没有符合条件的访谈" in get(world.bureau, "interviews", round_.pk, kind="visit")
    assert "空置房多" in get(world.bureau, "interviews", round_.pk, q="空置")
    assert "空置房多" not in get(world.bureau, "interviews", round_.pk, found="no")
    flat = [str(cell) for line in rows_of(world.bureau, "interviews-export", round_.pk) for cell in line]
    assert {"空置房多", "F004", "医院"} <= set(flat)
    flat = [str(cell) for line in rows_of(world.liaison_police, "interviews-export", round_.pk) for cell in line]
    assert "医院" not in flat


def test_a_problem_begins_from_a_finding(world: World, round_: Round) -> None:
    row = interviews.add(round_, entry(findings=(FindingEntry("空置房多", "F004"),)), actor=world.bureau)
    page = get(world.bureau, "problem-new", round_.pk, finding=row.findings.get().pk)
    assert "空置房多" in page
    assert 'value="F004"' in page
    assert not problem_reads.problems(world.bureau, round_)


def test_interviews_over_the_api(world: World, round_: Round) -> None:
    body = {
        "kind": "talk",
        "held_on": "2023-07-04",
        "place": "会议室",
        "units": ["police"],
        "interviewed": "副局长",
        "interviewers": "评估组",
        "findings": [{"text": "空置房多", "codes": ["F004", "T1-02"]}],
    }
    path = f"/rounds/{round_.pk}/interviews"
    made = call(world.bureau, "post", path, body, status=201)
    assert made["findings"][0]["codes"] == ["T1-02", "F004"]
    assert call(world.bureau, "post", path, {**body, "units": ["nowhere"]}, status=404)["code"] == "unit_unknown"
    assert call(world.leader, "post", path, body, status=403)["code"] == "forbidden"
    assert len(call(world.liaison_police, "get", path)["items"]) == 1
    assert call(world.liaison_health, "get", path)["items"] == []
