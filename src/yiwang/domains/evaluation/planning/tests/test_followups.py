"""Problems with their countermeasures, and what the next round hears of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from yiwang.domains.evaluation.planning.models import Countermeasure, FollowUp, Round, RoundText
from yiwang.domains.evaluation.planning.selectors import followups as reads
from yiwang.domains.evaluation.planning.selectors import home
from yiwang.domains.evaluation.planning.selectors import problems as problem_reads
from yiwang.domains.evaluation.planning.selectors import report as report_reads
from yiwang.domains.evaluation.planning.selectors.followups import Standing
from yiwang.domains.evaluation.planning.selectors.problems import ProblemFilter
from yiwang.domains.evaluation.planning.services import closing, followups, problems, reports, rounds
from yiwang.domains.evaluation.planning.services.problems import CountermeasureEntry, ProblemEntry
from yiwang.domains.evaluation.planning.tests import factory
from yiwang.domains.evaluation.planning.tests.factory import World
from yiwang.domains.evaluation.planning.tests.pages import get, post, rows_of
from yiwang.domains.evaluation.planning.tests.rest_calls import call
from yiwang.kernel.audit.api import entries
from yiwang.kernel.notices.api import Notice
from yiwang.kernel.orgs import api as orgs
from yiwang.lib.clock import at_noon, today
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db
LATER = date(2023, 12, 31)


@pytest.fixture
def world() -> World:
    return factory.make_world()


@pytest.fixture
def round_(world: World) -> Round:
    return factory.make_round(world)


def measure(text: str = "逐户核对", unit: str = "police", due_on: date = LATER) -> CountermeasureEntry:
    return CountermeasureEntry(text, orgs.unit(unit), due_on)


def write(world: World, round_: Round, title: str = "底数不清", **changes: Any) -> RoundText:
    given = {
        "text": "编码完成率只有{F004}",
        "codes": "T1-02、F004、T1-02-M1",
        "countermeasures": (measure(),),
        **changes,
    }
    return problems.save(round_, ProblemEntry(title, **given), actor=world.bureau)


def closed(world: World, round_: Round) -> Round:
    """The round with a problem of the police's, accepted and closed; F004 lags, its remedy is due in 2025."""
    write(world, round_)
    factory.accept_all(world, round_)
    return closing.close(round_, actor=world.bureau, at=at_noon(date(2023, 8, 1)))


def following(world: World) -> Round:
    return factory.make_round(world, as_of=LATER, tasks=("T1-01",), title="年度监测")


# --- problems ---------------------------------------------------------------------------------------------------------


def test_a_problem_is_a_piece_of_the_report_with_links_and_measures(world: World, round_: Round) -> None:
    row = write(world, round_)
    assert (row.section, row.position) == ("problem", 1)
    assert (row.task_codes, row.indicator_codes, row.measure_codes) == (["T1-02"], ["F004"], ["T1-02-M1"])
    factory.accept_all(world, round_)
    printed = report_reads.report_context(round_).problems[0]
    assert printed.title == "底数不清"
    assert any(getattr(run, "text", "") == "36.51%" for run in printed.text)
    line = problem_reads.problems(world.bureau, round_)[0]
    assert [place.code for place in line.places] == ["T1-02", "F004", "T1-02-M1"]
    ((judged, note),) = line.laggards
    assert judged.indicator.code == "F004"
    assert note is not None
    assert note.cause == "底数不清"
    assert [(item.row.text, item.standing) for item in line.measures] == [("逐户核对", Standing.UNANSWERED)]
    assert list(entries(action="problem.saved"))


def test_the_report_page_leads_to_the_problems_and_does_not_write_them(world: World, round_: Round) -> None:
    row = write(world, round_)
    page = get(world.bureau, "report", round_.pk)
    assert "到“问题与整改”编写" in page
    assert 'value="problem"' not in page
    data = {"section": "problem", "position": "1", "title": "改", "text": "改"}
    post(world.bureau, "report-text", round_.pk, data=data, status=400)
    row.refresh_from_db()
    assert row.title == "底数不清"


