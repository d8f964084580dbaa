"""Frozen values of the systems room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Status = Literal["works", "partly", "none"]


@dataclass(frozen=True)
class NavItem:
    """An entry of the navigation, shown to those who may ``action`` on ``resource``.

    ``also`` are beginnings of addresses, below the system's own, whose pages belong to this entry too.
    """

    label_zh: str
    label_en: str
    url_name: str
    icon: str
    resource: str
    action: str
    group: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class SystemManifest:
    """An installed system as its ``system.toml`` declares it."""

    id: str
    key: str
    label: str
    status: Status
    chapter: str
    name_zh: str
    name_en: str
    owner_unit: str
    legal_basis: tuple[str, ...]
    figures: tuple[str, ...]
    nav: tuple[NavItem, ...]
    url_prefix: str
    module: str


@dataclass(frozen=True)
class Chapter:
    """A chapter of the catalogue: the plan's six (numbers 1 to 6), then evaluation (number 7, ``in_plan`` False)."""

    number: int
    key: str
    name_zh: str
    name_en: str
    in_plan: bool = True


@dataclass(frozen=True)
class CatalogueRow:
    """One of the 48 systems of a digital district and how far it stands here."""

    id: str
    chapter: str
    name_zh: str
    name_en: str
    kind: str
    what_zh: str
    what_en: str
    figures: tuple[str, ...]
    status: Status


@dataclass(frozen=True)
class QualityRule:
    """A rule's state in one system: ``done``, ``todo`` or ``exempt``, the latter two with a reason."""

    state: Literal["done", "todo", "exempt"]
    reason: str = ""


@dataclass(frozen=True)
class Quality:
    """A system's ``quality.toml``."""

    system: str
    rules: Mapping[str, QualityRule]
