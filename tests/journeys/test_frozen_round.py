"""A round from records: figures fill themselves, units may disagree, closing freezes, anybody can count it again."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection
from django.utils import timezone

from yiwang.domains.evaluation.planning import planbook
from yiwang.domains.evaluation.planning.cli import command
from yiwang.domains.evaluation.planning.models import (
    FrozenRound,
    HandIn,
    IndicatorValue,
    Round,
    RoundText,
)
from yiwang.domains.evaluation.planning.selectors import evaluation, values
from yiwang.domains.evaluation.planning.services import closing, computing, handins, reports
from yiwang.domains.evaluation.planning.services.values import record_value
from yiwang.domains.evaluation.planning.tests import factory
from yiwang.domains.evaluation.planning.tests.factory import World
from yiwang.domains.evaluation.planning.tests.pages import browser, get, post, text_of
from yiwang.domains.evaluation.planning.types import FigureEntry, HandInContent
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.audit.models import AuditEntry
from yiwang.kernel.jobs import api as jobs
from yiwang.kernel.jobs import services as running
from yiwang.kernel.lake import api as lake
from yiwang.kernel.lake import store
from yiwang.kernel.lake.cli import lake as lake_command
from yiwang.kernel.metrics import values as counting
from yiwang.kernel.metrics.compiling import columns_of
from yiwang.lib.problems import Problem

from .kiosk_round import AS_OF, DONE, KIOSKS, open_round, place_kiosks, remove_transactions, spec

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    """A state folder of the test's own."""
    settings.YIWANG_HOME = tmp_path
    return tmp_path


def said(round_: Round) -> dict[str, Decimal | None]:
    """Every figure with the value that counts."""
    return {
        row.indicator.code: None if row.value is None else row.value.value.normalize()
        for row in values.judge_round(round_)
    }


def without_computed(hand_in: HandIn, **changes: Any) -> HandInContent:
    """What a unit hands in that leaves to the records what they say; ``changes`` by code are what it gives instead."""
    content = factory.full_content(hand_in)
    figures = []
    for entry in content.figures:
        if entry.code in {"F004", "F005", "F006"}:
            entry = replace(entry, value=None, evidence="", note="")
        figures.append(replace(entry, **changes.get(entry.code, {})))
    return replace(content, figures=tuple(figures))


def accept(world: World, round_: Round, **changes: Any) -> None:
    for row in HandIn.objects.filter(round=round_).select_related("unit", "round__plan_version__plan"):
        version = factory.submit(world, row, without_computed(row, **changes))
        handins.accept(row, number=version.number, actor=world.bureau)


@pytest.fixture
def filled() -> tuple[World, Round]:
    """An open round with its figures filled."""
    world, round_ = open_round()
    computing.fill(round_)
    return world, round_


@pytest.fixture
def closed(filled: tuple[World, Round]) -> tuple[World, Round]:
    """A closed round."""
    world, round_ = filled
    accept(world, round_)
    closing.close(round_, actor=world.bureau)
    round_.refresh_from_db()
    return world, round_


def audited(action: str, what: Round | HandIn) -> int:
    """How often it was audited."""
    return AuditEntry.objects.filter(action=action, object_id=str(what.pk)).count()


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(Problem) as found:
        work()
    return found.value.code


def test_figures_fill_themselves_with_their_parts_and_say_only_news(filled: tuple[World, Round]) -> None:
    _world, round_ = filled
    row = IndicatorValue.objects.get(code="F006", origin="computed")
    parts = (row.value, row.numerator, row.denominator, row.rows, row.as_of)
    assert parts == (Decimal(DONE) / KIOSKS, Decimal(DONE), Decimal(KIOSKS), DONE, AS_OF)
    assert row.snapshot == lake.newest_name()
    place_kiosks(1, 10, first=90)
    assert computing.fill(round_).changed == 0, "the snapshot is the same"
    lake.refresh()
    assert computing.fill(round_).changed == 3
    assert said(round_)["F005"] == DONE + 10
    history = IndicatorValue.objects.filter(code="F005", origin="computed").order_by("recorded_at")
    assert [old.superseded_at for old in history] == [history[1].recorded_at, None]
    assert computing.fill(round_).changed == 0


def test_opening_a_round_asks_for_the_numbers() -> None:
    _world, round_ = open_round()
    job = jobs.Job.objects.get(task="s45.fill")
    running.run(job.pk)
    assert said(round_)["F004"] == KIOSKS
    job.refresh_from_db()
    assert job.result["rounds"][str(round_.pk)]["counted"] == 3


