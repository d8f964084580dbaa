"""Django's ``migrate``, followed by what the database guards for record tables (:mod:`yiwang.kernel.records.sync`)."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as Migrate

from yiwang.kernel.records import sync


class Command(Migrate):
    """Every way to migrate (demo, serve, tests, by hand) leaves triggers and policies as declared."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, then apply."""
        super().handle(*args, **options)
        if not options.get("plan") and not options.get("check_unapplied"):
            sync.apply()
