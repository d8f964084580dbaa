"""Frozen values of the codes room."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from yiwang.lib.identifiers import Fault

# How sure a datum is: seen in public material, firm professional knowledge, this platform's own choice, to be verified
# against the official text before anybody relies on it (待核实).
Certainty = Literal["found", "known", "design", "verify"]
CERTAINTIES: tuple[Certainty, ...] = ("found", "known", "design", "verify")

# So many allowed values fit into one message; of a longer list only the nearest are named.
_ALL_NAMED = 12
_NEAREST = 5


@dataclass(frozen=True)
class CodeValue:
    """One edition of a value. ``edition_from`` None: since ever; ``edition_to`` is the first day it no longer holds."""

    value: str
    label_zh: str
    label_en: str
    edition_from: date | None
    edition_to: date | None
    note: str
    certainty: Certainty
    source: str

    def holds(self, on: date) -> bool:
        """Whether this edition is in force on the day ``on``."""
        return (self.edition_from is None or self.edition_from <= on) and (
            self.edition_to is None or on < self.edition_to
        )

    def label(self, language: str = "zh") -> str:
        """The name in ``language``; Chinese where no English is given."""
        return self.label_zh if language.startswith("zh") else self.label_en or self.label_zh


@dataclass(frozen=True)
class CodeList:
    """A code list (代码表). ``editions`` by value, oldest first; ``on=None`` means the newest edition."""

    name: str
    name_zh: str
    name_en: str
    source: str
    certainty: Certainty
    owner: str
    editions: Mapping[str, tuple[CodeValue, ...]] = field(repr=False)
    _by_label: Mapping[str, str] = field(repr=False)

    def title(self, language: str = "zh") -> str:
        """The list's name in ``language``."""
        return self.name_zh if language.startswith("zh") else self.name_en or self.name_zh

    def edition(self, value: str, on: date | None = None) -> CodeValue | None:
        """The edition of ``value`` in force on the day, or None."""
        editions = self.editions.get(value)
        if editions is None:
            return None
        if on is None:
            return editions[-1]
        return next((edition for edition in editions if edition.holds(on)), None)

    def values(self, on: date | None = None) -> tuple[CodeValue, ...]:
        """The values in force on the day, in the order of the file; None: every value in its newest edition."""
        if on is None:
            return tuple(editions[-1] for editions in self.editions.values())
        found = (self.edition(value, on) for value in self.editions)
        return tuple(edition for edition in found if edition is not None)

    def contains(self, value: str, on: date | None = None) -> bool:
        """Whether ``value`` is allowed on the day; None: whether it is or was."""
        return value in self.editions if on is None else self.edition(value, on) is not None

    def label(self, value: str, language: str = "zh", on: date | None = None) -> str:
        """The name of ``value`` as of the day; what the list does not have is shown as it is."""
        edition = self.edition(value, on) or self.edition(value)
        return edition.label(language) if edition is not None else value

    def find(self, text: str, on: date | None = None) -> str | None:
        """The value that ``text`` is or names (people write 男 as well as 1), or None. Letter case does not count."""
        if self.contains(text, on):
            return text
        value = self._by_label.get(text.casefold())
        return value if value is not None and self.contains(value, on) else None

    def fault(self, value: str, on: date | None = None) -> Fault | None:
        """Why ``value`` is not allowed, naming the nearest allowed ones; None when it is allowed."""
        if self.contains(value, on):
            return None
        allowed = self.values(on)
        near = self._nearest(value, allowed)
        zh = "、".join(f"{item.value}（{item.label_zh}）" for item in near)
        en = ", ".join(f"{item.value} ({item.label('en')})" for item in near)
        ended = self.editions.get(value)
        if ended is not None and on is not None:
            return Fault(
                "code_not_in_force",
                f"“{value}”（{ended[-1].label_zh}）在 {on:%Y-%m-%d} 不是“{self.name_zh}”的有效代码。可填：{zh}。",
                f'"{value}" ({ended[-1].label("en")}) is not in force in "{self.title("en")}" on {on:%Y-%m-%d}. '
                f"Allowed: {en}.",
            )
        lead_zh, lead_en = ("可填", "Allowed") if len(near) == len(allowed) else ("相近的有", "The nearest are")
        return Fault(
            "code_unknown",
            f"“{value}”不是“{self.name_zh}”的代码或名称。{lead_zh}：{zh}。",
            f'"{value}" is no code or name of "{self.title("en")}". {lead_en}: {en}.',
        )

    def _nearest(self, value: str, allowed: tuple[CodeValue, ...]) -> list[CodeValue]:
        if len(allowed) <= _ALL_NAMED:
            return list(allowed)
        wanted = value.casefold()

        def likeness(item: CodeValue) -> float:
            names = [name.casefold() for name in (item.value, item.label_zh, item.label_en) if name]
            part = any(wanted in name or name in wanted for name in names) if wanted else False
            return part + max(difflib.SequenceMatcher(None, wanted, name).ratio() for name in names)

        return sorted(allowed, key=likeness, reverse=True)[:_NEAREST]
