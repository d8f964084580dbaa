"""REST: audit entries, for the security auditor."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from yiwang.lib.paging import cursor_page
from yiwang.ui.problems import forbidden

from . import selectors

router = Router(tags=["audit"])


class EntryOut(Schema):
    """One audit entry with its place in the chain."""

    seq: int
    at: datetime
    actor: str
    action: str
    object_type: str
    object_id: str
    result: str
    ip: str
    detail: dict[str, Any]
    previous_hash: str
    hash: str


class EntriesOut(Schema):
    """A page of entries, newest first."""

    items: list[EntryOut]
    next_cursor: str


@router.get("/entries", response=EntriesOut, operation_id="list_audit_entries", summary="审计记录")
def list_entries(
    request: HttpRequest,
    actor: str = "",
    action: str = "",
    result: str = "",
    since: date | None = None,
    until: date | None = None,
    cursor: str = "",
    limit: int = 100,
) -> EntriesOut:
    """Entries, newest first. ``action`` matches a beginning (``access.``); ``since`` and ``until`` are whole days."""
    if not request.user.has_perm("audit.entry.view"):
        raise forbidden()
    found = selectors.entries(actor=actor, action=action, result=result, since=since, until=until)
    page = cursor_page(found, cursor, limit, key="-seq")
    return EntriesOut(
        items=[
            EntryOut(
                seq=entry.seq,
                at=entry.at,
                actor=entry.actor,
                action=entry.action,
                object_type=entry.object_type,
                object_id=entry.object_id,
                result=entry.result,
                ip=entry.ip,
                detail=entry.detail,
                previous_hash=entry.previous_hash,
                hash=entry.hash,
            )
            for entry in page.items
        ],
        next_cursor=page.next_cursor,
    )
