"""Django app of S45 plan evaluation 规划中期评估."""

from __future__ import annotations

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    """The label is permanent; the folder may move."""

    name = "yiwang.domains.evaluation.planning"
    label = "s45"
    verbose_name = "规划评估"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have reported figures told beside computed ones."""
        from yiwang.kernel.metrics.extend import publish

        from .selectors.book import PlanBook

        publish(PlanBook())
