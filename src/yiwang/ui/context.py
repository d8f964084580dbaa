"""The page shell's context: navigation, district, demonstration notice."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string
from django.utils.translation import get_language

from yiwang.ui.types import Navigation


def district_name() -> str:
    """The district this installation serves, in the reader's language."""
    english = (get_language() or "zh-hans").startswith("en")
    if english:
        return str(settings.YIWANG_DISTRICT_EN)
    return str(settings.YIWANG_DISTRICT_ZH)


def shell(request: HttpRequest) -> dict[str, Any]:
    """``shell``: navigation (made only when a template asks for it), district and demonstration notice."""

    def navigation() -> Navigation:
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return Navigation()
        made: Navigation = import_string(settings.YIWANG_NAV)(request)
        return made

    return {
        "nav": SimpleLazyObject(navigation),
        "district": district_name(),
        "demo_notice": settings.YIWANG_DEMO_NOTICE,
    }
