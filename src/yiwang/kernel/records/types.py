"""Frozen values of the records room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from yiwang.lib.identifiers import Fault

if TYPE_CHECKING:
    from .base import Record
    from .columns import Column


@dataclass(frozen=True)
class RowFault:
    """What is wrong in one row: ``column`` is the field's name, empty when the row as a whole is meant."""

    column: str
    fault: Fault


Rule = Callable[[Mapping[str, Any]], Iterable[RowFault]]


@dataclass(frozen=True)
class RecordOptions:
    """How a record type is shown, found and checked; everything else follows from its model.

    ``key`` names the type inside its system ("kiosk" makes the resource ``s05.kiosk``). ``title`` is the column that
    names a record to people; ``code`` the column that identifies it (its value is the source id of a record that
    brings none). ``columns`` are those of the list, ``search`` the columns of the search box, ``filters`` columns that
    get a choice above the list and an index. ``ends`` is the column of the (exclusive) last day of an event that lasts,
    as a registration does; states have ``valid_to``. ``rules`` look at a whole row. ``example``: the cells that, beside
    the columns' own examples, make a row that the rules let in: the template shows them.
    """

    key: str
    name_en: str
    title: str
    columns: tuple[str, ...]
    code: str = ""
    search: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    ends: str = ""
    rules: tuple[Rule, ...] = ()
    example: Mapping[str, str] = field(default_factory=dict)
    icon: str = "table"
    help_zh: str = ""


@dataclass(frozen=True)
class RecordType:
    """A record type (业务记录类型) as the registry knows it; ``key`` is its resource in ``access.csv``."""

    key: str
    model: type[Record]
    history: type[Any]
    options: RecordOptions
    columns: tuple[Column, ...]
    system: str

    @property
    def name(self) -> str:
        """Name in the active language."""
        from django.utils.translation import get_language

        return self.name_zh if (get_language() or "zh").startswith("zh") else self.options.name_en

    @property
    def name_zh(self) -> str:
        """Chinese name."""
        return str(self.model._meta.verbose_name)

    @property
    def name_en(self) -> str:
        """English name."""
        return self.options.name_en

    @property
    def table(self) -> str:
        """Name of the table of current rows; that of the former ones ends in ``_history``."""
        return self.model._meta.db_table

    @property
    def date_field(self) -> str:
        """The business date that lists are ordered and cut by."""
        return self.model.business_date

    @property
    def ends(self) -> str:
        """The column of the day from which on a record holds no more; "" when records of this type do not end."""
        return "valid_to" if self.date_field == "valid_from" else self.options.ends

    def column(self, name: str) -> Column:
        """The column of this name; KeyError when there is none."""
        for found in self.columns:
            if found.name == name:
                return found
        raise KeyError(f"{self.key} has no column {name}")


class Cleaned(NamedTuple):
    """One row as it may be written, its values in the order of the columns, or what is wrong with it."""

    values: Mapping[str, Any]
    faults: list[RowFault]
