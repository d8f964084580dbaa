"""Reading code lists for pages and the API."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from . import registry
from .types import CodeList, CodeValue


def search_lists(text: str = "") -> list[CodeList]:
    """Lists whose name, title or source holds ``text``, by name."""
    wanted = text.casefold()
    return [
        found
        for found in registry.code_lists()
        if wanted in f"{found.name} {found.name_zh} {found.name_en} {found.source}".casefold()
    ]


def all_editions(found: CodeList) -> list[CodeValue]:
    """Every edition of every value, in the order of the file."""
    return [edition for editions in found.editions.values() for edition in editions]


def search_values(found: CodeList, text: str = "", on: date | None = None) -> list[CodeValue]:
    """Editions whose value, names or note hold ``text``: of the day ``on``, or all of them."""
    wanted = text.casefold()
    rows: Iterable[CodeValue] = found.values(on) if on is not None else all_editions(found)
    return [row for row in rows if wanted in f"{row.value} {row.label_zh} {row.label_en} {row.note}".casefold()]
