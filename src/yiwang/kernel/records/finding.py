"""Keys of the newest records with some words. Four ways lead there; the planner's guess of how many chooses.

=====================  =====================================  ==========================================================
many have the words    the newest rows are read one by one    1.4 million rows, a word in every seventh: 1 ms
few have them          the indexes of words, then sorting     a number: 7 ms
filters leave few      those rows are read, then sorted       a type, cancelled ones: 9 ms instead of 30
many, but older ones   the same, month by month from the end  a word of an earlier year: 30 ms, sorting all took 300
=====================  =====================================  ==========================================================

Month by month needs rows that lie in the table about as they follow one another in time, as they do where records are
made day by day: only then the index of words can leave out the other months (2 ms a month instead of 40).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, QuerySet, Window

from . import searching
from .types import RecordType

# Where a search looks first, in rows of the table, and how far it counts there.
NEWEST, COMMON = 10_000, 200
# So many rows the indexes of words find and sort in some 15 ms.
SELDOM = 5_000
# Correlation of a table's order with time, from which on months are looked at one by one (1 is perfect order).
ORDERLY = 0.9
REMEMBERED = 300

Ordered = Callable[[QuerySet[Any]], QuerySet[Any]]


@dataclass(frozen=True)
class Found:
    """Keys, newest first; ``total`` is a lower bound where there are ``more``."""

    keys: list[int]
    total: int
    more: bool


@dataclass(frozen=True)
class Shape:
    """Of a table, as statistics know it: rows, and whether they lie as time went."""

    rows: int
    orderly: bool


def keys_found(kind: RecordType, rows: QuerySet[Any], words: str, size: int, most: int, after: Ordered) -> Found:
    """Keys of the first ``size`` of those of ``rows`` that have the words, and how many there are, up to ``most`` + 1.

    ``after`` orders rows, newest first, and leaves out those of earlier pages.
    """
    if rows.query.is_empty():
        return Found([], 0, more=False)
    if not searching.means_text(kind, words):
        return _by_index(kind, rows, words, size, most, after)
    if rows.query.where and _guess(rows) <= SELDOM:
        # The filters leave so few that reading them is faster than looking up words that a million rows may have.
        return _sorted(kind, after(rows.filter(searching.read_through(kind, words))), size, most)
    shape = _shape(kind)
    guess = _guess(rows.filter(searching.guessed(kind, words)))
    if guess * NEWEST >= shape.rows * size / 2:
        near = _among_newest(kind, rows, words, max(COMMON, size), after)
        if len(near) >= size:
            return Found(near[:size], len(near), more=True)
    if guess > SELDOM and shape.orderly:
        return _by_month(kind, rows, words, size, after)
    return _by_index(kind, rows, words, size, most, after)


def _shape(kind: RecordType) -> Shape:
    """Remembered for :data:`REMEMBERED` seconds: it only chooses the way."""
    key = f"records-shape-{kind.key}"
    shape: Shape | None = cache.get(key)
    if shape is None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT reltuples::bigint, (SELECT correlation FROM pg_stats WHERE schemaname = current_schema() "
                "AND tablename = %s AND attname = %s) FROM pg_class WHERE oid = %s::regclass",
                [kind.table, kind.date_field, f'"{kind.table}"'],
            )
            count, correlation = cursor.fetchone()
        shape = Shape(max(count, 0), abs(correlation or 0) >= ORDERLY)
        cache.set(key, shape, timeout=REMEMBERED)
    return shape


def _guess(rows: QuerySet[Any]) -> int:
    """How many rows the planner expects."""
    plan = json.loads(rows.order_by().values("pk").explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])


def _among_newest(kind: RecordType, rows: QuerySet[Any], words: str, most: int, after: Ordered) -> list[int]:
    """Of the newest :data:`NEWEST` rows of the table those that are meant; reading ends when there are ``most``.

    The limit stands inside, where no ORM puts one: the subquery takes the table's name, so that the conditions fit.
    """
    newest, values = after(kind.model._base_manager.all())[:NEWEST].query.sql_with_params()
    query = rows.filter(searching.read_through(kind, words)).query
    where, given = query.get_compiler(connection=connection).compile(query.where)
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT id FROM ({newest}) AS "{kind.table}" WHERE {where} '  # noqa: S608  (compiled by Django)
            f'ORDER BY "{kind.date_field}" DESC, id DESC LIMIT %s',
            [*values, *given, most],
        )
        return [key for (key,) in cursor.fetchall()]


def _by_index(kind: RecordType, rows: QuerySet[Any], words: str, size: int, most: int, after: Ordered) -> Found:
    """All that the indexes of words find."""
    return _sorted(kind, after(rows.filter(searching.found_by(kind, words))), size, most)


def _sorted(kind: RecordType, rows: QuerySet[Any], size: int, most: int) -> Found:
    """All of the rows, sorted and counted."""
    # Without an index to sort by: the planner would take words of common characters for common words, and walk the
    # index of days through the whole table.
    found = rows.order_by(*searching.by_sorting(kind)).annotate(total=Window(Count("*")))
    pairs = list(found.values_list("pk", "total")[:size])
    total = pairs[0][1] if pairs else 0
    return Found([key for key, _total in pairs], min(total, most), total > most)


def _by_month(kind: RecordType, rows: QuerySet[Any], words: str, size: int, after: Ordered) -> Found:
    """The same for the month of the first row, the month before it and so on, until there are enough."""
    every = kind.model._base_manager.all()
    newest = after(every).values_list(kind.date_field, flat=True).first()
    oldest = every.order_by(kind.date_field).values_list(kind.date_field, flat=True).first()
    if newest is None or oldest is None:
        return Found([], 0, more=False)
    query, most = after(rows.filter(searching.found_by(kind, words))).query, max(COMMON, size)
    where, given = query.get_compiler(connection=connection).compile(query.where)
    with connection.cursor() as cursor:
        # One question for all months: the loop over them is the database's, which ends it when it has enough.
        cursor.execute(
            "SELECT found.id FROM generate_series(%s, %s, -1) AS month(number) CROSS JOIN LATERAL "  # noqa: S608  (compiled by Django)
            f'(SELECT id FROM "{kind.table}" WHERE {where} AND {searching.in_month(kind, words, "month.number")} '
            f'ORDER BY "{kind.date_field}" + 0 DESC, id + 0 DESC LIMIT %s) AS found LIMIT %s',
            [searching.month(newest), searching.month(oldest), *given, most, most],
        )
        keys = [key for (key,) in cursor.fetchall()]
    return Found(keys[:size], len(keys), more=len(keys) >= size)
