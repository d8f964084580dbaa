"""Django app of S05. The label is permanent and does not follow the folder."""

from __future__ import annotations

from django.apps import AppConfig


class KiosksConfig(AppConfig):
    """Self-service kiosks."""

    name = "yiwang.domains.services.kiosks"
    label = "s05"
