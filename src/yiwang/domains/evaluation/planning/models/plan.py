"""The plan 规划 and its versions. A version's rows are never changed: an approved adjustment writes a new version.

Tasks, measures and indicators keep their codes across versions, so a hand-in, a value or a link names a code and finds
the text that was in force.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Plan(models.Model):
    """A five-year plan 五年规划."""

    code = models.SlugField(max_length=64, unique=True)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField()
    basis = models.TextField(blank=True)
    synthetic_note = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.title_zh

    @property
    def title(self) -> str:
        """Title in the reader's language."""
        return _local(self.title_zh, self.title_en)


class PlanVersion(models.Model):
    """One text of the plan 规划版本, in force from ``effective_on`` until the next version's."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    effective_on = models.DateField()
    note = models.TextField(blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="s45_version_once")]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.plan.code} v{self.number}"


class Chapter(models.Model):
    """A chapter of the plan 篇章."""

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="chapters")
    number = models.PositiveSmallIntegerField()
    key = models.SlugField(max_length=32)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200)
    slogan = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="s45_chapter_once")]
        ordering = ["number"]

    def __str__(self) -> str:
        return self.name_zh

    @property
    def name(self) -> str:
        """Name in the reader's language."""
        return _local(self.name_zh, self.name_en)


class Task(models.Model):
    """A task 重点任务 with the unit that leads it."""

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="tasks")
    chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, related_name="tasks")
    code = models.CharField(max_length=20)
    position = models.PositiveIntegerField()
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300)
    requirement = models.TextField()
    lead_unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    support_units = models.ManyToManyField("orgs.Unit", related_name="+", blank=True)
    systems = ArrayField(models.CharField(max_length=4), default=list, blank=True)
    starts_on = models.DateField()
    due_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="s45_task_once")]
        ordering = ["chapter__number", "position"]

    def __str__(self) -> str:
        return f"{self.code} {self.title_zh}"

    @property
    def title(self) -> str:
        """Title in the reader's language."""
        return _local(self.title_zh, self.title_en)


class Measure(models.Model):
    """A measure 举措 that a task is made of."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="measures")
    code = models.CharField(max_length=24)
    position = models.PositiveIntegerField()
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "code"], name="s45_measure_once")]
        ordering = ["position"]

    def __str__(self) -> str:
        return self.code


class Indicator(models.Model):
    """An indicator 指标 with targets, or a fact 事实数据 (``is_fact``) that the plan's evaluation reports."""

    class Nature(models.TextChoices):
        BINDING = "binding", _("约束性")
        EXPECTED = "expected", _("预期性")
        NONE = "none", _("不考核")

    class Direction(models.TextChoices):
        UP = "up", _("越高越好")
        DOWN = "down", _("越低越好")
        RANGE = "range", _("区间内")
        CUMULATIVE = "cumulative", _("累计完成")
        MILESTONE = "milestone", _("里程碑")
        NONE = "none", _("不判断")

    class Origin(models.TextChoices):
        REPORTED = "reported", _("单位填报")
        COMPUTED = "computed", _("记录计算")

    # A fact of this kind counts for a later day than the one it is reported on.
    TARGET = "target"

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="indicators")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="indicators")
    code = models.CharField(max_length=12)
    position = models.PositiveIntegerField()
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=300)
    unit = models.CharField(max_length=30, blank=True)
    kind = models.CharField(max_length=20)
    nature = models.CharField(max_length=10, choices=Nature)
    direction = models.CharField(max_length=12, choices=Direction)
    is_fact = models.BooleanField(default=False)
    baseline = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)
    baseline_on = models.DateField(null=True, blank=True)
    weight = models.DecimalField(max_digits=8, decimal_places=3, default=1)
    lead_unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    origin = models.CharField(max_length=10, choices=Origin)
    relation = models.CharField(max_length=100, blank=True)
    decimals = models.PositiveSmallIntegerField(null=True, blank=True)
    synthetic_target = models.BooleanField(default=False)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="s45_indicator_once")]
        ordering = ["task__chapter__number", "position"]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"

    @property
    def name(self) -> str:
        """Name in the reader's language."""
        return _local(self.name_zh, self.name_en)


class YearTarget(models.Model):
    """What an indicator should have reached at the end of ``year`` 年度目标; the plan's last year is its end target.

    ``upper`` closes the interval of a range indicator (``value`` ≤ x ≤ ``upper``).
    """

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="targets")
    year = models.PositiveSmallIntegerField()
    value = models.DecimalField(max_digits=24, decimal_places=6)
    upper = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["indicator", "year"], name="s45_target_once")]
        ordering = ["year"]

    def __str__(self) -> str:
        return f"{self.indicator.code} {self.year}"


def _local(zh: str, en: str) -> str:
    return zh if (get_language() or "zh").startswith("zh") else (en or zh)