def test_without_a_number_to_divide_by_there_is_no_figure_and_what_the_unit_reports_counts() -> None:
    place_kiosks(0, 4)
    lake.refresh()
    world = factory.make_world(spec())
    round_ = factory.make_round(world)
    assert computing.fill(round_).without == ("F006",)
    assert said(round_)["F006"] is None
    hand_in = factory.hand_in_for(round_, "T2-02")
    version = factory.submit(world, hand_in)
    handins.accept(hand_in, number=version.number, actor=world.bureau)
    judged = {row.indicator.code: row for row in values.judge_round(round_)}
    assert judged["F006"].is_computed is False
    assert judged["F005"].is_computed is True


def lose_a_column(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on metrics of kiosks need a column that no snapshot has."""

    def lost(part: Any) -> set[tuple[str, str]]:
        return columns_of(part) | ({("s05.kiosk", "gone")} if part.selection.record == "s05.kiosk" else set())

    monkeypatch.setattr(counting, "columns_of", lost)


def test_what_cannot_be_told_any_more_is_listed_as_that(
    closed: tuple[World, Round], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, round_ = closed
    lake.refresh()
    lose_a_column(monkeypatch)
    later = evaluation.then_now(round_, FrozenRound.objects.get(round=round_).content)
    assert {(row.code, row.then, row.now) for row in later} == {("F004", "5", None), ("F006", "8", None)}
    assert "lake_lacks" in {fault.code for fault in evaluation.evaluate(round_).faults}
    get(world.leader, "frozen", round_.pk)


def test_a_column_that_is_gone_keeps_one_figure_from_being_counted_not_the_others(
    filled: tuple[World, Round], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, round_ = filled
    lake.refresh()

    lose_a_column(monkeypatch)
    found = computing.fill(round_)
    assert set(found.failed) == {"F004", "F006"}
    assert said(round_)["F004"] == KIOSKS, "it keeps the number that it had"
    assert found.counted == 1
    accept(world, round_)
    assert refused(lambda: closing.close(round_, actor=world.bureau)) == "lake_lacks"
    round_.refresh_from_db()
    assert round_.state == Round.State.OPEN


def test_a_unit_need_not_report_what_records_say(filled: tuple[World, Round]) -> None:
    world, round_ = filled
    hand_in = factory.hand_in_for(round_, "T1-02")
    page = get(world.liaison_police, "hand-in", hand_in.pk)
    assert "系统按记录算得 <b>5部</b>" in page
    # Five of a hundred lag: the cause is asked for though no number is given.
    empty = replace(without_computed(hand_in), figures=())
    with pytest.raises(Problem) as found:
        factory.submit(world, hand_in, empty)
    assert [error["code"] for error in found.value.detail["errors"]] == ["indicator_unexplained"]  # type: ignore[attr-defined]  # the service lists them
    version = factory.submit(world, hand_in, without_computed(hand_in))
    handins.accept(hand_in, number=version.number, actor=world.bureau)
    assert not IndicatorValue.objects.filter(code="F004", origin="reported").exists()
    assert "5部" in get(world.bureau, "hand-in", hand_in.pk)


def test_a_unit_that_disagrees_gives_a_reason_and_evidence_and_both_numbers_stay_visible(
    filled: tuple[World, Round],
) -> None:
    world, round_ = filled
    hand_in = factory.hand_in_for(round_, "T2-01")
    other = {"F005": {"value": Decimal(45), "evidence": ""}}
    with pytest.raises(Problem) as found:
        factory.submit(world, hand_in, without_computed(hand_in, **other))
    assert {error["code"] for error in found.value.detail["errors"]} == {"figure_disagrees", "figure_no_evidence"}  # type: ignore[attr-defined]  # the service lists them
    other["F005"] |= {"evidence": "窗口手工台账", "note": "断网期间五笔未上传"}
    version = factory.submit(world, hand_in, without_computed(hand_in, **other))
    assert "与记录不一致" in get(world.bureau, "hand-in", hand_in.pk)
    handins.accept(hand_in, number=version.number, actor=world.bureau)
    row = next(row for row in values.judge_round(round_) if row.indicator.code == "F005")
    assert row.value is not None
    assert row.reported is not None
    assert (row.value.value, row.reported.value) == (Decimal(DONE), Decimal(45))
    assert row.is_disputed
    figure = get(world.viewer, "figure", "F005", as_of=str(AS_OF))
    for text in ("40笔", "45笔", "与记录不一致", "窗口手工台账", "断网期间五笔未上传", "由 40 条记录计得"):
        assert text in figure
    assert "其中 1 项单位填报与记录计算不一致" in get(world.bureau, "judgement", round_.pk)
    assert "单位填报与记录不一致" in get(world.viewer, "indicators", as_of=str(AS_OF), q="F005")
    agreed = {"F005": {"value": Decimal(DONE), "evidence": ""}}
    handins.return_(hand_in, number=1, reason="已补传", actor=world.bureau)
    hand_in.refresh_from_db()
    assert factory.submit(world, hand_in, without_computed(hand_in, **agreed)).number == 2, "equal needs no evidence"


def test_the_share_computed_counts_what_was_counted(filled: tuple[World, Round]) -> None:
    world, round_ = filled
    assert values.coverage(values.judge_round(round_)).computed == 3
    listed = get(world.viewer, "indicators", as_of=str(AS_OF), origin="computed")
    assert listed.count('<th scope="row"') == 3
    assert get(world.viewer, "indicators", as_of=str(AS_OF), origin="reported").count('<th scope="row"') == 0
    accept(world, round_)
    assert get(world.viewer, "indicators", as_of=str(AS_OF), origin="reported").count('<th scope="row"') == 3


@pytest.mark.parametrize(("code", "unit"), [("F001", "项"), ("F005", "件")])
def test_a_plan_cannot_have_a_figure_computed_that_nothing_counts(code: str, unit: str) -> None:
    plan = spec()
    rows = tuple(replace(row, origin="computed", unit=unit) if row.code == code else row for row in plan.indicators)
    assert refused(lambda: factory.make_world(replace(plan, indicators=rows))) == "plan_metric"


def test_a_plans_workbook_says_which_figures_are_computed() -> None:
    make_unit("cq", kind="district")
    again = planbook.read(BytesIO(planbook.write(spec())))
    assert {row.code: row.origin for row in again.indicators} == {row.code: row.origin for row in spec().indicators}


def test_closing_needs_a_young_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    world = factory.make_world(spec())
    round_ = factory.make_round(world)
    factory.accept_all(world, round_)
    assert refused(lambda: closing.close(round_, actor=world.bureau)) == "lake_empty"
    lake.refresh()
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=1, minutes=1))
    assert refused(lambda: closing.close(round_, actor=world.bureau)) == "round_snapshot_old"
    assert "数据湖快照已超过一天" in get(world.bureau, "round", round_.pk)


def test_a_closed_round_counted_again_is_the_same_whatever_happens_afterwards(closed: tuple[World, Round]) -> None:
    world, round_ = closed
    first = evaluation.evaluate(round_)
    assert (first.faults, first.later, first.recounted) == ((), (), 3)
    before = said(round_)
    remove_transactions(10)
    lake.refresh()
    found = evaluation.evaluate(round_)
    assert found.same
    assert {(row.code, row.then, row.now) for row in found.later} == {("F005", "40", "30"), ("F006", "8", "6")}
    assert said(round_) == before
    page = get(world.leader, "frozen", round_.pk)
    assert "看是哪些记录" in page
    assert found.frozen.digest in page
    assert "一致" in text_of(post(world.leader, "frozen-check", round_.pk, status=200))
    assert audited("round.evaluated", round_) == 1


def test_the_snapshot_of_a_closed_round_outlives_all_others(closed: tuple[World, Round]) -> None:
    _world, round_ = closed
    name = FrozenRound.objects.get(round=round_).snapshot
    place_kiosks(1, 1, first=80)
    newest = lake.refresh().snapshot.name
    with store.writing():
        from yiwang.kernel.lake.pinning import pinned_files

        left = store.sweep(timezone.now() + timedelta(days=4000), pinned_files())
    assert left == {name, newest}
    assert evaluation.evaluate(round_).same
    assert lake.holders() == {name: [f"s45.round.{round_.pk}"]}
    assert "其中 1 份因已办结的评估轮次长期保留" in text_of(browser(make_user("sysadmin")).get("/lake/"))
    told = json.loads(CliRunner().invoke(lake_command, ["status", "--json"]).output)
    assert {row["name"]: len(row["held_by"]) for row in told["kept"]} == {name: 1, newest: 0}


@pytest.mark.parametrize("what", ["file", "manifest", "gone"])
def test_one_byte_of_the_snapshot_changed_is_found(closed: tuple[World, Round], home: Path, what: str) -> None:
    world, round_ = closed
    name = FrozenRound.objects.get(round=round_).snapshot
    manifest = next((home / "lake" / "snapshots").glob(f"*{name}.json"))
    path = next((home / "lake" / "s05.kiosk").glob("*.parquet")) if what == "file" else manifest
    if what == "gone":
        path.unlink()
    else:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(bytes(data))
    found = evaluation.evaluate(round_)
    codes = {"file": "lake_damaged", "manifest": "lake_damaged", "gone": "snapshot_gone"}
    assert [fault.code for fault in found.faults] == [codes[what]]
    assert "不一致" in text_of(post(world.bureau, "frozen-check", round_.pk, status=200))


def test_what_is_altered_in_the_database_is_found(closed: tuple[World, Round]) -> None:
    world, round_ = closed
    kept = FrozenRound.objects.get(round=round_)
    RoundText.objects.create(
        round=round_,
        section="problem",
        position=9,
        title="后加",
        text="后加",
        updated_at=timezone.now(),
        updated_by="x",
    )
    assert [fault.what for fault in evaluation.evaluate(round_).faults] == ["texts problem 9"]
    RoundText.objects.all().delete()
    IndicatorValue.objects.filter(code="F001").update(value=34)
    faults = evaluation.evaluate(round_).faults
    assert [(fault.code, fault.what) for fault in faults] == [("record_differs", "figure F001")]
    IndicatorValue.objects.filter(code="F001").update(value=33)
    kept.content["figures"][0]["value"] = "99"
    kept.save()
    assert "content_altered" in {fault.code for fault in evaluation.evaluate(round_).faults}
    assert world.plan is not None


def test_the_written_report_altered_on_the_disk_is_found(closed: tuple[World, Round], home: Path) -> None:
    _world, round_ = closed
    kept = FrozenRound.objects.get(round=round_)
    path = next(path for path in (home / "files").rglob("*") if path.is_file() and kept.report.file.sha256 in str(path))
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b"x")
    assert [fault.what for fault in evaluation.evaluate(round_).faults] == ["report"]
    path.unlink()
    assert [(fault.what, "file_lost" in fault.found) for fault in evaluation.evaluate(round_).faults] == [
        ("report", True)
    ]
    done = CliRunner().invoke(command, [str(round_.pk), "--out", str(home / "out")])
    assert (done.exit_code, (home / "out" / "report.docx").exists()) == (1, False)


def test_a_figure_corrected_after_freezing_stands_beside_what_was_frozen(closed: tuple[World, Round]) -> None:
    world, round_ = closed
    entry = FigureEntry(code="F001", value=Decimal(31), as_of=AS_OF, evidence="更正函")
    record_value(world.version, entry, unit=make_unit("cq/data"), actor="bureau", at=timezone.now())
    found = evaluation.evaluate(round_)
    assert found.same
    assert [(row.code, row.then, row.now) for row in found.later] == [("F001", "33", "31")]
    assert said(round_)["F001"] == 33
    assert "31项" in get(world.bureau, "figure", "F001", as_of=str(AS_OF))
    written = reports.write_report(round_, actor=world.bureau)
    assert written.number == 2, "and a report written now says what was frozen"
    assert evaluation.evaluate(round_).same


def test_two_people_closing_at_once_close_once() -> None:
    world, round_ = open_round()
    accept_all(world, round_)
    gate = threading.Barrier(2)
    answers: list[int] = []

    def close(client: Any) -> None:
        gate.wait(timeout=10)
        answers.append(client.post(f"/evaluation/rounds/{round_.pk}/close/").status_code)
        connection.close()

    clients = (browser(world.bureau), browser(make_user("bureau", "cq/data")))
    threads = [threading.Thread(target=close, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=100)
    assert sorted(answers) == [302, 409]
    assert FrozenRound.objects.count() == 1
    assert audited("round.closed", round_) == 1
    assert evaluation.evaluate(Round.objects.get(pk=round_.pk)).same


def accept_all(world: World, round_: Round) -> None:
    computing.fill(round_)
    accept(world, round_)


def test_nothing_is_half_closed_when_the_report_cannot_be_written(
    filled: tuple[World, Round], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, round_ = filled
    accept(world, round_)

    def broken(*_args: object, **_options: object) -> bytes:
        raise OSError("disk full")

    monkeypatch.setattr(reports, "write", broken)
    with pytest.raises(OSError, match="disk full"):
        closing.close(round_, actor=world.bureau)
    round_.refresh_from_db()
    assert round_.state == Round.State.OPEN
    assert not FrozenRound.objects.exists()
    assert lake.holders() == {}
    monkeypatch.undo()


def test_the_command_says_whether_it_is_the_same_and_writes_the_package(
    closed: tuple[World, Round], tmp_path: Path
) -> None:
    _world, round_ = closed
    out = tmp_path / "底稿"
    done = CliRunner().invoke(command, [str(round_.pk), "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert told["same"] is True
    assert {path.name for path in out.iterdir()} == {
        "evaluation.json", "figures.csv", "frozen.json", "report.docx", "then-now.csv",
    }  # fmt: skip
    assert "F006" in (out / "figures.csv").read_text(encoding="utf-8-sig")
    assert CliRunner().invoke(command, [round_.title]).exit_code == 0
    IndicatorValue.objects.filter(code="F001").update(value=34)
    differs = CliRunner().invoke(command, [str(round_.pk)])
    assert (differs.exit_code, "不一致 differs" in differs.output) == (1, True)
    (tmp_path / "file").write_text("x")
    for arguments in (["999"], ["没有这轮"], [str(round_.pk), "--out", str(tmp_path / "file")]):
        assert isinstance(CliRunner().invoke(command, arguments).exception, Problem)


def test_an_open_round_is_told_as_it_stands(filled: tuple[World, Round]) -> None:
    world, round_ = filled
    done = CliRunner().invoke(command, [str(round_.pk), "--json"])
    told = json.loads(done.output)
    assert (done.exit_code, told["state"]) == (0, "open")
    assert {row["code"]: row["value"] for row in told["figures"]}["F006"] == "8"
    page = get(world.bureau, "frozen", round_.pk)
    assert "按最新快照取数" in page
    assert text_of(post(world.bureau, "round-fill", round_.pk, follow=True, status=200)).count("取数 3 项") == 1
    post(world.leader, "round-fill", round_.pk, status=403)
    get(world.bureau, "frozen-download", round_.pk, expect=404)


def test_a_round_closed_before_there_was_freezing_says_so(closed: tuple[World, Round]) -> None:
    world, round_ = closed
    FrozenRound.objects.all().delete()
    assert "本轮没有办结底稿" in get(world.bureau, "frozen", round_.pk)
    assert refused(lambda: evaluation.evaluate(round_)) == "round_not_frozen"
    assert 'data-code="round_not_frozen"' in text_of(post(world.bureau, "frozen-check", round_.pk, status=404))


def test_a_unit_merged_in_mid_round_hands_its_work_over() -> None:
    world, round_ = open_round()
    computing.fill(round_)
    hand_in = factory.hand_in_for(round_, "T1-02")
    taker = make_unit("cq/law", name_zh="综合执法局")
    liaison = make_user("liaison", taker)
    handins.save_draft(
        hand_in, HandInContent(status="on_track", progress="公安草稿"), revision=0, actor=world.liaison_police
    )
    form = {"transfer_unit": taker.code, "transfer_reason": ""}
    assert 'data-code="transfer_reason"' in text_of(
        post(world.bureau, "hand-in-transfer", hand_in.pk, data=form, status=400)
    )
    form["transfer_reason"] = "机构改革，职责划转"
    post(world.liaison_police, "hand-in-transfer", hand_in.pk, data=form, status=403)
    post(world.bureau, "hand-in-transfer", hand_in.pk, data=form)
    get(world.liaison_police, "hand-in", hand_in.pk, expect=404)
    page = get(liaison, "hand-in", hand_in.pk)
    assert "公安草稿" in page
    assert "系统按记录算得 <b>5部</b>" in page, "it reports the former unit's figures"
    hand_in.refresh_from_db()
    version = handins.submit(hand_in, without_computed(hand_in), revision=hand_in.revision, actor=liaison)
    handins.accept(hand_in, number=version.number, actor=world.bureau)
    assert 'data-code="transfer_same"' in text_of(
        post(world.bureau, "hand-in-transfer", hand_in.pk, data=form, status=409)
    )
    for code in ("T1-01", "T2-01", "T2-02"):
        row = factory.hand_in_for(round_, code)
        handins.accept(row, number=factory.submit(world, row, without_computed(row)).number, actor=world.bureau)
    closing.close(round_, actor=world.bureau)
    round_.refresh_from_db()
    assert evaluation.evaluate(round_).same
    assert audited("handin.transferred", hand_in) == 1
