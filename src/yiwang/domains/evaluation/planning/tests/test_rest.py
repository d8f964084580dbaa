"""REST of S45: values in base units by both clocks, scope as on the pages, the whole life of a hand-in, bad input."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yiwang.domains.evaluation.planning.models import HandIn, IndicatorValue, Round
from yiwang.domains.evaluation.planning.tests import factory
from yiwang.domains.evaluation.planning.tests.factory import World
from yiwang.domains.evaluation.planning.tests.rest_calls import BASE, call
from yiwang.kernel.access.api import User
from yiwang.lib.clock import at_noon

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return factory.make_world()


@pytest.fixture
def evaluated(world: World) -> Round:
    round_ = factory.make_round(world)
    factory.accept_all(world, round_)
    return round_


def get(user: User, path: str, status: int = 200, **query: Any) -> Any:
    return call(user, "get", path, status=status, **query)


def post(user: User, path: str, body: object = None, status: int = 200) -> Any:
    return call(user, "post", path, body, status)


def written(row: HandIn, **values: str) -> dict[str, Any]:
    """A whole content for the API; values as decimal strings in the figures' own units."""
    content = factory.full_content(row, {code: Decimal(value) for code, value in values.items()})
    units = {"F001": "项", "F002": "部", "F003": "笔", "F004": "%", "F005": "万元", "F006": "工作日"}
    data = content.to_json()
    return {
        **data,
        "revision": row.revision,
        "figures": [{**figure, "unit": units[figure["code"]]} for figure in data["figures"]],
    }


def test_the_plan_its_chapters_and_versions(world: World) -> None:
    found = get(world.viewer, "/plan")
    assert (found["code"], found["version"]["number"]) == ("small", 1)
    assert [row["key"] for row in found["chapters"]] == ["services", "governance"]
    assert [row["number"] for row in get(world.viewer, "/plan/versions")["items"]] == [1]
    assert get(world.viewer, "/plan", 404, version=5)["code"] == "version_unknown"


def test_tasks_with_state_filters_and_pages(world: World, evaluated: Round) -> None:
    first = get(world.viewer, "/tasks", limit=3)
    assert [row["code"] for row in first["items"]] == ["T1-01", "T1-02", "T2-01"]
    assert first["items"][0]["state"] == "on_track"
    rest = get(world.viewer, "/tasks", limit=3, cursor=first["next_cursor"])
    assert [row["code"] for row in rest["items"]] == ["T2-02"]
    assert rest["next_cursor"] == ""
    assert [row["code"] for row in get(world.viewer, "/tasks", unit="police")["items"]] == ["T1-02", "T2-02"]
    assert get(world.viewer, "/tasks/T1-01")["measures"][0]["code"] == "T1-01-M1"
    assert get(world.viewer, "/tasks/T9", 404)["code"] == "task_unknown"


def test_amounts_are_decimal_strings_in_base_units(world: World, evaluated: Round) -> None:
    found = get(world.viewer, "/figures/F005")
    assert found["value"]["quantity"] == {"value": "512090000", "unit": "元", "shown": "51209万元"}
    assert get(world.viewer, "/figures/F004")["value"]["quantity"] == {"value": "36.51", "unit": "%", "shown": "36.51%"}
    assert get(world.viewer, "/figures/F001")["targets"][-1]["value"] == {"value": "40", "unit": "项", "shown": "40项"}


def test_figures_by_both_clocks(world: World, evaluated: Round) -> None:
    hand_in = factory.hand_in_for(evaluated, "T1-01")
    factory.correct(world, hand_in, {"F001": Decimal(31)}, at=at_noon(date(2023, 9, 1)))

    def value(**query: Any) -> str | None:
        found = get(world.viewer, "/figures/F001", **query)["value"]
        return None if found is None else str(found["quantity"]["value"])

    assert value() == "31"
    assert value(as_of="2023-06-30", known_at="2023-08-31") == "33"
    assert value(as_of="2023-06-30", known_at="2023-09-01") == "31"
    assert value(as_of="2023-06-29") is None
    page = get(world.viewer, "/figures", known_at="2023-08-31", q="F001")
    assert (page["as_of"], page["known_at"]) == ("2023-06-30", "2023-08-31")
    assert page["items"][0]["value"]["quantity"]["value"] == "33"
    history = get(world.viewer, "/figures/F001/history")["items"]
    assert [row["quantity"]["value"] for row in history] == ["31", "33"]
    assert history[1]["superseded_at"] == history[0]["recorded_at"]


