"""Reading the registers within the reader's scope: by code, by an old code, by part of a name; and people's ids."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from yiwang.kernel.access import api as access
from yiwang.lib.identifiers import citizen_id_fault, citizen_id_from_15
from yiwang.lib.masking import mask_citizen_id
from yiwang.lib.postgresql.lookups import AnyOf
from yiwang.lib.problems import Problem

from . import keys, providers
from .kinds import ADDRESS, HOUSE, KINDS, ORGANISATION, PERSON, SECRET, Kind
from .models import Alias, RegisteredPerson, Trail
from .types import Mention

# A search answers so many and says that there are more: nobody reads a register through its search.
SHOWN = 50
LONGEST_SEARCH = 60
# Deeper than any tree of addresses; a wrong parent must not lead in circles for ever.
DEEPEST = 20


@dataclass(frozen=True)
class Subject:
    """A person, organisation, address or house and everything known that this reader may see.

    ``row`` is None when the register does not have it, or not for this reader: a record that they may see names it.
    ``former`` are the codes that were merged into ``code``, nearest first.
    """

    kind: Kind
    code: str
    row: Any
    former: tuple[tuple[str, str], ...]
    mentions: tuple[Mention, ...]
    trail: tuple[Trail, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code that stands for it."""
        return (self.code, *(code for code, _kept in self.former))


@dataclass(frozen=True)
class Found:
    """Rows that a search found; ``more`` says that there are more than are shown."""

    rows: tuple[Any, ...]
    more: bool


