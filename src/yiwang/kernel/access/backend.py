"""What Django asks of this room: sessions, and the account of one. Signing in is :mod:`yiwang.kernel.access.signin`.

Every request reads a session and the note of it that its limits need: one question instead of two, and in plain SQL.
"""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from .models import User, UserSession

_FIELDS = tuple(field.attname for field in UserSession._meta.concrete_fields)
_NOTED = ", ".join(f'noted."{field.column}"' for field in UserSession._meta.concrete_fields)
_READ = f"""
SELECT session.session_data, session.expire_date, {_NOTED}
FROM "{Session._meta.db_table}" session
LEFT JOIN "{UserSession._meta.db_table}" noted ON noted.session_key = session.session_key
WHERE session.session_key = %s AND session.expire_date > %s
"""  # noqa: S608  (names of our own tables)


class SessionStore(db.SessionStore):
    """``noted`` is the :class:`UserSession` of the session, once the session is read; None when there is none."""

    noted: UserSession | None = None

    # Called by Django's own ``load``.
    def _get_session_from_db(self) -> Session | None:
        with connection.cursor() as cursor:
            cursor.execute(_READ, [self.session_key, timezone.now()])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return None
        if row[2] is not None:
            self.noted = UserSession.from_db(connection.alias, _FIELDS, row[2:])
        return Session(session_key=self.session_key or "", session_data=row[0], expire_date=row[1])


class AccountBackend:
    """Loads the account with its person and unit in one query; a closed account loses its session at once."""

    def authenticate(self, request: object, **credentials: object) -> None:
        """Nobody: the sign-in page has its own path, with lock-out and audit, and no second way in."""
        return

    def get_user(self, user_id: int) -> User | None:
        """The account in force with this key."""
        return User.objects.select_related("person", "unit").filter(pk=user_id, is_active=True).first()
