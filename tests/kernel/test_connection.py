"""Kept connections: one that stands is used without asking, one whose server ended it is not used again."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from yiwang.kernel.access.testing import make_user
from yiwang.kernel.registers import api as registers


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_ended_is_not_usable() -> None:
    connection.ensure_connection()
    with CaptureQueriesContext(connection) as asked:
        assert connection.is_usable()
    assert not asked.captured_queries
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (number,) = cursor.fetchone()
    with psycopg.connect(connection.connection.info.dsn, password=connection.settings_dict["PASSWORD"]) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [number])
    assert not connection.is_usable()
    connection.close()
    connection.ensure_connection()
    assert connection.is_usable()


@pytest.mark.django_db
def test_a_list_asks_the_database_few_questions() -> None:
    registers.check_key()
    client = Client()
    client.force_login(make_user("bureau", "cq/data"))
    address = "/records/s07.review/"
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    # Session, account, role, rows, own views, unread messages; the savepoint of a test's transaction and the way back.
    questions = [query["sql"] for query in asked.captured_queries]
    assert len([sql for sql in questions if sql.startswith("SELECT") and "set_config" not in sql]) <= 5, questions
