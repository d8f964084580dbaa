"""How problems reach people and programs."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation

from yiwang.lib.problems import Problem
from yiwang.ui import headers, language, problems

PROBLEM = Problem("round_closed", "本轮已截止。", "The round is closed.", 409, round=3)


def request_for(path: str, **extra: object) -> HttpRequest:
    request = RequestFactory().get(path)
    for name, value in extra.items():
        setattr(request, name, value)
    return request


def test_the_api_gets_rfc_9457() -> None:
    response = problems.response_for(request_for("/api/v1/rounds"), PROBLEM)
    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"
    body = json.loads(response.content)
    assert body["type"] == "about:blank#round_closed"
    assert (body["code"], body["status"], body["zh"], body["en"]) == (
        "round_closed",
        409,
        "本轮已截止。",
        "The round is closed.",
    )
    assert body["detail"] == {"round": 3}


def test_htmx_gets_a_fragment_for_the_flash_area() -> None:
    response = problems.response_for(request_for("/x/", htmx=True), PROBLEM)
    assert response["HX-Retarget"] == "#flash"
    text = response.content.decode()
    assert "本轮已截止。" in text
    assert "<html" not in text


def test_the_fragment_speaks_english_to_english_readers() -> None:
    with translation.override("en"):
        response = problems.response_for(request_for("/x/", htmx=True), PROBLEM)
    assert "The round is closed." in response.content.decode()


def test_a_fault_page_needs_neither_shell_nor_database() -> None:
    response = problems.handler500(request_for("/x/", request_id="abc123"))
    assert response.status_code == 500
    text = response.content.decode()
    assert "abc123" in text
    assert 'id="sidebar"' not in text


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (Http404(), "not_found", 404),
        (PermissionDenied(), "forbidden", 403),
        (SuspiciousOperation(), "bad_request", 400),
        (RequestDataTooBig(), "request_too_large", 413),
        (PROBLEM, "round_closed", 409),
    ],
)
def test_known_exceptions_become_problems(error: Exception, code: str, status: int) -> None:
    problem = problems.as_problem(error)
    assert problem is not None
    assert (problem.code, problem.status) == (code, status)


def test_our_own_faults_are_left_to_django() -> None:
    assert problems.as_problem(ZeroDivisionError()) is None
    middleware = problems.ProblemMiddleware(lambda request: HttpResponse())
    assert middleware.process_exception(request_for("/x/"), ZeroDivisionError()) is None


def test_headers_allow_nothing_inline_and_leave_stricter_ones() -> None:
    plain = headers.SecurityHeadersMiddleware(lambda request: HttpResponse("x"))(request_for("/"))
    assert "unsafe-inline" not in plain["Content-Security-Policy"]
    assert "default-src 'self'" in plain["Content-Security-Policy"]
    assert plain["X-Frame-Options"] == "DENY"
    assert plain["Cache-Control"] == "no-store"

    def sandboxed(request: HttpRequest) -> HttpResponse:
        return HttpResponse("x", headers={"Content-Security-Policy": "sandbox"})

    assert headers.SecurityHeadersMiddleware(sandboxed)(request_for("/"))["Content-Security-Policy"] == "sandbox"


@pytest.mark.parametrize(
    ("cookie", "account", "expected"),
    [("", "", "zh-hans"), ("en", "", "en"), ("", "en", "en"), ("zh-hans", "en", "zh-hans"), ("xx", "", "zh-hans")],
)
def test_language_is_the_readers_choice_not_the_browsers(cookie: str, account: str, expected: str) -> None:
    request = RequestFactory().get("/", headers={"Accept-Language": "en-US"})
    # Only the language of the account is read.
    request.user = SimpleNamespace(language=account)  # type: ignore[assignment]
    if cookie:
        request.COOKIES["django_language"] = cookie
    assert language.language_of(request) == expected
