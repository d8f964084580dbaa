"""Cursor paging: stable under inserts, unlike page numbers."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from django.core.exceptions import ValidationError

from yiwang.lib.problems import Problem

if TYPE_CHECKING:
    from django.db.models import Field, Model, QuerySet

T = TypeVar("T", bound="Model")
MAX_LIMIT = 200


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page and the cursor of the next (empty at the end)."""

    items: list[T]
    next_cursor: str


def _bad_cursor() -> Problem:
    return Problem(
        "cursor_invalid",
        "分页游标无效。请从第一页（不带 cursor）重新开始。",
        "The paging cursor is not valid. Start again from the first page, without a cursor.",
    )


def cursor_page(qs: QuerySet[T], cursor: str, limit: int, key: str = "id") -> Page[T]:
    """One page of ``qs`` ordered by ``key`` (a unique column of its model; ``-id`` for descending).

    ``cursor`` is empty for the first page, else a ``next_cursor``. ``limit`` is 1..200. Problems: ``cursor_invalid``,
    ``limit_out_of_range``.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise Problem(
            "limit_out_of_range",
            f"limit 应在 1 至 {MAX_LIMIT} 之间。",
            f"limit must be between 1 and {MAX_LIMIT}.",
            limit=limit,
        )
    column = key.lstrip("-")
    if cursor:
        try:
            text = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode()
            field = cast("Field[Any, Any]", qs.model._meta.get_field(column))
            value = field.to_python(text)
            # The database refuses what Python allows (integers beyond the column): say so while we can.
            field.run_validators(value)
        except (ValueError, UnicodeError, binascii.Error, ValidationError) as error:
            raise _bad_cursor() from error
        if isinstance(value, str) and "\x00" in value:
            raise _bad_cursor()
        qs = qs.filter(**{f"{column}__{'lt' if key.startswith('-') else 'gt'}": value})
    items = list(qs.order_by(key)[: limit + 1])
    if len(items) <= limit:
        return Page(items, "")
    last = str(getattr(items[limit - 1], column))
    return Page(items[:limit], base64.urlsafe_b64encode(last.encode()).decode().rstrip("="))