def test_figures_come_in_pages_and_by_filter(world: World) -> None:
    first = get(world.viewer, "/figures", limit=4)
    rest = get(world.viewer, "/figures", limit=4, cursor=first["next_cursor"])
    assert [row["code"] for row in first["items"] + rest["items"]] == [f"F00{n}" for n in range(1, 7)]
    assert [row["code"] for row in get(world.viewer, "/figures", chapter=2)["items"]] == ["F005", "F006"]
    assert [row["code"] for row in get(world.viewer, "/figures", unit="police")["items"]] == ["F004"]


def test_judgements_keep_to_scope(world: World, evaluated: Round) -> None:
    path = f"/rounds/{evaluated.pk}/judgement"
    whole = get(world.bureau, path)
    assert (whole["indicators"], whole["lagging"], whole["coverage"]) == (4, 1, "100.00")
    assert whole["items"][0]["code"] == "F004"
    assert whole["items"][0]["cause"] == "底数不清"
    assert [row["code"] for row in get(world.liaison_police, path)["items"]] == ["F004"]
    assert get(world.viewer, path, 403)["code"] == "forbidden"
    seen = {row["code"]: row["judgement"] for row in get(world.liaison_police, "/figures")["items"]}
    assert seen["F004"]["status"] == "serious"
    assert seen["F001"] is None
    assert all(row["judgement"] is None for row in get(world.viewer, "/figures")["items"])


def test_hand_ins_and_their_drafts_keep_to_scope(world: World, evaluated: Round) -> None:
    own = get(world.liaison_police, "/hand-ins")["items"]
    assert [row["task"] for row in own] == ["T1-02"]
    assert len(get(world.leader, "/hand-ins", round=evaluated.pk)["items"]) == 4
    assert get(world.viewer, "/hand-ins", 403)["code"] == "forbidden"
    pk = own[0]["id"]
    assert get(world.liaison_police, f"/hand-ins/{pk}")["draft"]["figures"][0]["quantity"]["value"] == "36.51"
    read = get(world.leader, f"/hand-ins/{pk}")
    assert read["draft"] is None
    assert read["versions"][0]["decision"] == "accepted"
    assert get(world.liaison_data, f"/hand-ins/{pk}", 404)["code"] == "handin_unknown"


def test_a_hand_in_is_written_returned_written_again_and_accepted(world: World) -> None:
    row = factory.hand_in_for(factory.make_round(world), "T2-01")
    path = f"/hand-ins/{row.pk}"
    draft = post(world.liaison_health, f"{path}/draft", {"revision": 0, "status": "on_track", "progress": "正在统计"})
    assert (draft["state"], draft["revision"], draft["draft"]["progress"]) == ("draft", 1, "正在统计")
    stale = post(world.liaison_health, f"{path}/draft", {"revision": 0, "progress": "另一人"}, 409)
    assert stale["code"] == "handin_conflict"
    row.refresh_from_db()
    short = post(world.liaison_health, f"{path}/submit", {"revision": 1, "status": "slow"}, 400)
    assert short["code"] == "handin_incomplete"
    assert {error["code"] for error in short["detail"]["errors"]} >= {"laggard_unexplained", "figure_missing"}
    assert post(world.liaison_health, f"{path}/submit", written(row))["state"] == "submitted"
    assert post(world.bureau, f"{path}/return", {"number": 1, "reason": " "}, 400)["code"] == "return_reason"
    returned = post(world.bureau, f"{path}/return", {"number": 1, "reason": "单位有误"})
    assert (returned["state"], returned["versions"][0]["reason"]) == ("returned", "单位有误")
    row.refresh_from_db()
    again = written(row)
    again["figures"][0] |= {"value": "512190000", "unit": "元"}
    post(world.liaison_health, f"{path}/submit", again)
    assert post(world.bureau, f"{path}/accept", {"number": 1}, 409)["code"] == "handin_version_stale"
    assert post(world.bureau, f"{path}/accept", {"number": 2})["state"] == "accepted"
    assert IndicatorValue.objects.get(code="F005").value == Decimal(51219)


