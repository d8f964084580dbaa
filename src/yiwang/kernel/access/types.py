"""Frozen values of the access room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ScopeKind = Literal["none", "own_unit", "place", "subtree", "all"]
# Narrowest first: a person with several roles gets the widest of their scopes.
SCOPE_KINDS: tuple[ScopeKind, ...] = ("none", "own_unit", "place", "subtree", "all")


@dataclass(frozen=True)
class Scope:
    """What somebody may reach: ``unit_path`` is the path that ``own_unit`` and ``subtree`` are counted from.

    ``place`` is what lies in the place (属地) of the account's unit, whoever owns it: the beginning of its code.
    """

    kind: ScopeKind
    unit_path: str | None = None
    place: str = ""

    def covers(self, path: str) -> bool:
        """Whether the unit at ``path`` lies within."""
        if self.kind == "all":
            return True
        if self.kind == "none" or self.unit_path is None:
            return False
        if self.kind in ("own_unit", "place"):
            return path == self.unit_path
        return path == self.unit_path or path.startswith(self.unit_path + "/")


@dataclass(frozen=True)
class Role:
    """A role (角色); ``admin_kind`` marks the three administrators (三员): ``system``, ``security``, ``audit``."""

    key: str
    name_zh: str
    name_en: str
    admin_kind: str = ""


@dataclass(frozen=True)
class Rule:
    """One line of an ``access.csv``: this role may do this to that within the scope."""

    role: str
    resource: str
    action: str
    scope: ScopeKind
    source: str


@dataclass(frozen=True)
class NewToken:
    """A token just made; ``plain`` is shown once and never again."""

    plain: str
    prefix: str
