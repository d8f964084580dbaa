"""REST: one's own messages."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema

from yiwang.kernel.access.api import cursor_page, signed_in

from . import services

router = Router(tags=["notices"])


class NoticeOut(Schema):
    """A message to the caller."""

    id: int
    kind: str
    title_zh: str
    title_en: str
    body_zh: str
    body_en: str
    url: str
    created_at: datetime
    read_at: datetime | None


class NoticesOut(Schema):
    """A page of messages, newest first."""

    items: list[NoticeOut]
    next_cursor: str
    unread: int


class ReadIn(Schema):
    """Which messages to mark read; without ``ids`` all of them."""

    ids: list[int] | None = None


class ReadOut(Schema):
    """How many messages changed."""

    marked: int


@router.get("/", response=NoticesOut, operation_id="list_notices", summary="我的消息")
def list_notices(request: HttpRequest, unread: bool = False, cursor: str = "", limit: int = 100) -> NoticesOut:
    """The caller's messages."""
    user = signed_in(request)
    found = services.for_user(user)
    page = cursor_page(found.filter(read_at=None) if unread else found, cursor, limit, key="-id")
    items = [
        NoticeOut(
            id=notice.pk,
            kind=notice.kind,
            title_zh=notice.title_zh,
            title_en=notice.title_en,
            body_zh=notice.body_zh,
            body_en=notice.body_en,
            url=notice.url,
            created_at=notice.created_at,
            read_at=notice.read_at,
        )
        for notice in page.items
    ]
    return NoticesOut(items=items, next_cursor=page.next_cursor, unread=services.unread_count(user))


@router.post("/read", response=ReadOut, operation_id="read_notices", summary="标为已读")
def read_notices(request: HttpRequest, payload: ReadIn) -> ReadOut:
    """Mark messages of the caller read."""
    ids = None if payload.ids is None else [number for number in payload.ids if 0 < number < 2**63]
    return ReadOut(marked=services.mark_read(signed_in(request), ids))
