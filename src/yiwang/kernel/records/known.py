"""What records say of a person or an organisation: for the registers' page "everything known" (一主体一档)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import get_language

from yiwang.kernel.access import api as access
from yiwang.kernel.registers import types as registers
from yiwang.kernel.systems import api as systems
from yiwang.lib.identifiers import names_a_person
from yiwang.ui.types import SearchHit

from . import selectors, showing
from .registry import record_types
from .selectors import COUNTED
from .types import RecordType

# So many records of a type are named on the page of a subject; the count says how many there are.
NAMED = 5
# The site's search asks every type; so many hits of one are enough to see that there are some.
HITS_PER_TYPE = 3


@dataclass(frozen=True)
class Mention:
    """The records of one type that name a subject."""

    kind: RecordType
    count: int
    more: bool
    records: tuple[tuple[str, str], ...]


def naming(user: access.User, register: str, codes: Sequence[Any]) -> list[Mention]:
    """By type, the reader's records of which a column of this register holds one of ``codes``; such columns have an
    index."""
    found = []
    for kind in selectors.readable(user):
        names = [column.name for column in kind.columns if column.register == register]
        if not names:
            continue
        condition = Q()
        for name in names:
            condition |= Q(**{f"{name}__in": codes})
        mention = _mention(kind, selectors.visible(user, kind).filter(condition))
        if mention is not None:
            found.append(mention)
    return found


def _mention(kind: RecordType, rows: QuerySet[Any]) -> Mention | None:
    count = rows.order_by()[: COUNTED + 1].count()
    if not count:
        return None
    items = list(rows.order_by(f"-{kind.date_field}", "-id")[:NAMED])
    known = showing.known_of(kind, items)
    records = tuple(
        (showing.title_of(kind, item, known), reverse("records:record", args=[kind.key, item.pk])) for item in items
    )
    return Mention(kind, min(count, COUNTED), count > COUNTED, records)


def of_person(user: access.User, key: Any) -> list[Mention]:
    """Records that name the person with this pseudonym."""
    return naming(user, "person", [key])


def of_organisation(user: access.User, uscc: str) -> list[Mention]:
    """Records that name the organisation with this credit code."""
    return naming(user, "organisation", [uscc])


def for_registers(user: access.User, kind: str, codes: Sequence[str]) -> list[registers.Mention]:
    """Records that name a subject of a register under any of its codes; declared to the registers at the start."""
    chinese = (get_language() or "zh").startswith("zh")
    named = {
        system.id: f"{system.id} {system.name_zh if chinese else system.name_en}" for system in systems.installed()
    }
    return [
        registers.Mention(
            label=str(found.kind.name),
            system=named.get(found.kind.system, found.kind.system),
            count=found.count,
            more=found.more,
            links=found.records,
        )
        for found in naming(user, kind, codes)
    ]


def search(user: access.User, words: str, limit: int) -> list[SearchHit]:
    """Hits of the site's search in the search columns of every type that the reader may see."""
    if names_a_person(words):
        # The site's search stands in an address; a person is looked for in the lists.
        return []
    return list(islice(_hits(user, words), limit))


def _hits(user: access.User, words: str) -> Iterator[SearchHit]:
    for kind in record_types():
        if not kind.options.search or not selectors.can(user, kind, "view"):
            continue
        query = selectors.Query(words=words)
        items = selectors.listing(user, kind, query, size=HITS_PER_TYPE).items
        if not items:
            continue
        known = showing.known_of(kind, items)
        for item in items:
            unit = known.units.get(item.unit_path, "")
            url = reverse("records:record", args=[kind.key, item.pk])
            yield SearchHit(showing.title_of(kind, item, known), unit, url, kind.name)
