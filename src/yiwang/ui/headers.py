"""Security headers of every answer. Pages carry no inline script or style, so the policy allows none."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

# data: images are Tabler's form arrows and check marks, which live inside its style sheet.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"


class SecurityHeadersMiddleware:
    """Sets what a view has not set itself: the file room sends a stricter policy of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with the headers added. Pages are not kept by shared browsers (``no-store``)."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("X-Frame-Options", "DENY")
        content_type = response.headers.get("Content-Type", "")
        if content_type.startswith(("text/html", "application/json", "application/problem+json")):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
