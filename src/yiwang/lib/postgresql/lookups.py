"""Conditions of PostgreSQL that Django has no word for."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db.models import F, Lookup

if TYPE_CHECKING:
    AnyLookup = Lookup[Any]
else:
    AnyLookup = Lookup  # takes a type in its stubs only


class AnyOf(AnyLookup):
    """``filter(AnyOf("code", values))``: as ``code__in``, with all values as one parameter.

    A parameter for each of 10,000 values costs Django and the server's parser as much as finding the rows.
    """

    prepare_rhs = False

    def __init__(self, column: str, values: Collection[object]) -> None:
        super().__init__(F(column), list(values))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """``column = ANY(array)``."""
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", (*params, self.rhs)
