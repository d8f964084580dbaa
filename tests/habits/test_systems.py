"""Every installed system has the shape that all systems have, and says so honestly."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from yiwang.kernel.systems import api as systems

from .source import ROOT, SOURCE

# Parts of a system's folder (a package or a module) by the quality rule that excuses one that is missing.
PARTS = {
    "models": "models",
    "services": "services",
    "selectors": "selectors",
    "pages": "views",
    "api": "rest",
    "metrics": "metrics",
    "demo": "demo",
    "tests": "tests",
}
FILES = ("system.toml", "quality.toml", "access.csv", "apps.py", "urls.py")


def has(folder: Path, part: str) -> bool:
    """Whether the folder has the module or package ``part``."""
    return (folder / f"{part}.py").exists() or (folder / part / "__init__.py").exists()


@pytest.mark.parametrize("system", systems.installed(), ids=lambda system: system.id)
def test_label_is_the_declared_one(system: systems.SystemManifest) -> None:
    """The label is in migrations and in the database for good; it follows the id, not the folder."""
    config = next(config for config in apps.get_app_configs() if config.name == system.module)
    assert config.label == system.label == system.id.lower()


@pytest.mark.parametrize("system", systems.installed(), ids=lambda system: system.id)
def test_folder_has_the_shape_or_says_why(system: systems.SystemManifest) -> None:
    folder = systems.folder_of(system.module)
    quality = next(quality for quality in systems.qualities() if quality.system == system.id)
    assert folder.is_relative_to(SOURCE / "domains" / system.chapter)
    assert [name for name in FILES if not (folder / name).exists()] == []
    missing = [part for rule, part in PARTS.items() if not has(folder, part) and quality.rules[rule].state == "done"]
    assert not missing, f"quality.toml says done, the folder has no {missing}"


@pytest.mark.parametrize("system", systems.installed(), ids=lambda system: system.id)
def test_a_working_system_has_nothing_left_to_do(system: systems.SystemManifest) -> None:
    quality = next(quality for quality in systems.qualities() if quality.system == system.id)
    left = [rule for rule, state in quality.rules.items() if state.state == "todo"]
    assert system.status != "works" or not left, f"{system.id} says works, but {left} are to do"


@pytest.mark.parametrize("system", systems.installed(), ids=lambda system: system.id)
def test_manifest_agrees_with_the_catalogue(system: systems.SystemManifest) -> None:
    row = next(row for row in systems.catalogue() if row.id == system.id)
    assert row.chapter == system.chapter
    assert set(system.figures) <= set(row.figures) or not row.figures


def test_installed_apps_are_the_listed_systems() -> None:
    found = {config.name for config in apps.get_app_configs() if config.name.startswith("yiwang.domains.")}
    assert found == set(settings.YIWANG_SYSTEMS)


def test_every_system_on_disk_is_listed() -> None:
    folders = {path.parent for path in (SOURCE / "domains").rglob("system.toml")}
    assert folders == {systems.folder_of(system.module) for system in systems.installed()}


def test_catalogue_is_complete() -> None:
    rows = systems.catalogue()
    assert [row.id for row in sorted(rows, key=lambda row: row.id)] == [f"S{number:02}" for number in range(1, 49)]
    assert sum(chapter.in_plan for chapter in systems.chapters()) == 6


def test_status_page_is_true() -> None:
    page = (ROOT / "docs" / "status.md").read_text(encoding="utf-8")
    assert page == systems.status_markdown(), "run: yiwang quality --write-status docs/status.md"
