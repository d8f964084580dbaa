"""One row a person, organisation, address, house (主体与地址); which codes are one thing; what is known of keys."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from yiwang.lib.masking import mask_name


class Registered(models.Model):
    """What every register has: a code, where it is (a 12-digit division, empty when nobody said), and where it is from.

    Codes and places are COLLATE "C": a scope is a range of places.
    """

    place = models.CharField(max_length=12, blank=True, default="", db_collation="C")
    source = models.CharField(max_length=30)
    known_since = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        default_permissions = ()


class RegisteredPerson(Registered):
    """A natural person (自然人) by a pseudonym; the citizen id (公民身份号码) is sealed, never stored in the clear."""

    key = models.UUIDField(primary_key=True)
    sealed = models.BinaryField(max_length=64)
    seal_key = models.PositiveSmallIntegerField(db_index=True)
    name = models.CharField(max_length=60, blank=True)

    class Meta(Registered.Meta):
        indexes: ClassVar = [models.Index(fields=["place"], name="registers_person_place")]

    def __str__(self) -> str:
        return mask_name(self.name)


class RegisteredOrganisation(Registered):
    """A legal person or other organisation (法人和其他组织) by its unified social credit code.

    ``kind`` is of the code list ``subject-type``, ``status`` of ``organisation-status``; ``address`` is the code of a
    standard address.
    """

    code = models.CharField(primary_key=True, max_length=18, db_collation="C")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, blank=True, default="")
    status = models.CharField(max_length=20, blank=True, default="")
    address = models.CharField(max_length=30, blank=True, default="", db_collation="C")

    class Meta(Registered.Meta):
        indexes: ClassVar = [models.Index(fields=["place"], name="registers_organisation_place")]

    def __str__(self) -> str:
        return self.name


class RegisteredAddress(Registered):
    """A standard address (标准地址): an element of the tree, of a level of GA/T 2000.32, with its full text."""

    code = models.CharField(primary_key=True, max_length=30, db_collation="C")
    level = models.CharField(max_length=2)
    parent = models.CharField(max_length=30, blank=True, default="", db_collation="C")
    name = models.CharField(max_length=100)
    full_text = models.CharField(max_length=250)
    lon = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    lat = models.DecimalField(max_digits=8, decimal_places=6, null=True, blank=True)

    class Meta(Registered.Meta):
        indexes: ClassVar = [
            models.Index(fields=["place"], name="registers_address_place"),
            models.Index(fields=["parent"], name="registers_address_parent"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(lon=None, lat=None) | Q(lon__range=(-180, 180), lat__range=(-90, 90)),
                name="registers_address_point",
            )
        ]

    def __str__(self) -> str:
        return self.full_text


class RegisteredHouse(Registered):
    """A house or flat in use (实有房屋) at a standard address."""

    code = models.CharField(primary_key=True, max_length=30, db_collation="C")
    address = models.CharField(max_length=30, blank=True, default="", db_collation="C")

    class Meta(Registered.Meta):
        indexes: ClassVar = [
            models.Index(fields=["place"], name="registers_house_place"),
            models.Index(fields=["address"], name="registers_house_address"),
        ]

    def __str__(self) -> str:
        return self.code


class Alias(models.Model):
    """A code that is no thing of its own any more: whoever asks for ``code`` finds ``kept`` (合并).

    ``kept`` may be an alias itself. An alias is made between two codes that are none, so that there are chains and
    never circles, and each link can be taken back alone.
    """

    kind = models.CharField(max_length=12)
    code = models.CharField(max_length=36, db_collation="C")
    kept = models.CharField(max_length=36, db_collation="C")

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [models.Index(fields=["kind", "kept"], name="registers_alias_kept")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "code"], name="registers_alias_once"),
            models.CheckConstraint(condition=~Q(code=models.F("kept")), name="registers_alias_other"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code} → {self.kept}"


class Trail(models.Model):
    """What happened to a row (变动轨迹): changed by a source, merged, taken apart again. Only ever added to.

    ``former`` are the values that a change replaced; ``other`` is the second code of a merge.
    """

    kind = models.CharField(max_length=12)
    code = models.CharField(max_length=36, db_collation="C")
    act = models.CharField(max_length=12)
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    source = models.CharField(max_length=30, blank=True, default="")
    reason = models.CharField(max_length=300, blank=True, default="")
    other = models.CharField(max_length=36, blank=True, default="", db_collation="C")
    former = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [
            models.Index(fields=["kind", "code"], name="registers_trail_code"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code} {self.act}"


class KeyCheck(models.Model):
    """What the database remembers of a personal-data key: enough to notice another one, not enough to use it."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    value = models.BinaryField(max_length=16)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"key {self.number}"
