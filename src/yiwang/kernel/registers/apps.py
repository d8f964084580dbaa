"""Django app of the room ``registers``."""

from __future__ import annotations

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    """One person, organisation, address, house behind all records (主体与地址)."""

    name = "yiwang.kernel.registers"
    label = "registers"
