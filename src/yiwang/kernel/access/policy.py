"""Roles and rules as data: ``roles.csv`` here, one ``access.csv`` in every room and system, checked at start."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from django.apps import AppConfig, apps
from django.core.exceptions import ImproperlyConfigured

from .types import SCOPE_KINDS, Role, Rule

COLUMNS = ["role", "resource", "action", "scope"]


@cache
def roles() -> tuple[Role, ...]:
    """Every role, in the order of ``roles.csv``."""
    with (Path(__file__).parent / "roles.csv").open(encoding="utf-8", newline="") as handle:
        return tuple(
            Role(row["key"], row["name_zh"], row["name_en"], row["admin_kind"]) for row in csv.DictReader(handle)
        )


def read_rules(path: Path, label: str, known_roles: frozenset[str]) -> Iterator[Rule]:
    """Rules of one ``access.csv``. A wrong line stops the start: ImproperlyConfigured names file and line."""
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        if reader.fieldnames != COLUMNS:
            raise ImproperlyConfigured(f"{path}: the columns must be {','.join(COLUMNS)}")
        for row in reader:
            where = f"{path}:{reader.line_num}"
            role, resource, action, scope = (row[name] for name in COLUMNS)
            if role not in known_roles:
                raise ImproperlyConfigured(f"{where}: unknown role {role!r}")
            if not resource or not resource.startswith(f"{label}.") or resource.count(".") != 1:
                raise ImproperlyConfigured(f"{where}: resource {resource!r} must be {label}.<thing>")
            if not action or not action.isidentifier():
                raise ImproperlyConfigured(f"{where}: action {action!r} must be one word")
            if scope not in SCOPE_KINDS:
                raise ImproperlyConfigured(f"{where}: unknown scope {scope!r}, one of {', '.join(SCOPE_KINDS)}")
            yield Rule(role, resource, action, scope, where)


def own_apps() -> list[AppConfig]:
    """The rooms and systems among the installed apps."""
    return [config for config in apps.get_app_configs() if config.name.startswith("yiwang.")]


@cache
def rules() -> Mapping[tuple[str, str, str], Rule]:
    """Every rule by ``(role, resource, action)``."""
    known = frozenset(role.key for role in roles())
    found: dict[tuple[str, str, str], Rule] = {}
    for config in own_apps():
        path = Path(config.path) / "access.csv"
        if not path.exists():
            continue
        for rule in read_rules(path, config.label, known):
            key = (rule.role, rule.resource, rule.action)
            if key in found:
                raise ImproperlyConfigured(f"{rule.source}: the same role, resource and action as {found[key].source}")
            found[key] = rule
    return found


@cache
def resources() -> frozenset[tuple[str, str]]:
    """Every ``(resource, action)`` that some rule names."""
    return frozenset((resource, action) for _role, resource, action in rules())
