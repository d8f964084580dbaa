"""Django app of the room ``codes``."""

from __future__ import annotations

from django.apps import AppConfig


class CodesConfig(AppConfig):
    """Code lists with editions (代码表)."""

    name = "yiwang.kernel.codes"
    label = "codes"

    def ready(self) -> None:
        """Read every list now, so that a wrong file stops the start and not somebody's import."""
        from . import registry

        registry.lists()
