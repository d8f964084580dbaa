"""Door of S06: what the site and bridges may call."""

from __future__ import annotations

from .models import EnabledMatter, Licence, LicenceType, Presentation, Proof

__all__ = ["EnabledMatter", "Licence", "LicenceType", "Presentation", "Proof"]
