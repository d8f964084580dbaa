"""``yiwang new-system``: what it refuses, and that what it writes really starts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from django.db import connection

from yiwang.kernel.systems import newsystem
from yiwang.kernel.systems.cli import new_system
from yiwang.kernel.systems.manifest import read_manifest, read_quality
from yiwang.lib.problems import Problem


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """An empty package with the list of systems."""
    (tmp_path / "yiwang" / "site").mkdir(parents=True)
    shutil.copy(newsystem.PACKAGE / "site" / "systems.py", tmp_path / "yiwang" / "site")
    return tmp_path / "yiwang"


def test_one_folder_and_one_line(package: Path) -> None:
    before = (package / "site" / "systems.py").read_text(encoding="utf-8")
    result = CliRunner().invoke(new_system, ["S27", "supply", "--package", str(package)])
    assert result.exit_code == 0, result.output
    assert "yiwang/domains/industry/supply/system.toml" in result.output
    after = (package / "site" / "systems.py").read_text(encoding="utf-8")
    new = [line for line in after.splitlines() if line not in before.splitlines()]
    assert new == ['    "yiwang.domains.industry.supply",']
    folder = package / "domains" / "industry" / "supply"
    manifest = read_manifest(folder, "yiwang.domains.industry.supply")
    assert (manifest.id, manifest.label, manifest.url_prefix) == ("S27", "s27", "industry/supply/")
    assert read_quality(folder, "S27").rules["models"].state == "todo"
    assert "class Item(StateRecord)" in (folder / "models.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("system", "key", "code"),
    [
        ("S99", "supply", "system_id_unknown"),
        ("supply", "supply", "system_id_unknown"),
        ("S45", "again", "system_id_taken"),
        ("S27", "planning", "system_key_taken"),
        ("S27", "Supply", "system_key_invalid"),
        ("S27", "../supply", "system_key_invalid"),
        ("S27", "class", "system_key_invalid"),
        ("S27", "s", "system_key_invalid"),
    ],
)
def test_refusals_leave_nothing(package: Path, system: str, key: str, code: str) -> None:
    before = (package / "site" / "systems.py").read_text(encoding="utf-8")
    with pytest.raises(Problem) as caught:
        newsystem.create(system, key, package)
    assert caught.value.code == code
    assert not (package / "domains").exists()
    assert (package / "site" / "systems.py").read_text(encoding="utf-8") == before


def test_a_folder_that_exists_is_not_overwritten(package: Path) -> None:
    newsystem.create("S27", "supply", package)
    with pytest.raises(Problem) as caught:
        newsystem.create("S27", "supply", package)
    assert caught.value.code == "system_folder_taken"


def test_a_list_that_cannot_be_read_stops_before_writing(package: Path) -> None:
    (package / "site" / "systems.py").write_text("SYSTEMS = []\n", encoding="utf-8")
    with pytest.raises(Problem) as caught:
        newsystem.create("S27", "supply", package)
    assert caught.value.code == "system_list_unreadable"
    assert not (package / "domains").exists()


@pytest.mark.slow
@pytest.mark.django_db
def test_the_new_system_starts(tmp_path: Path) -> None:
    """In a copy of the package: Django's checks, a migration, and the skeleton's own tests of pages and scopes."""
    shutil.copytree(newsystem.PACKAGE, tmp_path / "yiwang", ignore=shutil.ignore_patterns("__pycache__"))
    newsystem.create("S27", "supply", tmp_path / "yiwang")
    server = connection.settings_dict
    environment = {
        **os.environ,
        "PYTHONPATH": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "yiwang.site.settings",
        "YIWANG_HOME": str(tmp_path / "var"),
        "YIWANG_TEST_DB": f"{server['NAME']}_new",
        "DATABASE_URL": (
            f"postgresql://{quote(server['USER'], safe='')}:{quote(server['PASSWORD'], safe='')}"
            f"@{server['HOST']}:{server['PORT']}/{server['NAME']}"
        ),
    }

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert str(tmp_path) in run("yiwang.kernel.systems.tests.where")
    run("django", "check")
    run("django", "makemigrations", "s27")
    run("django", "makemigrations", "--check", "--dry-run", "s27")
    tests = run("pytest", "-q", "--create-db", "--import-mode=importlib", "yiwang/domains/industry/supply")
    assert "3 passed" in tests
