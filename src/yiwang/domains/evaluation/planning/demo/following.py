"""Loads interviews, problems with their countermeasures, and the answers of the round that is under way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yiwang.domains.evaluation.planning.demo import reading
from yiwang.domains.evaluation.planning.models import Countermeasure, Explanation, Round
from yiwang.domains.evaluation.planning.services import followups, interviews, problems
from yiwang.domains.evaluation.planning.services.interviews import FindingEntry, InterviewEntry
from yiwang.domains.evaluation.planning.services.problems import CountermeasureEntry, ProblemEntry
from yiwang.kernel.access.api import User
from yiwang.kernel.orgs import api as orgs
from yiwang.lib.clock import at_noon


def load_interviews(round_: Round, bureau: User) -> dict[int, list[int]]:
    """The round's interviews; the findings (by number) on which each problem (by place) rests."""
    rests_on: dict[int, list[int]] = {}
    for item in reading.toml("interviews.toml")["interview"]:
        entry = InterviewEntry(
            kind=item["kind"],
            held_on=item["held_on"],
            place=item["place"],
            units=tuple(orgs.unit(code) for code in item["units"]),
            interviewed=item["interviewed"],
            interviewers=item["interviewers"],
            notes=item["notes"],
            findings=tuple(FindingEntry(found["text"], found["codes"]) for found in item["finding"]),
        )
        row = interviews.add(round_, entry, actor=bureau, at=at_noon(item["held_on"]))
        for found, kept in zip(item["finding"], row.findings.order_by("position"), strict=True):
            if "problem" in found:
                rests_on.setdefault(found["problem"], []).append(kept.pk)
    return rests_on


def load_problems(round_: Round, bureau: User, rests_on: Mapping[int, list[int]]) -> None:
    """The round's problems with links, findings and countermeasures."""
    measures: dict[int, list[CountermeasureEntry]] = {}
    for item in reading.toml("countermeasures.toml")["countermeasure"]:
        entry = CountermeasureEntry(item["text"], orgs.unit(item["unit"]), item["due_on"])
        measures.setdefault(item["problem"], []).append(entry)
    for place, item in enumerate(reading.toml("problems.toml")["problem"], start=1):
        codes = [*item["tasks"], *item["indicators"], *item["measures"]]
        problems.save(
            round_,
            ProblemEntry(
                title=item["title_zh"],
                text=item["text_zh"],
                codes="、".join(codes),
                findings=tuple(rests_on.get(place, ())),
                countermeasures=tuple(measures.get(place, ())),
            ),
            actor=bureau,
            at=at_noon(round_.due_on),
        )


def load_answers(round_: Round, bureau: User, liaisons: Mapping[int | None, User]) -> None:
    """What units have answered so far in the round that is under way, and what the bureau said to it."""
    data = reading.toml("countermeasures.toml")
    for item in data["countermeasure"]:
        if "answer" in item:
            row = Countermeasure.objects.get(problem__position=item["problem"], text=item["text"])
            _answer(round_, "countermeasure", row.pk, item["answer"], liaisons[row.unit_id], bureau)
    for item in data["remedy"]:
        found = Explanation.objects.get(indicator_code=item["indicator"])
        unit = round_.plan_version.indicators.get(code=item["indicator"]).lead_unit_id
        _answer(round_, "remedy", found.pk, item["answer"], liaisons[unit], bureau)


def _answer(round_: Round, kind: str, pk: int, item: Mapping[str, Any], liaison: User, bureau: User) -> None:
    row = followups.answer(round_, kind, pk, state=item["state"], evidence=item["text"], actor=liaison)
    if item.get("decision") == "confirmed":
        followups.confirm(round_, kind, pk, revision=row.revision, actor=bureau)
    elif item.get("decision") == "returned":
        followups.return_(round_, kind, pk, revision=row.revision, note=item["note"], actor=bureau)
