"""Door of S04: what the site and bridges may call."""

from __future__ import annotations

from .models import App, CitizenUser, EnterpriseUser, MonthlyActivity, PromotionTarget

__all__ = ["App", "CitizenUser", "EnterpriseUser", "MonthlyActivity", "PromotionTarget"]
