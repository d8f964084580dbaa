"""Django app of S43. The label is permanent and does not follow the folder."""

from __future__ import annotations

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Operations centre."""

    name = "yiwang.domains.institutions.operations"
    label = "s43"
