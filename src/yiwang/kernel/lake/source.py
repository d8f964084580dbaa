"""DuckDB beside PostgreSQL: one connection, in which everything read from the database is of one moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import duckdb_extension_postgres_scanner
from django.db import connection
from psycopg.conninfo import make_conninfo

from yiwang.lib.problems import Problem

from .types import Database

# Half of what the smallest supported server has; DuckDB puts what is more on the disk.
MEMORY = "1GB"
# The extension lies in its package: nothing is fetched, and nothing else is loaded.
EXTENSION = (
    Path(duckdb_extension_postgres_scanner.__file__).parent
    / "extensions" / f"v{duckdb.__version__}" / "postgres_scanner.duckdb_extension"
)  # fmt: skip
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OFFLINE = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "memory_limit": MEMORY}


def text(value: str) -> str:
    """A text as a literal of SQL."""
    return "'" + value.replace("'", "''") + "'"


@dataclass(frozen=True)
class Source:
    """The database at one moment: ``horizon`` says which transactions it shows."""

    duck: duckdb.DuckDBPyConnection
    database: Database
    horizon: str
    taken_at: datetime

    def ask(self, sql: str) -> str:
        """A query that PostgreSQL itself runs, to stand in a FROM of DuckDB."""
        return f"postgres_query('pg', {text(sql)})"


@contextmanager
def snapshot(spill: Path) -> Iterator[Source]:
    """The database now, read-only; ``spill`` is a folder for what does not fit into memory.

    All scans and queries run in one REPEATABLE READ transaction; the scanner's further connections import its snapshot.
    Errors of DuckDB become the Problem ``lake_failed`` (503).
    """
    duck = duckdb.connect(config={**OFFLINE, "temp_directory": str(spill), "preserve_insertion_order": "false"})
    try:
        duck.execute(f"LOAD {text(str(EXTENSION))}")
        duck.execute("SET TimeZone = 'UTC'")
        _attach(duck)
        duck.execute("BEGIN")
        found = duck.execute(f"SELECT * FROM postgres_query('pg', {text(_WHERE_AND_WHEN)})").fetchone()
        if found is None:
            raise RuntimeError("a query without FROM gives one row")
        system, timeline, oid, horizon, microseconds = found
        # As a number: as a moment DuckDB would want pytz.
        taken_at = EPOCH + timedelta(microseconds=microseconds)
        yield Source(duck, Database(system, timeline, oid), horizon, taken_at)
    except duckdb.Error as error:
        raise Problem(
            "lake_failed",
            f"数据湖读写失败：{error}。原有快照不受影响；排除原因后重新执行 yiwang lake refresh。",
            f"Reading or writing the lake failed: {error}. Earlier snapshots are whole; refresh again.",
            status=503,
        ) from error
    finally:
        duck.close()


_WHERE_AND_WHEN = """
SELECT (SELECT system_identifier::text FROM pg_control_system()),
       (SELECT timeline_id FROM pg_control_checkpoint()),
       (SELECT oid::bigint FROM pg_database WHERE datname = current_database()),
       pg_current_snapshot()::text, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
"""


def _attach(duck: duckdb.DuckDBPyConnection) -> None:
    """Attach the database that Django uses. The password goes by a secret, which no message repeats."""
    given: dict[str, Any] = connection.settings_dict
    parts = {"host": given["HOST"], "port": given["PORT"], "database": given["NAME"], "user": given["USER"]}
    parts["password"] = given["PASSWORD"]
    listed = ", ".join(f"{name} {text(str(value))}" for name, value in parts.items() if value)
    duck.execute(f"CREATE SECRET yiwang (TYPE postgres, {listed})")
    # What else the address says, such as sslmode; Django's own options are none of libpq's.
    options = {name: value for name, value in given["OPTIONS"].items() if isinstance(value, str)}
    duck.execute(f"ATTACH {text(make_conninfo('', **options))} AS pg (TYPE postgres, SECRET yiwang, READ_ONLY)")