def test_saving_another_piece_of_the_report_keeps_its_links(world: World, round_: Round) -> None:
    given: dict[str, Any] = {"section": "next_step", "position": 1, "title": "一", "actor": world.bureau}
    reports.save_text(round_, text="甲", task_codes=["T1-02"], indicator_codes=["F004"], **given)
    row = reports.save_text(round_, text="乙", **given)
    assert (row.text, row.task_codes, row.indicator_codes) == ("乙", ["T1-02"], ["F004"])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": " "}, "problem_title"),
        ({"text": " "}, "text_empty"),
        ({"text": "有{F999}"}, "token_unknown"),
        ({"codes": "F999"}, "link_unknown"),
        ({"findings": (999,)}, "finding_unknown"),
        ({"countermeasures": (CountermeasureEntry("做", None, LATER),)}, "countermeasure_incomplete"),
        ({"countermeasures": (CountermeasureEntry("", None, None),)}, "countermeasure_incomplete"),
    ],
)
def test_a_faulty_problem_is_refused_whole(world: World, round_: Round, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Problem) as problem:
        write(world, round_, **changes)
    assert problem.value.code == code
    assert not RoundText.objects.exists()
    assert not Countermeasure.objects.exists()


def test_a_measure_is_not_due_before_the_rounds_date(world: World, round_: Round) -> None:
    with pytest.raises(Problem) as problem:
        write(world, round_, countermeasures=(measure(), measure(due_on=factory.AS_OF - timedelta(days=1))))
    assert (problem.value.code, problem.value.detail["field"]) == ("countermeasure_date", "countermeasure-2")


def test_who_writes_over_newer_words_is_told(world: World, round_: Round) -> None:
    row = write(world, round_)
    read_at = row.updated_at
    problems.save(round_, ProblemEntry("新题", "新文"), actor=world.bureau, problem=row, read_at=read_at)
    with pytest.raises(Problem) as problem:
        problems.save(round_, ProblemEntry("旧题", "旧文"), actor=world.bureau, problem=row, read_at=read_at)
    assert problem.value.code == "problem_conflict"
    row.delete()
    with pytest.raises(Problem) as problem:
        problems.save(round_, ProblemEntry("旧题", "旧文"), actor=world.bureau, problem=row)
    assert problem.value.code == "problem_conflict"


def test_a_unit_sees_the_problems_that_it_must_mend_and_its_own_measures(world: World, round_: Round) -> None:
    write(world, round_, countermeasures=(measure(), measure("修订办法", "data")))
    write(world, round_, "只关数据局", countermeasures=(measure("清理", "data"),))
    write(world, round_, "无人负责的", countermeasures=())
    seen = problem_reads.problems(world.liaison_police, round_)
    assert [line.row.title for line in seen] == ["底数不清"]
    assert [item.row.text for item in seen[0].measures] == ["逐户核对"]
    page = get(world.liaison_police, "problems", round_.pk)
    assert "逐户核对" in page
    for word in ("修订办法", "只关数据局", "无人负责的"):
        assert word not in page
    assert len(problem_reads.problems(world.leader, round_)) == 3
    assert problem_reads.problems(world.viewer, round_) == []
    without = problem_reads.problems(world.bureau, round_, ProblemFilter(state="none"))
    assert [line.row.title for line in without] == ["无人负责的"]
    assert [line.row.title for line in problem_reads.problems(world.bureau, round_, ProblemFilter(unit="police"))] == [
        "底数不清"
    ]


def fields(**changes: Any) -> dict[str, Any]:
    return {
        "title": "底数不清",
        "text": "任务数与房屋数不同",
        "codes": "T1-02、F004",
        "measure-TOTAL_FORMS": "2",
        "measure-INITIAL_FORMS": "0",
        "measure-0-text": "逐户核对",
        "measure-0-unit": "police",
        "measure-0-due_on": "2023-12-31",
        "measure-1-text": "",
        **changes,
    }


