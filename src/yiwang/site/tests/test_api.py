"""The interface as a whole: one form of errors, nothing half-kept, a checked-in description."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.http import HttpRequest
from django.test import Client, RequestFactory
from ninja import Schema

from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.audit import api as audit
from yiwang.lib.problems import Problem
from yiwang.site import api
from yiwang.site.views import operations

ROOT = Path(__file__).resolve().parents[4]


def test_the_checked_in_description_is_current() -> None:
    """When it fails: run `yiwang openapi --output docs/api/openapi.json` and look at what changed."""
    kept = (ROOT / "docs" / "api" / "openapi.json").read_text(encoding="utf-8")
    assert kept == api.schema_text()


def test_every_operation_has_an_id_and_a_summary() -> None:
    found = [operation for group in operations(api.schema()).values() for operation in group]
    assert len(found) > 10
    assert [item["path"] for item in found if not item["summary"]] == []
    ids = [operation["operationId"] for methods in api.schema()["paths"].values() for operation in methods.values()]
    assert len(ids) == len(set(ids))


def test_no_two_shapes_of_the_interface_have_one_name() -> None:
    """The description knows them by name: of two, the second would take the first's place without a word."""
    places: dict[str, set[str]] = defaultdict(set)

    def note(shape: type[Schema]) -> None:
        for kind in shape.__subclasses__():
            if kind.__module__.startswith("yiwang."):
                places[kind.__name__].add(kind.__module__)
            note(kind)

    api.schema()
    note(Schema)
    assert len(places) > 50
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/api/v1/nothing-here", 404, "not_found"),
        ("get", "/api/v1/systems/", 401, "not_signed_in"),
        ("delete", "/api/v1/systems/", 405, "method_not_allowed"),
    ],
)
def test_errors_are_rfc_9457(method: str, path: str, status: int, code: str, client: Client) -> None:
    response = getattr(client, method)(path)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["code"] == code
    assert body["zh"]
    assert body["en"]


@pytest.mark.django_db
def test_input_that_does_not_fit_names_its_fields(client: Client) -> None:
    client.force_login(make_user("bureau", make_unit("cq/data")))
    response = client.get("/api/v1/systems/?status=perhaps")
    assert response.status_code == 422
    assert response.json()["code"] == "invalid_input"
    assert response.json()["detail"]["errors"][0]["field"] == "query.status"


@pytest.mark.django_db
def test_a_body_that_is_not_json(client: Client) -> None:
    client.force_login(make_user("bureau", make_unit("cq/data")))
    response = client.post("/api/v1/notices/read", data="{", content_type="application/json")
    assert response.status_code == 400
    assert response.json()["code"] == "body_unreadable"


@pytest.mark.django_db(transaction=True)
def test_a_problem_undoes_what_was_written_before_it() -> None:
    """Ninja answers a problem itself; without our rollback the request's transaction would be committed."""
    before = audit.entries().count()

    def handle(request: HttpRequest) -> int:
        with transaction.atomic():
            audit.record("test.half", actor="tester")
            return api.on_problem(request, Problem("stop", "停止。", "Stop.", 409)).status_code

    assert handle(RequestFactory().post("/api/v1/x")) == 409
    assert not connection.in_atomic_block
    assert audit.entries().count() == before


@pytest.mark.django_db
def test_the_description_and_its_page_come_from_here(client: Client) -> None:
    described = client.get("/api/v1/openapi.json")
    assert described.status_code == 200
    assert json.loads(described.content)["info"]["title"] == "一网 Yiwang"
    client.force_login(make_user("bureau", make_unit("cq/data")))
    page = client.get("/api/docs").content.decode()
    assert "/api/v1/systems/" in page
    assert "https://" not in page
