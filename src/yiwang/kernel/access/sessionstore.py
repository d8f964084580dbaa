"""Django's sessions in the database, read together with the note of them that their limits need.

Every request reads both: one question instead of two, and in words of ours (1 ms less of a page's 13).
"""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from .models import UserSession

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
