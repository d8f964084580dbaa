"""For tests of every room and system: units and accounts in one line. Never imported outside tests."""

from __future__ import annotations

from itertools import count

from yiwang.kernel.orgs.api import Unit

from .models import User
from .services import create_user

_number = count(1)


def make_unit(path: str = "cq", *, kind: str = "bureau", name_zh: str = "") -> Unit:
    """The unit at ``path`` ("cq/health"), made with everything above it when it does not exist."""
    above, _, code = path.rpartition("/")
    found = Unit.objects.filter(path=path).first()
    if found:
        return found
    return Unit.objects.create(
        code=code,
        path=path,
        parent=make_unit(above) if above else None,
        name_zh=name_zh or f"单位{code}",
        name_en=f"Unit {code}",
        kind=kind,
    )


def make_user(
    role: str | tuple[str, ...] = "viewer",
    unit: Unit | str | None = None,
    *,
    username: str = "",
    password: str | None = None,
) -> User:
    """An account with this role (or these), of this unit (or the unit at this path), ready to work.

    Without ``password`` use ``client.force_login(user)``; hashing one costs 50 ms.
    """
    roles = (role,) if isinstance(role, str) else role
    return create_user(
        username or f"{roles[0] if roles else 'nobody'}-{next(_number)}",
        password=password,
        roles=roles,
        unit=make_unit(unit) if isinstance(unit, str) else unit,
        must_change_password=False,
    )
