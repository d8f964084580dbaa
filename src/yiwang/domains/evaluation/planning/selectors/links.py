"""Links to the plan by code: what findings and problems concern. A code names a task, an indicator or a measure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from yiwang.domains.evaluation.planning.models import Finding, Indicator, Measure, PlanVersion, RoundText, Task
from yiwang.lib.problems import Problem

_BETWEEN = re.compile(r"[\s,;、，；]+")
# More than any text could be about; a pasted list is refused with a sentence.
MOST = 60


@dataclass(frozen=True)
class Links:
    """Codes of tasks, indicators and measures, each in the order in which they were named."""

    tasks: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes."""
        return self.tasks + self.indicators + self.measures


@dataclass(frozen=True)
class Place:
    """A task, indicator or measure of the plan with its name and page."""

    code: str
    name: str
    kind: str
    url: str


@dataclass(frozen=True)
class PlanIndex:
    """Every code of a plan version."""

    places: dict[str, Place]
    tasks: frozenset[str] = field(default_factory=frozenset)
    indicators: frozenset[str] = field(default_factory=frozenset)

    def read(self, text: str, name: str = "codes") -> Links:
        """The codes in ``text``, parted by commas or blanks. Problems ``link_unknown``, ``links_many`` on ``name``."""
        spelled = {code.upper(): code for code in self.places}
        codes = list(dict.fromkeys(spelled.get(part.upper(), part) for part in _BETWEEN.split(text) if part))
        if len(codes) > MOST:
            raise Problem(
                "links_many",
                f"关联了 {len(codes)} 项，最多 {MOST} 项。请只写直接相关的。",
                f"{len(codes)} codes are given; at most {MOST}.",
                field=name,
            )
        unknown = [code for code in codes if code not in self.places]
        if unknown:
            raise Problem(
                "link_unknown",
                f"规划里没有编号 {'、'.join(code[:20] for code in unknown[:5])}。请写任务、指标或举措的编号，"
                "如 T2-03、F087、T2-03-M2。",
                f"The plan has no {', '.join(code[:20] for code in unknown[:5])}. "
                "Write codes of tasks, indicators or measures, such as T2-03, F087, T2-03-M2.",
                field=name,
                unknown=unknown,
            )
        return Links(
            tuple(code for code in codes if code in self.tasks),
            tuple(code for code in codes if code in self.indicators),
            tuple(code for code in codes if code not in self.tasks and code not in self.indicators),
        )

    def places_of(self, links: Links) -> list[Place]:
        """The places that ``links`` names, without what a later version of the plan has dropped."""
        return [self.places[code] for code in links.codes if code in self.places]


def index(version: PlanVersion) -> PlanIndex:
    """Tasks, measures and indicators of ``version`` in the plan's order."""
    places: dict[str, Place] = {}
    tasks = list(Task.objects.filter(version=version).order_by("chapter__number", "position"))
    measures: dict[int, list[Measure]] = {}
    for measure in Measure.objects.filter(task__version=version).order_by("position"):
        measures.setdefault(measure.task_id, []).append(measure)
    indicators: dict[int, list[Indicator]] = {}
    for row in Indicator.objects.filter(version=version).order_by("position"):
        indicators.setdefault(row.task_id, []).append(row)
    for task in tasks:
        url = reverse("s45:task", args=[task.code])
        places[task.code] = Place(task.code, task.title, _("任务"), url)
        for row in indicators.get(task.pk, []):
            places[row.code] = Place(row.code, row.name, _("指标"), reverse("s45:figure", args=[row.code]))
        for measure in measures.get(task.pk, []):
            places[measure.code] = Place(measure.code, measure.text, _("举措"), url)
    return PlanIndex(
        places,
        frozenset(task.code for task in tasks),
        frozenset(row.code for rows in indicators.values() for row in rows),
    )


def links_of(row: Finding | RoundText) -> Links:
    """The links that a finding or a problem holds."""
    return Links(tuple(row.task_codes), tuple(row.indicator_codes), tuple(row.measure_codes))


def written(codes: Iterable[str]) -> str:
    """Codes as a form's field holds them."""
    return "、".join(codes)
