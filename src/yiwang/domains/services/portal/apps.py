"""Django app of S04. The label is permanent and does not follow the folder."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Portal on the phone."""

    name = "yiwang.domains.services.portal"
    label = "s04"
