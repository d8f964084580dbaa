"""Finding the account of a session. Signing in itself is :mod:`yiwang.kernel.access.signin`."""

from __future__ import annotations

from .models import User


class AccountBackend:
    """Loads the account with its person and unit in one query; a closed account loses its session at once."""

    def authenticate(self, request: object, **credentials: object) -> None:
        """Nobody: the sign-in page has its own path, with lock-out and audit, and no second way in."""
        return

    def get_user(self, user_id: int) -> User | None:
        """The account in force with this key."""
        return User.objects.select_related("person", "unit").filter(pk=user_id, is_active=True).first()
