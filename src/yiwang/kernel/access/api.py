"""Door of the access room: who may do what, where, and who is who."""

from __future__ import annotations

from yiwang.lib.paging import Page, cursor_page
from yiwang.ui.problems import forbidden

from .models import User
from .rowlock import APP_ROLE, as_owner, bounds
from .rowlock import enter as act_as
from .rowlock import leave as stop_acting
from .selectors import (
    Account,
    can,
    in_scope,
    limit,
    require,
    role,
    roles,
    scope_of,
    users_with_role,
)
from .services import create_user
from .types import Role, Scope
from .web import api_auth, guard, signed_in

__all__ = [
    "APP_ROLE",
    "Account",
    "Page",
    "Role",
    "Scope",
    "User",
    "act_as",
    "api_auth",
    "as_owner",
    "bounds",
    "can",
    "create_user",
    "cursor_page",
    "forbidden",
    "guard",
    "in_scope",
    "limit",
    "require",
    "role",
    "roles",
    "scope_of",
    "signed_in",
    "stop_acting",
    "users_with_role",
]
