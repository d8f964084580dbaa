"""Writing the skeleton of a new system: one folder and one line in ``site/systems.py``."""

from __future__ import annotations

import json
import keyword
import re
from pathlib import Path
from string import Template

from yiwang.lib.problems import Problem

from . import registry
from .types import CatalogueRow

SKELETON = Path(__file__).parent / "skeleton"
PACKAGE = Path(__file__).resolve().parents[2]


def _refuse(code: str, zh: str, en: str) -> Problem:
    return Problem(code, zh, en)


def _row(system: str) -> CatalogueRow:
    for row in registry.catalogue():
        if row.id == system:
            return row
    raise _refuse(
        "system_id_unknown",
        f"系统编号“{system}”不在系统目录中。请使用目录中的编号（S01 至 S48）。",
        f'The id "{system}" is not in the catalogue. Use one of its ids (S01 to S48).',
    )


def _check(row: CatalogueRow, key: str, folder: Path, listed: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9]{1,30}", key) or keyword.iskeyword(key):
        raise _refuse(
            "system_key_invalid",
            f"文件夹名“{key}”无效：应为 2 至 31 个小写字母或数字，以字母开头，且不是 Python 关键字。",
            f'The folder name "{key}" is not valid: 2 to 31 lower-case letters or digits, a letter first, no keyword.',
        )
    for found in registry.installed():
        if found.id == row.id:
            raise _refuse(
                "system_id_taken",
                f"系统 {row.id} 已安装在 {found.module}，其标签 {found.label} 永久占用。",
                f"{row.id} is installed already as {found.module}; its label {found.label} is permanent.",
            )
        if found.key == key:
            raise _refuse(
                "system_key_taken",
                f"名称“{key}”已被 {found.id} 使用，请另取一个。",
                f'The key "{key}" is that of {found.id}; choose another.',
            )
    if folder.exists() or f".{folder.parent.name}.{key}" in listed:
        raise _refuse(
            "system_folder_taken",
            f"文件夹 domains/{folder.parent.name}/{key} 已存在，请另取一个名称。",
            f"The folder domains/{folder.parent.name}/{key} exists; choose another name.",
        )


def create(system: str, key: str, package: Path = PACKAGE) -> list[Path]:
    """Write the skeleton of catalogue row ``system`` into ``package``/domains; the files written.

    ``package`` is the folder of the package ``yiwang``. Problems: ``system_id_unknown``, ``system_id_taken``,
    ``system_key_invalid``, ``system_key_taken``, ``system_folder_taken``, ``system_list_unreadable``.
    """
    row = _row(system)
    folder = package / "domains" / row.chapter / key
    listing = package / "site" / "systems.py"
    listed = listing.read_text(encoding="utf-8")
    _check(row, key, folder, listed)
    module = f"yiwang.domains.{row.chapter}.{key}"
    new_listing = _with_line(listed, module)
    values = {
        "id": row.id,
        "label": row.id.lower(),
        "key": key,
        "module": module,
        "chapter": row.chapter,
        "class_name": key.capitalize(),
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "figures": json.dumps(list(row.figures)),
    }
    written = []
    chapter_init = folder.parent / "__init__.py"
    if not chapter_init.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        chapter_init.write_text("", encoding="utf-8")
        written.append(chapter_init)
    for source in sorted(SKELETON.rglob("*.txt")):
        relative = source.relative_to(SKELETON).with_suffix("")
        target = folder.joinpath(*(values["label"] if part == "label" else part for part in relative.parts))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(Template(source.read_text(encoding="utf-8")).substitute(values), encoding="utf-8")
        written.append(target)
    listing.write_text(new_listing, encoding="utf-8")
    return [*written, listing]


def _with_line(listed: str, module: str) -> str:
    """``site/systems.py`` with one line more, before the closing bracket."""
    head, bracket, tail = listed.rpartition("\n)")
    if not bracket or "SYSTEMS" not in head:
        raise _refuse(
            "system_list_unreadable",
            "site/systems.py 中找不到 SYSTEMS 列表的结尾，无法添加。请先恢复该文件的格式。",
            "The end of the list SYSTEMS was not found in site/systems.py. Mend the file first.",
        )
    return f'{head}\n    "{module}",{bracket}{tail}'
