"""A person's id and name in the clear (查看明文): with a permission of its own, a reason, and a trace."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from yiwang.kernel.access import api as access
from yiwang.kernel.audit import api as audit

from .kinds import PERSON
from .reasons import checked_reason
from .selectors import clean_code, reach, resolve, reveal, unknown


@dataclass(frozen=True)
class Clear:
    """What was masked."""

    citizen_id: str
    name: str


@transaction.atomic
def reveal_person(code: str, *, actor: access.User, reason: str, ip: str = "") -> Clear:
    """Id and name of a registered person. Problems: ``forbidden``, ``register_unknown``, ``reason_missing``."""
    access.require(actor, PERSON.resource, "unmask")
    wanted = resolve(PERSON, clean_code(PERSON, code))
    person = reach(actor, PERSON, "unmask").filter(pk=wanted).first()
    if person is None:
        raise unknown(PERSON)
    reason = checked_reason(reason)
    audit.record(
        "registers.unmask",
        actor=actor.username,
        ip=ip,
        object_type=PERSON.resource,
        object_id=wanted,
        detail={"columns": ["citizen_id", "name"], "reason": reason},
    )
    return Clear(reveal([person.key])[person.key], person.name)
