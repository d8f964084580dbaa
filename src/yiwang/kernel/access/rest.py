"""REST: who am I, and (for administrators) who has which account."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema

from yiwang.lib.paging import cursor_page

from . import selectors
from .models import User
from .types import ScopeKind
from .web import signed_in

router = Router(tags=["people"])


class RoleOut(Schema):
    """A role (角色)."""

    key: str
    name_zh: str
    name_en: str


class RightOut(Schema):
    """What the caller may do, and how far: ``own_unit``, ``subtree`` or ``all``."""

    resource: str
    action: str
    scope: ScopeKind


class MeOut(Schema):
    """The account behind the request."""

    username: str
    name: str
    unit: str | None
    unit_path: str | None
    language: str
    roles: list[RoleOut]
    rights: list[RightOut]


class AccountOut(Schema):
    """An account as administrators see it."""

    username: str
    name: str
    unit: str | None
    roles: list[str]
    active: bool
    locked_until: datetime | None
    last_sign_in: datetime | None


class AccountsOut(Schema):
    """A page of accounts."""

    items: list[AccountOut]
    next_cursor: str


@router.get("/me", response=MeOut, operation_id="who_am_i", summary="我是谁")
def me(request: HttpRequest) -> MeOut:
    """The caller's account, roles and rights."""
    user = signed_in(request)
    return MeOut(
        username=user.username,
        name=user.display_name,
        unit=user.unit.code if user.unit else None,
        unit_path=user.unit_path,
        language=user.language,
        roles=[RoleOut(key=role.key, name_zh=role.name_zh, name_en=role.name_en) for role in user.held_roles],
        rights=[
            RightOut(resource=rule.resource, action=rule.action, scope=rule.scope) for rule in selectors.rules_of(user)
        ],
    )


def _account_out(user: User) -> AccountOut:
    return AccountOut(
        username=user.username,
        name=user.display_name,
        unit=user.unit.code if user.unit else None,
        roles=user.roles,
        active=user.is_active,
        locked_until=user.locked_until,
        last_sign_in=user.last_login,
    )


@router.get("/accounts", response=AccountsOut, operation_id="list_accounts", summary="账号列表")
def list_accounts(request: HttpRequest, cursor: str = "", limit: int = 100) -> AccountsOut:
    """All accounts, for the three administrators."""
    selectors.require(signed_in(request), "access.user", "view")
    page = cursor_page(selectors.accounts(), cursor, limit, key="username")
    return AccountsOut(items=[_account_out(user) for user in page.items], next_cursor=page.next_cursor)
