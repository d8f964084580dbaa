"""The import contracts of ``.importlinter`` hold."""

from __future__ import annotations

import configparser

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from .source import KERNEL_ROOMS, ROOT


def test_contracts_hold(capsys: pytest.CaptureFixture[str]) -> None:
    status = lint_imports(config_filename=str(ROOT / ".importlinter"), cache_dir=None)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_contracts_have_no_exceptions() -> None:
    plan = configparser.ConfigParser()
    plan.read(ROOT / ".importlinter", encoding="utf-8")
    widened = [(section, key) for section in plan.sections() for key in plan[section] if key.startswith("ignore_")]
    assert not widened, f"a contract is never widened to make a build pass: {widened}"
    assert plan["importlinter:contract:floors"]["exhaustive"] == "True"
    assert plan["importlinter:contract:rooms"]["exhaustive"] == "True"


def test_the_rooms_of_the_habit_tests_are_those_of_the_plan() -> None:
    plan = configparser.ConfigParser()
    plan.read(ROOT / ".importlinter", encoding="utf-8")
    rooms = plan["importlinter:contract:rooms"]["layers"].split()
    assert tuple(reversed(rooms)) == KERNEL_ROOMS
