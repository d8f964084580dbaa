"""Texts with live figures as they read, with what each number leads to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from yiwang.domains.evaluation.planning import display, tokens
from yiwang.domains.evaluation.planning.models import Indicator, IndicatorValue, Round
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors import values
from yiwang.domains.evaluation.planning.types import FigureEntry, HandInContent


@dataclass(frozen=True)
class Run:
    """A stretch of a text: plain words, or a figure (``code``) with its page; ``missing`` has no number yet."""

    text: str
    code: str = ""
    url: str = ""
    title: str = ""
    missing: bool = False


class Texts:
    """Reads texts of a round. Figures that ``content`` gives are taken from it, the others from accepted values."""

    def __init__(self, round_: Round, content: HandInContent | None = None) -> None:
        self.round = round_
        self.rows: dict[str, Indicator] = {row.code: row for row in plans.indicators(round_.plan_version)}
        self.values = values.values_as_of(round_.plan_version.plan, round_.as_of)
        self.typed = {} if content is None else {item.code: item for item in content.figures if item.value is not None}

    def runs(self, source: str) -> tuple[Run, ...]:
        """``source`` with its tokens replaced."""
        return tuple(Run(run) if isinstance(run, str) else self._figure(run.code) for run in tokens.parse(source))

    def choices(self, first: Iterable[Indicator] = ()) -> list[tuple[Indicator, str]]:
        """Every figure of the plan with its present text, those of ``first`` before the others."""
        own = list(first)
        codes = {row.code for row in own}
        rest = [row for row in self.rows.values() if row.code not in codes]
        return [(row, display.value_text(row, self._known(row.code))) for row in [*own, *rest]]

    def _known(self, code: str) -> IndicatorValue | FigureEntry | None:
        return self.typed.get(code) or self.values.get(code)

    def _figure(self, code: str) -> Run:
        row, value = self.rows.get(code), self._known(code)
        if row is None:
            return Run(f"{{{code}}}", code, missing=True)
        url = f"{reverse('s45:figure', args=[code])}?as_of={self.round.as_of}"
        if value is None:
            return Run(f"〔缺数 {code}〕", code, url, row.name, missing=True)
        return Run(display.value_text(row, value), code, url, f"{row.name}（{value.as_of}）")
