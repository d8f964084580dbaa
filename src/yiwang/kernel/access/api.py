"""Door of the access room: who may do what, where, and who is who."""

from __future__ import annotations

from yiwang.lib.paging import Page, cursor_page
from yiwang.ui.problems import forbidden

from .models import User
from .selectors import (
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
    "Page",
    "Role",
    "Scope",
    "User",
    "api_auth",
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
    "users_with_role",
]
