"""Schemathesis makes up calls from the OpenAPI and asks them of the real application: none may answer with a 5xx.

The callers hold a person's token that may write: the planner, who may do most, and the approver, who may decide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi._caches import clear_all

from tests.access.world import make_district
from yiwang.kernel.access import tokens

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# Calls made up for each operation: enough to reach the branches of its types; the same ones on every run.
EXAMPLES = 20
# The interface is asked in parts, each within the time that a test may take. A record type has twelve calls: a number
# that does not divide them gives every part some of each kind.
PARTS = 7
READERS = ("bureau", "approver")


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Requests share the test's database connection, as with Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def nothing_kept() -> Iterator[None]:
    """Validators that Schemathesis keeps for its process are 500 MB a part; what runs after it would crawl."""
    yield
    clear_all()


@pytest.fixture(scope="module")
def met() -> Iterator[dict[str, dict[int, set[int]]]]:
    """Statuses met by reader and part; looked at when every part was asked."""
    found: dict[str, dict[int, set[int]]] = defaultdict(dict)
    yield found
    for reader, parts in found.items():
        # Calls that only ever bounce off the door would prove nothing.
        assert len(parts) < PARTS or {200, 404, 422} <= set().union(*parts.values()), reader


@pytest.mark.usefixtures("one_connection", "nothing_kept")
@pytest.mark.parametrize("part", range(PARTS))
def test_no_call_answers_with_a_server_error(part: int, met: dict[str, dict[int, set[int]]]) -> None:
    people = make_district().people
    secrets = {
        reader: tokens.create_token(people[reader], name="schemathesis", scopes=["read", "write"], days=1).plain
        for reader in READERS
    }
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())
    asked: list[str] = []
    statuses = {reader: met[reader].setdefault(part, set()) for reader in READERS}
    for found in islice(schema.get_all_operations(), part, None, PARTS):
        assert isinstance(found, Ok), found
        operation = found.ok()
        asked.append(operation.label)

        # Making a call up takes longer than answering it: each is asked by every reader.
        def ask(case: schemathesis.Case[Any]) -> None:
            for reader, secret in secrets.items():
                answer = case.call(headers={"Authorization": f"Bearer {secret}"})
                statuses[reader].add(answer.status_code)
                case.validate_response(answer, checks=[not_a_server_error])

        run = settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )(given(case=operation.as_strategy())(ask))
        run()
    assert len(asked) > 30
    # Each reader meets both over all parts (see `met`); which calls fall into one part changes with every new one.
    assert {200, 404} <= set().union(*statuses.values()), statuses
