"""Code lists: what a system may rely on, editions, the district's own changes, and files that are wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from yiwang.kernel.codes import datafiles, registry
from yiwang.kernel.codes.api import CodeList, code_list, code_lists
from yiwang.lib.problems import Problem

HEADER = "value,label_zh,label_en,edition_from,edition_to,note,certainty\n"
Make = Callable[..., CodeList]


@pytest.fixture
def home(tmp_path: Path, settings: pytest.FixtureRequest) -> Iterator[Path]:
    """A state folder of its own; the lists are read anew before and after."""
    settings.YIWANG_HOME = tmp_path  # type: ignore[attr-defined]  # pytest-django's settings take any name
    (tmp_path / "codes").mkdir()
    registry.forget()
    yield tmp_path
    registry.forget()


@pytest.fixture
def make(home: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """A list ``things`` with these rows, shipped by the only system there is."""

    def made(rows: str, about: str = "", name: str = "things") -> CodeList:
        folder = home / "system" / "codes"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.csv").write_text(rows if rows.startswith("value") else HEADER + rows, encoding="utf-8")
        if about:
            (folder / "lists.toml").write_text(about, encoding="utf-8")
        monkeypatch.setattr(datafiles, "shipped", lambda _folder: iter([("s99", folder)]))
        registry.forget()
        return code_list(name)

    return made


def test_every_shipped_list_is_named_in_both_languages() -> None:
    assert {"sex", "matter-type", "exercise-level", "identity-document"} <= {found.name for found in code_lists()}
    for found in code_lists():
        if found.owner == "codes":
            assert found.name_zh != found.name
            assert found.name_en
            assert found.source
            assert all(value.label_en for value in found.values())


def test_what_is_not_confirmed_says_so() -> None:
    assert code_list("identity-document").certainty == "verify"
    assert code_list("matter-type").certainty == "known"


def test_a_value_is_found_by_its_code_or_its_name() -> None:
    sex = code_list("sex")
    assert (sex.find("1"), sex.find("男"), sex.find("Male"), sex.find("先生")) == ("1", "1", "1", None)
    assert sex.label("2") == "女"
    assert sex.label("2", "en") == "Female"
    assert sex.label("7") == "7"


def test_a_fault_names_the_allowed_values() -> None:
    fault = code_list("sex").fault("M")
    assert fault is not None
    assert fault.code == "code_unknown"
    assert "1（男）、2（女）" in fault.zh
    assert "1 (Male), 2 (Female)" in fault.en
    assert code_list("sex").fault("1") is None


def test_a_fault_of_a_long_list_names_the_nearest() -> None:
    fault = code_list("ethnic-group").fault("壮")
    assert fault is not None
    assert fault.zh.count("（") == 5
    assert "08（壮族）" in fault.zh


def test_editions_are_those_of_the_day(make: Make) -> None:
    found = make(
        "01,道路交通,Roads,,2013-12-01,,known\n01,交通设施,Traffic,2013-12-01,,GB/T 30428.2,known\n"
        "06,房屋土地,Housing,,2013-12-01,,known\n"
    )
    assert found.label("01", on=date(2013, 11, 30)) == "道路交通"
    assert found.label("01", on=date(2013, 12, 1)) == "交通设施"
    assert found.label("01") == "交通设施"
    assert found.label("06", on=date(2024, 1, 1)) == "房屋土地", "an old record keeps its words"
    assert [value.value for value in found.values(date(2024, 1, 1))] == ["01"]
    assert [value.value for value in found.values()] == ["01", "06"]
    assert found.contains("06")
    assert not found.contains("06", date(2024, 1, 1))
    fault = found.fault("06", date(2024, 1, 1))
    assert fault is not None
    assert fault.code == "code_not_in_force"
    assert found.find("道路交通") == "01"


def test_a_name_of_two_values_is_not_guessed(make: Make) -> None:
    found = make("201,新村,,,,,known\n302,新村,,,,,known\n")
    assert found.find("新村") is None
    assert found.find("302") == "302"


def test_a_list_without_description_is_called_by_its_file(make: Make) -> None:
    found = make("a,甲,,,,,verify\nb,乙,,,,,known\n")
    assert (found.name_zh, found.certainty, found.owner) == ("things", "verify", "s99")


def test_a_list_is_described_beside_it(make: Make) -> None:
    found = make(
        "a,甲,,,,,known\n", '[things]\nname_zh = "物"\nname_en = "Things"\nsource = "S"\ncertainty = "found"\n'
    )
    assert (found.title(), found.title("en"), found.source, found.certainty) == ("物", "Things", "S", "found")


def test_the_district_adds_and_ends_values(make: Make, home: Path) -> None:
    (home / "codes" / "things.csv").write_text(
        HEADER + "a,甲,,,2024-01-01,区府办〔2023〕9号,known\nc,丙,,2024-01-01,,区府办〔2023〕9号,design\n",
        encoding="utf-8",
    )
    found = make("a,甲,,,,,known\nb,乙,,,,,known\n")
    assert [value.value for value in found.values(date(2023, 12, 31))] == ["a", "b"]
    assert [value.value for value in found.values(date(2024, 1, 1))] == ["b", "c"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("c,丙,,,,,known\n", "things.csv:2: note is empty"),
        ("a,新甲,,,,因,known\n", "things.csv:2: a is called 甲; to rename it"),
        ("a,甲,,2020-01-01,,因,known\n", "things.csv:2: a is already in force"),
    ],
)
def test_changes_of_the_district_that_would_falsify(make: Make, home: Path, rows: str, said: str) -> None:
    (home / "codes" / "things.csv").write_text(HEADER + rows, encoding="utf-8")
    with pytest.raises(ImproperlyConfigured, match=said):
        make("a,甲,,,,,known\n")


def test_the_district_changes_only_lists_that_are(home: Path) -> None:
    (home / "codes" / "sexx.csv").write_text(HEADER + "3,无,,,,因,known\n", encoding="utf-8")
    with pytest.raises(ImproperlyConfigured, match=r"sexx.csv: changes the list sexx, which no room or system has"):
        code_lists()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("value,label\n", r"things.csv:1: the columns must be value,label_zh"),
        ("a,甲,,,,known\n", r"things.csv:2: has 6 cells instead of 7"),
        ("a,甲,,,,,known\nb,,,,,,known\n", r"things.csv:3: label_zh of b is empty"),
        (",甲,,,,,known\n", r"things.csv:2: value '' must have"),
        (f"{'x' * 31},甲,,,,,known\n", r"things.csv:2: value 'x+' must have 1 to 30"),
        ("a ,甲,,,,,known\n", r"things.csv:2: value 'a ' has blanks"),
        ("a,甲,,2023-6-30,,,known\n", r"things.csv:2: edition_from '2023-6-30' must be a day"),
        ("a,甲,,2023-02-30,,,known\n", r"things.csv:2: edition_from '2023-02-30' is no day"),
        ("a,甲,,2023-01-02,2023-01-02,,known\n", r"things.csv:2: edition_to is the first day"),
        ("a,甲,,,,,sure\n", r"things.csv:2: certainty 'sure' must be one of"),
        ("a,甲,,,,,known\na,乙,,,,,known\n", r"things.csv:3: a is already in force in that time, see .*things.csv:2"),
        ('a,"甲,,,,,known\n', r"things.csv:2: unexpected end of data"),
        ("", r"things.csv: has no values"),
    ],
)
def test_a_wrong_line_stops_the_start_and_is_named(make: Make, rows: str, said: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=said):
        make(rows)


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ("[things", r"lists.toml: "),
        ("things = 1\n", r"lists.toml: things must be a table"),
        ('[things]\nnam = "x"\n', r"lists.toml: things.nam must be text"),
        ('[things]\ncertainty = "sure"\n', r"lists.toml: things.certainty must be one of"),
        ('[other]\nname_zh = "x"\n', r"lists.toml: other has no file other.csv"),
    ],
)
def test_a_wrong_description_is_named(make: Make, about: str, said: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=said):
        make("a,甲,,,,,known\n", about)


def test_a_file_that_is_not_utf8_is_named(make: Make, home: Path) -> None:
    make("a,甲,,,,,known\n")
    (home / "system" / "codes" / "things.csv").write_bytes(HEADER.encode() + "a,甲,,,,,known\n".encode("gbk"))
    registry.forget()
    with pytest.raises(ImproperlyConfigured, match=r"things.csv: is not UTF-8"):
        code_lists()


def test_a_name_is_taken_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = [home / "one", home / "two"]
    for folder in folders:
        folder.mkdir()
        (folder / "things.csv").write_text(HEADER + "a,甲,,,,,known\n", encoding="utf-8")
    monkeypatch.setattr(datafiles, "shipped", lambda _folder: ((folder.name, folder) for folder in folders))
    with pytest.raises(ImproperlyConfigured, match=r"two/things.csv: there is already a list of this name: .*one/"):
        code_lists()


def test_a_list_has_a_plain_name(make: Make) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"Things.csv: the name of a list is lower-case words"):
        make("a,甲,,,,,known\n", name="Things")


def test_an_unknown_list_is_a_problem() -> None:
    with pytest.raises(Problem) as caught:
        code_list("nothing")
    assert (caught.value.code, caught.value.status) == ("code_list_unknown", 404)


def test_a_million_cells_are_checked_in_seconds() -> None:
    found = code_list("ethnic-group")
    began = time.perf_counter()
    assert sum(found.contains("08") for _ in range(100_000)) == 100_000
    # 0.02 s on the machine this was written on; ten times that is still 2 s a million.
    assert time.perf_counter() - began < 0.2
