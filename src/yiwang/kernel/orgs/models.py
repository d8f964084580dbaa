"""Divisions (行政区划), units (单位), people and the posts they hold."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yiwang.lib.masking import mask_mobile


class Division(models.Model):
    """A town or village by its official 12-digit code.

    ``administered`` separates what the district runs from what the statistical code merely counts under it: three
    streets of 441502 are run by an economic zone, so a code prefix must never decide the scope.
    """

    class Level(models.TextChoices):
        TOWN = "town", _("镇街")
        VILLAGE = "village", _("村居")

    code12 = models.CharField(primary_key=True, max_length=12)
    name = models.CharField(max_length=60)
    level = models.CharField(max_length=10, choices=Level.choices)
    kind = models.CharField(max_length=20)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    administered = models.BooleanField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["code12"]
        constraints = [
            models.CheckConstraint(condition=Q(code12__regex=r"^[0-9]{12}$"), name="orgs_division_code"),
        ]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """An organisation of the district: bureau, town, village committee, court, company.

    ``path`` is the codes from the root down ("cq/health"); a scope is a prefix of it. It is COLLATE "C" so that a
    prefix search uses the index. Names change with reforms: ``valid_from`` / ``valid_to`` (exclusive) date the unit.
    """

    code = models.SlugField(max_length=40, unique=True)
    path = models.CharField(max_length=300, unique=True, db_collation="C")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    uscc = models.CharField(max_length=18, blank=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200)
    short_zh = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=30)
    division = models.ForeignKey("orgs.Division", models.PROTECT, null=True, blank=True, related_name="units")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_from__lt=F("valid_to")),
                name="orgs_unit_validity",
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh

    @property
    def name(self) -> str:
        """Full name in the active language."""
        return self.name_zh if (get_language() or "zh").startswith("zh") else (self.name_en or self.name_zh)

    @property
    def short_name(self) -> str:
        """Short Chinese name, or the full name in other languages."""
        return (self.short_zh or self.name_zh) if (get_language() or "zh").startswith("zh") else self.name

    @property
    def depth(self) -> int:
        """0 for the root."""
        return self.path.count("/")


class Person(models.Model):
    """Somebody who works in the district. Holds no more than what the house needs to reach them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name_zh = models.CharField(max_length=60)
    mobile = models.CharField(max_length=20, blank=True)
    unit = models.ForeignKey("orgs.Unit", models.PROTECT, related_name="people")

    class Meta:
        ordering = ["unit__path", "name_zh"]

    def __str__(self) -> str:
        return self.name_zh

    @property
    def masked_mobile(self) -> str:
        """The mobile number as readers without need see it."""
        return mask_mobile(self.mobile)


class Post(models.Model):
    """A title that a person holds in a unit, from a day until (exclusive) another."""

    person = models.ForeignKey("orgs.Person", models.CASCADE, related_name="posts")
    unit = models.ForeignKey("orgs.Unit", models.PROTECT, related_name="posts")
    title_zh = models.CharField(max_length=60)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["unit__path", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_from__lt=F("valid_to")),
                name="orgs_post_validity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.title_zh}"

    @property
    def is_liaison(self) -> bool:
        """Whether the post is that of the unit's liaison (联络员), as its title says."""
        return "联络员" in self.title_zh
