"""Texts of a hand-in as they will read, with the figures as typed, and the figures that may be inserted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from yiwang.domains.evaluation.planning import display
from yiwang.domains.evaluation.planning.models import Indicator, Round
from yiwang.domains.evaluation.planning.rendering import ShownFigure, shown_figures
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors import values
from yiwang.domains.evaluation.planning.types import HandInContent


@dataclass(frozen=True)
class Choice:
    """A figure that may be inserted into a text, with its present value and whether it is the task's own."""

    code: str
    name: str
    text: str
    own: bool

    @property
    def token(self) -> str:
        """What stands in the text: {F005}."""
        return f"{{{self.code}}}"


def figures_in(content: HandInContent, round_: Round) -> dict[str, ShownFigure]:
    """The figures that the texts of ``content`` name; those it reports itself as it reports them, marked so."""
    texts = (content.progress, content.problems, content.measures)
    found = shown_figures(round_.plan_version, round_.as_of, texts)
    for row in plans.indicators(round_.plan_version).filter(code__in=list(found)):
        entry = content.figure(row.code)
        if entry is not None and entry.value is not None:
            found[row.code] = replace(
                found[row.code],
                text=display.value_text(row, entry),
                hint=_("%(code)s %(name)s：本次填报") % {"code": row.code, "name": row.name},
                missing=False,
            )
    return found


def choices(round_: Round, own: Iterable[Indicator], content: HandInContent | None = None) -> list[Choice]:
    """Every figure of the plan, the task's own before the others."""
    mine = list(own)
    codes = {row.code for row in mine}
    known = values.values_as_of(round_.plan_version.plan, round_.as_of)
    rest = [row for row in plans.indicators(round_.plan_version) if row.code not in codes]
    found = []
    for row in [*mine, *rest]:
        entry = None if content is None else content.figure(row.code)
        value = entry if entry is not None and entry.value is not None else known.get(row.code)
        found.append(Choice(row.code, row.name, display.value_text(row, value), row.code in codes))
    return found
