"""Django app of the room ``codes``."""

from __future__ import annotations

from django.apps import AppConfig


class CodesConfig(AppConfig):
    """Code lists with editions (代码表)."""

    name = "yiwang.kernel.codes"
    label = "codes"
