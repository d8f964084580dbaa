"""Django app of S40. The label is permanent and does not follow the folder."""

from __future__ import annotations

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Data resources."""

    name = "yiwang.domains.infrastructure.catalogue"
    label = "s40"