@pytest.mark.parametrize(
    ("figure", "code"),
    [
        ({"code": "F005", "value": "51209", "unit": "亿元"}, "figure_unit"),
        ({"code": "F005", "value": "51209"}, "figure_unit"),
        ({"code": "F005", "value": "约五万", "unit": "万元"}, "figure_unit"),
        ({"code": "F005", "value": "NaN", "unit": "万元"}, "figure_unit"),
        ({"code": "F005", "value": "1E+400", "unit": "万元"}, "figure_invalid"),
        ({"code": "F005", "value": "1E+999999999", "unit": "元"}, "figure_invalid"),
        ({"code": "F005", "value": "0E+999999999", "unit": "元"}, "figure_invalid"),
        ({"code": "F005", "value": "-1E-999999999", "unit": "元"}, "figure_invalid"),
        ({"code": "F005", "value": "0.00001", "unit": "元"}, "figure_invalid"),
        ({"code": "F001", "value": "1", "unit": "项"}, "figure_foreign"),
        ({"code": "F005", "value": "1", "unit": "元", "hedge": "大概"}, "figure_hedge"),
    ],
)
def test_a_figure_that_cannot_be_right_is_refused(world: World, figure: dict[str, str], code: str) -> None:
    row = factory.hand_in_for(factory.make_round(world), "T2-01")
    found = post(world.liaison_health, f"/hand-ins/{row.pk}/draft", {"revision": 0, "figures": [figure]}, 400)
    assert found["code"] == code
    row.refresh_from_db()
    assert (row.state, row.revision) == (HandIn.State.ASKED, 0)


def test_a_figure_given_twice_is_refused(world: World) -> None:
    row = factory.hand_in_for(factory.make_round(world), "T2-01")
    figure = {"code": "F005", "value": "1", "unit": "元"}
    body = {"revision": 0, "figures": [figure, {**figure, "code": "f005"}]}
    assert post(world.liaison_health, f"/hand-ins/{row.pk}/draft", body, 400)["code"] == "figure_twice"


strange = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30),
    st.sampled_from(
        ["{F005}", "{", "1E+9999999", "-0", "∞", "NaN", "９", "万元", "元", "约", "on_track", "2023-06-30"]
    ),
)


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_strange_words_in_a_hand_in_are_kept_or_refused_and_break_nothing(world: World, data: st.DataObject) -> None:
    row = HandIn.objects.filter(task_code="T2-01").first() or factory.hand_in_for(factory.make_round(world), "T2-01")
    figure = {part: data.draw(strange) for part in ("value", "unit", "hedge", "evidence", "note", "cause", "remedy")}
    texts = {part: data.draw(strange) for part in ("status", "progress", "problems", "measures")}
    body = {"revision": row.revision, **texts, "figures": [{"code": "F005", "as_of": "2023-06-30", **figure}]}
    client = Client()
    client.force_login(world.liaison_health)
    for action in ("draft", "submit"):
        url = f"{BASE}/hand-ins/{row.pk}/{action}"
        answer = client.post(url, json.dumps(body), content_type="application/json")
        assert answer.status_code in {200, 400, 409}, answer.content.decode()[:500]
    row.refresh_from_db()
    client.get(f"{BASE}/hand-ins/{row.pk}")


def test_nobody_writes_what_is_not_theirs(world: World) -> None:
    round_ = factory.make_round(world)
    path = f"/hand-ins/{factory.hand_in_for(round_, 'T1-02').pk}"
    body = {"revision": 0, "progress": "代填"}
    assert post(world.liaison_data, f"{path}/draft", body, 404)["code"] == "handin_unknown"
    for user in (world.bureau, world.leader, world.viewer, world.sysadmin):
        assert post(user, f"{path}/draft", body, 403)["code"] == "forbidden"
    for action, decision in (("return", {"number": 1, "reason": "x"}), ("accept", {"number": 1})):
        assert post(world.liaison_police, f"{path}/{action}", decision, 403)["code"] == "forbidden"
    for action, data in (("ask", {"tasks": ["T1-01"]}), ("remind", {}), ("close", {}), ("report", {})):
        assert post(world.liaison_police, f"/rounds/{round_.pk}/{action}", data, 403)["code"] == "forbidden"
    assert call(None, "get", "/plan", status=401)["code"] == "not_signed_in"


