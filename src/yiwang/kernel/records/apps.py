"""Django app of the room ``records``."""

from __future__ import annotations

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """What every business record gets for free (业务记录)."""

    name = "yiwang.kernel.records"
    label = "records"

    def ready(self) -> None:
        """Tell the registers, which stand below, what records know of a subject."""
        from yiwang.kernel.registers.extend import declare_provider

        from .known import for_registers

        declare_provider(for_registers)