def test_problems_are_written_changed_exported_and_deleted_on_the_page(world: World, round_: Round) -> None:
    post(world.bureau, "problem-new", round_.pk, data=fields())
    row = RoundText.objects.get()
    page = get(world.bureau, "problems", round_.pk)
    assert "逐户核对" in page
    item = row.countermeasures.get()
    form = get(world.bureau, "problem-edit", round_.pk, 1)
    assert "2023-12-31" in form
    changed = fields(**{"read_at": row.updated_at.isoformat(), "measure-INITIAL_FORMS": "1"})
    changed |= {"measure-0-pk": str(item.pk), "measure-0-text": "按月核对", "title": "底数仍不清"}
    post(world.bureau, "problem-edit", round_.pk, 1, data=changed)
    item.refresh_from_db()
    assert item.text == "按月核对"
    flat = [str(cell) for line in rows_of(world.bureau, "problems-export", round_.pk) for cell in line]
    assert {"底数仍不清", "按月核对", "T1-02、F004"} <= set(flat)
    stale = post(world.bureau, "problem-edit", round_.pk, 1, data=changed, status=409).content.decode()
    assert "按月核对" in stale
    post(world.bureau, "problem-remove", round_.pk, 1)
    assert not RoundText.objects.exists()
    assert not Countermeasure.objects.exists()
    for user in (world.leader, world.liaison_police):
        get(user, "problem-new", round_.pk, expect=403)
        post(user, "problem-remove", round_.pk, 1, status=403)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"codes": "F999"}, "规划里没有编号 F999"),
        ({"measure-1-text": "半条"}, "第 2 条整改措施要写明"),
        ({"measure-0-due_on": "2023-02-30"}, "有效的日期"),
        ({"read_at": "昨天"}, "页面内容已过期"),
        ({"title": ""}, "必填"),
    ],
)
def test_a_fault_stands_on_the_page_with_what_was_typed(
    world: World, round_: Round, changes: dict[str, str], said: str
) -> None:
    page = get(world.bureau, "problem-new", round_.pk)
    assert "写一个问题" in page
    status = 409 if "read_at" in changes else 400
    answer = post(world.bureau, "problem-new", round_.pk, data=fields(**changes), status=status).content.decode()
    assert said in answer
    assert "逐户核对" in answer
    assert not RoundText.objects.exists()


# --- follow-up --------------------------------------------------------------------------------------------------------


def test_only_measures_of_closed_earlier_rounds_are_followed_up(world: World, round_: Round) -> None:
    write(world, round_)
    later = following(world)
    assert reads.followed(world.bureau, later) == []
    assert reads.followed(world.bureau, round_) == []
    factory.accept_all(world, round_)
    closing.close(round_, actor=world.bureau)
    assert [(row.kind, row.unit.code) for row in reads.followed(world.bureau, later)] == [
        ("countermeasure", "police"),
        ("remedy", "police"),
    ]
    assert reads.followed(world.bureau, round_) == []


def test_opening_the_next_round_asks_the_units_that_owe_a_measure(world: World, round_: Round) -> None:
    closed(world, round_)
    Notice.objects.all().delete()
    later = following(world)
    told = {row.user_id for row in Notice.objects.filter(kind="s45.followup")}
    assert told == {world.liaison_police.pk}
    assert [item.title for item in home.home_due(world.liaison_police)] == ["反馈上轮措施落实情况：2 项"]
    assert home.home_due(world.liaison_health) == []
    assert later.state == Round.State.OPEN


def test_a_unit_answers_and_the_bureau_confirms(world: World, round_: Round) -> None:
    closed(world, round_)
    later = following(world)
    row = reads.followed(world.liaison_police, later)[0]
    assert (row.standing, row.may_answer, row.may_decide) == (Standing.UNANSWERED, True, False)
    found = followups.answer(later, row.kind, row.pk, state="done", evidence="台账", actor=world.liaison_police)
    assert home.home_due(world.bureau)[0].title == "确认上轮措施落实情况：1 项"
    followups.confirm(later, row.kind, row.pk, revision=found.revision, actor=world.bureau)
    after = reads.one(world.bureau, later, row.kind, row.pk)
    assert (after.standing, after.overdue) == (Standing.DONE, False)
    line = problem_reads.problems(world.bureau, round_)[0].measures[0]
    assert line.done
    with pytest.raises(Problem) as problem:
        followups.answer(later, row.kind, row.pk, state="done", evidence="再报", revision=1, actor=world.liaison_police)
    assert problem.value.code == "followup_confirmed"
    assert [entry.action for entry in entries() if entry.action.startswith("followup.")] in (
        ["followup.answered", "followup.confirmed"],
        ["followup.confirmed", "followup.answered"],
    )


def test_what_is_confirmed_as_done_is_not_asked_again_and_the_rest_is(world: World, round_: Round) -> None:
    closed(world, round_)
    later = following(world)
    done, open_ = reads.followed(world.bureau, later)
    for row, state in ((done, "done"), (open_, "under_way")):
        found = followups.answer(later, row.kind, row.pk, state=state, evidence="台账", actor=world.liaison_police)
        followups.confirm(later, row.kind, row.pk, revision=found.revision, actor=world.bureau)
    factory.accept_all(world, later)
    rounds.explain(later, "F004", cause="慢", measure="加人", due_on=factory.ENDS_ON, actor=world.bureau)
    closing.close(later, actor=world.bureau)
    third = factory.make_round(world, as_of=date(2024, 12, 31), tasks=("T1-01",), title="次年监测")
    rows = reads.followed(world.bureau, third)
    assert {(row.kind, row.pk) for row in rows} >= {(open_.kind, open_.pk)}
    assert (done.kind, done.pk) not in {(row.kind, row.pk) for row in rows}
    assert {row.made_in.pk for row in rows} == {round_.pk, later.pk}
    assert [row.standing for row in reads.followed(world.bureau, later)] == [Standing.DONE, Standing.UNDER_WAY]


