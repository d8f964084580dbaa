"""Manifests and quality files are judged at the door, with file and key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from yiwang.kernel.systems import api as systems
from yiwang.kernel.systems.manifest import RULES, read_manifest, read_quality
from yiwang.lib.problems import Problem

GOOD = """
id = "S27"
key = "supply"
status = "partly"
name_zh = "数字供销"
name_en = "Farm supply"
chapter = "industry"
owner_unit = "agriculture"
legal_basis = ["供销合作社条例"]
figures = ["F098"]
url_prefix = "industry/supply/"

[[nav]]
label_zh = "网点"
label_en = "Stations"
url_name = "s27:list"
icon = "building"
resource = "s27.station"
action = "view"
group = "data"
"""


def write(folder: Path, text: str, name: str = "system.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_good_manifest(tmp_path: Path) -> None:
    manifest = read_manifest(write(tmp_path, GOOD), "yiwang.domains.industry.supply")
    assert (manifest.label, manifest.figures) == ("s27", ("F098",))
    assert manifest.nav[0].resource == "s27.station"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "S27"', 'id = "27"', "id '27' must be S and two digits"),
        ('id = "S27"\n', "", "id is missing"),
        ('key = "supply"', 'key = "Supply"', "key 'Supply'"),
        ('status = "partly"', 'status = "done"', "status 'done'"),
        ('name_zh = "数字供销"', 'name_zh = ""', "name_zh must be text"),
        ('name_zh = "数字供销"', "name_zh = 5", "name_zh must be text"),
        ('chapter = "industry"', 'chapter = "trade"', "chapter 'trade'"),
        ('figures = ["F098"]', 'figures = ["98"]', "figures: '98'"),
        ('figures = ["F098"]', 'figures = "F098"', "figures must be a list"),
        ('url_prefix = "industry/supply/"', 'url_prefix = "/supply"', "url_prefix"),
        ('icon = "building"\n', "", r"nav\[0\]\.icon is missing"),
        ('resource = "s27.station"', 'resource = "s28.station"', r"nav\[0\]\.resource"),
        ('group = "data"', 'group = "data"\ncolour = "red"', r"nav\[0\]\.colour is not a known key"),
        ("[[nav]]", "[nav]", "nav must be a list"),
        ('id = "S27"', "id = ", "Invalid value"),
    ],
)
def test_a_bad_manifest_names_file_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=rf"system\.toml: .*{message}"):
        read_manifest(write(tmp_path, GOOD.replace(old, new, 1)), "x")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"system\.toml: is missing"):
        read_manifest(tmp_path, "x")


def quality(**changes: str) -> str:
    states = {**dict.fromkeys(RULES, "done"), **changes}
    return "[rules]\n" + "\n".join(f'{rule} = "{state}"' for rule, state in states.items())


def test_quality_states(tmp_path: Path) -> None:
    text = quality(metrics="todo: next issue", demo="exempt: reads other systems")
    found = read_quality(write(tmp_path, text, "quality.toml"), "S27")
    assert (found.rules["metrics"].state, found.rules["metrics"].reason) == ("todo", "next issue")
    assert found.rules["demo"].state == "exempt"
    assert found.rules["tests"].reason == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (quality(metrics="todo"), "rules.metrics must be"),
        (quality(metrics="todo: "), "rules.metrics must be"),
        (quality(metrics="maybe: x"), "rules.metrics must be"),
        (quality(speed="done"), "rules.speed is not a known key"),
        (quality().replace('tests = "done"', ""), "rules.tests is missing"),
    ],
)
def test_a_bad_quality_file_names_the_rule(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=re.escape(message)):
        read_quality(write(tmp_path, text, "quality.toml"), "S27")


def test_the_catalogue_knows_what_is_installed() -> None:
    rows = systems.catalogue()
    assert len(rows) == 48
    status = {row.id: row.status for row in rows}
    assert all(status[found.id] == found.status for found in systems.installed())
    assert sum(value == "none" for value in status.values()) == 48 - len(systems.installed())
    assert systems.manifest("S45").label == "s45"
    with pytest.raises(Problem) as caught:
        systems.manifest("S01")
    assert caught.value.code == "system_not_installed"


def test_the_status_page_has_every_system() -> None:
    text = systems.status_markdown()
    assert len(re.findall(r"^\| S\d\d \|", text, re.MULTILINE)) == 48
    assert "- none 未建: " in text
