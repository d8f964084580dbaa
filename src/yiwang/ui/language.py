"""Which language a page is in: the reader's choice, else Chinese. What the browser prefers does not count.

Office computers often run an English browser; their readers still expect Chinese pages.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation


def language_of(request: HttpRequest) -> str:
    """The language cookie (set by the switch), else the account's, else the installation's."""
    known = dict(settings.LANGUAGES)
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in known:
        return chosen
    preferred = str(getattr(getattr(request, "user", None), "language", "") or "")
    return preferred if preferred in known else settings.LANGUAGE_CODE


class LanguageMiddleware:
    """Comes after authentication, so that an account's language is known."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the reader's language and say which one it is."""
        language = language_of(request)
        with translation.override(language):
            # Django sets this attribute itself and does not declare it.
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
