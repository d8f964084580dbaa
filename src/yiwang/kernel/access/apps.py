"""Django app of the room ``access``."""

from __future__ import annotations

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Accounts, roles, scopes, sessions and tokens (访问控制)."""

    name = "yiwang.kernel.access"
    label = "access"
