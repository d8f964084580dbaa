"""Texts with live figures, as pages show them: each token becomes a link to its figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from yiwang.domains.evaluation.planning import display, tokens
from yiwang.domains.evaluation.planning.models import PlanVersion
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors import values


@dataclass(frozen=True)
class ShownFigure:
    """A figure as a text shows it; ``hint`` says what it is, as of when, and who reported it."""

    text: str
    url: str
    hint: str
    missing: bool = False


def shown_figures(
    version: PlanVersion, as_of: date, texts: Iterable[str], known_on: date | None = None
) -> dict[str, ShownFigure]:
    """The figures that ``texts`` name, by code, with their values as of a date; two queries however many texts."""
    codes = {code for text in texts for code in tokens.codes(text)}
    if not codes:
        return {}
    known = values.values_as_of(version.plan, as_of, known_on, codes)
    found = {}
    for row in plans.indicators(version).filter(code__in=codes).prefetch_related(None):
        value = known.get(row.code)
        hint = (
            _("%(code)s %(name)s：没有数据") % {"code": row.code, "name": row.name}
            if value is None
            else _("%(code)s %(name)s，截至 %(day)s，%(origin)s，%(unit)s")
            % {
                "code": row.code,
                "name": row.name,
                "day": value.as_of,
                "origin": row.get_origin_display(),
                "unit": value.unit.name,
            }
        )
        found[row.code] = ShownFigure(
            text=display.value_text(row, value),
            url=f"{reverse('s45:figure', args=[row.code])}?as_of={as_of}",
            hint=hint,
            missing=value is None,
        )
    return found


def render_text(text: str, figures: Mapping[str, ShownFigure]) -> SafeString:
    """``text`` as paragraphs (one a line) in which ``{F005}`` reads 45122笔 and opens the figure's page."""
    lines = [line for line in text.splitlines() if line.strip()]
    return format_html_join("\n", "<p>{}</p>", ((_line(line, figures),) for line in lines))


def _line(line: str, figures: Mapping[str, ShownFigure]) -> SafeString:
    runs = (run if isinstance(run, str) else _figure(run.code, figures.get(run.code)) for run in tokens.parse(line))
    return format_html_join("", "{}", ((run,) for run in runs))


def _figure(code: str, shown: ShownFigure | None) -> SafeString:
    if shown is None:
        return format_html('<span class="token">{}</span>', _("〔缺数 %(code)s〕") % {"code": code})
    css = "figure token" if shown.missing else "figure number-link"
    return format_html('<a class="{}" href="{}" title="{}">{}</a>', css, shown.url, shown.hint, shown.text)
