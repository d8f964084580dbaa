"""Cursor paging over real rows."""

from __future__ import annotations

import base64

import pytest

from yiwang.kernel.access.api import cursor_page
from yiwang.kernel.access.testing import make_unit
from yiwang.kernel.orgs.api import Unit
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def units() -> list[str]:
    return sorted(make_unit(f"u{number:02}").code for number in range(7))


@pytest.mark.parametrize("key", ["id", "-id", "code", "-code"])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 200])
def test_pages_put_together_are_the_whole(units: list[str], key: str, limit: int) -> None:
    found: list[str] = []
    cursor = ""
    while True:
        page = cursor_page(Unit.objects.all(), cursor, limit, key)
        assert len(page.items) <= limit
        found += [unit.code for unit in page.items]
        cursor = page.next_cursor
        if not cursor:
            break
    assert found == sorted(units, reverse=key.startswith("-"))


def test_new_rows_shift_nothing(units: list[str]) -> None:
    first = cursor_page(Unit.objects.all(), "", 3, "code")
    make_unit("a-new-one")
    second = cursor_page(Unit.objects.all(), first.next_cursor, 3, "code")
    assert [unit.code for unit in second.items] == units[3:6]


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor", ["*", "é", "=", "a", encoded("no number"), encoded(str(2**70)), encoded("1.5"), "////", encoded("\x00")]
)
def test_a_wrong_cursor_is_a_problem(units: list[str], cursor: str) -> None:
    with pytest.raises(Problem) as caught:
        cursor_page(Unit.objects.all(), cursor, 3)
    assert caught.value.code == "cursor_invalid"


def test_a_wrong_text_cursor_is_a_problem(units: list[str]) -> None:
    with pytest.raises(Problem):
        cursor_page(Unit.objects.all(), encoded("a\x00b"), 3, "code")


@pytest.mark.parametrize("limit", [-1, 0, 201])
def test_limits(limit: int) -> None:
    with pytest.raises(Problem) as caught:
        cursor_page(Unit.objects.all(), "", limit)
    assert caught.value.code == "limit_out_of_range"
