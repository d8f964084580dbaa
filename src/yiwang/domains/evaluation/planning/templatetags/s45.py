"""Template tags of S45: ``{% load s45 %}``."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.template import RequestContext
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from yiwang.domains.evaluation.planning import display, judgement
from yiwang.domains.evaluation.planning.models import HandIn, Indicator, IndicatorValue, Round
from yiwang.domains.evaluation.planning.rendering import ShownFigure, render_text
from yiwang.domains.evaluation.planning.types import FigureEntry, Judgement, TaskStatus
from yiwang.kernel.access import api as access
from yiwang.ui.templatetags.ui import chip

register = template.Library()


# Pages of a round: name, label, and the resource that its reader must see.
ROUND_PAGES = (
    ("round", gettext_lazy("填报"), "s45.round"),
    ("judgement", gettext_lazy("进度判断"), "s45.judgement"),
    ("composite", gettext_lazy("综合得分"), "s45.composite"),
    ("interviews", gettext_lazy("访谈"), "s45.interview"),
    ("problems", gettext_lazy("问题与整改"), "s45.problem"),
    ("follow-up", gettext_lazy("上轮措施"), "s45.followup"),
    ("report", gettext_lazy("评估报告"), "s45.report"),
    ("frozen", gettext_lazy("取数与底稿"), "s45.report"),
)


@register.inclusion_tag("s45/_round_tabs.html", takes_context=True)
def round_tabs(context: RequestContext, round_: Round, current: str) -> dict[str, Any]:
    """``{% round_tabs round "judgement" %}``: the pages of a round that the reader may see."""
    user = access.signed_in(context["request"])
    pages = [
        (label, reverse(f"s45:{name}", args=[round_.pk]), name == current)
        for name, label, resource in ROUND_PAGES
        if access.can(user, resource, "view")
    ]
    return {"pages": pages}


@register.simple_tag
def figure_text(text: str, figures: Mapping[str, ShownFigure]) -> SafeString:
    """``{% figure_text text figures %}``: paragraphs with live figures (``figures``: ``rendering.shown_figures``)."""
    return render_text(text, figures)


@register.simple_tag
def task_chip(state: TaskStatus | str | None) -> SafeString:
    """The state that a unit declared on its task; 未报送 where it has not."""
    if not state:
        return chip("muted", _("未报送"))
    known = TaskStatus(state)
    return chip(display.TASK_TONE[known], display.TASK_TEXT[known])


@register.simple_tag
def judgement_chip(verdict: Judgement) -> SafeString:
    """The class that an indicator falls in."""
    return chip(display.STATUS_TONE[verdict.status], display.STATUS_TEXT[verdict.status])


@register.filter
def judgement_tone(verdict: Judgement) -> str:
    """The tone of the class, for bars."""
    return display.STATUS_TONE[verdict.status]


@register.filter
def judgement_words(verdict: Judgement) -> str:
    """Why the class is what it is, in the reader's language."""
    return verdict.zh if (get_language() or "zh").startswith("zh") else verdict.en


@register.simple_tag
def figure_value(indicator: Indicator, value: IndicatorValue | FigureEntry | None) -> str:
    """A value with hedge and unit: 约299000人."""
    return display.value_text(indicator, value)


@register.filter
def end_target(indicator: Indicator) -> str:
    """The end target with its year: 2025年 90%."""
    return display.target_text(indicator)


@register.filter
def as_percent(share: Decimal | None) -> Decimal | None:
    """A share as a percentage with two places: 0.3651 → 36.51."""
    return None if share is None else judgement.percent(share)


@register.simple_tag
def hand_in_chip(row: HandIn) -> SafeString:
    """The state of a hand-in."""
    return chip(display.STATE_TONE[row.state], row.get_state_display())
