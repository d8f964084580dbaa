"""Showing personal data in the clear (查看明文): with a permission of its own, a reason, and a trace."""

from __future__ import annotations

import re

from django.db import transaction

from yiwang.kernel.access import api as access
from yiwang.kernel.audit import api as audit
from yiwang.kernel.registers import api as registers
from yiwang.lib.problems import Problem

from . import selectors
from .base import Record
from .columns import PersonColumn

SHORTEST_REASON, LONGEST_REASON = 5, 200
_NUMBER = re.compile(r"[0-9]{11}", re.ASCII)


def checked_reason(reason: str) -> str:
    """Why somebody needs the clear values; kept in the audit, so it may name nobody. Problem ``reason_missing``."""
    text = " ".join(reason.replace("\x00", "").split())
    if not SHORTEST_REASON <= len(text) <= LONGEST_REASON:
        raise Problem(
            "reason_missing",
            f"请写明查看明文的事由（{SHORTEST_REASON} 至 {LONGEST_REASON} 字），它会记入审计日志。",
            f"Say why you need the clear values, in {SHORTEST_REASON} to {LONGEST_REASON} characters; it is audited.",
            status=422,
        )
    if _NUMBER.search(text):
        raise Problem(
            "reason_personal",
            "事由会长期保存在审计日志中，请不要写证件号码或电话号码。",
            "The reason stays in the audit trail; do not write an id or telephone number into it.",
            status=422,
        )
    return text


@transaction.atomic
def reveal(record: Record, *, actor: access.User, reason: str, ip: str = "") -> dict[str, str]:
    """The record's personal values in the clear, by column. Audited with the columns' names, never the values.

    Problems: ``forbidden``, ``reason_missing``, ``reason_personal``.
    """
    kind = record.record_type
    if not selectors.may_write(actor, kind, "unmask", record.unit_path.rstrip("/"), record.place):
        raise access.forbidden()
    reason = checked_reason(reason)
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
