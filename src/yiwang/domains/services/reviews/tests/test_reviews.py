"""S07: scores, what a bad review waits for, what is refused, whom evaluators are hidden from, and the calibration."""

from __future__ import annotations

import csv
import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yiwang.domains.services.reviews import demo, selectors
from yiwang.domains.services.reviews.models import Evaluator, Rectification, Review
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.orgs import demo as orgs_demo
from yiwang.kernel.records import api as records
from yiwang.kernel.registers import api as registers
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db
DAY = date(2023, 6, 30)
PERSON = "441502200002291016"
FIGURES = Path(__file__).parents[3] / "evaluation" / "planning" / "demo" / "figures.csv"


@pytest.fixture
def bureau() -> User:
    """Who keeps the reviews."""
    registers.check_key()
    return make_user("bureau", "cq/data")


def keep(user: User, model: Any, unit: str = "cq/health", **cells: object) -> Any:
    """A record of a unit."""
    return records.create(model.record_type, cells, actor=user, unit=make_unit(unit))


def review(user: User, case_no: str = "BJ1", unit: str = "cq/health", **cells: object) -> Any:
    """A review given on 20 June 2023."""
    row = {
        "case_no": case_no, "case_system": "unified", "case_on": "2023-06-20", "matter_name": "健康证明办理",
        "channel": "window", "grade": "5", "occurred_on": "2023-06-20",
    }  # fmt: skip
    return keep(user, Review, unit, **(row | cells))


def test_scores_by_unit_and_month_leave_default_reviews_out(bureau: User) -> None:
    review(bureau, "A1")
    review(bureau, "A2", grade="满意", occurred_on="2023-06-21")
    review(bureau, "A3", grade="基本满意", is_default="是", occurred_on="2023-06-27")
    review(bureau, "A4", case_on="2023-05-10", occurred_on="2023-05-11", grade="3")
    review(bureau, "B1", "cq/police", grade="1")
    review(bureau, "B2", "cq/police", case_on="2023-07-01", occurred_on="2023-07-01")
    found = selectors.overview(bureau, DAY)
    assert [(row.unit.code, row.month.score, row.month.total, row.all.total) for row in found.units] == [
        ("police", Decimal("2.0"), 1, 1), ("health", Decimal("9.0"), 3, 4)
    ]  # fmt: skip
    assert found.units[1].month.rate == Decimal("66.67")
    assert (found.all.total, found.month.score) == (5, Decimal("6.7"))
    assert [(month, tally.score) for month, tally in found.months] == [
        ("2023-05", Decimal("6.0")), ("2023-06", Decimal("6.7"))
    ]  # fmt: skip
    Review._base_manager.filter(case_no="A2").delete()
    assert selectors.overview(bureau, DAY).all.total == 4, "nothing knows a total"


def test_a_bad_review_waits_until_it_is_closed_and_the_late_ones_come_first(bureau: User) -> None:
    for number in range(1, 5):
        review(bureau, f"A{number}", grade="2")
    review(bureau, "A5", grade="1", case_on="2023-05-30", occurred_on="2023-05-30")
    opened = {"occurred_on": "2023-06-20", "verified_on": "2023-06-21"}
    keep(bureau, Rectification, case_no="A2", **opened)
    keep(bureau, Rectification, case_no="A3", **opened, called_back_on="2023-06-25")
    keep(bureau, Rectification, case_no="A4", **opened, called_back_on="2023-06-25", closed_on="2023-06-28",
         state="已整改", measure="重新培训")  # fmt: skip
    waiting = selectors.waiting(bureau, DAY)
    assert [(bad.review.case_no, bad.state) for bad in waiting] == [
        ("A5", "fix_late"), ("A1", "check_late"), ("A2", "uncalled"), ("A3", "handling")
    ]  # fmt: skip
    # 15 working days after Tuesday 20 June 2023: 22 and 23 June are holidays, Sunday the 25th is worked.
    assert (waiting[1].check_due, waiting[1].fix_due) == (date(2023, 6, 21), date(2023, 7, 12))
    assert "A4" in [bad.review.case_no for bad in selectors.waiting(bureau, date(2023, 6, 27))], "not closed by then"
    Rectification._base_manager.filter(case_no="A3").update(extended_to=date(2023, 8, 1))
    assert {bad.review.case_no: bad.fix_due for bad in selectors.waiting(bureau, DAY)}["A3"] == date(2023, 8, 1)


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        ({"occurred_on": "2023-06-19"}, "occurred_on", "review_before_case"),
        ({"occurred_at": "2023-06-21 10:00"}, "occurred_at", "moment_other_day"),
        ({"is_default": "是", "grade": "1"}, "is_default", "default_review_says"),
        ({"is_default": "是", "grade": "3", "comment": "不错"}, "is_default", "default_review_says"),
        ({"grade": "6"}, "grade", "code_unknown"),
        ({"case_no": ""}, "case_no", "cell_missing"),
    ],
)
def test_a_review_that_cannot_be_is_refused_in_both_languages(
    bureau: User, cells: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(Problem) as refused:
        review(bureau, **cells)
    assert_fault(refused.value, field, code)


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        ({"verified_on": "2023-06-19"}, "verified_on", "rectification_order"),
        ({"state": "fixed"}, "state", "rectification_unconcluded"),
        ({"closed_on": "2023-06-28"}, "state", "rectification_unconcluded"),
        ({"closed_on": "2023-06-28", "state": "fixed"}, "measure", "rectification_unexplained"),
        (
            {"closed_on": "2023-06-28", "state": "fixed", "measure": "已改"},
            "called_back_on",
            "rectification_no_call_back",
        ),
        ({"case_no": "BJ9"}, "case_no", "link_unknown"),
    ],
)
def test_a_rectification_that_cannot_be_is_refused(bureau: User, cells: dict[str, Any], field: str, code: str) -> None:
    review(bureau, grade="1")
    with pytest.raises(Problem) as refused:
        keep(bureau, Rectification, **({"case_no": "BJ1", "occurred_on": "2023-06-20"} | cells))
    assert_fault(refused.value, field, code)


