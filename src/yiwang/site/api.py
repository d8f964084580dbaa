"""The REST interface: every room's and system's router under ``/api/v1``, one way to say what went wrong."""

from __future__ import annotations

import json
import logging
from typing import Any

from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, ValidationError

from yiwang.kernel.access import api as access
from yiwang.kernel.systems import api as systems
from yiwang.lib.problems import Problem
from yiwang.site.validation import validation_problem
from yiwang.ui import problems

log = logging.getLogger(__name__)

# Dotted names: ninja imports a router when the addresses are made.
ROUTERS: tuple[tuple[str, str], ...] = (
    ("/systems", "yiwang.kernel.systems.rest.router"),
    ("/units", "yiwang.kernel.orgs.rest.router"),
    ("/access", "yiwang.kernel.access.rest.router"),
    ("/audit", "yiwang.kernel.audit.rest.router"),
    ("/notices", "yiwang.kernel.notices.rest.router"),
    ("/codes", "yiwang.kernel.codes.rest.router"),
    ("/limits", "yiwang.kernel.limits.rest.router"),
    ("/jobs", "yiwang.kernel.jobs.rest.router"),
    ("/records", "yiwang.kernel.records.rest.router"),
    ("/metrics", "yiwang.kernel.metrics.rest.router"),
    ("/registers", "yiwang.kernel.registers.rest.router"),
    *((f"/{system.url_prefix.strip('/')}", f"{system.module}.rest.router") for system in systems.installed()),
)

api = NinjaAPI(
    title="一网 Yiwang",
    version="1",
    description=(
        "一网的接口。金额、数量以十进制字符串给出，单位为基本单位；时间为 Asia/Shanghai。"
        "错误按 RFC 9457 返回，带稳定的 code 与中英文说明。\n\n"
        "Yiwang's interface. Amounts and quantities are decimal strings in base units; times are Asia/Shanghai. "
        "Errors follow RFC 9457 with a stable code and messages in Chinese and English."
    ),
    auth=access.api_auth,
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
)


def answer(problem: Problem) -> HttpResponse:
    """The problem as JSON, with the transaction undone.

    Ninja answers exceptions itself, so Django never sees them and would commit the half that was written before.
    """
    if connection.in_atomic_block:
        transaction.set_rollback(True)
    return problems.json_response(problem)


@api.exception_handler(Problem)
def on_problem(request: HttpRequest, error: Problem) -> HttpResponse:
    """Our own problems keep code, status and words."""
    return answer(error)


@api.exception_handler(ValidationError)
def on_validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Input that does not fit the schema: 422 with each field's fault in both languages."""
    return answer(validation_problem(error.errors))


@api.exception_handler(AuthenticationError)
def on_nobody(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """Neither a session nor a valid token."""
    response = answer(
        Problem(
            "not_signed_in",
            "请先登录，或在请求头 Authorization 中带上有效的令牌（Bearer yw_…）。",
            "Sign in first, or send a valid token in the header Authorization (Bearer yw_…).",
            401,
        )
    )
    response["WWW-Authenticate"] = 'Bearer realm="yiwang"'
    return response


@api.exception_handler(AuthorizationError)
def on_forbidden(request: HttpRequest, error: AuthorizationError) -> HttpResponse:
    """Signed in, not allowed."""
    return answer(problems.forbidden())


@api.exception_handler(Http404)
def on_missing(request: HttpRequest, error: Http404) -> HttpResponse:
    """No such thing, or not for this reader."""
    return answer(problems.not_found())


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What ninja itself refuses: a body that is not JSON, too many requests."""
    log.info("api refused %s: %s", error.status_code, error.message)
    known = {
        400: Problem(
            "body_unreadable",
            "请求体不是有效的 JSON。请检查引号、逗号和编码（UTF-8）。",
            "The body is not valid JSON. Check quotes, commas and the encoding (UTF-8).",
            400,
        ),
        403: problems.forbidden(),
    }
    return answer(
        known.get(error.status_code)
        or Problem(
            "refused", "请求被拒绝，请稍后再试。", "The request was refused. Try again later.", error.status_code
        )
    )


@api.exception_handler(Exception)
def on_fault(request: HttpRequest, error: Exception) -> HttpResponse:
    """Django's own refusals become problems; a fault of ours goes on to Django, which logs it and answers 500."""
    problem = problems.as_problem(error)
    if problem is None:
        raise error
    return answer(problem)


for prefix, router in ROUTERS:
    api.add_router(prefix, router, tags=[prefix.strip("/")])


def schema() -> dict[str, Any]:
    """The OpenAPI document."""
    made: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), ensure_ascii=False))
    return made


def schema_text() -> str:
    """The OpenAPI document as it is checked in under ``docs/api/openapi.json``."""
    return json.dumps(schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
