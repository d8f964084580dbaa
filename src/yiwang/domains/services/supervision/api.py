"""Door of S10: what the site and bridges may call."""

from __future__ import annotations

from .models import Act, Assignment, Draw, DrawFrame, Inspector, Matter, Target

__all__ = ["Act", "Assignment", "Draw", "DrawFrame", "Inspector", "Matter", "Target"]
