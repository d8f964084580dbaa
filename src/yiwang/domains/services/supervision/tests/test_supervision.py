"""Supervision: rules, coverage and who lags, the draw and its replay, who sees what, the demonstration's figures."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from yiwang.domains.services.supervision import demo, drawing, selectors, services
from yiwang.domains.services.supervision.models import (
    Act,
    Assignment,
    Draw,
    DrawFrame,
    Inspector,
    Matter,
    Target,
    cards_of,
)
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.limits import api as limits
from yiwang.kernel.orgs import demo as orgs_demo
from yiwang.kernel.records import api as records
from yiwang.kernel.registers import api as registers
from yiwang.kernel.registers.extend import population
from yiwang.lib.problems import Problem

FIGURES = Path(__file__).parents[3] / "evaluation" / "planning" / "demo" / "figures.csv"
FIRMS = [population.organisation(number).uscc for number in range(8)]
CARDS = [f"44150200{number}" for number in range(5)]
ONE, TWO = "440612345000", "440612345001"
DAY = date(2023, 6, 30)
ACT: dict[str, object] = {
    "act_no": "J1", "matter_code": ONE, "kind": "行政检查", "target_uscc": FIRMS[0], "target_name": "演示商行",
    "officer_cards": "A1、A2", "result": "clean", "occurred_on": "2023-03-01",
}  # fmt: skip
DRAW: dict[str, object] = {
    "draw_no": "D1", "field": "food", "seed": "2023070112345678", "sample": 1, "frame_hash": "0" * 64,
    "occurred_on": "2023-03-01",
}  # fmt: skip

frames = st.dictionaries(
    st.text("ABCDEFGH0123456789", min_size=3, max_size=6), st.integers(1, 8), min_size=3, max_size=30
)
people = st.sets(st.text("0123456789", min_size=4, max_size=6), min_size=4, max_size=12)
seeds = st.text(st.characters(codec="ascii", exclude_characters="|"), min_size=16, max_size=32)


@given(frames, people, seeds, st.randoms())
def test_a_draw_depends_on_nothing_but_what_is_published(
    frame: dict[str, int], cards: set[str], seed: str, chance: Any
) -> None:
    drawn = drawing.draw(seed, frame, cards, count=3, each=2)
    pairs, pool = list(frame.items()), list(cards)
    chance.shuffle(pairs)
    chance.shuffle(pool)
    assert drawing.draw(seed, dict(pairs), pool, count=3, each=2) == drawn
    assert drawing.frame_hash(dict(pairs), pool, count=3, each=2) == drawing.frame_hash(frame, cards, count=3, each=2)
    assert len({one.uscc for one in drawn}) == 3
    assert all(len(set(one.cards)) == 2 for one in drawn)


@given(frames, people, seeds)
def test_who_must_avoid_an_object_does_not_go_there(frame: dict[str, int], cards: set[str], seed: str) -> None:
    avoid = {(min(cards), code) for code in frame}
    for one in drawing.draw(seed, frame, cards, count=len(frame), each=2, avoid=avoid):
        assert min(cards) not in one.cards


def test_a_draw_can_be_repeated_by_hand() -> None:
    """As docs/decisions/0019 says, with a hash function alone."""

    def ticket(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()

    seed, frame = "0123456789abcdef", {"X": 1, "Y": 2}
    best = {"X": ticket(f"{seed}|O|X|1"), "Y": min(ticket(f"{seed}|O|Y|1"), ticket(f"{seed}|O|Y|2"))}
    (one,) = drawing.draw(seed, frame, ["a", "b", "c"], count=1, each=2)
    assert one.uscc == min(best, key=lambda code: best[code])
    assert one.cards == tuple(sorted("abc", key=lambda card: ticket(f"{seed}|I|{one.uscc}|{card}"))[:2])
    hashed = drawing.frame_hash(frame, ["b", "a"], count=1, each=2, avoid={("a", "X")})
    assert hashed == ticket("O,X,1\nO,Y,2\nI,a\nI,b\nX,a,X\nN,1,2")


def test_a_heavier_object_is_drawn_more_often() -> None:
    frame = {"heavy": 8, **{f"light{number}": 1 for number in range(8)}}
    drawn = [drawing.draw(f"seed-of-the-day-{number}", frame, "ab", count=1, each=2)[0].uscc for number in range(800)]
    # Half of sixteen tickets are its own; 800 draws lie within 8 % of that with more than a million to one.
    assert 336 <= drawn.count("heavy") <= 464


@pytest.fixture
def bureau(db: None) -> User:
    registers.check_key()
    return make_user("bureau", "cq/data")


def add(model: Any, actor: User, unit: str, /, **cells: object) -> Any:
    return records.create(model.record_type, cells, actor=actor, unit=make_unit(unit), place="")


@pytest.fixture
def matters(bureau: User) -> None:
    """Two matters of health, one of police."""
    for code, unit in ((ONE, "cq/health"), (TWO, "cq/health"), ("440612345002", "cq/police")):
        add(Matter, bureau, unit, matter_code=code, name=f"检查{code}", way="daily", valid_from="2022-01-01")


@pytest.fixture
def pools(bureau: User) -> None:
    """Eight objects and five inspectors of health."""
    for number, uscc in enumerate(FIRMS):
        add(
            Target, bureau, "cq/health", target_no=f"T{number}", uscc=uscc, name=f"商行{number}", field="food",
            credit="ABCD"[number % 4], valid_from="2022-01-01",
        )  # fmt: skip
    for card in CARDS:
        add(Inspector, bureau, "cq/health", card_no=card, name="李演一", valid_from="2022-01-01")


@pytest.mark.parametrize(
    ("model", "change", "code"),
    [
        (Act, {"officer_cards": "A1"}, "officers_too_few"),
        (Act, {"officer_cards": "A1、A1"}, "officers_too_few"),
        (Act, {"published_on": "2023-02-28"}, "published_early"),
        (Act, {"matter_code": "440600000000"}, "link_unknown"),
        (Act, {"target_uscc": FIRMS[0][:-1] + ("0" if FIRMS[0][-1] != "0" else "1")}, "uscc_check"),
        (Draw, {"seed": "123"}, "seed_short"),
        (Draw, {"avoid": "A1"}, "avoid_form"),
        (Draw, {"algorithm": "0"}, "algorithm_unknown"),
        (Draw, {"finished_on": "2023-02-28"}, "finished_early"),
        (Draw, {"published_on": "2023-03-02"}, "result_early"),
        (Matter, {"matter_code": "12"}, "matter_code_form"),
    ],
)
def test_a_wrong_row_is_refused(model: Any, change: dict[str, object], code: str, bureau: User, matters: None) -> None:
    matter: dict[str, object] = {
        "matter_code": "440600009000", "name": "检查", "way": "daily", "valid_from": "2022-01-01",
    }  # fmt: skip
    cells = {Act: ACT, Draw: DRAW, Matter: matter}[model]
    with pytest.raises(Problem) as caught:
        add(model, bureau, "cq/health", **cells | change)
    assert code in str(caught.value.detail)
    add(model, bureau, "cq/health", **cells)


def test_coverage_counts_matters_with_an_act_this_year(bureau: User, matters: None) -> None:
    add(Act, bureau, "cq/health", **ACT)
    add(Act, bureau, "cq/health", **ACT | {"act_no": "J2"})
    add(Act, bureau, "cq/health", **ACT | {"act_no": "J3", "matter_code": TWO, "occurred_on": "2022-12-31"})
    found = selectors.overview(bureau, DAY)
    assert (found.matters, found.acted, found.rate, found.total) == (3, 1, Decimal("33.33"), 3)
    assert [(row.unit_path, row.rate, [matter.matter_code for matter in row.silent]) for row in found.units] == [
        ("cq/police/", Decimal("0.00"), ["440612345002"]),
        ("cq/health/", Decimal("50.00"), [TWO]),
    ]
    assert found.months == [(date(2023, 3, 1), 2)]
    assert selectors.overview(bureau, date(2022, 12, 31)).acted == 1


def test_a_draw_is_stored_whole_and_a_change_shows(bureau: User, pools: None, client: Client) -> None:
    unit = make_unit("cq/health")
    avoid = f"{CARDS[0]}：{FIRMS[0]}"
    draw = services.new_draw(bureau, unit, field="food", objects=8, each=2, avoid=avoid, day=date(2023, 3, 1))
    rows = selectors.assignments(bureau, draw)
    assert [row.position for row in rows] == list(range(1, 9))
    assert CARDS[0] not in next(cards_of(row.officer_cards) for row in rows if row.uscc == FIRMS[0])
    again = selectors.replay(bureau, draw)
    assert (again.same, again.objects, again.inspectors) == (True, 8, 5)
    client.force_login(bureau)
    page = reverse("s10:draw", args=[draw.pk])
    assert "复算一致" in client.get(page).content.decode()
    # Somebody changes who goes, and then the frame.
    Assignment.objects.filter(pk=rows[2].pk).update(officer_cards="X1、X2")
    assert selectors.replay(bureau, draw).differing == [3]
    DrawFrame.objects.filter(draw_no=draw.draw_no, role="object")[0].delete()
    assert not selectors.replay(bureau, draw).same_frame
    text = client.get(page).content.decode()
    assert "底册与抽取时不同" in text
    assert "与复算不同" in text


def test_a_class_without_weight_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    real = limits.param

    def changed(key: str, *args: Any) -> Any:
        found = real(key, *args)
        return dataclasses.replace(found, value=Decimal(0)) if key == "supervision.weight-a" else found

    monkeypatch.setattr(limits, "param", changed)
    assert services.frame_on(DAY, {"X": "A", "Y": "D"}) == {"Y": 8}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"objects": 9}, "draw_frame_small"),
        ({"each": 6}, "draw_frame_small"),
        ({"avoid": f"{CARDS[0]}:{FIRMS[0][:-1]}"}, "draw_avoid_unknown"),
        ({"avoid": CARDS[0]}, "draw_avoid_unknown"),
        ({"avoid": "、".join(f"{card}:{FIRMS[0]}" for card in CARDS[:4])}, "draw_avoidance"),
    ],
)
def test_a_draw_that_cannot_be_made_leaves_nothing(
    change: dict[str, Any], code: str, bureau: User, pools: None
) -> None:
    asked: dict[str, Any] = {"field": "food", "objects": 8, "each": 2, "avoid": "", "day": DAY}
    with pytest.raises(Problem) as caught:
        services.new_draw(bureau, make_unit("cq/health"), **asked | change)
    assert caught.value.code == code
    assert not Draw.objects.exists()
    assert not DrawFrame.objects.exists()


def test_a_draw_by_the_page(bureau: User, pools: None, client: Client) -> None:
    client.force_login(make_user("operator", "cq/health"))
    asked = {"unit": make_unit("cq/health").code, "field": "food", "objects": "3", "each": "2", "avoid": ""}
    answer = client.post(reverse("s10:new-draw"), asked, follow=True)
    assert "复算一致" in answer.content.decode()
    assert Assignment.objects.count() == 3
    assert client.post(reverse("s10:new-draw"), asked | {"objects": "99"}).status_code == 400
    assert "不够抽取" in client.post(reverse("s10:new-draw"), asked | {"objects": "99"}).content.decode()
    other = asked | {"unit": make_unit("cq/police").code}
    client.post(reverse("s10:new-draw"), other)
    assert Draw.objects.count() == 1


def test_results_not_public_in_time_are_named(bureau: User) -> None:
    add(Draw, bureau, "cq/health", **DRAW | {"finished_on": "2023-05-31"})
    # Twenty working days after 31 May 2023, with the Dragon Boat days off (domain.md §0.3).
    last = selectors.late_draws(bureau, date(2023, 7, 31))[0].until
    assert last == date(2023, 6, 29)
    assert selectors.late_draws(bureau, last) == []
    assert len(selectors.late_draws(bureau, date(2023, 6, 30))) == 1


def test_a_unit_sees_its_own(client: Client, bureau: User, matters: None) -> None:
    add(Draw, bureau, "cq/health", **DRAW)
    for user, count in ((make_user("liaison", "cq/health"), 2), (make_user("liaison", "cq/police"), 1), (bureau, 3)):
        client.force_login(user)
        answer = client.get("/api/v1/services/supervision/overview", {"as_of": "2023-06-30"}).json()
        assert answer["matters"] == count
        ours = count > 1
        assert (ONE in client.get(reverse("s10:circular"), {"as_of": "2023-06-30"}).content.decode()) == ours
        sheet = load_workbook(BytesIO(client.get(reverse("s10:export"), {"as_of": "2023-06-30"}).content)).active
        assert sheet is not None
        assert (ONE in [cell for row in sheet.iter_rows(values_only=True) for cell in row]) == ours
        assert client.get("/api/v1/services/supervision/replay/D1").status_code == (200 if ours else 404)
        draw = Draw.objects.get()
        assert client.get(reverse("s10:draw", args=[draw.pk])).status_code == (200 if ours else 404)
    client.force_login(make_user("viewer", "cq/health"))
    assert client.get(reverse("s10:overview")).status_code == 403


def test_the_demonstration_counts_to_the_report_s_figures(bureau: User) -> None:
    orgs_demo.load(date(2026, 11, 27))
    assert demo.load(lambda line: None)
    assert not demo.load(lambda line: None)
    with FIGURES.open(encoding="utf-8", newline="") as handle:
        published = {row["id"]: Decimal(row["value"]) for row in csv.DictReader(handle)}
    found = selectors.overview(bureau, demo.CUT)
    counted = {"F024": found.total, "F025": found.matters, "F026": found.acted, "F027": found.rate}
    assert {number: published[number] for number in counted} == counted
    assert all(selectors.replay(bureau, draw).same for draw in Draw.objects.all())
    assert len(found.late) == 1
    gone = Act.objects.filter(occurred_on__lte=demo.CUT).first()
    assert gone is not None
    records.withdraw(gone, actor=bureau, reason="重复登记")
    assert selectors.overview(bureau, demo.CUT).total == published["F024"] - 1
