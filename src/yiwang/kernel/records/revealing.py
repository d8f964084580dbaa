"""Showing personal data in the clear (查看明文): with a permission of its own, a reason, and a trace."""

from __future__ import annotations

from django.db import transaction

from yiwang.kernel.access import api as access
from yiwang.kernel.audit import api as audit
from yiwang.kernel.registers import api as registers

from . import selectors
from .base import Record
from .columns import PersonColumn


@transaction.atomic
def reveal(record: Record, *, actor: access.User, reason: str, ip: str = "") -> dict[str, str]:
    """The record's personal values in the clear, by column. Audited with the columns' names, never the values.

    Problems: ``forbidden``, ``reason_missing``, ``reason_personal``.
    """
    kind = record.record_type
    if not selectors.may_write(actor, kind, "unmask", record.unit_path.rstrip("/"), record.place):
        raise access.forbidden()
    reason = registers.checked_reason(reason)
    columns = [column for column in kind.columns if column.personal and getattr(record, column.name)]
    audit.record(
        "records.unmask",
        actor=actor.username,
        ip=ip,
        object_type=kind.key,
        object_id=str(record.pk),
        detail={"columns": sorted(column.name for column in columns), "reason": reason},
    )
    keys = [getattr(record, column.name) for column in columns if isinstance(column, PersonColumn)]
    people = registers.reveal(keys) if keys else {}
    return {
        column.name: (
            people.get(getattr(record, column.name), "")
            if isinstance(column, PersonColumn)
            else column.show(getattr(record, column.name))
        )
        for column in columns
    }
