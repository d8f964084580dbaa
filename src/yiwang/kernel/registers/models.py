"""People (自然人) and organisations (法人和其他组织), one of each behind all records, and what is known of the keys."""

from __future__ import annotations

from django.db import models

from yiwang.lib.masking import mask_name


class RegisteredPerson(models.Model):
    """A natural person, named by a pseudonym; the citizen id (公民身份号码) is sealed and never stored in the clear."""

    key = models.UUIDField(primary_key=True)
    sealed = models.BinaryField(max_length=64)
    seal_key = models.PositiveSmallIntegerField(db_index=True)
    name = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=30)
    known_since = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return mask_name(self.name)


class KeyCheck(models.Model):
    """What the database remembers of a personal-data key: enough to notice another one, not enough to use it."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    value = models.BinaryField(max_length=16)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"key {self.number}"