def named_people(people: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the people, by pseudonym, whom the register has with a name."""
    with access.as_owner():
        return set(RegisteredPerson.objects.filter(AnyOf("key", people)).exclude(name="").values_list("key", flat=True))


def masked_ids(people: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Masked citizen ids by pseudonym (first six and last four)."""
    return {key: mask_citizen_id(number) for key, number in reveal(people).items()}


def reveal(people: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Citizen ids in the clear, by pseudonym. The caller has checked the right, asked for a reason and audited it."""
    ring = keys.ring()
    with access.as_owner():
        rows = list(RegisteredPerson.objects.filter(pk__in=people).values_list("key", "sealed"))
    return {key: ring.open(key, bytes(sealed)) for key, sealed in rows}


def readable(user: access.User) -> tuple[Kind, ...]:
    """Registers of which the user may see something."""
    return tuple(kind for kind in KINDS.values() if access.can(user, kind.resource, "view"))


def may(user: access.User, kind: Kind, action: str) -> bool:
    """Whether the user may do it to anything of this register; what no rule names nobody may do."""
    try:
        return access.can(user, kind.resource, action)
    except KeyError:
        return False


def reach(user: access.User, kind: Kind, action: str = "view") -> QuerySet[Any]:
    """Rows to which the user may do it: all, or those of their place. No row belongs to a unit."""
    rows: QuerySet[Any] = kind.model._base_manager.defer(*(SECRET if kind is PERSON else ()))
    if not may(user, kind, action):
        return rows.none()
    scope = access.scope_of(user, kind.resource, action)
    if scope.kind == "all":
        return rows
    if scope.kind != "place":
        return rows.none()
    _low, _high, low, high, _all = access.bounds(scope)
    return rows.filter(place__gte=low, place__lt=high)


def clean_code(kind: Kind, text: str) -> str:
    """The code as it is stored; of a person the pseudonym, also for an id that was posted. Problem on a wrong form."""
    code = text.replace("\x00", "").replace(" ", "").strip()
    if kind is PERSON:
        key = _key_of(code)
        if key is not None:
            return str(key)
    fault = kind.fault_of(code.upper())
    if fault is not None:
        raise Problem(fault.code, fault.zh, fault.en, status=422, field="code")
    return str(uuid.UUID(code)) if kind is PERSON else code.upper()


def _key_of(text: str) -> uuid.UUID | None:
    """The pseudonym for a citizen id of 18 or 15 characters; None for what is none."""
    number = text.upper()
    if len(number) == 15 and number.isascii() and number.isdigit():
        number = citizen_id_from_15(number)
    return keys.ring().pseudonym("person", number) if citizen_id_fault(number) is None else None


def resolve(kind: Kind, code: str) -> str:
    """The code that stands for this one today: itself, or what it was merged into, however often."""
    with access.as_owner(), connection.cursor() as cursor:
        cursor.execute(
            'WITH RECURSIVE up(code, depth) AS (SELECT %s::text COLLATE "C", 0 UNION ALL '
            "SELECT alias.kept::text, depth + 1 "
            "FROM registers_alias alias JOIN up ON alias.code = up.code AND alias.kind = %s) "
            "SELECT code FROM up ORDER BY depth DESC LIMIT 1",
            [code, kind.key],
        )
        return str(cursor.fetchone()[0])


def merged_into(kind: Kind, code: str) -> tuple[tuple[str, str], ...]:
    """Codes that were merged into this one, with the code that each was merged into, nearest first."""
    with access.as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE down(code, kept, depth) AS (SELECT code::text, kept::text, 1 FROM registers_alias "
            "WHERE kind = %s AND kept = %s UNION ALL SELECT alias.code::text, alias.kept::text, depth + 1 "
            "FROM registers_alias alias JOIN down ON alias.kept = down.code AND alias.kind = %s) "
            "SELECT code, kept FROM down ORDER BY depth, code",
            [kind.key, code, kind.key],
        )
        return tuple(cursor.fetchall())


def dropped(kind: Kind, codes: Collection[str]) -> frozenset[str]:
    """Those of the codes that were merged into another."""
    with access.as_owner():
        return frozenset(Alias.objects.filter(kind=kind.key, code__in=codes).values_list("code", flat=True))


def unknown(kind: Kind) -> Problem:
    """There is none, or not for this reader; the two are not told apart."""
    return Problem(
        "register_unknown",
        f"{kind.name}登记中没有这一项，或不在您的查看范围内。",
        "The register has no such entry, or it is not yours to see.",
        status=404,
    )


def subject(user: access.User, kind: Kind, code: str) -> Subject:
    """What stands under a code, also an old one. Problem ``register_unknown`` (404).

    Whoever may see a record that names the subject may open it too, but sees the register's own facts only within
    their scope.
    """
    try:
        wanted = resolve(kind, clean_code(kind, code))
    except Problem:
        raise unknown(kind) from None
    row = reach(user, kind).filter(pk=wanted).first()
    former = merged_into(kind, wanted)
    every = (wanted, *(old for old, _kept in former))
    known = providers.mentions(user, kind.key, every)
    if row is None and not known:
        raise unknown(kind)
    trail = Trail.objects.filter(Q(code__in=every) | Q(other__in=every), kind=kind.key).order_by("-at", "-pk")
    return Subject(kind, wanted, row, former, tuple(known), tuple(trail) if row is not None else ())


def search(user: access.User, kind: Kind, words: str, limit: int = SHOWN) -> Found:
    """Rows within the reader's scope: by code, an old one too, else by every word in name or address."""
    words = words.replace("\x00", "")[:LONGEST_SEARCH].strip()
    rows = reach(user, kind)
    if not words:
        return Found((), more=False)
    if kind.fault_of(words.upper()) is None:
        exact = rows.filter(pk=resolve(kind, clean_code(kind, words))).first()
        if exact is not None:
            return Found((exact,), more=False)
    if kind is HOUSE:
        rows = rows.filter(address__in=_worded(reach(user, ADDRESS), ADDRESS, words).values("code"))
    else:
        rows = _worded(rows, kind, words)
    found = tuple(rows.order_by("pk")[: limit + 1])
    return Found(found[:limit], more=len(found) > limit)


def _worded(rows: QuerySet[Any], kind: Kind, words: str) -> QuerySet[Any]:
    for word in words.split():
        rows = rows.filter(**{f"{kind.words}__icontains": word})
    return rows


def above(user: access.User, code: str) -> list[Any]:
    """The addresses that an address lies in, outermost first, as far as the reader may see them."""
    found: list[Any] = []
    seen = {code}
    while code and len(found) < DEEPEST:
        row = reach(user, ADDRESS).filter(pk=resolve(ADDRESS, code)).first()
        if row is None or (found and row.pk in seen):
            break
        found.append(row)
        seen.add(row.pk)
        code = row.parent
    return found[::-1]


def below(user: access.User, codes: Sequence[str]) -> dict[Kind, Found]:
    """What lies directly in an address: further addresses, houses, organisations."""
    return {
        ADDRESS: _cut(reach(user, ADDRESS).filter(parent__in=codes)),
        HOUSE: _cut(reach(user, HOUSE).filter(address__in=codes)),
        ORGANISATION: _cut(reach(user, ORGANISATION).filter(address__in=codes)),
    }


def _cut(rows: QuerySet[Any]) -> Found:
    found = tuple(rows.order_by("pk")[: SHOWN + 1])
    return Found(found[:SHOWN], more=len(found) > SHOWN)
