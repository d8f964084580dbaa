"""Django app of S21. The label is permanent and does not follow the folder."""

from __future__ import annotations

from django.apps import AppConfig


class BaseregistersConfig(AppConfig):
    """Base registers and residence codes."""

    name = "yiwang.domains.governance.baseregisters"
    label = "s21"
