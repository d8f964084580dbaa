"""Schemas of the REST interface, made from the columns of each type so that OpenAPI says what it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from ninja import Schema
from pydantic import ConfigDict, Field, create_model

from .columns import BooleanColumn, CodeColumn, Column, DateColumn, IntegerColumn, MomentColumn, PersonColumn
from .showing import Known, masked
from .types import RecordType

MOST_ROWS = 1000
# NUL is what PostgreSQL refuses.
PLAIN = r"^[^\x00]*$"
LONGEST_CELL = 4000


class ColumnOut(Schema):
    """A column: its field name, official name, what it takes, whether a row must give it."""

    name: str
    label: str
    kind: str
    required: bool
    personal: bool
    codes: str = ""
    unit: str = ""
    example: str = ""
    help: str = ""


class TypeOut(Schema):
    """A record type that the caller may see."""

    key: str
    name_zh: str
    name_en: str
    system: str
    columns: list[ColumnOut]
    filters: list[str]
    search: list[str]


class TypesOut(Schema):
    """Record types."""

    items: list[TypeOut]


class ReasonIn(Schema):
    """Why the clear values are needed; 5 to 200 characters, audited."""

    reason: str = Field(max_length=400, pattern=PLAIN)


class PersonIn(Schema):
    """A person by citizen id, which stands in no address."""

    citizen_id: str = Field(max_length=18, pattern=r"^[0-9]{15}$|^[0-9]{17}[0-9Xx]$")


class RowResult(Schema):
    """What became of one row of a batch: ``created``, ``present`` (the same was there already) or ``refused``."""

    row: int
    status: str
    id: int | None = None
    code: str = ""
    zh: str = ""
    en: str = ""
    fields: dict[str, Any] = {}


class BatchOut(Schema):
    """Results by row, in the order of the request."""

    created: int
    present: int
    refused: int
    rows: list[RowResult]


@dataclass(frozen=True)
class Schemas:
    """The schemas of one record type."""

    filters: type[Schema]
    row_in: type[Schema]
    rows_in: type[Schema]
    correction_in: type[Schema]
    record: type[Schema]
    records: type[Schema]
    history: type[Schema]
    clear: type[Schema]


def kind_of(column: Column) -> str:
    """What a column takes, in one word: text, code, integer, decimal, date, moment, boolean, person …"""
    return type(column).__name__.removesuffix("Column").lower()


def column_out(column: Column) -> ColumnOut:
    """A column as the interface describes it."""
    return ColumnOut(
        name=column.name,
        label=str(column.verbose_name),
        kind=kind_of(column),
        required=column.required,
        personal=column.personal,
        codes=column.codes if isinstance(column, CodeColumn) else "",
        unit=getattr(column, "unit", ""),
        example=column.example,
        help=column.help_zh,
    )


def type_out(kind: RecordType) -> TypeOut:
    """A record type as the interface describes it."""
    return TypeOut(
        key=kind.key,
        name_zh=kind.name_zh,
        name_en=kind.name_en,
        system=kind.system,
        columns=[column_out(column) for column in kind.columns],
        filters=list(kind.options.filters),
        search=list(kind.options.search),
    )


def _out_type(column: Column) -> Any:
    """Type of a value in answers: numbers that may have decimals are strings; dates and moments ISO."""
    if isinstance(column, IntegerColumn):
        return int | None
    if isinstance(column, BooleanColumn):
        return bool | None
    if isinstance(column, DateColumn):
        return date | None
    if isinstance(column, MomentColumn):
        return datetime | None
    return str | None


def _value(column: Column, item: Any, known: Known) -> Any:
    value = getattr(item, column.name)
    if column.personal:
        return masked(column, value, known.people)
    return str(value) if isinstance(value, Decimal) else value


def _describe(column: Column) -> str:
    parts = [str(column.verbose_name), column.help_zh]
    if isinstance(column, CodeColumn):
        parts.append(f"代码表 {column.codes}")
    if isinstance(column, PersonColumn):
        parts.append("写入时为公民身份号码，读出时脱敏")
    unit = getattr(column, "unit", "")
    return "；".join([part for part in [*parts, unit and f"单位 {unit}"] if part])


def values_of(kind: RecordType, item: Any, known: Known) -> dict[str, Any]:
    """A record, current or former, as the interface gives it: codes as codes, personal data masked."""
    return {
        "id": item.id,
        "version": item.version,
        "unit": item.unit_path.rstrip("/").rpartition("/")[2],
        "place": item.place,
        "recorded_at": item.recorded_at,
        "recorded_by": item.recorded_by,
        "reason": item.reason,
        "source": item.source,
        "source_id": item.source_id,
        **{column.name: _value(column, item, known) for column in kind.columns},
    }


class Closed(Schema):
    """A body that refuses what it does not know: a misspelt column would otherwise be lost without a word."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())


