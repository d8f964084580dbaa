"""Django app of the room ``files``."""

from __future__ import annotations

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Documents kept by hash, typed by content (文件)."""

    name = "yiwang.kernel.files"
    label = "files"
