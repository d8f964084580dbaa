"""Django app of the room ``audit``."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Append-only, hash-chained record of acts (审计)."""

    name = "yiwang.kernel.audit"
    label = "audit"
