"""Interviews and countermeasures of the demonstration: they name what is there, and every state can be seen."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from yiwang.domains.evaluation.planning.demo import reading
from yiwang.domains.evaluation.planning.demo.loading import load
from yiwang.domains.evaluation.planning.models import Interview, Round, RoundText
from yiwang.domains.evaluation.planning.selectors import followups
from yiwang.domains.evaluation.planning.selectors.composite import round_score
from yiwang.domains.evaluation.planning.selectors.followups import Standing
from yiwang.domains.evaluation.planning.selectors.problems import problems
from yiwang.kernel.access import demo as access_demo
from yiwang.kernel.access.api import User
from yiwang.kernel.orgs import demo as orgs_demo


def test_all_of_it_is_marked_as_made_up() -> None:
    for item in reading.toml("interviews.toml")["interview"]:
        assert item["notes"].strip().startswith("（演示）"), item["place"]
        assert "、" in item["interviewed"], "posts, not one person's name"
    data = reading.toml("countermeasures.toml")
    answers = [item["answer"] for item in (*data["countermeasure"], *data["remedy"]) if "answer" in item]
    assert all(answer["text"].startswith("（演示）") for answer in answers)
    assert {answer["state"] for answer in answers} == {"done", "under_way", "not_done"}


def test_dates_lie_in_the_rounds_and_problems_are_there() -> None:
    round_ = reading.toml("plan.toml")["round"]
    places = range(1, len(reading.toml("problems.toml")["problem"]) + 1)
    for item in reading.toml("interviews.toml")["interview"]:
        assert round_["opens_on"] <= item["held_on"] <= date(2023, 7, 19)
        assert item["held_on"].weekday() < 5
        assert {found["problem"] for found in item["finding"] if "problem" in found} <= set(places)
    for item in reading.toml("countermeasures.toml")["countermeasure"]:
        assert item["problem"] in places
        assert round_["due_on"] < item["due_on"] <= date(2025, 12, 31)


@pytest.mark.django_db
@pytest.mark.slow
def test_the_loaded_demonstration_shows_every_standing() -> None:
    today = date(2023, 12, 20)
    orgs_demo.load(today)
    access_demo.load_people(orgs_demo.PEOPLE)
    closed = load(lambda _: None, today)
    bureau = User.objects.get(username="bureau")
    assert Interview.objects.filter(round=closed).count() == 4
    lines = problems(bureau, closed)
    assert len(lines) == RoundText.objects.filter(round=closed, section="problem").count() == 6
    assert all(line.places and line.measures for line in lines)
    assert sum(len(line.findings) for line in lines) == 6
    open_ = Round.objects.get(state=Round.State.OPEN)
    found = followups.followed(bureau, open_)
    # Nine countermeasures and the remedies of the seven laggards.
    assert Counter(row.kind for row in found) == {"countermeasure": 9, "remedy": 7}
    assert {row.standing for row in found} == set(Standing)
    whole = round_score(bureau, closed).whole
    # Projects (20 points) are not there, and three tasks that are to be cancelled wait for the decision.
    assert whole.missing == 3
    assert float(whole.covered) == pytest.approx(40 + 40 * 42 / 45)
    assert 70 < float(whole.earned) < float(whole.covered)
