"""Template tags of S45: ``{% load s45 %}``."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.safestring import SafeString

from yiwang.domains.evaluation.planning.rendering import ShownFigure, render_text

register = template.Library()


@register.simple_tag
def figure_text(text: str, figures: Mapping[str, ShownFigure]) -> SafeString:
    """``{% figure_text text figures %}``: paragraphs with live figures (``figures``: ``rendering.shown_figures``)."""
    return render_text(text, figures)
