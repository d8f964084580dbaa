"""A job 后台任务 as people see it; the queue itself (who runs it, when again) is procrastinate's."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """One piece of work: what, for whom, how far, and how it ended."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("排队中")
        RUNNING = "running", _("进行中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("未完成")
        CANCELLED = "cancelled", _("已取消")

    task = models.CharField(max_length=80)
    params = models.JSONField(default=dict)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300)
    # Empty for what a clock starts.
    started_by = models.ForeignKey("access.User", models.CASCADE, null=True, blank=True, related_name="jobs")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.QUEUED)
    done = models.BigIntegerField(default=0)
    # 0: not known beforehand.
    total = models.BigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    result = models.JSONField(default=dict)
    problem_code = models.CharField(max_length=80, blank=True)
    problem_zh = models.TextField(blank=True)
    problem_en = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    began_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["started_by", "-id"], name="jobs_of_person")]

    def __str__(self) -> str:
        return self.title_zh

    @property
    def title(self) -> str:
        """Title in the active language."""
        return self.title_zh if (get_language() or "zh").startswith("zh") else self.title_en

    @property
    def problem(self) -> str:
        """What went wrong, in the active language."""
        return self.problem_zh if (get_language() or "zh").startswith("zh") else self.problem_en

    @property
    def open(self) -> bool:
        """Whether it waits or runs."""
        return self.status in (self.Status.QUEUED, self.Status.RUNNING)

    @property
    def percent(self) -> int | None:
        """How far it is, 0 to 100, or None when its length is not known."""
        return min(100, self.done * 100 // self.total) if self.total else None
