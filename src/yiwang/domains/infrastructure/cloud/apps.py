"""Django app of S37. The label is permanent and does not follow the folder."""

from __future__ import annotations

from django.apps import AppConfig


class CloudConfig(AppConfig):
    """Moving to the cloud."""

    name = "yiwang.domains.infrastructure.cloud"
    label = "s37"
