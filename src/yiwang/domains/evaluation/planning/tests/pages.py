"""For tests of the pages: read and post as somebody, with the fields that a page's form has."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from yiwang.domains.evaluation.planning.forms import raw_of
from yiwang.domains.evaluation.planning.models import HandIn
from yiwang.domains.evaluation.planning.tests.factory import full_content
from yiwang.domains.evaluation.planning.types import HandInContent
from yiwang.kernel.access.api import User

# The smallest PNG: one pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def browser(user: User) -> Client:
    """A client signed in as ``user``."""
    client = Client()
    client.force_login(user)
    return client


def get(user: User, name: str, *args: object, expect: int = 200, **query: Any) -> str:
    """The page ``s45:<name>`` as ``user`` sees it; asserts its status."""
    answer = browser(user).get(reverse(f"s45:{name}", args=args), query)
    text = answer.content.decode()
    assert answer.status_code == expect, text[:3000]
    return text


def post(
    user: User,
    name: str,
    *args: object,
    data: dict[str, Any] | None = None,
    status: int = 302,
    follow: bool = False,
    **headers: Any,
) -> Any:
    """Post to ``s45:<name>`` as ``user``; asserts the status. ``headers`` are named HX_Request and so on."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    answer = browser(user).post(reverse(f"s45:{name}", args=args), data or {}, follow=follow, headers=named)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer


def text_of(answer: Any) -> str:
    """The answer's page."""
    return str(answer.content.decode())


def fields(hand_in: HandIn, content: HandInContent | None = None, /, **changes: Any) -> dict[str, Any]:
    """The fields of the hand-in's form, filled with ``content`` (default: complete) and ``changes``."""
    hand_in.refresh_from_db()
    found: dict[str, Any] = raw_of(content or full_content(hand_in))
    found.pop("as_of_stated", None)
    return {**found, "revision": str(hand_in.revision), **changes}


def sheet_of(user: User, name: str, *args: object) -> Any:
    """The first sheet of the workbook that ``s45:<name>`` gives ``user``."""
    answer = browser(user).get(reverse(f"s45:{name}", args=args))
    assert answer.status_code == 200
    return load_workbook(BytesIO(answer.content)).worksheets[0]


def rows_of(user: User, name: str, *args: object) -> list[tuple[Any, ...]]:
    """The rows of :func:`sheet_of`."""
    return list(sheet_of(user, name, *args).values)


def upload(name: str = "台账.png", data: bytes = PNG) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, data)
