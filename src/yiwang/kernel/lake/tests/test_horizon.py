"""Which transactions a snapshot of PostgreSQL shows, told by its text."""

from __future__ import annotations

from itertools import pairwise

import duckdb
import pytest
from django.db import connection

from yiwang.kernel.lake.horizon import first_running, new_since, next_transaction, shows

# One after the other: what was running ends sooner or later.
HORIZONS = ("100:100:", "100:105:100,103", "103:110:103,107", "107:110:107", "110:110:")


def told(condition: str, transaction: int) -> object:
    """The condition as DuckDB answers it for one transaction."""
    row = duckdb.execute(f"SELECT {condition} FROM (SELECT {transaction} AS tx)").fetchone()
    return row[0] if row else None


@pytest.mark.django_db
@pytest.mark.parametrize("horizon", HORIZONS)
def test_it_shows_what_postgresql_says(horizon: str) -> None:
    with connection.cursor() as cursor:
        for transaction in range(95, 115):
            cursor.execute("SELECT pg_visible_in_snapshot(%s::text::xid8, %s::pg_snapshot)", [transaction, horizon])
            assert told(shows(horizon, "tx"), transaction) == cursor.fetchone()[0]
    assert first_running(horizon) <= next_transaction(horizon)


def test_what_is_new_is_new_once() -> None:
    """Every transaction is new in exactly one step from snapshot to snapshot."""
    for transaction in range(100, 110):
        steps = [told(new_since(before, now, "tx"), transaction) for before, now in pairwise(HORIZONS)]
        assert steps.count(True) == 1, transaction
