"""Django app of S15. The label is permanent and does not follow the folder."""

from __future__ import annotations

from django.apps import AppConfig


class HealthConfig(AppConfig):
    """Digital health."""

    name = "yiwang.domains.services.health"
    label = "s15"
