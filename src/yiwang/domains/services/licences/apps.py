"""Django app of S06. The label is permanent and does not follow the folder."""

from __future__ import annotations

from django.apps import AppConfig


class LicencesConfig(AppConfig):
    """Electronic licences."""

    name = "yiwang.domains.services.licences"
    label = "s06"
