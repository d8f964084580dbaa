"""Entering people; looking after the key."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.conf import settings
from django.db import connection, transaction

from yiwang.kernel.access import api as access

from . import keys
from .keeping import Column, NewPerson, put
from .kinds import PERSON
from .models import KeyCheck, RegisteredPerson

BATCH = 5000
# The number of a key is one byte in front of what it sealed.
LAST_KEY = 255
# Two first starts at once agree on one key, and no id is being sealed while an old key is given up.
LOCK_KEY = int.from_bytes(b"YWKEY")


def check_key() -> None:
    """At every start: the key that is there is the one of this database; a new installation gets one.

    Problems: ``personal_key_missing``, ``personal_key_wrong``, ``personal_key_unreadable``, ``sm3_missing``.
    """
    keys.require_sm3()
    with transaction.atomic():
        _alone()
        known = {row.number: bytes(row.value) for row in KeyCheck.objects.all()}
        if not known:
            if not keys.key_file().exists():
                keys.write(keys.new_ring(), fresh=True)
            _note(keys.ring())
            return
        if not keys.key_file().exists():
            raise keys.missing()
        have = keys.ring().checks()
        if any(have.get(number) != value for number, value in known.items()):
            raise keys.wrong()


def _alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_KEY])


def _note(ring: keys.Ring) -> None:
    KeyCheck.objects.bulk_create([KeyCheck(number=number, value=value) for number, value in ring.checks().items()])


def person_key(citizen_id: str) -> uuid.UUID:
    """The pseudonym of the person with this 18-character citizen id (checked by the caller)."""
    return keys.pseudonym(keys.index_of(settings.YIWANG_PERSONAL_KEY_FILE), "person", citizen_id)


@transaction.atomic
def keep_people(
    people: Iterable[NewPerson | tuple[str, str]], *, source: str, by: str = "", rename: bool = False
) -> int:
    """Enter people by citizen id, name and place; how many.

    Those known keep their name and place unless they had none; with ``rename`` (a base register is the source) they
    get the newer ones, with a trail. Ids are sealed before they reach the database. The shared lock, held until the
    caller's transaction ends, keeps :func:`rotate` from giving up the key that they are sealed with before it can see
    them.
    """
    wanted: dict[str, NewPerson] = {}
    for row in people:
        person = NewPerson(*row)
        known = wanted.get(person.citizen_id)
        if known is None or rename or not known.name:
            wanted[person.citizen_id] = person
    if not wanted:
        return 0
    with access.as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK_KEY])
    ring = keys.ring()
    columns = [
        Column("key", "uuid"),
        Column("sealed", "bytea"),
        Column("seal_key", "int4"),
        Column("name", stays=not rename),
        Column("place", stays=not rename),
    ]
    rows = (
        (key := ring.pseudonym("person", number), ring.seal(key, number), ring.active, row.name[:60], row.place)
        for number, row in wanted.items()
    )
    put(PERSON, columns, rows, source=source, by=by)
    return len(wanted)


def rotate() -> int:
    """Seal every id with a new key; how many. The old keys stay in the file until all are done.

    A kill costs nothing: a second call goes on where the first ended.
    """
    ring = keys.ring()
    if len(ring.seals) == 1:
        number = ring.active % LAST_KEY + 1
        ring = keys.Ring(ring.index, {**ring.seals, number: keys.new_ring().seals[1]}, number)
        # The file first: a value sealed with a key that nobody kept would be lost.
        keys.write(ring)
    KeyCheck.objects.update_or_create(number=ring.active, defaults={"value": ring.checks()[ring.active]})
    done = _reseal_all(ring)
    with transaction.atomic():
        _alone()
        # What was being entered meanwhile, still with the old key.
        done += _reseal_all(ring)
        # What the database remembers goes before the file forgets: else a kill between would look like a wrong key.
        KeyCheck.objects.exclude(number__in=(0, ring.active)).delete()
    keys.write(keys.Ring(ring.index, {ring.active: ring.seals[ring.active]}, ring.active))
    return done


def _reseal_all(ring: keys.Ring) -> int:
    done = 0
    while chosen := list(RegisteredPerson.objects.exclude(seal_key=ring.active).values_list("key", flat=True)[:BATCH]):
        done += _reseal(ring, chosen)
    return done


@transaction.atomic
def _reseal(ring: keys.Ring, chosen: list[uuid.UUID]) -> int:
    people = list(RegisteredPerson.objects.select_for_update().filter(pk__in=chosen).exclude(seal_key=ring.active))
    for person in people:
        person.sealed = ring.seal(person.key, ring.open(person.key, bytes(person.sealed)))
        person.seal_key = ring.active
    RegisteredPerson.objects.bulk_update(people, ["sealed", "seal_key"])
    return len(people)