def test_a_returned_answer_is_asked_for_again(world: World, round_: Round) -> None:
    closed(world, round_)
    later = following(world)
    row = reads.followed(world.bureau, later)[0]
    found = followups.answer(later, row.kind, row.pk, state="done", evidence="无附件", actor=world.liaison_police)
    with pytest.raises(Problem) as problem:
        followups.return_(later, row.kind, row.pk, revision=1, note=" ", actor=world.bureau)
    assert problem.value.code == "followup_reason"
    followups.return_(later, row.kind, row.pk, revision=1, note="请附台账", actor=world.bureau)
    assert reads.one(world.bureau, later, row.kind, row.pk).standing is Standing.RETURNED
    assert reads.counts(reads.followed(world.bureau, later)).unanswered == 2
    again = followups.answer(
        later, row.kind, row.pk, state="done", evidence="附台账", revision=1, actor=world.liaison_police
    )
    assert (again.pk, again.revision, again.decision, again.note) == (found.pk, 2, "", "")
    with pytest.raises(Problem) as problem:
        followups.confirm(later, row.kind, row.pk, revision=1, actor=world.bureau)
    assert problem.value.code == "followup_conflict"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"evidence": " "}, "followup_incomplete"),
        ({"state": "perhaps"}, "followup_state"),
        ({"revision": 3}, "followup_conflict"),
        ({"pk": 999_999}, "measure_not_followed"),
        ({"kind": "task"}, "measure_not_followed"),
    ],
)
def test_a_faulty_answer_is_refused(world: World, round_: Round, changes: dict[str, Any], code: str) -> None:
    closed(world, round_)
    later = following(world)
    row = reads.followed(world.bureau, later)[0]
    given: dict[str, Any] = {"kind": row.kind, "pk": row.pk, "state": "done", "evidence": "台账", **changes}
    with pytest.raises(Problem) as problem:
        followups.answer(later, given.pop("kind"), given.pop("pk"), actor=world.liaison_police, **given)
    assert problem.value.code == code
    assert not FollowUp.objects.exists()


def test_nobody_answers_or_confirms_for_another(world: World, round_: Round) -> None:
    closed(world, round_)
    later = following(world)
    row = reads.followed(world.bureau, later)[0]
    assert reads.followed(world.liaison_health, later) == []
    for user, code in (
        (world.liaison_health, "measure_not_followed"),
        (world.bureau, "forbidden"),
        (world.leader, "forbidden"),
    ):
        with pytest.raises(Problem) as problem:
            followups.answer(later, row.kind, row.pk, state="done", evidence="台账", actor=user)
        assert problem.value.code == code
    with pytest.raises(Problem) as problem:
        followups.confirm(later, row.kind, row.pk, revision=0, actor=world.bureau)
    assert problem.value.code == "followup_unanswered"
    with pytest.raises(Problem) as problem:
        followups.confirm(later, row.kind, row.pk, revision=0, actor=world.liaison_police)
    assert problem.value.code == "forbidden"


def test_a_round_that_is_not_open_takes_no_answers(world: World, round_: Round) -> None:
    closed(world, round_)
    later = factory.make_round(world, as_of=LATER, tasks=(), title="筹备中")
    row = reads.followed(world.bureau, later)[0]
    assert not row.may_answer
    with pytest.raises(Problem) as problem:
        followups.answer(later, row.kind, row.pk, state="done", evidence="台账", actor=world.liaison_police)
    assert problem.value.code == "round_not_open"


def test_what_is_overdue_is_seen(world: World, round_: Round) -> None:
    soon, past = today() + timedelta(days=30), today() - timedelta(days=1)
    write(world, round_, countermeasures=(measure("按期的", due_on=soon), measure("超期的", due_on=past)))
    factory.accept_all(world, round_)
    closing.close(round_, actor=world.bureau)
    later = following(world)
    overdue = {row.text for row in reads.followed(world.bureau, later) if row.overdue}
    assert "超期的" in overdue
    assert "按期的" not in overdue
    page = get(world.bureau, "follow-up", later.pk, state="overdue")
    assert "超期的" in page
    assert "按期的" not in page
    assert "超期 1 日" in page


