"""For tests of the API: a call as somebody, with its answer's JSON."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from yiwang.kernel.access.api import User

BASE = "/api/v1/evaluation"


def call(user: User | None, method: str, path: str, body: object = None, status: int = 200, **query: Any) -> Any:
    """The answer's JSON; the status is asserted."""
    client = Client()
    if user is not None:
        client.force_login(user)
    if method == "get":
        answer = client.get(BASE + path, query)
    else:
        answer = client.post(BASE + path, json.dumps(body or {}), content_type="application/json")
    assert answer.status_code == status, (path, answer.status_code, answer.content.decode()[:1500])
    return answer.json()
