"""Reading units and divisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yiwang.lib.problems import Problem

from .models import Division, Post, Unit


@dataclass
class Branch:
    """A unit in the tree; ``match`` is False for one that is shown only because it stands above a match."""

    unit: Unit
    match: bool
    children: list[Branch] = field(default_factory=list)


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
    found = Unit.objects.filter(code=code).first() if "\x00" not in code else None
    if found is None:
        raise Problem(
            "unit_unknown",
            f"没有代码为“{code}”的单位。请在“单位”页核对单位代码。",
            f'There is no unit with the code "{code}". Check the code on the page "Units".',
            status=404,
            unit=code,
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


KINDS = {
    "district": _("区级"),
    "office": _("党政和群团机关"),
    "bureau": _("工作部门"),
    "institution": _("事业单位"),
    "branch": _("驻区和垂直管理单位"),
    "town": _("镇街"),
    "village": _("村居"),
    "other": _("其他单位"),
}


def search_units(text: str) -> list[Unit]:
    """Today's units whose name, short name or code holds ``text``."""
    return list(
        units().filter(
            Q(name_zh__icontains=text)
            | Q(short_zh__icontains=text)
            | Q(name_en__icontains=text)
            | Q(code__icontains=text)
            | Q(uscc__iexact=text)
        )
    )


def above(unit: Unit) -> list[Unit]:
    """The units above ``unit``, from the root down."""
    codes = unit.path.split("/")[:-1]
    found = {item.code: item for item in Unit.objects.filter(code__in=codes)}
    return [found[code] for code in codes]


def tree(found: Sequence[Unit]) -> list[Branch]:
    """``found`` as a forest: what stands above a match is shown too, and each unit once."""
    matches = {unit.path for unit in found}
    paths = {path for match in matches for path in _prefixes(match)}
    nodes = {unit.path: Branch(unit, unit.path in matches) for unit in Unit.objects.filter(path__in=paths)}
    roots: list[Branch] = []
    for path, node in sorted(nodes.items()):
        parent = nodes.get(path.rpartition("/")[0])
        (parent.children if parent else roots).append(node)
    return roots


def _prefixes(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]
