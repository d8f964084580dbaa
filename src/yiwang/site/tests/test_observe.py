"""Health, metrics, request numbers."""

from __future__ import annotations

import logging

import pytest
from django.db import connection
from django.test import Client, RequestFactory

from yiwang.site import observe


@pytest.mark.django_db
def test_health_and_readiness(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"ready": True, "checks": {"database": "ok", "migrations": "ok"}}


@pytest.mark.django_db
def test_a_missing_migration_is_not_ready(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'notices'")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "notices" in response.json()["checks"]["migrations"]


@pytest.mark.django_db
def test_requests_are_numbered_and_a_proxys_number_is_kept(client: Client) -> None:
    assert len(client.get("/healthz")["X-Request-ID"]) == 32
    assert client.get("/healthz", headers={"X-Request-ID": "proxy-12345"})["X-Request-ID"] == "proxy-12345"
    assert client.get("/healthz", headers={"X-Request-ID": "a\tb"})["X-Request-ID"] != "a\tb"


@pytest.mark.django_db
def test_metrics_are_for_this_machine_only(client: Client) -> None:
    client.get("/healthz")
    text = client.get("/metrics").content.decode()
    assert 'yiwang_http_requests_total{method="GET",route="/healthz",status="200"}' in text
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.1.2.3"}).status_code == 404


def test_metrics_with_a_token(settings: pytest.FixtureRequest) -> None:
    # The fixture takes any setting.
    settings.YIWANG_METRICS_TOKEN = "t0ken"  # type: ignore[attr-defined]
    factory = RequestFactory(REMOTE_ADDR="10.1.2.3")
    assert observe.may_read_metrics(factory.get("/metrics", headers={"Authorization": "Bearer t0ken"}))
    assert not observe.may_read_metrics(factory.get("/metrics", headers={"Authorization": "Bearer other"}))


@pytest.mark.django_db
def test_slow_queries_are_named_without_their_values(
    settings: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    # The fixture takes any setting.
    settings.YIWANG_SLOW_QUERY_MS = 0  # type: ignore[attr-defined]
    watch = observe.QueryWatch(RequestFactory().get("/"))
    with caplog.at_level(logging.WARNING), connection.execute_wrapper(watch), connection.cursor() as cursor:
        cursor.execute("SELECT %s::text", ["13800138000"])
    assert "SELECT" in caplog.text
    assert "13800138000" not in caplog.text
    assert watch.count == 1
