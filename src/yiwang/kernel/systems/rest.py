"""REST: the catalogue of systems."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Schema

from yiwang.ui.problems import forbidden

from . import registry
from .types import Status

router = Router(tags=["systems"])


class SystemOut(Schema):
    """A system of a digital district and how far it stands here."""

    id: str
    chapter: str
    name_zh: str
    name_en: str
    kind: str
    what_zh: str
    what_en: str
    figures: list[str]
    status: Status


@router.get("/", response=list[SystemOut], operation_id="list_systems", summary="系统目录")
def list_systems(request: HttpRequest, status: Status | None = None) -> list[SystemOut]:
    """All systems in the order of the catalogue (a closed list of 48, so it is not paged)."""
    if not request.user.has_perm("systems.catalogue.view"):
        raise forbidden()
    return [
        SystemOut(
            id=row.id,
            chapter=row.chapter,
            name_zh=row.name_zh,
            name_en=row.name_en,
            kind=row.kind,
            what_zh=row.what_zh,
            what_en=row.what_en,
            figures=list(row.figures),
            status=row.status,
        )
        for row in registry.catalogue()
        if status is None or row.status == status
    ]