def assert_fault(problem: Problem, field: str, code: str) -> None:
    """The fault of a column, said in both languages."""
    faults = problem.detail["fields"]
    assert isinstance(faults, dict)
    assert faults[field]["code"] == code
    assert faults[field]["zh"]
    assert faults[field]["en"]


def test_a_case_is_reviewed_once(bureau: User) -> None:
    review(bureau)
    with pytest.raises(Problem) as refused:
        review(bureau, grade="1")
    assert refused.value.code == "record_exists"


def test_the_evaluated_unit_reads_the_review_and_never_who_gave_it(bureau: User) -> None:
    given = review(bureau, grade="1", comment="等太久")
    keep(bureau, Evaluator, case_no="BJ1", person_key=PERSON, occurred_on="2023-06-20")
    operator = make_user("operator", "cq/health")
    client = Client()
    client.force_login(operator)
    page = client.get(reverse("records:record", args=["s07.review", given.pk])).content.decode()
    assert "等太久" in page
    assert "1016" not in page
    assert client.get(reverse("records:list", args=["s07.evaluator"])).status_code in {403, 404}
    assert "s07.evaluator" not in client.get(reverse("s07:overview")).content.decode()
    assert "等太久" not in client.get(reverse("records:list", args=["s07.review"]), {"q": PERSON}).content.decode()


def test_pages_and_interface_say_the_same(bureau: User) -> None:
    review(bureau, "A1", grade="4")
    review(bureau, "A2", grade="1")
    client = Client()
    client.force_login(bureau)
    page = client.get(reverse("s07:overview"), {"as_of": "2023-06-30"})
    assert "A2" in page.content.decode()
    assert "待核实" in page.content.decode(), "the score map is printed with its certainty"
    answer = client.get("/api/v1/services/reviews/overview", {"as_of": "2023-06-30"}).json()
    assert (answer["month"]["score"], answer["all"]["total"], answer["scores"]["5"]) == ("5.0", 2, "10")
    assert answer["waiting"]["check_late"] == 1
    late = client.get(reverse("s07:bad"), {"as_of": "2023-06-30", "state": "check_late"})
    assert [bad.review.case_no for bad in late.context["page"]] == ["A2"]
    assert not list(client.get(reverse("s07:bad"), {"as_of": "2023-06-30", "state": "fix_late"}).context["page"])
    assert client.get(reverse("s07:overview"), {"as_of": "去年"}).status_code == 400


def published() -> dict[str, Decimal]:
    """The report's figures."""
    with FIGURES.open(encoding="utf-8-sig", newline="") as handle:
        return {row["id"]: Decimal(row["value"]) for row in csv.DictReader(handle) if row["id"] in {"F012", "F013"}}


@pytest.mark.slow
def test_the_demonstration_counts_to_the_report_s_figures() -> None:
    """Counted on what the generator yields, by the conditions of the overview."""
    orgs_demo.load(DAY)
    chance = random.Random(demo.SEED)  # noqa: S311  (the demonstration's own)
    given: list[demo.Given] = []
    rows = [row.cells for row in demo._reviews(chance, [], given)]
    scores = {grade: param.value for grade, param in selectors.score_map(DAY).items()}
    june = [scores[one.grade] for one in given if (one.day.year, one.day.month) == (2023, 6)]
    found = {
        "F012": Decimal(sum(row["occurred_on"] <= DAY for row in rows)),  # type: ignore[operator]  # cells are objects, this one a date
        "F013": selectors._rounded(sum(june, Decimal(0)) / len(june), 1),
    }
    assert found == published()
    assert len({row["case_no"] for row in rows}) == len(rows)


@pytest.mark.slow
def test_what_the_demonstration_makes_is_taken_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of it, through the door, in the database, with its corrections."""
    registers.check_key()
    orgs_demo.load(DAY)
    monkeypatch.setattr(demo, "AT_CUT", 6000)
    monkeypatch.setattr(demo, "LATER", 500)
    assert demo.load(lambda _line: None)
    assert not demo.load(lambda _line: None), "a second time changes nothing"
    found = selectors.overview(make_user("bureau", "cq/data"), DAY)
    assert found.all.total == 6000
    assert found.waiting
    assert found.month.score == published()["F013"]
    assert not Review._base_manager.filter(synthetic=False).exists()
    assert Review.history_model._base_manager.filter(superseded_kind="corrected").exists()
    assert Review._base_manager.filter(occurred_on__gt=DAY).count() == 500
