"""What runs the statements of metrics: DuckDB in this process, or Spark (``spark.py``). Both hold the same views."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import duckdb

from yiwang.kernel.lake import api as lake
from yiwang.kernel.lake.api import LakeTable
from yiwang.lib.problems import Problem

EngineName = Literal["duckdb", "spark"]
Rows = list[dict[str, Any]]


class Engine(Protocol):
    """An open snapshot that answers statements of its dialect."""

    @property
    def snapshot(self) -> lake.Snapshot:
        """The open snapshot."""

    @property
    def dialect(self) -> Literal["duckdb", "pyspark"]:
        """What Ibis calls its SQL."""

    @property
    def moment(self) -> str:
        """Its type of a moment with its zone."""

    def versions(self, table: LakeTable) -> str:
        """Make the table of all versions of a record type; its name."""

    def run(self, statement: str) -> None:
        """Run a statement that answers nothing."""

    def rows(self, statement: str) -> Rows:
        """The answer to a statement."""


@dataclass(frozen=True)
class DuckEngine:
    """DuckDB in this process, on two cores as quick as the snapshot can be read."""

    opened: lake.Lake
    dialect: Literal["duckdb", "pyspark"] = "duckdb"
    moment: str = "TIMESTAMPTZ"

    @property
    def snapshot(self) -> lake.Snapshot:
        """The open snapshot."""
        return self.opened.snapshot

    def versions(self, table: LakeTable) -> str:
        """Make the table of all versions; its name."""
        self.opened.show(table)
        return f'versions."{table.key}"'

    def run(self, statement: str) -> None:
        """Run a statement that answers nothing."""
        self.opened.connection.execute(statement)

    def rows(self, statement: str) -> Rows:
        """The answer. Problem ``lake_damaged`` when a file cannot be read."""
        try:
            cursor = self.opened.connection.execute(statement)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            raise Problem(
                "lake_damaged",
                f"数据湖快照 {self.snapshot.name[:12]} 的文件读不出来：{error}。请执行 yiwang lake verify 查明，"
                "再执行 yiwang lake refresh --full。",
                f"A file of the snapshot {self.snapshot.name[:12]} cannot be read: {error}. Run yiwang lake verify to "
                "find it, then yiwang lake refresh --full.",
                status=503,
            ) from error


@contextmanager
def opened(engine: EngineName, snapshot: str) -> Iterator[Engine]:
    """The newest snapshot, or the named one, on an engine. Problems: of :func:`lake.open_lake`, ``spark_missing``."""
    if engine == "spark":
        from . import spark

        with spark.opened(snapshot) as found:
            yield found
        return
    with lake.open_lake(snapshot, shown=False) as held:
        yield DuckEngine(held)
