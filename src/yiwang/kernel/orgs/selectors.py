"""Reading units and divisions."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from yiwang.lib.problems import Problem

from .models import Division, Post, Unit


def _valid(day: date) -> Q:
    return (Q(valid_from=None) | Q(valid_from__lte=day)) & (Q(valid_to=None) | Q(valid_to__gt=day))


def units(kind: str | None = None, *, on: date | None = None) -> QuerySet[Unit]:
    """Units in being on the day ``on`` (default today there), in tree order."""
    found = Unit.objects.filter(_valid(on or timezone.localdate())).order_by("path")
    return found.filter(kind=kind) if kind else found


def units_under(path: str) -> QuerySet[Unit]:
    """The unit at ``path`` and everything below it, also what no longer is."""
    return Unit.objects.filter(Q(path=path) | Q(path__startswith=path + "/")).order_by("path")


def unit(code: str) -> Unit:
    """The unit with this code. Problem ``unit_unknown`` (404) when there is none."""
    found = Unit.objects.filter(code=code).first()
    if found is None:
        raise Problem(
            "unit_unknown",
            f"没有代码为“{code}”的单位。请在“单位”页核对单位代码。",
            f'There is no unit with the code "{code}". Check the code on the page "Units".',
            status=404,
            code=code,
        )
    return found


def divisions(administered: bool | None = True, *, level: str | None = None) -> QuerySet[Division]:
    """Towns and villages; ``administered=True`` only those the district runs, ``None`` all of the official list."""
    found = Division.objects.order_by("code12")
    if administered is not None:
        found = found.filter(administered=administered)
    return found.filter(level=level) if level else found


def posts_of(unit: Unit, *, on: date | None = None) -> QuerySet[Post]:
    """Posts held in ``unit`` on the day ``on`` (default today there)."""
    return unit.posts.filter(_valid(on or timezone.localdate())).select_related("person")