def test_the_page_takes_answers_and_decisions(world: World, round_: Round) -> None:
    closed(world, round_)
    later = following(world)
    row = reads.followed(world.bureau, later)[0]
    where = (later.pk, row.kind.value, row.pk)
    assert "逐户核对" in get(world.liaison_police, "follow-up", later.pk)
    assert "没有要您单位落实的措施" in get(world.liaison_health, "follow-up", later.pk)
    wrong = post(
        world.liaison_police, "follow-up-answer", *where, data={"state": "done", "evidence": ""}, status=400
    ).content.decode()
    assert "必填" in wrong
    data = {"state": "done", "evidence": "台账<b>", "revision": "0"}
    post(world.liaison_police, "follow-up-answer", *where, data=data)
    stale = post(world.liaison_police, "follow-up-answer", *where, data=data, status=400).content.decode()
    assert "刚有变化" in stale
    page = get(world.bureau, "follow-up", later.pk)
    assert "台账&lt;b&gt;" in page
    refused = post(
        world.bureau, "follow-up-decide", *where, data={"revision": "1", "decision": "return"}, status=400
    ).content.decode()
    assert "退回须写明理由" in refused
    post(world.bureau, "follow-up-decide", *where, data={"revision": "1", "decision": "confirm"})
    assert reads.one(world.bureau, later, row.kind, row.pk).standing is Standing.DONE
    post(world.bureau, "follow-up-decide", *where, data={"revision": "9" * 30, "decision": "confirm"}, status=409)
    flat = [str(cell) for line in rows_of(world.bureau, "follow-up-export", later.pk) for cell in line]
    assert {"逐户核对", "已落实", "台账<b>"} <= set(flat)
    get(world.viewer, "follow-up", later.pk, expect=403)
    post(world.liaison_health, "follow-up-answer", *where, data=data, status=404)


def test_units_are_reminded_once_a_day(world: World, round_: Round) -> None:
    closed(world, round_)
    later = following(world)
    Notice.objects.all().delete()
    assert followups.remind(later, actor=world.bureau) == 1
    assert followups.remind(later, actor=world.bureau) == 0
    assert Notice.objects.count() == 1
    post(world.bureau, "follow-up-remind", later.pk)
    post(world.leader, "follow-up-remind", later.pk, status=403)


def test_problems_and_follow_up_over_the_api(world: World, round_: Round) -> None:
    body = {
        "title": "底数不清",
        "text": "只有{F004}",
        "codes": ["F004"],
        "countermeasures": [{"text": "逐户核对", "unit": "police", "due_on": "2023-12-31"}],
    }
    path = f"/rounds/{round_.pk}/problems"
    made = call(world.bureau, "post", path, body, status=201)
    assert (made["position"], made["codes"], made["countermeasures"][0]["standing"]) == (1, ["F004"], "unanswered")
    assert call(world.leader, "post", path, body, status=403)["code"] == "forbidden"
    assert call(world.bureau, "post", path, {**body, "codes": ["F999"]}, status=400)["code"] == "link_unknown"
    factory.accept_all(world, round_)
    closing.close(round_, actor=world.bureau)
    assert call(world.bureau, "post", path, body, status=409)["code"] == "round_closed"
    later = following(world)
    base = f"/rounds/{later.pk}/follow-up"
    found = call(world.liaison_police, "get", base)
    assert (found["total"], found["unanswered"]) == (2, 2)
    item = found["items"][0]
    where = f"{base}/{item['kind']}/{item['id']}"
    said = call(world.liaison_police, "post", f"{where}/answer", {"state": "done", "evidence": "台账"})
    assert (said["standing"], said["revision"]) == ("to_confirm", 1)
    assert call(world.bureau, "post", f"{where}/return", {"revision": 1, "note": "请附台账"})["standing"] == "returned"
    call(world.liaison_police, "post", f"{where}/answer", {"revision": 1, "state": "done", "evidence": "附台账"})
    assert call(world.bureau, "post", f"{where}/confirm", {"revision": 2})["standing"] == "done"
    assert call(world.liaison_health, "get", base)["items"] == []
    assert call(world.viewer, "get", base, status=403)["code"] == "forbidden"


def test_a_task_and_an_indicator_show_their_problems_to_those_who_may_see_them(world: World, round_: Round) -> None:
    write(world, round_)
    for page, code in (("task", "T1-02"), ("figure", "F004")):
        assert "底数不清" in get(world.bureau, page, code)
        assert "底数不清" in get(world.liaison_police, page, code)
        for user in (world.liaison_health, world.viewer):
            assert "底数不清" not in get(user, page, code)
    assert "底数不清" not in get(world.bureau, "task", "T2-01")
