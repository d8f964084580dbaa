"""A whole page, or only the part of it that HTMX replaces."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def is_fragment(request: HttpRequest) -> bool:
    """Whether HTMX replaces a part only; when it restores the history it needs the whole page."""
    wants = getattr(request, "htmx", None)
    return wants is not None and bool(wants) and not wants.history_restore_request


def respond(request: HttpRequest, page: str, fragment: str, context: dict[str, Any]) -> HttpResponse:
    """``page``, or only its ``fragment`` (:func:`is_fragment`)."""
    answer = render(request, fragment if is_fragment(request) else page, context)
    patch_vary_headers(answer, ("HX-Request",))
    return answer
