"""Days that the district counts otherwise than the official arrangement."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarOverride(models.Model):
    """A changed day of the working-day calendar (调整日); what was before is in the audit."""

    day = models.DateField(_("日期"), unique=True)
    is_workday = models.BooleanField(_("工作日"))
    basis = models.CharField(_("依据"), max_length=200)
    set_by = models.CharField(_("设定人"), max_length=150)
    set_at = models.DateTimeField(_("设定时间"))

    class Meta:
        ordering = ["day"]
        verbose_name = _("调整日")

    def __str__(self) -> str:
        return f"{self.day} {'work' if self.is_workday else 'off'}"
