"""The demonstration's data files agree with one another and with the published figures. No database, no Django."""

from __future__ import annotations

import csv
import os
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from yiwang.domains.evaluation.planning import tokens
from yiwang.domains.evaluation.planning.judgement import judge, thresholds_on
from yiwang.domains.evaluation.planning.types import IndicatorFacts, Judgement, Status, Target, TaskStatus
from yiwang.kernel.metrics import api as metrics
from yiwang.lib.identifiers import uscc_fault
from yiwang.lib.quantities import format_value

DEMO = Path(__file__).parents[1] / "demo"
PACKAGE = Path(__file__).parents[4]
DISTRICT = PACKAGE / "kernel" / "orgs" / "districts" / "441502"
PEOPLE = PACKAGE / "kernel" / "orgs" / "demo" / "people.csv"
CATALOGUE = PACKAGE / "kernel" / "systems" / "catalogue.csv"
ROLES = PACKAGE / "kernel" / "access" / "roles.csv"
PUBLISHED = PACKAGE.parents[2] / "shared" / "report"

YEARS = range(2021, 2026)
AS_OF = date(2023, 6, 30)
ALL_FIGURES = [f"F{number:03d}" for number in range(1, 130)]
ALL_SYSTEMS = {f"S{number:02d}" for number in range(1, 49)}
# The shortest run of equal characters that counts as copied from the published report.
COPIED = 20


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle, strict=True)
        found = list(reader)
    assert all(None not in row and None not in row.values() for row in found), f"{path.name}: ragged line"
    return found


def toml(name: str) -> dict[str, Any]:
    return tomllib.loads((DEMO / name).read_text(encoding="utf-8"))


def split(text: str) -> list[str]:
    return text.split(";") if text else []


def unique(items: list[str]) -> set[str]:
    doubled = [item for item, count in Counter(items).items() if count > 1]
    assert not doubled, f"twice: {doubled}"
    return set(items)


def units() -> set[str]:
    return {row["code"] for row in rows(DISTRICT / "units.csv")}


def tasks() -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in rows(DEMO / "tasks.csv")}


def indicators() -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in rows(DEMO / "indicators.csv")}


def reported() -> dict[str, dict[str, str]]:
    return {row["figure"]: row for row in rows(DEMO / "values.csv") if row["synthetic"] == "false"}


def published(name: str) -> Path:
    """A file of the published report; without it the test is skipped aloud, and fails in continuous integration."""
    path = PUBLISHED / name
    if path.exists():
        return path
    reason = f"NOT COMPARED WITH THE PUBLISHED REPORT: {path} is not there"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    print(reason, file=sys.stderr)
    pytest.skip(reason)


