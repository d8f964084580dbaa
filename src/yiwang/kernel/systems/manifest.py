"""Reading a system's ``system.toml`` and ``quality.toml``. What is wrong is said with file and key, at start."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, cast

from django.core.exceptions import ImproperlyConfigured

from .chapters import CHAPTER_KEYS
from .types import NavItem, Quality, QualityRule, Status, SystemManifest

STRING_KEYS = ("id", "key", "status", "name_zh", "name_en", "chapter", "owner_unit", "url_prefix")
LIST_KEYS = ("legal_basis", "figures")
NAV_KEYS = ("label_zh", "label_en", "url_name", "icon", "resource", "action", "group")
RULES = (
    "manifest", "access", "models", "services", "selectors", "pages", "api", "metrics", "demo", "tests", "help",
    "bad_input",
)  # fmt: skip
_QUALITY = re.compile(r"(done)|(todo|exempt): *(\S.*)", re.DOTALL)


def read_toml(path: Path) -> dict[str, Any]:
    """The file as a dictionary."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ImproperlyConfigured(f"{path}: is missing") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{path}: {error}") from error


def _keys(
    path: Path, where: str, table: dict[str, Any], wanted: tuple[str, ...], optional: tuple[str, ...] = ()
) -> None:
    for key in wanted:
        if key not in table and key not in optional:
            raise ImproperlyConfigured(f"{path}: {where}{key} is missing")
    for key in table:
        if key not in wanted:
            raise ImproperlyConfigured(f"{path}: {where}{key} is not a known key")


def _text(path: Path, where: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ImproperlyConfigured(f"{path}: {where} must be text that is not empty")
    return value


def _texts(path: Path, where: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ImproperlyConfigured(f"{path}: {where} must be a list of texts")
    return tuple(_text(path, f"{where}[{index}]", item) for index, item in enumerate(value))


def read_manifest(folder: Path, module: str) -> SystemManifest:
    """The manifest of the system in ``folder``, whose Django app is ``module``."""
    path = folder / "system.toml"
    table = read_toml(path)
    _keys(path, "", table, (*STRING_KEYS, *LIST_KEYS, "nav"), optional=("nav",))
    text = {key: _text(path, key, table[key]) for key in STRING_KEYS}
    if not re.fullmatch(r"S[0-9]{2}", text["id"]):
        raise ImproperlyConfigured(f"{path}: id {text['id']!r} must be S and two digits")
    if not re.fullmatch(r"[a-z][a-z0-9]*", text["key"]):
        raise ImproperlyConfigured(f"{path}: key {text['key']!r} must be lower-case letters and digits")
    if text["status"] not in ("works", "partly"):
        raise ImproperlyConfigured(f"{path}: status {text['status']!r} must be works or partly")
    if text["chapter"] not in CHAPTER_KEYS:
        raise ImproperlyConfigured(f"{path}: chapter {text['chapter']!r} must be one of {', '.join(CHAPTER_KEYS)}")
    if not re.fullmatch(r"[a-z][a-z0-9-]*(/[a-z0-9-]+)*/", text["url_prefix"]):
        raise ImproperlyConfigured(f"{path}: url_prefix {text['url_prefix']!r} must look like evaluation/")
    label = text["id"].lower()
    nav = []
    if not isinstance(table.get("nav", []), list):
        raise ImproperlyConfigured(f"{path}: nav must be a list of tables ([[nav]])")
    for index, item in enumerate(table.get("nav", [])):
        where = f"nav[{index}]."
        if not isinstance(item, dict):
            raise ImproperlyConfigured(f"{path}: nav must be a list of tables ([[nav]])")
        _keys(path, where, item, (*NAV_KEYS, "also"), optional=("also",))
        also = tuple(text["url_prefix"] + tail for tail in _texts(path, f"{where}also", item.get("also", [])))
        entry = NavItem(**{key: _text(path, where + key, item[key]) for key in NAV_KEYS}, also=also)
        if not entry.resource.startswith(f"{label}."):
            raise ImproperlyConfigured(f"{path}: {where}resource {entry.resource!r} must begin with {label}.")
        nav.append(entry)
    figures = _texts(path, "figures", table["figures"])
    for figure in figures:
        if not re.fullmatch(r"F[0-9]{3}", figure):
            raise ImproperlyConfigured(f"{path}: figures: {figure!r} must be F and three digits")
    return SystemManifest(
        id=text["id"],
        key=text["key"],
        label=label,
        status=cast("Status", text["status"]),
        chapter=text["chapter"],
        name_zh=text["name_zh"],
        name_en=text["name_en"],
        owner_unit=text["owner_unit"],
        legal_basis=_texts(path, "legal_basis", table["legal_basis"]),
        figures=figures,
        nav=tuple(nav),
        url_prefix=text["url_prefix"],
        module=module,
    )


def read_quality(folder: Path, system: str) -> Quality:
    """The quality file of the system in ``folder``: every rule of ``RULES`` has a state."""
    path = folder / "quality.toml"
    table = read_toml(path)
    _keys(path, "", table, ("rules",))
    rules = table["rules"]
    if not isinstance(rules, dict):
        raise ImproperlyConfigured(f"{path}: rules must be a table")
    _keys(path, "rules.", rules, RULES)
    states = {}
    for rule in RULES:
        match = _QUALITY.fullmatch(_text(path, f"rules.{rule}", rules[rule]))
        if not match:
            raise ImproperlyConfigured(f'{path}: rules.{rule} must be "done", "todo: reason" or "exempt: reason"')
        states[rule] = QualityRule(match[1] or match[2], match[3] or "")  # type: ignore[arg-type]  # the pattern allows the three words only
    return Quality(system, states)
