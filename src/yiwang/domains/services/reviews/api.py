"""Door of S07: what the site and bridges may call."""

from __future__ import annotations

from .models import Evaluator, Rectification, Review

__all__ = ["Evaluator", "Rectification", "Review"]
