"""Django app of S07. The label is permanent and does not follow the folder."""

from __future__ import annotations

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """Reviews of government services."""

    name = "yiwang.domains.services.reviews"
    label = "s07"
