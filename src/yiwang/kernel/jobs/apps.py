"""Django app of the room ``jobs``."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Work that goes on after the page has answered (后台任务)."""

    name = "yiwang.kernel.jobs"
    label = "jobs"
