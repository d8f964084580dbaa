"""A room or system is entered by its doors only, and nothing slips past the floors by a string or a signal."""

from __future__ import annotations

import ast
import re

from django.apps import apps
from django.db.models import Field

from .source import KERNEL_ROOMS, Module, imported, modules, name_of, room_of

DOORS = frozenset({"api", "types", "extend"})
# The site puts rooms and systems together, so it may also name what they bring for that.
SITE_DOORS = DOORS | {"urls", "rest", "apps", "cli", "demo"}
# A room's own tests may use other rooms' helpers for tests, and load their demonstration.
TEST_DOORS = SITE_DOORS | {"testing"}
# Django's settings name classes by dotted path.
SETTINGS_DOORS = frozenset({"backend", "middleware", "passwords"})
DOTTED = re.compile(r"yiwang\.(?:kernel|domains)(?:\.\w+)+(?::\w+)?")


def doors_for(module: Module) -> frozenset[str]:
    """Doors that ``module`` may use of rooms that are not its own."""
    if module.is_test:
        return TEST_DOORS
    if module.name == "yiwang.site.settings":
        return SITE_DOORS | SETTINGS_DOORS
    return SITE_DOORS if module.name.startswith("yiwang.site") else DOORS


def entered(module: Module, name: str) -> str | None:
    """The wrong way that ``name`` goes into a room from ``module``, or None."""
    room = room_of(name)
    # Journeys in tests/ may reach inside to set a scene that no door makes.
    if room is None or room == module.room or module.name.startswith(("tests.", "benchmarks.", "tools.")):
        return None
    rest = name[len(room) + 1 :].split(".")[0].split(":")[0]
    return None if rest in doors_for(module) else name


def test_rooms_are_entered_by_their_doors() -> None:
    wrong = [
        f"{name_of(module.path)}:{line} imports {name}"
        for module in modules()
        if ".migrations." not in module.name
        for line, name in imported(module)
        if entered(module, name)
    ]
    assert not wrong, "enter a room by api, types or extend:\n" + "\n".join(wrong)


def test_rooms_are_named_by_their_doors_in_strings_too() -> None:
    wrong = []
    for module in modules():
        for node in ast.walk(module.tree()):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            if not DOTTED.fullmatch(node.value) or node.value == room_of(node.value):
                continue
            if entered(module, node.value):
                wrong.append(f"{name_of(module.path)}:{node.lineno} names {node.value}")
    assert not wrong, "\n".join(wrong)


def test_a_wrong_entrance_is_seen() -> None:
    """The test above can fail."""
    outsider = next(module for module in modules() if module.name == "yiwang.kernel.notices.services")
    assert entered(outsider, "yiwang.kernel.access.models.User")
    assert entered(outsider, "yiwang.kernel.access.testing.make_user")
    assert not entered(outsider, "yiwang.kernel.access.api.User")
    assert not entered(outsider, "yiwang.kernel.notices.models.Notice")


def test_testing_helpers_stay_in_tests() -> None:
    wrong = [
        f"{name_of(module.path)}:{line}"
        for module in modules()
        if not module.is_test and module.path.name not in ("conftest.py", "testing.py")
        for line, name in imported(module)
        if name.startswith("yiwang.") and ".testing" in name
    ]
    assert not wrong, wrong


def test_no_model_is_fetched_by_name() -> None:
    wrong = [
        f"{name_of(module.path)}:{node.lineno}"
        for module in modules()
        if module.room and ".migrations." not in module.name
        for node in ast.walk(module.tree())
        if isinstance(node, ast.Attribute) and node.attr == "get_model"
    ]
    assert not wrong, f"ask the room's api instead of apps.get_model: {wrong}"


def test_no_signals() -> None:
    banned = ("django.db.models.signals", "django.dispatch", "django.contrib.auth.signals", "django.core.signals")
    wrong = [
        f"{name_of(module.path)}:{line} imports {name}"
        for module in modules()
        if module.name.startswith("yiwang.")
        for line, name in imported(module)
        if name.startswith(banned)
    ]
    assert not wrong, f"say it in a service or a bridge, not by a signal: {wrong}"


def rank(app_module: str) -> int:
    """Height of a room: rooms of the kernel by the floor plan, systems above them, anything else (Django) below."""
    room = room_of(app_module)
    if room is None:
        return -1
    if room.startswith("yiwang.domains."):
        return len(KERNEL_ROOMS)
    return KERNEL_ROOMS.index(room.rpartition(".")[2])


def test_foreign_keys_point_downward() -> None:
    wrong = []
    for model in apps.get_models():
        here = model._meta.app_config.name
        if not here.startswith("yiwang."):
            continue
        for field in model._meta.get_fields():
            if not isinstance(field, Field) or field.related_model is None:
                continue
            there = apps.get_app_config(field.related_model._meta.app_label).name
            if there != here and rank(there) >= rank(here):
                wrong.append(f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}")
    assert not wrong, f"foreign keys point to lower rooms only: {wrong}"
