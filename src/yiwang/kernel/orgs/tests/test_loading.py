"""Loading divisions, units and people."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.orgs import demo, services
from yiwang.kernel.orgs.models import Unit
from yiwang.lib.identifiers import uscc_check_char
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db
USCC = "11441502MA000010" + "0"
HEAD = ",".join(services.UNIT_COLUMNS)


def write(path: Path, *lines: str, head: str = HEAD) -> Path:
    file = path / "units.csv"
    file.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8-sig")
    return file


def line(code: str, parent: str = "", *, uscc: str = "", division: str = "", valid_from: str = "") -> str:
    return f"{code},{parent},{uscc},单位{code},Unit {code},{code},bureau,{division},{valid_from},"


def test_the_district_is_complete() -> None:
    divisions, units = demo.load(date(2023, 6, 30))
    assert divisions.created == 137
    assert orgs.divisions(level="town").count() == 7
    assert orgs.divisions(level="village").count() == 99, "the report's 99 villages and communities"
    assert orgs.divisions(None, level="village").count() == 127
    assert 55 <= units.created <= 70
    assert orgs.units(kind="town").count() == 7
    again = demo.load(date(2023, 6, 30))
    assert [(result.created, result.updated) for result in again] == [(0, 0), (0, 0)]


def test_paths_follow_parents(tmp_path: Path) -> None:
    orgs.load_units(write(tmp_path, line("cq"), line("health", "cq"), line("clinic", "health"), line("water", "cq")))
    assert orgs.unit("clinic").path == "cq/health/clinic"
    assert [unit.code for unit in orgs.units_under("cq/health")] == ["health", "clinic"]
    result = orgs.load_units(
        write(tmp_path, line("cq"), line("water", "cq"), line("health", "water"), line("clinic", "health"))
    )
    assert orgs.unit("clinic").path == "cq/water/health/clinic", "a moved unit takes what is below it along"
    assert result.created == 0


def test_a_unit_is_a_unit_while_it_lasts(tmp_path: Path) -> None:
    orgs.load_units(write(tmp_path, line("cq"), line("new", "cq", valid_from="2023-07-01")))
    assert [unit.code for unit in orgs.units(on=date(2023, 6, 30))] == ["cq"]
    assert [unit.code for unit in orgs.units(on=date(2023, 7, 1))] == ["cq", "new"]
    Unit.objects.filter(code="new").update(valid_to=date(2024, 1, 1))
    assert [unit.code for unit in orgs.units(on=date(2024, 1, 1))] == ["cq"], "valid_to is exclusive"


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (line("health", "nowhere"), "上级单位“nowhere”应列在本行之前"),
        (line("cq"), "单位代码“cq”重复"),
        (line("health", "cq", uscc="11441502MA0000100X"), "校验位不符"),
        (line("health", "cq", division="441502999999"), "区划代码 441502999999 不存在"),
        (line("health", "cq", valid_from="1 July"), "YYYY-MM-DD"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_kept(tmp_path: Path, bad: str, words: str) -> None:
    with pytest.raises(Problem, match=r"units\.csv 第 3 行") as caught:
        orgs.load_units(write(tmp_path, line("cq"), bad))
    assert words in caught.value.zh
    assert "units.csv line 3" in caught.value.en
    assert Unit.objects.count() == 0


def test_missing_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        orgs.load_units(write(tmp_path, "cq,", head="code,parent"))
    assert caught.value.code == "load_columns_missing"
    assert "name_zh" in caught.value.zh


def test_a_right_credit_code_is_taken(tmp_path: Path) -> None:
    code = USCC + uscc_check_char(USCC)
    orgs.load_units(write(tmp_path, line("cq", uscc=code)))
    assert orgs.unit("cq").uscc == code


def test_people_are_found_again(tmp_path: Path) -> None:
    orgs.load_units(write(tmp_path, line("cq")))
    unit = orgs.unit("cq")
    first = orgs.add_person(name_zh="张三", unit=unit, title_zh="科员（规划评估联络员）", mobile="13800001234")
    second = orgs.add_person(name_zh="张三", unit=unit, title_zh="科员（规划评估联络员）", mobile="13800001234")
    assert first == second
    post = orgs.posts_of(unit).get()
    assert post.is_liaison
    assert post.person.masked_mobile == "138****1234"


def test_an_unknown_unit_is_a_problem() -> None:
    with pytest.raises(Problem) as caught:
        orgs.unit("nowhere")
    assert (caught.value.code, caught.value.status) == ("unit_unknown", 404)
