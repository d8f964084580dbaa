"""REST of the room."""

from __future__ import annotations

from ninja import Router

from yiwang.kernel.access.api import api_auth

router = Router(tags=["records"], auth=api_auth)
