"""Django app of S10. The label is permanent and does not follow the folder."""

from __future__ import annotations

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """Supervision."""

    name = "yiwang.domains.services.supervision"
    label = "s10"
