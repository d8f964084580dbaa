"""Names of those who recorded, decided, wrote."""

from __future__ import annotations

from collections.abc import Iterable

from yiwang.kernel.access.api import User


def names(usernames: Iterable[str]) -> dict[str, str]:
    """Display names by username, in one query; an account that is gone keeps its username."""
    wanted = {name for name in usernames if name}
    found = {
        row.username: row.display_name for row in User.objects.filter(username__in=wanted).select_related("person")
    }
    return {name: found.get(name, name) for name in wanted}
