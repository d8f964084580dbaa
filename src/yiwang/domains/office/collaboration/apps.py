"""Django app of S31. The label is permanent and does not follow the folder."""

from __future__ import annotations

from django.apps import AppConfig


class CollaborationConfig(AppConfig):
    """Office collaboration."""

    name = "yiwang.domains.office.collaboration"
    label = "s31"