def test_a_round_from_its_making_to_its_closing(world: World) -> None:
    made = post(
        world.bureau,
        "/rounds",
        {
            "title": "中期评估",
            "as_of": "2023-06-30",
            "opens_on": "2023-07-01",
            "due_on": "2023-07-31",
            "steps": [{"title": "填报", "starts_on": "2023-07-01", "ends_on": "2023-07-31"}],
        },
        201,
    )
    assert (made["state"], made["steps"][0]["title"]) == ("draft", "填报")
    path = f"/rounds/{made['id']}"
    asked = post(world.bureau, f"{path}/ask", {"tasks": ["T1-02"]}, 201)["items"]
    assert asked[0]["unit"]["code"] == "police"
    assert post(world.bureau, f"{path}/ask", {"tasks": ["T1-01", "T1-02"]}, 409)["code"] == "handin_already_asked"
    assert HandIn.objects.count() == 1
    assert post(world.bureau, f"{path}/remind", {"hand_ins": []})["reminded"] == 0
    assert post(world.bureau, f"{path}/remind", {})["reminded"] == 1
    assert post(world.bureau, f"{path}/remind", {})["reminded"] == 0
    assert post(world.bureau, f"{path}/close", {}, 409)["code"] == "round_incomplete"
    factory.accept_all(world, Round.objects.get(pk=made["id"]))
    assert post(world.bureau, f"{path}/close")["state"] == "closed"
    assert post(world.bureau, f"{path}/ask", {"tasks": ["T1-01"]}, 409)["code"] == "round_closed"
    assert get(world.viewer, "/rounds", 403)["code"] == "forbidden"
    assert [row["id"] for row in get(world.leader, "/rounds")["items"]] == [made["id"]]


def test_adjustments_are_proposed_decided_and_compared(world: World) -> None:
    told = {"reason": "上级文件调整", "basis": "会议纪要"}
    first = post(
        world.liaison_police,
        "/adjustments",
        {"kind": "delete", "task": "T1-02", "measure": "T1-02-M1", **told},
        201,
    )
    assert (first["number"], first["old_text"], first["state"]) == (1, "房屋编码第一项举措", "proposed")
    refused = post(world.liaison_data, "/adjustments", {"kind": "delete", "task": "T1-02", **told}, 403)
    assert refused["code"] == "forbidden"
    post(world.bureau, "/adjustments", {"kind": "add", "task": "T2-01", "new_text": "新增", **told}, 201)
    assert [row["number"] for row in get(world.leader, "/adjustments")["items"]] == [2, 1]
    assert [row["number"] for row in get(world.liaison_police, "/adjustments")["items"]] == [1]
    assert get(world.liaison_police, "/adjustments/2", 404)["code"] == "adjustment_unknown"
    assert post(world.bureau, "/adjustments/approve", {"numbers": [1]}, 403)["code"] == "forbidden"
    assert post(world.approver, "/adjustments/2/reject", {"note": ""}, 400)["code"] == "decision_note"
    assert post(world.approver, "/adjustments/2/reject", {"note": "依据不足"})["state"] == "rejected"
    version = post(world.approver, "/adjustments/approve", {"numbers": [1, 1], "effective_on": "2023-10-01"})
    assert version["number"] == 2
    assert post(world.bureau, "/adjustments/1/withdraw", {}, 409)["code"] == "adjustment_decided"
    changes = get(world.viewer, "/plan/compare", old=1, new=2)["changes"]
    assert [(row["kind"], row["what"], row["code"]) for row in changes] == [("removed", "measure", "T1-02-M1")]


