"""Reading people: masked for everybody, in the clear only for a caller that has asked and audited."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from yiwang.kernel.access import api as access
from yiwang.lib.masking import mask_citizen_id

from . import keys
from .models import RegisteredPerson


def masked_ids(people: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Masked citizen ids by pseudonym (first six and last four)."""
    return {key: mask_citizen_id(number) for key, number in reveal(people).items()}


def reveal(people: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Citizen ids in the clear, by pseudonym. The caller has checked the right, asked for a reason and audited it."""
    ring = keys.ring()
    with access.as_owner():
        rows = list(RegisteredPerson.objects.filter(pk__in=people).values_list("key", "sealed"))
    return {key: ring.open(key, bytes(sealed)) for key, sealed in rows}
