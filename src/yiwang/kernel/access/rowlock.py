"""The second lock 行级安全: requests run under a role to which the database shows only what the reader may see.

The first lock is the scope in every query; this one holds when a query forgets it. The scopes of the reader travel in a
setting of the transaction, as ranges: a unit's path ends in "/", so a subtree is [path, path with "0"), "0" being the
character after "/", and a single unit is [path, path with U+0001).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from django.db import connection
from psycopg.pq import TransactionStatus

from . import policy
from .models import User
from .selectors import Account, scope_of
from .types import SCOPE_KINDS, Scope

# Made by the start of the embedded server and by the script of `yiwang db script`; owns nothing.
APP_ROLE = "yiwang_app"
LAST = "\U0010ffff"
WRITES = ("add", "correct", "withdraw")


def bounds(scope: Scope) -> tuple[str, str, str, str, bool]:
    """Lower and (exclusive) upper bound of unit path and of place, and whether the scope is everything."""
    if scope.kind == "all":
        return "", LAST, "", LAST, True
    if scope.kind == "none" or scope.unit_path is None:
        return "", "", "", "", False
    if scope.kind == "place":
        return "", LAST, scope.place, scope.place + ":" if scope.place else "", False
    own = scope.unit_path + "/"
    return own, own + "\x01" if scope.kind == "own_unit" else scope.unit_path + "0", "", LAST, False


def enter(user: User) -> None:
    """From here to the end of the transaction the database answers as for ``user``."""
    text = scopes_text(Account.of(user))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('role', %s, true), set_config('yiwang.scopes', %s, true), "
            "set_config('yiwang.actor', %s, true)",
            [APP_ROLE, text, user.username],
        )


def leave() -> None:
    """Back to the owner's role inside the same transaction (tests hold one around many requests)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', 'none', true), set_config('yiwang.scopes', '', true)")


@contextmanager
def as_owner() -> Iterator[None]:
    """Inside, the database answers its owner: for a room that keeps what no reader may fetch and gives out less of it.

    Whatever goes wrong inside, the reader's role comes back: after an error of the database by the rollback that has to
    follow it, else here. What was written inside is not undone: who writes is atomic itself. (A savepoint took five
    questions to the database instead of two, and a list of records comes here twice.)
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('role'), set_config('role', 'none', true)")
        before = cursor.fetchone()[0]
    if before == "none":
        yield
        return
    try:
        yield
    finally:
        # Not after an error, and not on a connection that broke: there nothing can be asked, and the role is gone.
        if connection.connection.info.transaction_status == TransactionStatus.INTRANS:
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('role', %s, true)", [before])


@lru_cache(maxsize=4096)
def scopes_text(holder: Account) -> str:
    """The scopes of an account as JSON: resource → {"v": bounds of reading, "e": bounds of writing}."""
    found: dict[str, dict[str, tuple[str, str, str, str, bool]]] = {}
    named = policy.resources()
    for resource in {resource for resource, _action in named}:
        if (resource, "view") not in named:
            continue
        view = scope_of(holder, resource, "view")
        if view.kind == "none":
            continue
        writes = [scope_of(holder, resource, action) for action in WRITES if (resource, action) in named]
        edit = max(writes, key=lambda scope: SCOPE_KINDS.index(scope.kind), default=Scope("none"))
        found[resource] = {"v": bounds(view), "e": bounds(edit)}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))
