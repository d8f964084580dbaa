"""Django app of the room ``orgs``."""

from __future__ import annotations

from django.apps import AppConfig


class OrgsConfig(AppConfig):
    """Divisions, units, posts and the people who hold them (组织机构)."""

    name = "yiwang.kernel.orgs"
    label = "orgs"
