"""The reader's role comes back after the owner's look, whatever goes wrong inside."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from yiwang.kernel.access import api as access
from yiwang.kernel.access.testing import make_user
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db


def role() -> str:
    """The role that the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('role')")
        return str(cursor.fetchone()[0])


@pytest.fixture(autouse=True)
def reader() -> None:
    """A request under a reader's role."""
    access.act_as(make_user("viewer", "cq/centre"))
    assert role() == access.APP_ROLE


def test_inside_the_owner_answers_and_afterwards_the_reader() -> None:
    with access.as_owner():
        assert role() == "none"
        with access.as_owner():
            assert role() == "none"
        assert role() == "none"
    assert role() == access.APP_ROLE


def test_after_a_problem() -> None:
    with pytest.raises(Problem), access.as_owner():
        raise Problem("any", "问题", "A problem")
    assert role() == access.APP_ROLE


def test_after_an_error_of_the_database() -> None:
    with (
        pytest.raises(DatabaseError, match="division by zero"),
        transaction.atomic(),
        access.as_owner(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 1 / 0")
    assert role() == access.APP_ROLE


def test_after_an_error_that_was_caught_inside() -> None:
    with access.as_owner():
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        assert role() == "none"
    assert role() == access.APP_ROLE
