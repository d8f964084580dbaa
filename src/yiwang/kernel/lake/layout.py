"""Which columns of a record type the lake has, as SQL that PostgreSQL and DuckDB both read.

Left out is what no count needs and a person could be known by: masked columns (names, telephones, written addresses),
and free text and accounts about the entry. A person stays as the pseudonym: people cannot be counted without it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

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
DAY = 'CAST("{name}" AT TIME ZONE \'Asia/Shanghai\' AS date)'


@dataclass(frozen=True)
class Layout:
    """A record type's columns in the lake, with types, and how to read them."""

    kind: RecordType
    columns: tuple[Column, ...]
    _expressions: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(name for name, _type in self.columns)

    @property
    def history(self) -> str:
        """Name of the table of former rows."""
        return f"{self.kind.table}_history"

    def current(self) -> str:
        """Select list over the table of current rows."""
        ends = [f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in ENDS]
        return ", ".join([*self._expressions, *ends])

    def former(self) -> str:
        """Select list over the table of former rows."""
        day = DAY.format(name="superseded_at")
        return ", ".join([*self._expressions, '"superseded_at"', f'{day} AS "superseded_at_day"', '"superseded_kind"'])


def layout(kind: RecordType) -> Layout:
    """The layout of a record type as it is declared now."""
    fields = {field.name: field for field in kind.model._meta.local_fields}
    own = [column.name for column in kind.columns if isinstance(column, PersonColumn) or not column.personal]
    columns: list[Column] = []
    expressions: list[str] = []
    for name in (*FIRST, *own, *LAST):
        field = fields[name]
        columns.append((name, _type(field)))
        expressions.append(f'"{name}"')
        if isinstance(field, models.DateTimeField):
            columns.append((f"{name}_day", "date"))
            expressions.append(f'{DAY.format(name=name)} AS "{name}_day"')
    return Layout(kind, (*columns, *ENDS), tuple(expressions))


def _type(field: models.Field[object, object]) -> str:
    """The column's type, without what Parquet does not know (lengths, collations)."""
    text = re.sub(r' COLLATE .*|varchar\([0-9]+\)', lambda found: "varchar" if found[0][0] == "v" else "",
                  str(field.db_type(connection)))  # fmt: skip
    return {"timestamp with time zone": "timestamptz"}.get(text, text)
