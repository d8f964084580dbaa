"""The registry: which systems are installed, and the catalogue of all 48 with how far each stands."""

from __future__ import annotations

import csv
import importlib.util
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from yiwang.lib.problems import Problem

from .chapters import CHAPTER_KEYS, CHAPTERS
from .manifest import read_manifest, read_quality
from .types import CatalogueRow, Chapter, Quality, Status, SystemManifest

CATALOGUE = Path(__file__).parent / "catalogue.csv"
STATUS_TEXT: dict[Status, str] = {"works": "works 可用", "partly": "partly 部分可用", "none": "none 未建"}


def folder_of(module: str) -> Path:
    """Folder of the package ``module``, without running it."""
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise ImproperlyConfigured(f"site/systems.py: {module} is not a package")
    return Path(next(iter(spec.submodule_search_locations)))


@cache
def installed() -> tuple[SystemManifest, ...]:
    """Manifest of every system of ``settings.YIWANG_SYSTEMS``, in that order. Ids and keys are unique."""
    found: list[SystemManifest] = []
    for module in settings.YIWANG_SYSTEMS:
        manifest = read_manifest(folder_of(module), module)
        for other in found:
            if manifest.id == other.id or manifest.key == other.key:
                raise ImproperlyConfigured(f"{module}/system.toml: id or key is already that of {other.module}")
        found.append(manifest)
    return tuple(found)


def manifest(system: str) -> SystemManifest:
    """The installed system with this id ("S45"). Problem ``system_not_installed`` (404)."""
    for found in installed():
        if found.id == system:
            return found
    raise Problem(
        "system_not_installed",
        f"系统 {system} 尚未在本平台安装。",
        f"The system {system} is not installed here.",
        status=404,
        system=system,
    )


@cache
def qualities() -> tuple[Quality, ...]:
    """Quality file of every installed system."""
    return tuple(read_quality(folder_of(found.module), found.id) for found in installed())


def chapters() -> tuple[Chapter, ...]:
    """The plan's six chapters, then evaluation (number 7)."""
    return CHAPTERS


@cache
def catalogue() -> tuple[CatalogueRow, ...]:
    """All systems of a digital district with their status here, in the order of the catalogue."""
    status: dict[str, Status] = {found.id: found.status for found in installed()}
    rows = []
    with CATALOGUE.open(encoding="utf-8-sig", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["chapter"] not in CHAPTER_KEYS:
                raise ImproperlyConfigured(f"catalogue.csv: {row['id']}: unknown chapter {row['chapter']!r}")
            rows.append(
                CatalogueRow(
                    id=row["id"],
                    chapter=row["chapter"],
                    name_zh=row["name_zh"],
                    name_en=row["name_en"],
                    kind=row["kind"],
                    what_zh=row["what_zh"],
                    what_en=row["what_en"],
                    figures=tuple(part.strip() for part in row["figures"].split(";") if part.strip()),
                    status=status.get(row["id"], "none"),
                )
            )
    unknown = set(status) - {row.id for row in rows}
    if unknown:
        raise ImproperlyConfigured(f"installed systems that catalogue.csv does not list: {', '.join(sorted(unknown))}")
    return tuple(rows)


def status_markdown() -> str:
    """The text of ``docs/status.md``: every system with works, partly or none."""
    rows = catalogue()
    lines = [
        "# Status of the systems 系统建设状态",
        "",
        "Written by `yiwang quality --write-status` from the manifests of the installed systems; a test compares.",
        "",
    ]
    for status, text in STATUS_TEXT.items():
        lines.append(f"- {text}: {sum(row.status == status for row in rows)}")
    for chapter in CHAPTERS:
        lines += [
            "",
            f"## {chapter.name_en} {chapter.name_zh}",
            "",
            "| id | system | status | figures |",
            "|---|---|---|---|",
        ]
        lines += [
            f"| {row.id} | {row.name_en} {row.name_zh} | {STATUS_TEXT[row.status]} | {' '.join(row.figures)} |"
            for row in rows
            if row.chapter == chapter.key
        ]
    return "\n".join(lines) + "\n"
