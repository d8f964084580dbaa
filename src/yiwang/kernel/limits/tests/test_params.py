"""Legal parameters: those shipped, versions over time and place, the district's changes, and files that are wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from yiwang.kernel.codes import extend
from yiwang.kernel.limits import registry
from yiwang.kernel.limits.api import LegalParam, param, params
from yiwang.kernel.limits.arrangements import arrangements
from yiwang.lib.problems import Problem

HEADER = ",".join(registry.COLUMNS) + "\n"
ROW = "test.limit,期限,Limit,5,day,working_day,某法第一条,,2020-01-01,,known,\n"
Make = Callable[[str], tuple[LegalParam, ...]]


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A state folder of its own; the files are read anew before and after."""
    settings.YIWANG_HOME = tmp_path
    (tmp_path / "limits" / "calendar").mkdir(parents=True)
    registry.forget()
    yield tmp_path
    registry.forget()


@pytest.fixture
def make(home: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Only these rows are shipped."""

    def made(rows: str) -> tuple[LegalParam, ...]:
        folder = home / "shipped"
        folder.mkdir(exist_ok=True)
        (folder / "laws.csv").write_text(rows if rows.startswith("key") else HEADER + rows, encoding="utf-8")
        monkeypatch.setattr(registry, "OWN", folder)
        monkeypatch.setattr(extend, "shipped", lambda _folder: iter(()))
        registry.forget()
        return params(on=date(2024, 1, 1))

    return made


def test_every_shipped_parameter_names_its_basis_in_both_languages() -> None:
    found = [version for versions in registry.versions().values() for version in versions]
    assert len(found) > 100
    assert all(version.basis and version.name_zh and version.name_en for version in found)


@pytest.mark.parametrize(
    ("key", "amount"),
    [
        ("licensing.decision", "20 个工作日"),
        ("licensing.joint-decision", "45 个工作日"),
        ("penalty.case", "90 日"),
        ("penalty.hearing-request", "5 个工作日"),
        ("penalty.late-fee", "3%"),
        ("coercion.court-application", "3 个月"),
        ("reconsideration.decision", "60 日"),
        ("disclosure.reply", "20 个工作日"),
        ("emergency.unit-report", "1 小时"),
        ("city-management.exposed-rubbish", "4 工作时"),
    ],
)
def test_well_known_limits(key: str, amount: str) -> None:
    assert param(key, date(2026, 3, 1)).amount() == amount


def test_english_amounts() -> None:
    assert param("licensing.decision", date(2026, 3, 1)).amount("en") == "20 working days"
    assert param("emergency.unit-report", date(2026, 3, 1)).amount("en") == "1 hour"
    assert param("penalty.simple-organisation", date(2026, 3, 1)).amount("en") == "3,000 yuan"


def test_a_past_day_has_the_version_of_its_time() -> None:
    assert param("penalty.simple-person", date(2021, 7, 14)).value == Decimal(50)
    assert param("penalty.simple-person", date(2021, 7, 15)).value == Decimal(200)
    assert param("disclosure.reply", date(2010, 1, 1)).value == Decimal(15)
    with pytest.raises(Problem) as caught:
        param("penalty.case", date(2020, 1, 1))
    assert (caught.value.code, caught.value.status) == ("param_not_in_force", 404)


def test_what_is_not_confirmed_is_marked() -> None:
    unsure = {version.key for version in params(on=date(2026, 3, 1), certainty="verify")}
    assert {"sharing.conditional-reply", "evaluation.bad-fix", "petition.acceptance"} <= unsure
    assert "licensing.decision" not in unsure


def test_the_nearest_rule_goes_first(make: Make) -> None:
    make(
        "a.b,期限,Limit,20,day,working_day,国家,,,,known,\na.b,期限,Limit,10,day,working_day,省,440000,,,known,\n"
        "a.b,期限,Limit,5,day,working_day,区,441502,2024-01-01,,known,\n"
    )
    assert param("a.b", date(2024, 1, 1)).value == 5
    assert param("a.b", date(2024, 1, 1), "441502103214").value == 5
    assert param("a.b", date(2023, 12, 31)).value == 10
    assert param("a.b", date(2024, 1, 1), "441521").value == 10
    assert param("a.b", date(2024, 1, 1), "110101").value == 20
    assert [version.value for version in params(on=date(2024, 1, 1), region="441502")] == [5]
    assert len(params(on=date(2024, 1, 1))) == 3


def test_a_rule_of_one_region_is_not_another_s(make: Make) -> None:
    make("a.b,期限,Limit,5,day,working_day,省,440000,,,known,\n")
    with pytest.raises(Problem):
        param("a.b", date(2024, 1, 1), "110101")


def test_the_district_verifies_ends_and_adds(make: Make, home: Path) -> None:
    (home / "limits" / "own.csv").write_text(
        HEADER
        + "test.limit,期限,Limit,7,day,working_day,某法第一条,,2020-01-01,2025-01-01,known,已核对原文\n"
        + "test.limit,期限,Limit,3,day,working_day,某法第一条（修订）,,2025-01-01,,known,\n",
        encoding="utf-8",
    )
    make(ROW.replace("known", "verify"))
    verified = param("test.limit", date(2024, 1, 1))
    assert verified.value == 7
    assert verified.certainty == "known"
    assert param("test.limit", date(2025, 1, 1)).value == 3


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (ROW.replace("test.limit", "test.other"), "own.csv:2: test.other is no parameter"),
        (ROW.replace("2020-01-01", "2021-01-01"), "own.csv:2: test.limit is already in force in that time"),
    ],
)
def test_changes_of_the_district_that_cannot_be(make: Make, home: Path, rows: str, said: str) -> None:
    (home / "limits" / "own.csv").write_text(HEADER + rows, encoding="utf-8")
    with pytest.raises(ImproperlyConfigured, match=said):
        make(ROW)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("test.limit", "limit"), r"laws.csv:2: key 'limit' must be words"),
        ((",期限,", ",,"), r"laws.csv:2: name_zh and basis"),
        (("某法第一条", ""), r"laws.csv:2: name_zh and basis"),
        (("working_day", "workday"), r"laws.csv:2: calendar 'workday' must be one of"),
        ((",day,", ",month,"), r"laws.csv:2: unit 'month' must be one of day for the calendar working_day"),
        ((",5,", ",five,"), r"laws.csv:2: value 'five' must be a plain number"),
        ((",5,", ",-5,"), r"laws.csv:2: value '-5' must be a plain number"),
        ((",5,", ",2.5,"), r"laws.csv:2: value 2.5 must be a whole number"),
        ((",5,", ",0,"), r"laws.csv:2: value 0 must be above 0"),
        ((",5,", ",99999,"), r"laws.csv:2: value 99999 must be above 0 and at most"),
        (("一条,,", "一条,4415,"), r"laws.csv:2: region '4415' must be six digits"),
        (("2020-01-01,", "2020-01-01,2019-01-01"), r"laws.csv:2: effective_to is the first day"),
        (("known", "certain"), r"laws.csv:2: certainty 'certain' must be one of"),
    ],
)
def test_a_wrong_line_stops_the_start_and_is_named(make: Make, change: tuple[str, str], said: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=said):
        make(ROW.replace(*change, 1))


def test_versions_do_not_overlap_and_a_key_has_one_file(make: Make, home: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"laws.csv:3: test.limit is already in force .*laws.csv:2"):
        make(ROW + ROW.replace("2020-01-01", "2022-01-01"))
    (home / "shipped" / "more.csv").write_text(HEADER + ROW, encoding="utf-8")
    with pytest.raises(ImproperlyConfigured, match=r"more.csv:2: test.limit is already in .*laws.csv"):
        make(ROW)


def test_an_unknown_key_is_a_problem() -> None:
    with pytest.raises(Problem) as caught:
        param("no.such")
    assert (caught.value.code, caught.value.status) == ("param_unknown", 404)


def test_work_hours_are_the_district_s(home: Path) -> None:
    assert len(registry.work_hours().windows) == 2
    (home / "limits" / "work_hours.toml").write_text(
        'windows = ["09:00-17:00"]\ncertainty = "known"\nbasis = "区府办通知"\n', encoding="utf-8"
    )
    registry.forget()
    assert [opens.hour for opens, _closes in registry.work_hours().windows] == [9]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("windows = [", "work_hours.toml: "),
        ('windows = ["08:00-12:00"]\n', "must have exactly the keys"),
        ('windows = []\ncertainty = "known"\nbasis = ""\n', "windows must be a list"),
        ('windows = ["8-12"]\ncertainty = "known"\nbasis = ""\n', "'8-12' must look like"),
        ('windows = ["12:00-08:00"]\ncertainty = "known"\nbasis = ""\n', "must end after it begins"),
        ('windows = ["08:00-12:00", "11:00-13:00"]\ncertainty = "known"\nbasis = ""\n', "follow the one before"),
    ],
)
def test_wrong_work_hours_are_named(home: Path, text: str, said: str) -> None:
    (home / "limits" / "work_hours.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ImproperlyConfigured, match=said):
        registry.work_hours()


def year_file(home: Path, rows: str, name: str = "2027.csv") -> None:
    """The district's arrangement of a year."""
    (home / "limits" / "calendar" / name).write_text("day,kind,name\n" + rows, encoding="utf-8")


# Made up, to test: eleven days off and a Saturday worked.
ELEVEN = "".join(f"2027-10-{day:02},off,国庆节\n" for day in range(1, 12)) + "2027-10-16,work,国庆节\n"


def test_a_district_adds_a_year_that_was_announced(home: Path) -> None:
    assert 2027 not in arrangements()
    year_file(home, ELEVEN)
    registry.forget()
    assert date(2027, 10, 16) in arrangements()[2027].workdays
    assert date(2027, 10, 1) not in arrangements()[2027].workdays


@pytest.mark.parametrize(
    ("rows", "name", "said"),
    [
        (ELEVEN, "next.csv", "must be called like its year"),
        ("2027-10-01,off,国庆节\n", "2027.csv", "has 1 days off, a year has at least 11"),
        ("2026-10-01,off,国庆节\n", "2027.csv", r"2027.csv:2: day '2026-10-01' must be a day of 2027"),
        ("2027-10-01,rest,国庆节\n", "2027.csv", r"2027.csv:2: kind 'rest' must be off or work"),
        ("2027-10-01,off,\n", "2027.csv", r"2027.csv:2: name of the holiday is empty"),
        ("2027-10-01,off,国庆节\n2027-10-01,off,国庆节\n", "2027.csv", r"2027.csv:3: 2027-10-01 is given twice"),
        ("2027-10-14,work,国庆节\n", "2027.csv", r"2027.csv:2: 2027-10-14 is no Saturday or Sunday"),
    ],
)
def test_a_wrong_year_is_named(home: Path, rows: str, name: str, said: str) -> None:
    year_file(home, rows, name)
    registry.forget()
    with pytest.raises(ImproperlyConfigured, match=said):
        arrangements()
