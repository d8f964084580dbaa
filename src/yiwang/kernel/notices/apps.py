"""Django app of the room ``notices``."""

from __future__ import annotations

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Messages to people, shown in the app (消息)."""

    name = "yiwang.kernel.notices"
    label = "notices"
