"""Django app of the room ``limits``."""

from __future__ import annotations

from django.apps import AppConfig


class LimitsConfig(AppConfig):
    """Legal parameters and the working-day calendar (法定参数、工作日历)."""

    name = "yiwang.kernel.limits"
    label = "limits"

    def ready(self) -> None:
        """Read every parameter now, so that a wrong file stops the start and not somebody's case."""
        from . import registry

        registry.read_everything()