class Open(Schema):
    """An answer; a column may be called as it likes."""

    model_config = ConfigDict(protected_namespaces=())


def _made(base: type[Schema], title: str, doc: str, fields: Mapping[str, Any]) -> type[Schema]:
    # Columns are field names of the system's choice ("name", "doc"): they come in a dictionary of their own.
    made: Any = create_model
    return cast("type[Schema]", made(title, __base__=base, __doc__=doc, **fields))


def schemas_of(kind: RecordType) -> Schemas:
    """The schemas of a record type."""
    base = "".join(part.capitalize() for part in kind.key.replace("-", "_").replace(".", "_").split("_"))
    text = Field(None, max_length=LONGEST_CELL, pattern=PLAIN)

    def cell(column: Column, *, required: bool) -> tuple[Any, Any]:
        described = Field(
            ... if required else None,
            max_length=LONGEST_CELL,
            pattern=PLAIN,
            description=_describe(column),
            examples=[column.example] if column.example else None,
        )
        return (str if required else str | None), described

    # The unit is among them because a schema without a field would be asked for as one that is missing.
    unit = (str, Field("", max_length=40, description="单位代码，含下级"))
    filters = _made(
        Open,
        f"{base}Filters",
        "Filters by unit and by column.",
        dict.fromkeys(kind.options.filters, (str | None, text)) | {"unit": unit},
    )
    cells = _made(
        Closed,
        f"{base}Cells",
        f"{kind.name_zh}：各栏内容，写法同导入模板。",
        {column.name: cell(column, required=column.required) for column in kind.columns},
    )
    changes = _made(
        Closed,
        f"{base}Changes",
        f"{kind.name_zh}：要更正的栏目；未给出的不变。",
        {column.name: cell(column, required=False) for column in kind.columns}
        | {"place": (str | None, Field(None, max_length=12, pattern=r"^[0-9]*$"))},
    )
    row = _made(
        Closed,
        f"{base}RowIn",
        f"{kind.name_zh}：一条记录。",
        {
            "unit": (str, Field(max_length=40, pattern=PLAIN, description="单位代码")),
            "place": (str, Field("", max_length=12, pattern=r"^[0-9]*$", description="镇街或村居的 12 位区划代码")),
            "source": (str, Field("api", min_length=1, max_length=30, pattern=PLAIN)),
            "source_id": (
                str,
                Field("", max_length=80, pattern=PLAIN, description="来源编号；同一来源同一编号只登记一次"),
            ),
            "cells": (cells, ...),
        },
    )
    rows = (list[row], Field(min_length=1, max_length=MOST_ROWS))  # type: ignore[valid-type]  # the schema is made at run time
    correction = _made(
        Closed,
        f"{base}CorrectionIn",
        "A correction.",
        {
            "changes": (changes, ...),
            "reason": (str, Field(max_length=600, pattern=PLAIN)),
            "version": (int | None, Field(None, ge=1, le=32767, description="所依据的版本；已被他人更正时拒绝")),
        },
    )
    own: dict[str, Any] = {
        "id": (int, ...),
        "version": (int, ...),
        "unit": (str, ...),
        "place": (str, ...),
        "recorded_at": (datetime, ...),
        "recorded_by": (str, ...),
        "reason": (str, ...),
        "source": (str, ...),
        "source_id": (str, ...),
        **{column.name: (_out_type(column), Field(None, description=_describe(column))) for column in kind.columns},
    }
    record = _made(Open, f"{base}Out", kind.name_zh, own)
    ended = {
        "superseded_at": (datetime | None, None),
        "superseded_by": (str, ""),
        "superseded_reason": (str, ""),
        "superseded_kind": (str, ""),
    }
    version = _made(Open, f"{base}VersionOut", f"{kind.name_zh}的一个版本", own | ended)
    page = {
        "items": (list[record], ...),  # type: ignore[valid-type]  # the schema is made at run time
        "next_cursor": (str, ...),
        "total": (int, ...),
        "more": (bool, ...),
    }
    versions = {"items": (list[version], ...)}  # type: ignore[valid-type]  # the schema is made at run time
    clear = {column.name: (str, "") for column in kind.columns if column.personal}
    return Schemas(
        filters=filters,
        row_in=row,
        rows_in=_made(Closed, f"{base}RowsIn", "Up to 1000 records.", {"rows": rows}),
        correction_in=correction,
        record=record,
        records=_made(Open, f"{base}ListOut", "A page of records; total stops at 10000.", page),
        history=_made(Open, f"{base}HistoryOut", "Versions, oldest first.", versions),
        clear=_made(Open, f"{base}ClearOut", "Personal values in the clear.", clear),
    )
