"""Django app of the room ``systems``."""

from __future__ import annotations

from django.apps import AppConfig


class SystemsConfig(AppConfig):
    """Registry, manifest and quality of systems: the lowest room of the kernel."""

    name = "yiwang.kernel.systems"
    label = "systems"
