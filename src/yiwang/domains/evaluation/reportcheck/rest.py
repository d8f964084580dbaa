"""API of S46: check a document, list and read one's own checks."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import File, Router, Schema, Status
from ninja.files import UploadedFile

from yiwang.domains.evaluation.reportcheck import selectors, services
from yiwang.kernel.access.api import api_auth, cursor_page, signed_in

router = Router(tags=["report check"], auth=api_auth)


class CheckOut(Schema):
    """A kept check without its text."""

    key: uuid.UUID
    filename: str
    sha256: str
    figures: int
    errors: int
    warnings: int
    infos: int
    checked_at: datetime


class ChecksOut(Schema):
    """A page of checks."""

    items: list[CheckOut]
    next_cursor: str


@router.get("/checks", response=ChecksOut, operation_id="list_checks", summary="我的核验记录")
def list_checks(request: HttpRequest, cursor: str = "", limit: int = 50) -> Any:
    """The caller's own checks."""
    return cursor_page(selectors.checks(signed_in(request)), cursor, limit, "-id")


@router.post("/checks", response={201: CheckOut}, operation_id="create_check", summary="核验一份报告")
def create_check(request: HttpRequest, file: File[UploadedFile]) -> Any:
    """Check a .docx, .pdf, .html or .txt; the result is at ``/checks/{key}``."""
    return Status(201, services.check_upload(file, file.name or "", actor=signed_in(request)))


@router.get("/checks/{key}", response=dict[str, Any], operation_id="read_check", summary="一份核验记录")
def read_check(request: HttpRequest, key: uuid.UUID) -> Any:
    """The result as ``yiwang check --json`` gives it."""
    return selectors.check_by_key(signed_in(request), key).result


@router.delete("/checks/{key}", response={204: None}, operation_id="remove_check", summary="删除核验记录")
def remove_check(request: HttpRequest, key: uuid.UUID) -> Any:
    """Delete the kept result with the document's text."""
    user = signed_in(request)
    services.delete_check(selectors.check_by_key(user, key), actor=user)
    return Status(204, None)