def strings(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from strings(value)


def own_texts() -> list[tuple[str, str]]:
    """Every text of the demonstration that is worded by us, with its file."""
    found = []
    for path in sorted(DEMO.glob("*.toml")):
        found += [(path.name, text) for text in strings(tomllib.loads(path.read_text(encoding="utf-8")))]
    csv_files = [path for path in sorted(DEMO.glob("*.csv")) if path.name != "figures.csv"]
    for path in [*csv_files, DISTRICT / "units.csv", PEOPLE, CATALOGUE]:
        found += [(path.name, text) for row in rows(path) for text in row.values()]
    return found


def judgements() -> dict[str, Judgement]:
    values = reported()
    found = {}
    for code, row in indicators().items():
        if row["is_fact"] == "true":
            continue
        facts = IndicatorFacts(
            direction=row["direction"],
            nature=row["nature"],
            is_fact=False,
            baseline=Decimal(row["baseline"]),
            targets=tuple(Target(year, Decimal(row[f"target_{year}"])) for year in YEARS),
            starts_on=date(2021, 1, 1),
            ends_on=date(2025, 12, 31),
        )
        day = date.fromisoformat(values[code]["as_of"]) if values[code]["as_of"] else AS_OF
        found[code] = judge(facts, Decimal(values[code]["value"]), day, thresholds_on(day))
    return found


# --- the district ---------------------------------------------------------------------------------------------------


def test_divisions_are_the_official_list() -> None:
    found = rows(DISTRICT / "divisions.csv")
    unique([row["code12"] for row in found])
    run_by_district = [row for row in found if row["administered_by_district"] == "yes"]
    assert Counter(row["level"] for row in run_by_district) == {"town": 7, "village": 99}
    assert Counter(row["kind"] for row in run_by_district if row["level"] == "village") == {"居": 40, "村": 59}


def test_units_have_valid_codes_and_known_parents() -> None:
    found = rows(DISTRICT / "units.csv")
    assert len(found) == 62
    unique([row["code"] for row in found])
    unique([row["uscc"] for row in found])
    unique([row["name_zh"] for row in found])
    towns = {row["code12"] for row in rows(DISTRICT / "divisions.csv") if row["level"] == "town"}
    seen: set[str] = set()
    for row in found:
        assert uscc_fault(row["uscc"]) is None, row["code"]
        assert row["uscc"][2:8] == "441502", row["code"]
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", row["code"])
        assert row["kind"] in {"district", "office", "bureau", "branch", "institution", "town", "other"}
        assert (row["parent"] in seen) if seen else row["parent"] == ""
        assert not row["division"] or row["division"] in towns
        assert bool(row["division"]) == (row["kind"] == "town")
        seen.add(row["code"])
    administered = {
        row["code12"] for row in rows(DISTRICT / "divisions.csv") if row["administered_by_district"] == "yes"
    }
    assert {row["division"] for row in found if row["division"]} == administered & towns


def test_people_fill_every_role_and_administrators_have_one_role() -> None:
    found = rows(PEOPLE)
    unique([row["username"] for row in found])
    unique([row["mobile"] for row in found])
    known_units, known_roles = units(), {row["key"] for row in rows(ROLES)}
    counts: Counter[str] = Counter()
    for row in found:
        roles = split(row["roles"])
        assert row["unit"] in known_units, row["username"]
        assert set(roles) <= known_roles, row["username"]
        assert re.fullmatch(r"1390660\d{4}", row["mobile"]), row["username"]
        assert len(roles) == 1 or not {"sysadmin", "secadmin", "auditor"} & set(roles), row["username"]
        counts.update(roles)
    assert set(counts) == known_roles
    liaisons = {row["unit"] for row in found if row["roles"] == "liaison"}
    assert liaisons == known_units - {"cq"}
    assert {row["username"] for row in found if row["roles"] == "liaison"} == {f"liaison-{code}" for code in liaisons}


def test_catalogue_lists_every_system_with_its_figures() -> None:
    found = rows(CATALOGUE)
    assert {row["id"] for row in found} == ALL_SYSTEMS
    assert len(found) == len(ALL_SYSTEMS)
    chapters = {row["key"] for row in rows(DEMO / "chapters.csv")} | {"evaluation"}
    of_system: dict[str, list[str]] = {}
    for figure in rows(DEMO / "figures.csv"):
        of_system.setdefault(figure["system"], []).append(figure["id"])
    for row in found:
        assert row["chapter"] in chapters, row["id"]
        assert set(split(row["kind"])) <= {"records", "case", "sensed", "portal"}, row["id"]
        assert 0 < len(row["what_en"]) <= 160, row["id"]
        assert row["name_zh"], row["id"]
        assert row["what_zh"], row["id"]
        assert split(row["figures"]) == of_system.get(row["id"], []), row["id"]


# --- the plan ---------------------------------------------------------------------------------------------------------


def test_tasks_resolve_and_cover_every_system() -> None:
    found = rows(DEMO / "tasks.csv")
    unique([row["code"] for row in found])
    chapters, known_units = {row["code"] for row in rows(DEMO / "chapters.csv")}, units()
    assert chapters == set("123456")
    places = unique([f"{row['chapter']}/{row['order']}" for row in found])
    assert len(places) == len(found)
    for row in found:
        assert row["chapter"] in chapters
        assert row["code"].startswith(f"T{row['chapter']}-")
        assert row["lead_unit"] in known_units, row["code"]
        support = unique(split(row["support_units"]))
        assert support <= known_units - {row["lead_unit"]}, row["code"]
        assert date(2021, 1, 1) <= date.fromisoformat(row["starts_on"]), row["code"]
        assert date.fromisoformat(row["starts_on"]) < date.fromisoformat(row["due_on"]) <= date(2025, 12, 31)
    assert {system for row in found for system in split(row["systems"])} == ALL_SYSTEMS


def test_every_task_has_two_to_four_measures() -> None:
    found = rows(DEMO / "measures.csv")
    unique([row["code"] for row in found])
    per_task = Counter(row["task"] for row in found)
    assert set(per_task) == set(tasks())
    assert set(per_task.values()) <= {2, 3, 4}
    assert all(row["code"] == f"{row['task']}-M{row['order']}" for row in found)


def test_every_published_figure_is_an_indicator_or_a_fact_of_a_task() -> None:
    found, known_units, known_tasks = indicators(), units(), tasks()
    assert list(found) == ALL_FIGURES
    counted = {metric.figure for metric in metrics.metrics()}
    for fact in rows(DEMO / "figures.csv"):
        row = found[fact["id"]]
        for column in ("name_zh", "name_en", "unit", "kind", "relation", "hedge"):
            assert row[column] == fact[column], (fact["id"], column)
        assert row["task"] in known_tasks, fact["id"]
        assert row["lead_unit"] in known_units, fact["id"]
        assert row["origin"] == ("computed" if fact["id"] in counted else "reported"), fact["id"]
        assert int(row["decimals"]) == len(fact["value"].partition(".")[2]), fact["id"]
        assert fact["system"] in split(known_tasks[row["task"]]["systems"]), fact["id"]


def test_indicators_have_targets_that_move_one_way_and_facts_have_none() -> None:
    weight = Decimal(0)
    for code, row in indicators().items():
        targets = [row[f"target_{year}"] for year in YEARS]
        if row["is_fact"] == "true":
            assert not any([*targets, row["baseline"], row["baseline_on"]]), code
            assert (row["nature"], row["direction"], row["weight"]) == ("none", "none", "0"), code
            assert row["synthetic_target"] == "false", code
            continue
        weight += Decimal(row["weight"])
        path = [Decimal(row["baseline"]), *(Decimal(target) for target in targets)]
        assert row["nature"] in {"binding", "expected"}, code
        assert row["direction"] in {"up", "down", "cumulative", "milestone"}, code
        assert row["baseline_on"] == "2020-12-31", code
        assert row["synthetic_target"] == "true", code
        assert "演示" in row["note"], code
        assert path == sorted(path, reverse=row["direction"] == "down"), code
        assert path[0] != path[-1], code
        assert row["unit"] != "%" or max(path) <= 100, code
        assert row["direction"] not in {"cumulative", "milestone"} or path[0] == 0, code
    assert weight == 100
    assert 35 <= sum(1 for row in indicators().values() if row["is_fact"] == "false") <= 45


def test_judgement_shows_every_kind_and_the_known_laggards() -> None:
    verdicts = {code: verdict.status for code, verdict in judgements().items()}
    counts = Counter(verdicts.values())
    assert verdicts["F087"] is Status.SERIOUS
    assert {verdicts["F092"], verdicts["F093"]} == {Status.LAGGING}
    assert {verdicts["F110"], verdicts["F111"]} == {Status.AHEAD}
    assert verdicts["F001"] is Status.ON_PACE
    assert indicators()["F001"]["target_2025"] == reported()["F118"]["value"] == "40"
    assert counts[Status.ON_PACE] > sum(counts[status] for status in counts if status.is_laggard) >= 5
    assert counts[Status.BASICALLY] >= 1
    assert not {Status.NO_DATA, Status.FACT} & set(counts)


# --- values -----------------------------------------------------------------------------------------------------------


def test_values_are_the_published_ones() -> None:
    facts = {row["id"]: row for row in rows(DEMO / "figures.csv")}
    found = [row for row in rows(DEMO / "values.csv") if row["synthetic"] == "false"]
    assert [row["figure"] for row in found] == ALL_FIGURES == list(facts)
    for row in found:
        fact = facts[row["figure"]]
        for column in ("value", "as_of", "period_start", "hedge"):
            assert row[column] == fact[column], (row["figure"], column)
        assert row["reported_by_unit"] in units(), row["figure"]
        assert row["evidence"], row["figure"]
        assert row["as_of"] or "没有写明" in row["note"], row["figure"]
        assert not fact["report_error"] or row["note"], row["figure"]


def test_earlier_values_are_marked_synthetic_and_lie_on_a_trend() -> None:
    found = [row for row in rows(DEMO / "values.csv") if row["synthetic"] == "true"]
    unique([f"{row['figure']}@{row['as_of']}" for row in found])
    assert len({row["figure"] for row in found}) >= 12
    now = reported()
    for code in {row["figure"] for row in found}:
        earlier = sorted((row for row in found if row["figure"] == code), key=lambda row: row["as_of"])
        series = [Decimal(row["value"]) for row in [*earlier, now[code]]]
        assert series == sorted(series), code
        assert all(row["as_of"] < "2023-06-30" and "演示" in row["note"] for row in earlier), code


def test_published_figures_are_copied_unchanged() -> None:
    assert (DEMO / "figures.csv").read_bytes() == published("figures.csv").read_bytes()


# --- hand-ins, explanations, adjustments, texts -----------------------------------------------------------------------


def test_every_task_has_one_accepted_hand_in_of_its_lead_unit() -> None:
    found = toml("handins.toml")["handin"]
    assert unique([item["task"] for item in found]) == set(tasks())
    opens, due = (toml("plan.toml")["round"][key] for key in ("opens_on", "due_on"))
    for item in found:
        assert item["unit"] == tasks()[item["task"]]["lead_unit"], item["task"]
        assert item["state"] == "accepted", item["task"]
        assert TaskStatus(item["status"])
        assert all(item[key].strip() for key in ("progress_zh", "problems_zh", "measures_zh")), item["task"]
        unique(item["evidence"])
        assert item["evidence"], item["task"]
        last = item["submitted_at"] + timedelta(days=2 * len(item.get("history", [])))
        assert opens <= item["submitted_at"] <= last <= due, item["task"]
        assert item["submitted_at"].weekday() < 5, item["task"]
    returned = [entry for item in found for entry in item.get("history", [])]
    assert len(returned) == 3
    assert all(entry["decision"] == "returned" and entry["reason"] and entry["progress_zh"] for entry in returned)
    assert {item["task"] for item in found if item["status"] == "to_cancel"} == {"T3-04", "T4-02", "T4-06"}
    wanted = {"done", "continuous", "on_track", "slow", "stalled", "to_cancel"}
    assert {item["status"] for item in found} == wanted


def test_every_figure_is_listed_by_its_task_and_written_in_a_text() -> None:
    listed: list[str] = []
    written: set[str] = set()
    for item in toml("handins.toml")["handin"]:
        own = [code for code, row in indicators().items() if row["task"] == item["task"]]
        assert item["figures"] == own, item["task"]
        listed += item["figures"]
        written |= set(tokens.codes(item["progress_zh"]))
    assert sorted(listed) == ALL_FIGURES
    assert written == set(ALL_FIGURES)


def test_tokens_resolve_and_no_digit_stands_beside_them() -> None:
    known, values, names = set(ALL_FIGURES), reported(), indicators()
    for item in toml("handins.toml")["handin"]:
        for field in ("progress_zh", "problems_zh", "measures_zh"):
            tokens.check(item[field], known, field, field)
            runs = tokens.parse(item[field])
            for left, right in pairwise(runs):
                if isinstance(left, str) and not isinstance(right, str):
                    assert left[-1] not in "0123456789.%约余近", (item["task"], left[-8:], right)
    for section, entries in toml("problems.toml").items():
        for entry in entries:
            if section != "overall":
                tokens.check(entry["text_zh"], known, section, section)
    for code in ALL_FIGURES:
        row = values[code]
        assert format_value(Decimal(row["value"]), names[code]["unit"], int(names[code]["decimals"]), row["hedge"])


def test_overall_text_uses_only_counted_placeholders() -> None:
    counted = {
        "as_of", "time_progress", "tasks_total", "tasks_reported", "tasks_lagging", "indicators_total",
        "indicators_judged", "coverage", "on_pace", "ahead", "lagging", "no_data", "facts_total", "computed_share",
    }  # fmt: skip
    used = {name for entry in toml("problems.toml")["overall"] for name in re.findall(r"\{(\w+)\}", entry["text_zh"])}
    assert {"indicators_total", "on_pace", "lagging", "coverage"} <= used <= counted


def test_exactly_the_laggards_are_explained_by_the_unit_that_hands_in() -> None:
    found = toml("explanations.toml")["explanation"]
    laggards = {code for code, verdict in judgements().items() if verdict.status.is_laggard}
    assert unique([item["indicator"] for item in found]) == laggards
    for item in found:
        assert item["unit"] == indicators()[item["indicator"]]["lead_unit"], item["indicator"]
        assert date(2023, 7, 14) < item["due_on"] <= date(2025, 12, 31), item["indicator"]
        assert len(item["cause_zh"]) >= 20, item["indicator"]
        assert len(item["measure_zh"]) >= 20, item["indicator"]


def test_the_three_adjustments_delete_texts_that_stand_in_the_plan() -> None:
    found = toml("adjustments.toml")["adjustment"]
    measures = {row["code"]: row for row in rows(DEMO / "measures.csv")}
    assert [item["task"] for item in found] == ["T3-04", "T4-02", "T4-06"]
    approvers = {row["username"] for row in rows(PEOPLE) if "approver" in split(row["roles"])}
    for item in found:
        assert item["type"] == "delete"
        assert item["approver"] in approvers
        assert item["unit"] == tasks()[item["task"]]["lead_unit"]
        assert date(2023, 6, 30) < item["proposed_on"] < item["decided_on"] == date(2023, 8, 10)
        assert item["new_text"] == ""
        assert item["reason_zh"]
        assert item["basis_zh"]
        assert len(item["measures"]) == 1
        for code in item["measures"]:
            if code:
                assert measures[code]["task"] == item["task"]
                assert measures[code]["text_zh"] == item["old_text"]
            else:
                assert tasks()[item["task"]]["requirement_zh"] == item["old_text"]
                assert item["task"] not in {row["task"] for row in indicators().values()}
    assert reported()["F128"]["value"] == str(len(found))


def test_report_texts_name_known_tasks_indicators_and_measures() -> None:
    data = toml("problems.toml")
    sizes = {"environment": 1, "problem": 6, "next_step": 5, "suggestion": 3, "chapter_intro": 6}
    assert {key: len(entries) for key, entries in data.items() if key != "overall"} == sizes
    assert [entry["chapter"] for entry in data["chapter_intro"]] == [1, 2, 3, 4, 5, 6]
    measures = {row["code"]: row["task"] for row in rows(DEMO / "measures.csv")}
    for section in ("problem", "next_step", "suggestion"):
        for entry in data[section]:
            assert entry["title_zh"]
            assert entry["tasks"], entry["title_zh"]
            assert set(entry["tasks"]) <= set(tasks()), entry["title_zh"]
            assert set(entry.get("indicators", [])) <= set(ALL_FIGURES), entry["title_zh"]
            assert {measures[code] for code in entry.get("measures", [])} <= set(entry["tasks"]), entry["title_zh"]


def test_round_and_schedule_are_in_order() -> None:
    data = toml("plan.toml")
    assert (data["start"], data["end"]) == (date(2021, 1, 1), date(2025, 12, 31))
    round_ = data["round"]
    assert (round_["as_of"], round_["opens_on"], round_["due_on"]) == (AS_OF, date(2023, 6, 15), date(2023, 7, 14))
    starts = [step["starts_on"] for step in round_["schedule"]]
    assert starts == sorted(starts)
    assert all(step["starts_on"] <= step["ends_on"] for step in round_["schedule"])
    assert "演示" in data["synthetic_note"]


# --- wording ----------------------------------------------------------------------------------------------------------


def copied_runs(text: str, source: str) -> list[str]:
    """Runs of at least ``COPIED`` characters of ``text`` that stand in ``source``; white space and tokens aside."""
    found = []
    for part in re.split(r"\{\w+\}", text):
        plain = re.sub(r"\s", "", part)
        found += [
            plain[start : start + COPIED]
            for start in range(len(plain) - COPIED + 1)
            if plain[start : start + COPIED] in source
        ]
    return found


def test_copied_runs_sees_a_copy_across_white_space() -> None:
    source = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
    assert copied_runs("前文 甲乙丙丁戊己庚辛壬癸\n子丑寅卯辰巳午未申酉 后文", source)
    assert not copied_runs("甲乙丙丁戊己庚辛壬癸{F001}子丑寅卯辰巳午未申酉", source)
    assert not copied_runs("甲乙丙丁戊己庚辛壬癸", source)


def test_no_run_of_our_texts_is_copied_from_the_published_report() -> None:
    # The plan's title is a name of exactly that length, not wording.
    source = re.sub(r"\s", "", published("midterm-report.txt").read_text(encoding="utf-8"))
    source = source.replace(toml("plan.toml")["title_zh"], "〈规划〉")
    copied = [(name, run) for name, text in own_texts() for run in copied_runs(text, source)]
    assert not copied, copied[:5]
