"""Django app of S28. The label is permanent and does not follow the folder."""

from __future__ import annotations

from django.apps import AppConfig


class FisheryConfig(AppConfig):
    """Fishery."""

    name = "yiwang.domains.industry.fishery"
    label = "s28"
