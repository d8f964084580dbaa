"""DuckDB beside PostgreSQL: one connection, in which everything read from the database is of one moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import duckdb_extension_postgres_scanner
from django.db import connection
from psycopg.conninfo import make_conninfo

from yiwang.lib.problems import Problem

from . import store
from .types import Database

# Half of what the smallest server has; what is more DuckDB puts on the disk.
MEMORY = "1GB"
# The extension lies in its package: nothing is fetched, and nothing else is loaded.
EXTENSION = (
    Path(duckdb_extension_postgres_scanner.__file__).parent
    / "extensions" / f"v{duckdb.__version__}" / "postgres_scanner.duckdb_extension"
)  # fmt: skip
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": MEMORY,
}


def text(value: str) -> str:
    """A text as a literal of SQL."""
    return "'" + value.replace("'", "''") + "'"


@dataclass(frozen=True)
class Source:
    """The database at one moment, attached as ``catalog``; ``horizon`` says which transactions it shows."""

    duck: duckdb.DuckDBPyConnection
    catalog: str
    database: Database
    horizon: str
    taken_at: datetime

    def table(self, name: str) -> str:
        """A table that DuckDB scans, several parts at once, to stand in a FROM."""
        return f'{self.catalog}.public."{name}"'

    def ask(self, sql: str) -> str:
        """A query that PostgreSQL itself runs, by its indexes, to stand in a FROM."""
        return f"postgres_query('{self.catalog}', {text(sql)})"


@contextmanager
def snapshot() -> Iterator[Source]:
    """The database now, read-only.

    All scans and queries run in one REPEATABLE READ transaction; the scanner's further connections import its snapshot.
    Errors of DuckDB and of the disk become the Problem ``lake_failed`` (503).
    """
    catalog = f"pg{next(_numbers)}"
    try:
        instance = _instance(store.root())
        duck = instance.cursor()
        duck.execute("SET TimeZone = 'UTC'")
        _attach(duck, catalog)
        try:
            duck.execute("BEGIN")
            found = duck.execute(f"SELECT * FROM postgres_query('{catalog}', {text(_WHERE_AND_WHEN)})").fetchone()
            if found is None:
                raise RuntimeError("a query without FROM gives one row")
            system, timeline, oid, horizon, microseconds = found
            # As a number: as a moment DuckDB would want pytz.
            taken_at = EPOCH + timedelta(microseconds=microseconds)
            yield Source(duck, catalog, Database(system, timeline, oid), horizon, taken_at)
        finally:
            _leave(instance, duck, catalog)
    except (duckdb.Error, OSError) as error:
        # Some errors leave an instance unusable for good.
        _instance.cache_clear()
        raise Problem(
            "lake_failed",
            f"数据湖读写失败：{error}。原有快照不受影响；排除原因后重新执行 yiwang lake refresh。",
            f"Reading or writing the lake failed: {error}. Earlier snapshots are whole; refresh again.",
            status=503,
        ) from error


def _leave(instance: duckdb.DuckDBPyConnection, duck: duckdb.DuckDBPyConnection, catalog: str) -> None:
    """End the transaction and the connections to the server.

    The rollback is said before closing: on a connection that the server has cut, closing alone ends the process.
    """
    try:
        duck.execute("ROLLBACK")
    except duckdb.Error:
        # Nothing was written to the server: whoever still needed the connection has been told by its own error.
        _instance.cache_clear()
    duck.close()
    with instance.cursor() as last:
        last.execute(f"DETACH DATABASE IF EXISTS {catalog}")


_numbers = count(1)


@lru_cache(maxsize=1)
def _instance(root: Path) -> duckdb.DuckDBPyConnection:
    """DuckDB with the extension, once a process: loading it and checking its signature take longer than most refreshes.

    What does not fit into memory goes to a folder of the lake.
    """
    options = {"temp_directory": str(root / ".spill"), "preserve_insertion_order": "false"}
    duck = duckdb.connect(config={**OFFLINE, **options})
    duck.execute(f"LOAD {text(str(EXTENSION))}")
    return duck


_WHERE_AND_WHEN = """
SELECT (SELECT system_identifier::text FROM pg_control_system()),
       (SELECT timeline_id FROM pg_control_checkpoint()),
       (SELECT oid::bigint FROM pg_database WHERE datname = current_database()),
       pg_current_snapshot()::text, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
"""


def _attach(duck: duckdb.DuckDBPyConnection, catalog: str) -> None:
    """Attach the database that Django uses. The password goes by a secret, which no message repeats."""
    given: dict[str, Any] = connection.settings_dict
    parts = {"host": given["HOST"], "port": given["PORT"], "database": given["NAME"], "user": given["USER"]}
    parts["password"] = given["PASSWORD"]
    listed = ", ".join(f"{name} {text(str(value))}" for name, value in parts.items() if value)
    duck.execute(f"CREATE OR REPLACE SECRET {catalog} (TYPE postgres, {listed})")
    # What else the address says, such as sslmode; Django's own options are none of libpq's.
    options = {name: value for name, value in given["OPTIONS"].items() if isinstance(value, str)}
    duck.execute(
        f"ATTACH {text(make_conninfo('', **options))} AS {catalog} (TYPE postgres, SECRET {catalog}, READ_ONLY)"
    )
    duck.execute(f"DROP SECRET {catalog}")
