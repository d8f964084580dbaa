"""Who may do what, where: the one place that answers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from yiwang.lib.problems import Problem
from yiwang.ui.problems import forbidden

from . import policy
from .models import User
from .types import SCOPE_KINDS, Role, Rule, Scope, ScopeKind

if TYPE_CHECKING:
    from yiwang.kernel.orgs.api import Unit

M = TypeVar("M", bound=Model)


def roles() -> tuple[Role, ...]:
    """Every role."""
    return policy.roles()


def role(key: str) -> Role:
    """The role with this key. Problem ``role_unknown``."""
    for found in policy.roles():
        if found.key == key:
            return found
    raise Problem("role_unknown", f"没有角色“{key}”。", f'There is no role "{key}".', role=key)


class Holder(Protocol):
    """What decides the scope of an account."""

    @property
    def roles(self) -> Sequence[str]:
        """Role keys."""

    @property
    def is_active(self) -> bool:
        """Whether the account is open."""

    @property
    def unit_path(self) -> str | None:
        """Path of its unit."""

    @property
    def place(self) -> str:
        """Beginning of the codes of its unit's place."""


@dataclass(frozen=True)
class Account:
    """What decides the scopes of an account, hashable: what follows from it is worked out once."""

    roles: tuple[str, ...]
    unit_path: str | None
    place: str
    is_active: bool

    @classmethod
    def of(cls, user: User) -> Account:
        """Of this user, as they are now."""
        return cls(tuple(sorted(user.roles)), user.unit_path, user.place if user.unit_id else "", user.is_active)


def scope_of(user: Holder | AnonymousUser, resource: str, action: str) -> Scope:
    """Widest scope that the user's roles give for ``action`` on ``resource``.

    A question about a resource or action that no ``access.csv`` names is a slip in the program and raises KeyError.
    """
    if (resource, action) not in policy.resources():
        raise KeyError(f"no access.csv names {resource} {action}")
    if isinstance(user, AnonymousUser) or not user.is_active:
        return Scope("none")
    found = [policy.rules().get((key, resource, action)) for key in user.roles]
    scopes = [rule.scope for rule in found if rule]
    kind: ScopeKind = max(scopes, key=SCOPE_KINDS.index) if scopes else "none"
    if kind == "all":
        return Scope("all")
    if kind == "none" or user.unit_path is None:
        return Scope("none")
    if kind == "place":
        return Scope(kind, user.unit_path, user.place) if user.place else Scope("none")
    return Scope(kind, user.unit_path)


def can(user: Holder | AnonymousUser, resource: str, action: str) -> bool:
    """Whether the user may do it to anything at all."""
    return scope_of(user, resource, action).kind != "none"


def require(user: User | AnonymousUser, resource: str, action: str) -> None:
    """Problem ``forbidden`` (403) unless :func:`can`."""
    if not can(user, resource, action):
        raise forbidden()


def limit(
    qs: QuerySet[M], user: User | AnonymousUser, resource: str, action: str, unit_path_field: str = "unit__path"
) -> QuerySet[M]:
    """``qs`` without the rows whose unit lies outside the user's scope."""
    scope = scope_of(user, resource, action)
    if scope.kind == "all":
        return qs
    if scope.kind == "none":
        return qs.none()
    exact = Q(**{unit_path_field: scope.unit_path})
    if scope.kind in ("own_unit", "place"):
        return qs.filter(exact)
    return qs.filter(exact | Q(**{f"{unit_path_field}__startswith": f"{scope.unit_path}/"}))


def in_scope(user: User | AnonymousUser, resource: str, action: str, unit: Unit | None) -> bool:
    """Whether the user may do it to something of ``unit``; what belongs to no unit needs the scope ``all``."""
    scope = scope_of(user, resource, action)
    return scope.kind == "all" if unit is None else scope.covers(unit.path)


def users_with_role(key: str, unit: Unit | None = None) -> QuerySet[User]:
    """Active accounts that hold the role, of exactly this unit when given."""
    role(key)
    found = User.objects.filter(is_active=True, roles__contains=[key]).select_related("person", "unit")
    return found.filter(unit=unit) if unit is not None else found


def rules_of(user: User) -> list[Rule]:
    """What the user's roles allow, by resource, widest scope first met."""
    widest: dict[tuple[str, str], Rule] = {}
    for rule in policy.rules().values():
        if rule.role not in user.roles or rule.scope == "none":
            continue
        present = widest.get((rule.resource, rule.action))
        if present is None or SCOPE_KINDS.index(rule.scope) > SCOPE_KINDS.index(present.scope):
            widest[rule.resource, rule.action] = rule
    return [widest[key] for key in sorted(widest)]


def accounts(*, text: str = "", role_key: str = "", state: str = "") -> QuerySet[User]:
    """Accounts for the administrators' list; ``state`` is "active", "locked" or "closed"."""
    found = User.objects.select_related("person", "unit").order_by("username")
    if text:
        found = found.filter(
            Q(username__icontains=text)
            | Q(person__name_zh__icontains=text)
            | Q(unit__name_zh__icontains=text)
            | Q(unit__code__iexact=text)
        )
    if role_key:
        found = found.filter(roles__contains=[role_key])
    now = timezone.now()
    if state == "active":
        found = found.filter(Q(locked_until=None) | Q(locked_until__lte=now), is_active=True)
    elif state == "locked":
        found = found.filter(locked_until__gt=now, is_active=True)
    elif state == "closed":
        found = found.filter(is_active=False)
    return found
