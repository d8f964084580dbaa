"""The command line and the make targets."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from yiwang.site import config
from yiwang.site.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
YIWANG = str(Path(sys.executable).parent / "yiwang")


def yiwang(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [YIWANG, *arguments], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_exists(name: str) -> None:
    module, _, attribute = COMMANDS[name].target.partition(":")
    command = getattr(importlib.import_module(module), attribute)
    assert isinstance(command, click.Command)
    assert command.help
    assert re.search("[\u4e00-\u9fff]", command.help), "the help is Chinese first"


def test_the_list_of_commands_imports_none_of_them() -> None:
    code = "import sys; from yiwang.site.cli import main; sys.argv = ['yiwang', '--help']\n"
    code += "try: main()\nexcept SystemExit: print([m for m in ('django', 'psycopg', 'gunicorn') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")
    for name in COMMANDS:
        assert name in done.stdout


def test_check_imports_neither_django_nor_the_database() -> None:
    code = "import sys; from yiwang.site.cli import yiwang\n"
    code += "yiwang.get_command(None, 'check')\nprint([m for m in ('django', 'psycopg') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_problem_is_told_in_both_languages_with_status_2(tmp_path: Path) -> None:
    done = yiwang("serve", PORT="no", YIWANG_HOME=str(tmp_path))
    assert done.returncode == 2
    assert "环境变量 PORT 的值 'no' 不可用" in done.stderr
    assert "The environment variable PORT has the value 'no'" in done.stderr
    assert "[configuration_invalid]" in done.stderr
    assert "Traceback" not in done.stderr


def test_config_shows_every_variable_and_no_secret(tmp_path: Path) -> None:
    environment = {
        "YIWANG_HOME": str(tmp_path), "YIWANG_SECRET_KEY": "geheim", "YIWANG_METRICS_TOKEN": "geheim2",
        "DATABASE_URL": "postgresql://yiwang:geheim3@127.0.0.1/yiwang",
    }  # fmt: skip
    plain = yiwang("config", **environment).stdout
    rows = json.loads(yiwang("config", "--json", **environment).stdout)
    assert "geheim" not in plain + json.dumps(rows)
    assert [row["name"] for row in rows] == [variable.name for variable in config.VARIABLES]
    for variable in config.VARIABLES:
        assert variable.name in plain
        assert variable.zh in plain
        assert variable.en in plain
    shown = {row["name"]: row for row in rows}
    assert shown["YIWANG_HOME"] | {"source": "environment", "set": True} == shown["YIWANG_HOME"]
    assert shown["DATABASE_URL"]["value"] == "postgresql://yiwang@127.0.0.1/yiwang"
    assert shown["YIWANG_WORKERS"]["source"] == "default"
    assert list(tmp_path.iterdir()) == [], "looking changes nothing"


def test_every_variable_that_the_program_reads_is_declared() -> None:
    declared = {variable.name for variable in config.VARIABLES}
    # Set by the program itself for a library (prometheus), or Django's own name.
    not_ours = {"PROMETHEUS_MULTIPROC_DIR", "DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE"}
    read = re.compile(r"environ(?:\.get\(|\.setdefault\(|\[)\s*\"([A-Z_]+)\"")
    found = set()
    for path in (ROOT / "src").rglob("*.py"):
        if "tests" not in path.parts:
            found |= set(read.findall(path.read_text(encoding="utf-8")))
    assert found - not_ours <= declared
    assert "YIWANG_HOME" in found


def test_the_page_of_running_lists_every_variable() -> None:
    page = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    for variable in config.VARIABLES:
        assert f"`{variable.name}`" in page
        assert variable.zh in page


def test_make_lists_its_targets() -> None:
    said = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for target in ("setup", "demo", "test", "check", "test-external", "serve", "format", "lock"):
        assert f"make {target} " in said.stdout


def test_ci_fails_when_either_part_fails(tmp_path: Path) -> None:
    folder = tmp_path / ".ci"
    folder.mkdir()
    script = folder / "run"
    script.write_text((ROOT / ".ci" / "run").read_text())
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    # Called from make, we would hand our own make's settings on.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    for first, second in ((0, 0), (1, 0), (0, 1), (1, 1)):
        (tmp_path / "Makefile").write_text(
            f"test:\n\t@echo one; exit {first}\ntest-external:\n\t@echo two; exit {second}\n"
        )
        done = subprocess.run(
            ["bash", ".ci/run"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode != 0) == bool(first or second)
        assert done.stdout.split() == ["one", "two"]
