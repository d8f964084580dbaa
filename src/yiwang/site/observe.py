"""What operators see: request numbers, slow queries, health, readiness, metrics, JSON logs."""

from __future__ import annotations

import hmac
import ipaddress
import logging
import os
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

log = logging.getLogger(__name__)

request_number: ContextVar[str] = ContextVar("request_number", default="")
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
# Routes that probes call every few seconds are left out of the access log.
QUIET = ("/healthz", "/readyz", "/metrics", "/static/")

REQUESTS = Counter("yiwang_http_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "yiwang_http_request_seconds",
    "Time to answer",
    ["method", "route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
SLOW_QUERIES = Counter("yiwang_db_slow_queries_total", "Queries slower than the limit", ["route"])
KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestNumberFilter(logging.Filter):
    """Puts the request's number on every log record, so that one grep finds all that belongs together."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add ``request_id``; keeps every record."""
        record.request_id = request_number.get()
        return True


def route_of(request: HttpRequest) -> str:
    """The route's pattern (not the path: one label for all ids); ``unknown`` when no route matched."""
    match = request.resolver_match
    return "/" + match.route if match is not None else "unknown"


class QueryWatch:
    """Times queries of one request. The log names query and route, never the parameters: they hold personal data."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.count = 0
        self.seconds = 0.0

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Run the query; Django's ``execute_wrapper`` protocol."""
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            taken = time.perf_counter() - start
            self.count += 1
            self.seconds += taken
            if taken * 1000 >= settings.YIWANG_SLOW_QUERY_MS:
                SLOW_QUERIES.labels(route_of(self.request)).inc()
                log.warning(
                    "slow query %.0f ms in %s: %.400s",
                    taken * 1000,
                    route_of(self.request),
                    sql,
                    extra={"route": route_of(self.request), "ms": round(taken * 1000)},
                )


class RequestIdMiddleware:
    """Numbers each request (``X-Request-ID``, taken over when the proxy sent one), times it, logs one line."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request and account for it."""
        given = request.headers.get("X-Request-ID", "")
        number = given if _GIVEN.fullmatch(given) else uuid4().hex
        # An attribute of our own on Django's request.
        request.request_id = number  # type: ignore[attr-defined]
        token = request_number.set(number)
        watch = QueryWatch(request)
        start = time.perf_counter()
        try:
            with connection.execute_wrapper(watch):
                response = self.get_response(request)
            response.headers["X-Request-ID"] = number
            self._account(request, response, time.perf_counter() - start, watch)
            return response
        finally:
            request_number.reset(token)

    @staticmethod
    def _account(request: HttpRequest, response: HttpResponseBase, seconds: float, watch: QueryWatch) -> None:
        method = request.method if request.method in KNOWN_METHODS else "OTHER"
        route = route_of(request)
        REQUESTS.labels(method, route, str(response.status_code)).inc()
        SECONDS.labels(method, route).observe(seconds)
        if not request.path.startswith(QUIET):
            log.info(
                "%s %s %s",
                method,
                request.path,
                response.status_code,
                extra={
                    "method": method,
                    "path": request.path,
                    "route": route,
                    "status": response.status_code,
                    "ms": round(seconds * 1000),
                    "queries": watch.count,
                    "query_ms": round(watch.seconds * 1000),
                },
            )


@require_safe
@transaction.non_atomic_requests
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Says nothing about the database: a restart would not mend that."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
@transaction.non_atomic_requests
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers and has every migration; 503 otherwise, naming what is wrong."""
    checks = {"database": "ok", "migrations": "ok"}
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        log.error("not ready: %s", error)
        checks = {"database": "unreachable", "migrations": "unknown"}
    else:
        if missing:
            checks["migrations"] = "missing: " + ", ".join(f"{m.app_label}.{m.name}" for m, _ in missing)
    ready = set(checks.values()) == {"ok"}
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


def may_read_metrics(request: HttpRequest) -> bool:
    """From this machine and not through a proxy on it, or with ``Authorization: Bearer <YIWANG_METRICS_TOKEN>``."""
    token = str(settings.YIWANG_METRICS_TOKEN)
    given = request.headers.get("Authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


@require_safe
@transaction.non_atomic_requests
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text. For others the page does not exist."""
    if not may_read_metrics(request):
        raise Http404
    registry: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        # The library's constructor is not typed.
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