def test_reports_are_written_and_listed(world: World, evaluated: Round) -> None:
    path = f"/rounds/{evaluated.pk}/report"
    assert get(world.leader, path)["items"] == []
    made = post(world.bureau, path, status=201)
    assert made["number"] == 1
    assert made["filename"].endswith(".docx")
    assert made["url"] == f"/evaluation/rounds/{evaluated.pk}/report/1/"
    assert [row["sha256"] for row in get(world.leader, path)["items"]] == [made["sha256"]]
    assert get(world.liaison_data, path, 403)["code"] == "forbidden"


BIG = 10**30


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/plan", {"version": BIG}),
        ("/plan", {"version": 0}),
        ("/plan/compare", {"old": 1}),
        ("/plan/compare", {"old": 1, "new": -BIG}),
        ("/tasks", {"chapter": BIG}),
        ("/tasks", {"limit": 0}),
        ("/tasks", {"limit": 201}),
        ("/tasks", {"q": "a\x00b"}),
        ("/tasks", {"q": "长" * 101}),
        ("/tasks/%00", {}),
        ("/tasks/" + "x" * 41, {}),
        ("/figures", {"as_of": "2023-02-30"}),
        ("/figures", {"known_at": "9999-12-31"}),
        ("/figures", {"as_of": "0001-01-01"}),
        ("/figures/%E4%B8%AD", {}),
        (f"/rounds/{BIG}", {}),
        ("/rounds/0", {}),
        ("/rounds/x/judgement", {}),
        (f"/hand-ins/{2**63}", {}),
        ("/hand-ins", {"round": 2**63}),
        ("/hand-ins", {"state": "\x00"}),
        ("/adjustments/2147483648", {}),
    ],
)
def test_what_the_schema_forbids_is_refused_before_it_reaches_the_database(
    world: World, path: str, query: dict[str, Any]
) -> None:
    assert get(world.bureau, path, 422, **query)["code"] == "invalid_input"


@pytest.mark.parametrize(
    "path",
    [
        "/rounds/9223372036854775807",
        "/hand-ins/9223372036854775807",
        "/tasks/None",
        "/figures/F9999999999",
        "/adjustments/2147483647",
    ],
)
def test_the_greatest_numbers_are_simply_not_found(world: World, path: str) -> None:
    get(world.bureau, path, 404)


@pytest.mark.parametrize("cursor", ["!!!", "AAAA", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"])
def test_a_broken_cursor_is_a_problem(world: World, cursor: str) -> None:
    for path in ("/tasks", "/figures", "/rounds", "/hand-ins", "/adjustments"):
        client = Client()
        client.force_login(world.bureau)
        assert client.get(BASE + path, {"cursor": cursor}).status_code == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/rounds", {"title": "a\x00", "as_of": "2023-06-30", "opens_on": "2023-07-01", "due_on": "2023-07-31"}),
        ("/rounds", {"title": "", "as_of": "2023-06-30", "opens_on": "2023-07-01", "due_on": "2023-07-31"}),
        ("/adjustments", {"kind": "explode", "task": "T1-01", "reason": "x", "basis": "y"}),
        ("/adjustments", {"kind": "delete", "task": "T1-01", "reason": "\x00", "basis": "y"}),
        ("/adjustments/approve", {"numbers": []}),
        ("/adjustments/approve", {"numbers": [BIG]}),
        ("/hand-ins/1/draft", {"revision": -1}),
        ("/hand-ins/1/draft", {"revision": BIG}),
        ("/hand-ins/1/draft", {"revision": 0, "progress": "字" * 20_001}),
        ("/hand-ins/1/return", {"number": 1}),
    ],
)
def test_bodies_that_do_not_fit_are_refused(world: World, path: str, body: object) -> None:
    assert post(world.bureau, path, body, 422)["code"] == "invalid_input"


def test_a_list_costs_the_same_for_one_as_for_many(world: World, evaluated: Round) -> None:
    client = Client()
    client.force_login(world.bureau)
    for path in ("/tasks", "/figures", "/hand-ins"):
        client.get(BASE + path)
        with CaptureQueriesContext(connection) as one:
            client.get(BASE + path, {"limit": 1})
        with CaptureQueriesContext(connection) as many:
            client.get(BASE + path)
        assert len(many) == len(one)
