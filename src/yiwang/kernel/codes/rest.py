"""REST: code lists, to read."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from yiwang.kernel.access.api import api_auth, require, signed_in

from . import registry, selectors
from .types import Certainty, CodeList, CodeValue

router = Router(tags=["codes"], auth=api_auth)


class CodeListOut(Schema):
    """A code list (代码表); ``size`` counts the values in force today."""

    name: str
    name_zh: str
    name_en: str
    source: str
    certainty: Certainty
    owner: str
    size: int


class CodeValueOut(Schema):
    """One edition of a value; ``edition_to`` is the first day it no longer holds."""

    value: str
    label_zh: str
    label_en: str
    edition_from: date | None
    edition_to: date | None
    note: str
    certainty: Certainty


class CodeListWithValuesOut(CodeListOut):
    """A code list and its values."""

    values: list[CodeValueOut]


def _about(found: CodeList) -> dict[str, str | int]:
    return {
        "name": found.name,
        "name_zh": found.name_zh,
        "name_en": found.name_en,
        "source": found.source,
        "certainty": found.certainty,
        "owner": found.owner,
        "size": len(found.values(timezone.localdate())),
    }


def _value(row: CodeValue) -> CodeValueOut:
    return CodeValueOut(
        value=row.value,
        label_zh=row.label_zh,
        label_en=row.label_en,
        edition_from=row.edition_from,
        edition_to=row.edition_to,
        note=row.note,
        certainty=row.certainty,
    )


@router.get("/", response=list[CodeListOut], operation_id="list_code_lists", summary="代码表目录")
def list_code_lists(request: HttpRequest, q: str = "") -> list[CodeListOut]:
    """Code lists by name (files that are shipped, so not paged); ``q`` is a word of name, title or source."""
    require(signed_in(request), "codes.list", "view")
    return [CodeListOut.model_validate(_about(found)) for found in selectors.search_lists(q)]


@router.get("/{name}", response=CodeListWithValuesOut, operation_id="get_code_list", summary="代码表内容")
def get_code_list(request: HttpRequest, name: str, on: date | None = None) -> CodeListWithValuesOut:
    """One list: the values in force on the day ``on``; without it every edition of every value."""
    require(signed_in(request), "codes.list", "view")
    found = registry.code_list(name)
    rows = found.values(on) if on is not None else selectors.all_editions(found)
    return CodeListWithValuesOut.model_validate({**_about(found), "values": [_value(row) for row in rows]})
