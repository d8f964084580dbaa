"""Django app of the room ``records``."""

from __future__ import annotations

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """What every business record gets for free (业务记录)."""

    name = "yiwang.kernel.records"
    label = "records"
