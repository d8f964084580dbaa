"""Django app of the room ``lake``."""

from __future__ import annotations

from django.apps import AppConfig


class LakeConfig(AppConfig):
    """Dated Parquet snapshots of all records (数据湖)."""

    name = "yiwang.kernel.lake"
    label = "lake"
