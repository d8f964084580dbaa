"""The page of a hand-in: writing, handing in, returning, accepting; what is typed is never lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from yiwang.domains.evaluation.planning.models import Evidence, HandIn, IndicatorValue
from yiwang.domains.evaluation.planning.selectors.handins import evidence_of
from yiwang.domains.evaluation.planning.selectors.values import values_as_of
from yiwang.domains.evaluation.planning.services import closing, rounds
from yiwang.domains.evaluation.planning.services import handins as services
from yiwang.domains.evaluation.planning.tests.factory import (
    AS_OF,
    World,
    accept_all,
    correct,
    full_content,
    hand_in_for,
    make_round,
    make_world,
    submit,
)
from yiwang.domains.evaluation.planning.tests.pages import browser, fields, get, post, text_of, upload
from yiwang.domains.evaluation.planning.types import HandInContent
from yiwang.kernel.access.testing import make_user
from yiwang.kernel.notices import api as notices
from yiwang.lib.clock import at_noon, end_of_day

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def hand_in(world: World) -> HandIn:
    """Of the police, whose F004 lags."""
    return hand_in_for(make_round(world), "T1-02")


def draft(hand_in: HandIn) -> HandInContent:
    hand_in.refresh_from_db()
    return HandInContent.from_json(hand_in.draft)


def test_list_by_scope(world: World, hand_in: HandIn) -> None:
    whole = get(world.bureau, "hand-ins")
    own = get(world.liaison_police, "hand-ins")
    for code in ("T1-01", "T1-02", "T2-01", "T2-02"):
        assert code in whole
        assert (code in own) == (code == "T1-02")
    assert "您单位在各轮评估中要填报的任务" in own
    assert "没有符合条件的填报" in get(world.bureau, "hand-ins", state="accepted")
    assert "T2-01" not in get(world.bureau, "hand-ins", q="房屋")
    nobody = make_user("liaison", "cq/other")
    assert "没有要填报的任务" in get(nobody, "hand-ins")


def test_page_by_role(world: World, hand_in: HandIn) -> None:
    save = reverse("s45:hand-in-save", args=[hand_in.pk])
    form = get(world.liaison_police, "hand-in", hand_in.pk)
    assert save in form
    assert 'name="figure-F004-value"' in form
    assert "房屋编码第一项举措" in form
    assert 'value="2023-06-30"' in form, "the date of the round is filled in"
    for user in (world.bureau, world.leader, world.approver):
        seen = get(user, "hand-in", hand_in.pk)
        assert save not in seen
        assert "单位还没有报送" in seen
    for user in (world.liaison_data, world.liaison_health):
        assert "房屋编码" not in get(user, "hand-in", hand_in.pk, expect=404)
    for user in (world.viewer, world.sysadmin, world.auditor, world.integrator):
        assert "房屋编码" not in get(user, "hand-in", hand_in.pk, expect=403)


def test_drafts_are_the_units_own(world: World, hand_in: HandIn) -> None:
    post(world.liaison_police, "hand-in-save", hand_in.pk, data=fields(hand_in, progress="内部草稿文字"))
    assert "内部草稿文字" in get(world.liaison_police, "hand-in", hand_in.pk)
    for user in (world.bureau, world.leader):
        assert "内部草稿文字" not in get(user, "hand-in", hand_in.pk)


def test_save_keeps_incomplete_content(world: World, hand_in: HandIn) -> None:
    post(world.liaison_police, "hand-in-save", hand_in.pk, data={"revision": "0", "progress": "刚开始写"})
    hand_in.refresh_from_db()
    assert (hand_in.state, hand_in.revision) == (HandIn.State.DRAFT, 1)
    assert draft(hand_in).progress == "刚开始写"
    assert draft(hand_in).figures == (), "a date that was filled in by the page is not an entry"


def test_save_reads_numbers_as_people_type_them(world: World, hand_in: HandIn) -> None:
    data = fields(hand_in, **{"figure-F004-value": "３６．5０", "figure-F004-hedge": "约"})
    post(world.liaison_police, "hand-in-save", hand_in.pk, data=data)
    entry = draft(hand_in).figure("F004")
    assert entry is not None
    assert (entry.value, entry.hedge) == (Decimal("36.50"), "约")


def test_what_cannot_be_read_is_said_at_the_field_and_kept(world: World, hand_in: HandIn) -> None:
    data = fields(
        hand_in, **{"figure-F004-value": "三十六", "figure-F004-as_of": "2023-02-31", "progress": "已经写了很多字"}
    )
    seen = text_of(post(world.liaison_police, "hand-in-save", hand_in.pk, data=data, status=400))
    for code in ("figure_invalid", "figure_date_invalid"):
        assert f'data-code="{code}"' in seen
    assert 'href="#figure-F004-value"' in seen
    assert 'aria-describedby="figure-F004-value-error"' in seen
    assert 'id="figure-F004-value-error"' in seen
    assert 'value="三十六"' in seen
    assert "已经写了很多字" in seen
    assert draft(hand_in).progress == ""


def test_autosave_answers_with_the_new_revision(world: World, hand_in: HandIn) -> None:
    kind: dict[str, Any] = {"Accept": "application/json"}
    answer = post(world.liaison_police, "hand-in-save", hand_in.pk, data=fields(hand_in), status=200, **kind)
    said = json.loads(answer.content)
    hand_in.refresh_from_db()
    assert said["revision"] == hand_in.revision == 1
    assert said["message"].startswith("已保存 ")
    stale = post(
        world.liaison_police, "hand-in-save", hand_in.pk, data=fields(hand_in, revision="0"), status=409, **kind
    )
    assert json.loads(stale.content)["code"] == "handin_conflict"
    bad = fields(hand_in, **{"figure-F004-value": "x"})
    answer = post(world.liaison_police, "hand-in-save", hand_in.pk, data=bad, status=400, **kind)
    assert json.loads(answer.content)["code"] == "figure_invalid"


def test_preview_shows_typed_numbers_and_judges_them(world: World, hand_in: HandIn) -> None:
    data = fields(hand_in, progress="完成率{F004}，上线{F001}。", **{"figure-F004-value": "36.51"})
    seen = text_of(post(world.liaison_police, "hand-in-preview", hand_in.pk, data=data, status=200, HX_Request="true"))
    assert "36.51%" in seen
    assert "〔缺数〕" in seen, "F001 has no accepted value yet"
    assert 'id="hint-F004" hx-swap-oob="true" data-laggard' in seen
    assert "严重滞后" in seen
    hand_in.refresh_from_db()
    assert hand_in.revision == 0, "a preview keeps nothing"
    post(world.bureau, "hand-in-preview", hand_in.pk, data=data, status=403)


def test_everything_missing_is_listed_at_once_and_the_draft_is_kept(world: World, hand_in: HandIn) -> None:
    data = {"revision": "0", "status": "slow", "progress": "完成{F999}", "figure-F004-value": "36.51"}
    data["figure-F004-as_of"] = "2023-06-30"
    seen = text_of(post(world.liaison_police, "hand-in-submit", hand_in.pk, data=data, status=400))
    for code, field in (
        ("laggard_unexplained", "problems"),
        ("laggard_unexplained", "measures"),
        ("token_unknown", "progress"),
        ("figure_no_evidence", "figure-F004-evidence"),
        ("indicator_unexplained", "figure-F004-cause"),
    ):
        assert f'<li data-code="{code}"><a href="#{field}">' in seen
        assert f'id="{field}-error"' in seen
    assert "还有 5 处需要补正" in seen
    hand_in.refresh_from_db()
    assert hand_in.state == HandIn.State.DRAFT
    assert draft(hand_in).progress == "完成{F999}"
    assert f'name="revision" value="{hand_in.revision}"' in seen, "sending the page again must work"
    assert not hand_in.versions.exists()


def test_hand_in_return_mend_accept(world: World, hand_in: HandIn) -> None:
    assert notices.unread_count(world.bureau) == 0
    post(world.liaison_police, "hand-in-submit", hand_in.pk, data=fields(hand_in))
    hand_in.refresh_from_db()
    assert hand_in.state == HandIn.State.SUBMITTED
    assert notices.unread_count(world.bureau) == 1
    assert "审核第 1 稿" not in get(world.leader, "hand-in", hand_in.pk)
    seen = get(world.bureau, "hand-in", hand_in.pk)
    assert "审核第 1 稿" in seen
    assert "36.51%" in seen
    assert "严重滞后" in seen
    refused = text_of(post(world.bureau, "hand-in-return", hand_in.pk, data={"number": "1", "reason": " "}, status=400))
    assert 'data-code="return_reason"' in refused
    post(world.bureau, "hand-in-return", hand_in.pk, data={"number": "1", "reason": "请附台账<b>"})
    seen = get(world.liaison_police, "hand-in", hand_in.pk)
    assert seen.index("请附台账&lt;b&gt;") < seen.index("一、任务进展"), "the reason stands on top"
    assert "请附台账<b>" not in seen
    mended = fields(hand_in, progress="已补台账，完成率{F004}", **{"figure-F004-value": "37"})
    post(world.liaison_police, "hand-in-submit", hand_in.pk, data=mended)
    post(world.bureau, "hand-in-accept", hand_in.pk, data={"number": "2"})
    assert IndicatorValue.objects.get(code="F004").value == 37
    assert [(v.number, v.decision) for v in hand_in.versions.all()] == [(1, "returned"), (2, "accepted")]
    page = get(world.liaison_police, "hand-in", hand_in.pk)
    assert "第 2 稿" in page
    assert "请附台账" in page
    assert reverse("s45:hand-in-save", args=[hand_in.pk]) not in page


def test_version_page_marks_what_changed(world: World, hand_in: HandIn) -> None:
    submit(world, hand_in)
    services.return_(hand_in, number=1, reason="请核对", actor=world.bureau)
    submit(world, hand_in, full_content(hand_in, {"F004": Decimal(40)}, progress="完成编码，正在复核{F004}"))
    first, second = (get(world.liaison_police, "hand-in-version", hand_in.pk, number) for number in (1, 2))
    assert "与第" not in first
    assert "与第 1 稿相比" in second
    assert "<ins>" in second
    assert "<del>" in second
    assert "36.51%" in first
    assert "40.00%" in second
    assert 'data-code="version_unknown"' in get(world.bureau, "hand-in-version", hand_in.pk, 3, expect=404)
    get(world.liaison_data, "hand-in-version", hand_in.pk, 1, expect=404)


def test_figures_stand_beside_what_was_accepted_before(world: World, hand_in: HandIn) -> None:
    accept_all(world, hand_in.round)
    later = make_round(world, title="总结评估", tasks=("T1-02",))
    again = hand_in_for(later, "T1-02")
    assert "上次采纳：36.51%（截至 2023-06-30）" in get(world.liaison_police, "hand-in", again.pk)
    submit(world, again, full_content(again, {"F004": Decimal("38.2")}))
    assert "<mark>38.20%</mark>" in get(world.bureau, "hand-in", again.pk)


def test_stale_review(world: World, hand_in: HandIn) -> None:
    submit(world, hand_in)
    services.return_(hand_in, number=1, reason="请核对", actor=world.bureau)
    seen = text_of(post(world.bureau, "hand-in-accept", hand_in.pk, data={"number": "1"}, status=409))
    assert 'data-code="handin_not_submitted"' in seen
    submit(world, hand_in)
    data = {"number": "1", "reason": "写了很久的意见"}
    seen = text_of(post(world.bureau, "hand-in-return", hand_in.pk, data=data, status=409))
    assert 'data-code="handin_version_stale"' in seen
    assert "写了很久的意见" in seen
    seen = text_of(post(world.bureau, "hand-in-accept", hand_in.pk, data={"number": "x"}, status=400))
    assert 'data-code="page_stale"' in seen
    assert not IndicatorValue.objects.exists()


def test_reviewing_is_for_the_bureau(world: World, hand_in: HandIn) -> None:
    submit(world, hand_in)
    for user in (world.liaison_police, world.leader, world.approver, world.viewer):
        post(user, "hand-in-accept", hand_in.pk, data={"number": "1"}, status=403)
        post(user, "hand-in-return", hand_in.pk, data={"number": "1", "reason": "x"}, status=403)
    for user in (world.bureau, world.leader, world.viewer):
        post(user, "hand-in-save", hand_in.pk, data=fields(hand_in), status=403)
        post(user, "hand-in-submit", hand_in.pk, data=fields(hand_in), status=403)
    post(world.liaison_data, "hand-in-save", hand_in.pk, data=fields(hand_in), status=404)
    hand_in.refresh_from_db()
    assert hand_in.state == HandIn.State.SUBMITTED


def test_conflict_shows_both_texts_and_saving_again_works(world: World, hand_in: HandIn) -> None:
    colleague = make_user("liaison", world.liaison_police.unit)
    stale = fields(hand_in, progress="我写的进展")
    post(colleague, "hand-in-save", hand_in.pk, data=fields(hand_in, progress="同事写的进展"))
    seen = text_of(post(world.liaison_police, "hand-in-save", hand_in.pk, data=stale, status=409))
    assert 'data-code="handin_conflict"' in seen
    side = seen.partition('class="card conflict"')[2].partition("</section>")[0]
    assert "我写的进展" in side
    assert "同事写的进展" in side
    assert ">我写的进展</textarea>" in seen, "the form keeps what I wrote"
    hand_in.refresh_from_db()
    assert f'name="revision" value="{hand_in.revision}"' in seen
    assert draft(hand_in).progress == "同事写的进展"
    post(world.liaison_police, "hand-in-save", hand_in.pk, data=fields(hand_in, progress="合并后的进展"))
    assert draft(hand_in).progress == "合并后的进展"


def test_text_is_shown_for_copying_when_the_form_is_gone(world: World, hand_in: HandIn) -> None:
    typed = fields(hand_in, progress="没来得及保存的字")
    submit(world, hand_in)
    seen = text_of(post(world.liaison_police, "hand-in-save", hand_in.pk, data={**typed, "revision": "1"}, status=409))
    assert 'data-code="handin_locked"' in seen
    assert "没来得及保存的字" in seen
    services.accept(hand_in, number=1, actor=world.bureau)
    hand_in.round.hand_ins.exclude(pk=hand_in.pk).delete()
    closing.close(hand_in.round, actor=world.bureau)
    seen = text_of(post(world.liaison_police, "hand-in-save", hand_in.pk, data={**typed, "revision": "2"}, status=409))
    assert 'data-code="round_closed"' in seen
    assert "没来得及保存的字" in seen


def test_evidence_of_task_and_figure(world: World, hand_in: HandIn) -> None:
    data = fields(hand_in, progress="边写边传", file=upload("方案.png"), **{"file-F004": upload("台账.png")})
    post(world.liaison_police, "evidence-add", hand_in.pk, data=data)
    assert [(row.figure_code, row.title) for row in Evidence.objects.all()] == [("", "方案.png"), ("F004", "台账.png")]
    assert draft(hand_in).progress == "边写边传", "the form's text is kept with the upload"
    seen = get(world.liaison_police, "hand-in", hand_in.pk)
    assert "方案.png" in seen
    assert "未查毒" in seen
    row = Evidence.objects.get(figure_code="F004")
    url = reverse("s45:evidence", args=[row.pk])
    get(world.bureau, "evidence", row.pk, expect=404)
    post(world.liaison_police, "hand-in-submit", hand_in.pk, data=fields(hand_in))
    services.return_(hand_in, number=1, reason="请核对", actor=world.bureau)
    assert "台账.png" in get(world.bureau, "hand-in", hand_in.pk)
    for user in (world.liaison_police, world.bureau, world.leader):
        answer = browser(user).get(url)
        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"
        # A download streams; the test client's type knows only plain answers.
        assert b"PNG" in b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    get(world.liaison_data, "evidence", row.pk, expect=404)
    get(world.viewer, "evidence", row.pk, expect=403)
    post(world.liaison_data, "evidence-remove", row.pk, status=404)
    post(world.bureau, "evidence-remove", row.pk, status=403)
    post(world.liaison_police, "evidence-remove", row.pk, data=fields(hand_in, progress="移除时也保存"))
    row.refresh_from_db()
    assert row.removed_at is not None, "the row stays for the auditors"
    assert draft(hand_in).progress == "移除时也保存"
    assert "台账.png" not in get(world.liaison_police, "hand-in", hand_in.pk)


def test_a_file_chosen_but_not_uploaded_counts_when_handing_in(world: World, hand_in: HandIn) -> None:
    data = fields(hand_in, **{"figure-F004-evidence": "", "file-F004": upload()})
    post(world.liaison_police, "hand-in-submit", hand_in.pk, data=data)
    assert hand_in.versions.count() == 1
    assert Evidence.objects.get().figure_code == "F004"


def test_texts_are_escaped_everywhere(world: World, hand_in: HandIn) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    data = fields(hand_in, progress=evil, problems=evil, measures=evil)
    for part in ("evidence", "note", "cause", "remedy"):
        data[f"figure-F004-{part}"] = evil
    post(world.liaison_police, "hand-in-save", hand_in.pk, data=data)
    assert "<script>alert" not in get(world.liaison_police, "hand-in", hand_in.pk)
    preview = post(world.liaison_police, "hand-in-preview", hand_in.pk, data={**data, "revision": "1"}, status=200)
    assert "<script>alert" not in text_of(preview)
    post(world.liaison_police, "hand-in-submit", hand_in.pk, data={**data, "revision": "1"})
    for user in (world.liaison_police, world.bureau, world.leader):
        for name, args in (("hand-in", (hand_in.pk,)), ("hand-in-version", (hand_in.pk, 1))):
            seen = get(user, name, *args)
            assert "<script>alert" not in seen
            assert "<img src=x" not in seen
            assert "&lt;script&gt;alert(1)" in seen


def test_a_corrected_date_or_a_figure_taken_back_ends_the_earlier_value(world: World, hand_in: HandIn) -> None:
    """The value of the wrong, later date would otherwise count as the newest for ever."""
    first, second = at_noon(AS_OF), at_noon(AS_OF + timedelta(days=1))
    services.accept(hand_in, number=submit(world, hand_in).number, actor=world.bureau, at=first)
    earlier = AS_OF - timedelta(days=91)
    for moment, changes in (
        (second, {"as_of": earlier}),
        (second + timedelta(days=1), {"value": None, "note": "台账重做"}),
    ):
        services.return_(hand_in, number=hand_in.versions.count(), reason="核对", actor=world.bureau, at=moment)
        content = full_content(hand_in)
        figure = replace(content.figures[0], **changes)
        version = submit(world, hand_in, replace(content, figures=(figure,)), at=moment)
        services.accept(hand_in, number=version.number, actor=world.bureau, at=moment)
        counting = values_as_of(world.plan, AS_OF, codes=["F004"])
        assert [row.as_of for row in counting.values()] == ([earlier] if moment == second else [])
    assert values_as_of(world.plan, AS_OF, AS_OF, ["F004"])["F004"].as_of == AS_OF, "what was known then stays"


def test_at_the_stroke_of_midnight_exactly_one_value_is_known(world: World, hand_in: HandIn) -> None:
    services.accept(hand_in, number=submit(world, hand_in).number, actor=world.bureau, at=at_noon(AS_OF))
    correct(world, hand_in, {"F004": Decimal(40)}, at=end_of_day(AS_OF))
    assert values_as_of(world.plan, AS_OF, AS_OF)["F004"].value == Decimal("36.51")
    assert values_as_of(world.plan, AS_OF, AS_OF + timedelta(days=1))["F004"].value == Decimal(40)


def test_the_round_is_locked_before_its_hand_ins(world: World, hand_in: HandIn) -> None:
    """As reminding does: in different orders each would wait for the other until the database ends one."""
    with CaptureQueriesContext(connection) as queries:
        services.save_draft(hand_in, HandInContent(), revision=0, actor=world.liaison_police)
        rounds.remind(hand_in.round, actor=world.bureau)
    locks = [query["sql"] for query in queries if "FOR UPDATE" in query["sql"]]
    tables = ["round" if 'FOR UPDATE OF "s45_round"' in sql else "hand-in" for sql in locks]
    assert tables == ["round", "hand-in"] * 2


def test_the_bureau_sees_what_was_there_when_it_was_handed_in(world: World, hand_in: HandIn) -> None:
    """Also what the unit took off the draft since."""
    paper = services.add_evidence(hand_in, b"proof", "a.txt", title="台账", actor=world.liaison_police)
    number = submit(world, hand_in, at=timezone.now()).number
    services.return_(hand_in, number=number, reason="核对", actor=world.bureau)
    services.remove_evidence(paper, actor=world.liaison_police)
    assert [row.pk for row in evidence_of(world.bureau, hand_in)] == [paper.pk]
    assert not evidence_of(world.liaison_police, hand_in)
    submit(world, hand_in, at=timezone.now())
    assert not evidence_of(world.bureau, hand_in)
