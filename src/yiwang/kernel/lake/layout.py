"""Which columns of a record type the lake has, as lists of SQL.

Left out is what no count needs and a person could be known by: masked columns (names, telephones, written addresses),
and free text and accounts about the entry. A person stays as the pseudonym: people cannot be counted without it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from django.db import connection, models

from yiwang.kernel.records.api import RecordType
from yiwang.kernel.records.extend import PersonColumn

from .types import Column

FIRST = ("id", "version", "unit_path", "place")
LAST = ("source", "source_id", "synthetic", "recorded_at")
ENDS: tuple[Column, ...] = (
    ("superseded_at", "timestamptz"), ("superseded_at_day", "date"), ("superseded_kind", "varchar"),
)  # fmt: skip
# The day in Shanghai of every moment, since engines differ silently in how they cast one.
DAY = 'CAST("{name}" AT TIME ZONE \'Asia/Shanghai\' AS date) AS "{name}_day"'


@dataclass(frozen=True)
class Layout:
    """A record type's columns in the lake, with types, and how to get them: PostgreSQL reads, DuckDB makes the days."""

    kind: RecordType
    columns: tuple[Column, ...]
    _stored: tuple[str, ...]
    _shown: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(name for name, _type in self.columns)

    @property
    def history(self) -> str:
        """Name of the table of former rows."""
        return f"{self.kind.table}_history"

    @property
    def stored(self) -> str:
        """PostgreSQL's columns of a current row."""
        return ", ".join(self._stored)

    @property
    def stored_former(self) -> str:
        """PostgreSQL's columns of a former row."""
        return f'{self.stored}, "superseded_at", "superseded_kind"'

    @property
    def current(self) -> str:
        """The lake's columns from current rows."""
        ends = [f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in ENDS]
        return ", ".join([*self._shown, *ends])

    @property
    def former(self) -> str:
        """The lake's columns from former rows."""
        return ", ".join([*self._shown, END])


END = f'"superseded_at", {DAY.format(name="superseded_at")}, "superseded_kind"'


def layout(kind: RecordType) -> Layout:
    """The layout of a record type as it is declared now."""
    fields = {field.name: field for field in kind.model._meta.local_fields}
    own = [column.name for column in kind.columns if isinstance(column, PersonColumn) or not column.personal]
    columns: list[Column] = []
    stored: list[str] = []
    shown: list[str] = []
    for name in (*FIRST, *own, *LAST):
        field = fields[name]
        columns.append((name, _type(field)))
        stored.append(f'"{name}"')
        shown.append(f'"{name}"')
        if isinstance(field, models.DateTimeField):
            columns.append((f"{name}_day", "date"))
            shown.append(DAY.format(name=name))
    return Layout(kind, (*columns, *ENDS), tuple(stored), tuple(shown))


@cache
def _type(field: models.Field[object, object]) -> str:
    """The column's type, without what Parquet does not know (lengths, collations); asked of 800 columns a refresh."""
    text = re.sub(r' COLLATE .*|varchar\([0-9]+\)', lambda found: "varchar" if found[0][0] == "v" else "",
                  str(field.db_type(connection)))  # fmt: skip
    return {"timestamp with time zone": "timestamptz"}.get(text, text)
