"""Metrics on Spark: the same statements on a cluster, for a province's lakes.

PySpark is not part of an installation (it brings 430 MB and needs Java 17 or 21): ``pip install pyspark==4.0.5``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from yiwang.kernel.lake import api as lake
from yiwang.kernel.lake.api import LakeTable
from yiwang.lib.problems import Problem

from .engines import Rows

MASTER = "local[*]"
# PostgreSQL's types as Spark's, where they are called otherwise. A UUID is sixteen bytes to it.
TYPES = {
    "varchar": "STRING", "text": "STRING", "uuid": "BINARY", "timestamptz": "TIMESTAMP", "integer": "INT",
    "double precision": "DOUBLE", "jsonb": "STRING",
}  # fmt: skip


class SparkEngine:
    """A Spark session that reads the snapshot's files, which its workers must see under the same path."""

    dialect: Literal["duckdb", "pyspark"] = "pyspark"
    moment = "TIMESTAMP"

    def __init__(self, snapshot: lake.Snapshot, session: Any) -> None:
        self.snapshot = snapshot
        self.session = session

    def versions(self, table: LakeTable) -> str:
        """Make the table of all versions, ends put in from the files of ends; its name."""
        name = f"versions_{table.key.replace('.', '_')}"
        whole = self._read(table.columns, lake.paths(table, "versions"))
        if ends := lake.paths(table, "ends"):
            keys, put = ["id", "version"], [column for column in table.columns if column[0].startswith("superseded_")]
            end = self._read([*(column for column in table.columns if column[0] in keys), *put], ends)
            names = [column for column, _kind in put]
            whole = whole.join(end.withColumnsRenamed({column: f"end_{column}" for column in names}), keys, "left")
            ended = [f"coalesce({column}, end_{column}) AS {column}" for column in names]
            whole = whole.selectExpr(*(column for column, _kind in table.columns if column not in names), *ended)
        whole.createOrReplaceTempView(name)
        return name

    def _read(self, columns: Sequence[tuple[str, str]], files: Sequence[Path]) -> Any:
        """The files with these columns: Spark does not find out the types of a file that has a UUID in it."""
        schema = ", ".join(f"`{name}` {TYPES.get(kind, kind)}" for name, kind in columns)
        return self.session.read.schema(schema).parquet(*map(str, files))

    def run(self, statement: str) -> None:
        """Run a statement that answers nothing."""
        self.session.sql(statement).collect()

    def rows(self, statement: str) -> Rows:
        """The answer."""
        return [row.asDict() for row in self.session.sql(statement).collect()]


@contextmanager
def opened(snapshot: str) -> Iterator[SparkEngine]:
    """A session on ``YIWANG_SPARK_MASTER`` (all cores of this machine unless set). Problem ``spark_missing``."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise Problem(
            "spark_missing",
            "没有安装 PySpark。请执行 pip install pyspark==4.0.5 并准备 Java 17 或 21，或改用 --engine duckdb。",
            "PySpark is not installed. Run pip install pyspark==4.0.5 and have Java 17 or 21, or use --engine duckdb.",
        ) from error
    builder = SparkSession.builder.appName("yiwang").master(os.environ.get("YIWANG_SPARK_MASTER") or MASTER)
    settings = {
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "4",
        # An overflow or a text that is no day is an error on both engines.
        "spark.sql.ansi.enabled": "true",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    with lake.pinned(snapshot) as found:
        # The cluster is started once a process and ends with it; each opening has views of its own.
        yield SparkEngine(found, builder.getOrCreate().newSession())
