"""What a system subclasses to declare a record type (业务记录类型): bases, columns, options. One model is enough."""

from __future__ import annotations

from .base import EventRecord, Record, StateRecord
from .columns import (
    BooleanColumn,
    CellFault,
    CodeColumn,
    Column,
    DateColumn,
    DecimalColumn,
    DetailAddressColumn,
    HolderNameColumn,
    IntegerColumn,
    LinkColumn,
    MobileColumn,
    MomentColumn,
    MoneyColumn,
    NameColumn,
    PatternColumn,
    PersonColumn,
    TextColumn,
    UsccColumn,
)
from .types import RecordOptions, RowFault

__all__ = [
    "BooleanColumn",
    "CellFault",
    "CodeColumn",
    "Column",
    "DateColumn",
    "DecimalColumn",
    "DetailAddressColumn",
    "EventRecord",
    "HolderNameColumn",
    "IntegerColumn",
    "LinkColumn",
    "MobileColumn",
    "MomentColumn",
    "MoneyColumn",
    "NameColumn",
    "PatternColumn",
    "PersonColumn",
    "Record",
    "RecordOptions",
    "RowFault",
    "StateRecord",
    "TextColumn",
    "UsccColumn",
]
