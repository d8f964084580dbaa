"""The database engine of the settings (Django imports ``base`` of the package that it is named)."""

from __future__ import annotations

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own but for the question whether a kept connection still stands."""

    def is_usable(self) -> bool:
        """Whether the connection can be used for the next request.

        A server that ended or was killed closed its end, and a server says nothing on its own otherwise: only when
        there is something to read, Django's question to the server is worth its time, which every request would pay.
        """
        if self.connection is not None and not self.connection.closed:
            watch = select.poll()
            watch.register(self.connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
            if not watch.poll(0):
                return True
        return bool(super().is_usable())
