"""REST of records: what types there are, and for every type the same eight calls with schemas of its own."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import api_auth

from . import selectors
from .registry import record_types
from .rest_calls import add_calls
from .rest_schemas import TypesOut, type_out

router = Router(tags=["records"], auth=api_auth)


@router.get("", response=TypesOut, operation_id="list_record_types", summary="业务记录类型")
def list_record_types(request: HttpRequest) -> Any:
    """The record types that the caller may see, with their columns."""
    user = access.signed_in(request)
    access.require(user, "records.type", "view")
    return {"items": [type_out(kind) for kind in selectors.readable(user)]}


# The addresses are made after every app is loaded, so every type is known by now.
for kind in record_types():
    add_calls(router, kind)
