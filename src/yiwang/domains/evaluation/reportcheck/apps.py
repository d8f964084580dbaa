"""Django app of S46 report check 报告核验. The checking itself (``engine``) is free of Django."""

from __future__ import annotations

from django.apps import AppConfig


class ReportCheckConfig(AppConfig):
    """The label is permanent; the folder may move."""

    name = "yiwang.domains.evaluation.reportcheck"
    label = "s46"
    verbose_name = "报告核验"
    default_auto_field = "django.db.models.BigAutoField"
