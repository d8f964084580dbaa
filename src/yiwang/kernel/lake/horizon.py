"""PostgreSQL's snapshots as text ("first:next:open,…"), as conditions on columns of transaction numbers.

Plain comparisons of numbers: indexes help them, DuckDB knows them, and they cost a tenth of ``pg_visible_in_snapshot``.
"""

from __future__ import annotations


def first_running(horizon: str) -> int:
    """All transactions with smaller numbers had ended."""
    return int(horizon.split(":")[0])


def next_transaction(horizon: str) -> int:
    """This number and greater ones had not been given."""
    return int(horizon.split(":")[1])


def shows(horizon: str, column: str) -> str:
    """Whether the snapshot shows what the transaction in ``column`` wrote (rows of undone ones are in no table)."""
    running = [int(number) for number in horizon.split(":")[2].split(",") if number]
    condition = f"{column} < {next_transaction(horizon)}"
    if running:
        listed = ", ".join(map(str, running))
        condition += f" AND ({column} < {first_running(horizon)} OR {column} NOT IN ({listed}))"
    return f"({condition})"


def hidden_from(before: str, column: str) -> str:
    """Whether the snapshot ``before`` does not show what the transaction in ``column`` wrote."""
    return f"({column} >= {first_running(before)} AND NOT {shows(before, column)})"


def new_since(before: str, now: str, column: str) -> str:
    """Whether the snapshot ``now`` shows what the transaction in ``column`` wrote and ``before`` did not."""
    return f"({hidden_from(before, column)} AND {shows(now, column)})"
