"""Accounts, their sessions, tokens and old passwords. No account is a superuser: nothing passes ``access.csv``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from yiwang.lib.clock import local_date

from . import policy
from .types import Role

ADMIN_ROLES = ("sysadmin", "secadmin", "auditor")


class UserManager(BaseUserManager["User"]):
    """Finds accounts; they are made by ``services.create_user`` only."""


class User(AbstractBaseUser):
    """An account of exactly one person. Roles are keys of ``roles.csv``.

    The constraint is the separation of the three administrators (三员分立): whoever holds one of those roles holds no
    other, whatever a program tries.
    """

    username = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey("orgs.Person", models.PROTECT, null=True, blank=True, related_name="accounts")
    unit = models.ForeignKey("orgs.Unit", models.PROTECT, null=True, blank=True, related_name="accounts")
    roles = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=True)
    failed_attempts = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=10, blank=True)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(roles__overlap=list(ADMIN_ROLES)) | Q(roles__len=1),
                name="access_user_admins_exclude_others",
            ),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def is_superuser(self) -> bool:
        """Always False."""
        return False

    @property
    def display_name(self) -> str:
        """The person's name, else the user name."""
        return self.person.name_zh if self.person else self.username

    def get_full_name(self) -> str:
        """Name for people."""
        return self.display_name

    def get_short_name(self) -> str:
        """Name for people."""
        return self.display_name

    @property
    def unit_path(self) -> str | None:
        """Path of the unit that the account acts for."""
        return self.unit.path if self.unit else None

    @property
    def place(self) -> str:
        """Beginning of the codes of the unit's place (a town's nine digits); empty for units of the whole district."""
        division = self.unit.division_id if self.unit else None
        return "" if division is None else division.removesuffix("000")

    @property
    def role_set(self) -> frozenset[str]:
        """Role keys."""
        return frozenset(self.roles)

    @property
    def held_roles(self) -> tuple[Role, ...]:
        """The roles with their names, in the order of ``roles.csv``."""
        return tuple(role for role in policy.roles() if role.key in self.roles)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Django's question, answered from ``access.csv``: ``perm`` is ``<label>.<thing>.<action>``.

        Rooms below this one guard their pages with it. With ``obj`` (a unit) the scope must cover that unit.
        """
        from .selectors import can, in_scope

        resource, _, action = perm.rpartition(".")
        return can(self, resource, action) if obj is None else in_scope(self, resource, action, obj)

    def has_perms(self, perm_list: Iterable[str], obj: Any = None) -> bool:
        """Whether :meth:`has_perm` holds for each."""
        return all(self.has_perm(perm, obj) for perm in perm_list)


class PasswordHistory(models.Model):
    """A password that was in use: the last five may not come back."""

    user = models.ForeignKey("access.User", models.CASCADE, related_name="password_history")
    encoded = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.user_id} {local_date(self.created_at)}"


class UserSession(models.Model):
    """A browser session of an account, so that its owner can see and end it."""

    user = models.ForeignKey("access.User", models.CASCADE, related_name="sessions")
    session_key = models.CharField(max_length=40, unique=True)
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ip = models.CharField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-last_seen_at"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.ip}"


class ApiToken(models.Model):
    """A person's token for programs: only its SHA-256 is kept, ``prefix`` tells tokens apart."""

    user = models.ForeignKey("access.User", models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=12)
    hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=10))
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"
