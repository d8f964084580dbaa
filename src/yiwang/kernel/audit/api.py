"""Door of the audit room: append an act, check the chain."""

from __future__ import annotations

from django.http import HttpRequest

from .models import AuditEntry
from .selectors import entries
from .services import record, verify
from .types import VerifyResult

__all__ = ["AuditEntry", "VerifyResult", "actor_of", "client_ip", "entries", "record", "verify"]


def client_ip(request: HttpRequest) -> str:
    """Address of the caller as the server in front reports it (``REMOTE_ADDR``; headers can be forged)."""
    return str(request.META.get("REMOTE_ADDR") or "")


def actor_of(request: HttpRequest) -> tuple[str, str]:
    """``(username, address)`` of a request, ready for :func:`record`; nobody signed in gives ``anonymous``."""
    user = getattr(request, "user", None)
    name = user.get_username() if user is not None and user.is_authenticated else ""
    return name or "anonymous", client_ip(request)
