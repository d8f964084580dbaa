"""Django app of the room ``metrics``."""

from __future__ import annotations

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    """Indicators from the records (指标)."""

    name = "yiwang.kernel.metrics"
    label = "metrics"

    def ready(self) -> None:
        """Read every system's definitions."""
        from .registry import discover

        discover()
