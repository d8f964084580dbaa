"""How a problem is shown: a page, a fragment for HTMX, or RFC 9457 JSON under ``/api/``."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import get_language

from yiwang.lib.problems import Problem

log = logging.getLogger(__name__)


def not_found() -> Problem:
    """The problem for an address that leads nowhere, or to something this reader may not know of."""
    return Problem(
        "not_found",
        "没有找到这一页。请检查地址，或从首页、搜索重新进入。",
        "There is no such page. Check the address, or start again from the home page or the search.",
        404,
    )


def forbidden() -> Problem:
    """The problem for something this reader's roles do not allow."""
    return Problem(
        "forbidden",
        "您的角色没有办理此事的权限。如确需办理，请联系安全管理员核对您的角色和单位。",
        "Your roles do not allow this. If you need it, ask the security administrator to check your roles and unit.",
        403,
    )


def bad_request() -> Problem:
    """The problem for a request that cannot be read."""
    return Problem(
        "bad_request",
        "服务器读不懂这次提交。请返回上一页刷新后再提交一次。",
        "The server cannot read this request. Go back, reload the page and submit it again.",
        400,
    )


def method_not_allowed() -> Problem:
    """The problem for an interface that knows the address, but not with this method."""
    return Problem(
        "method_not_allowed",
        "这个地址不支持该请求方法，可用的方法见响应头 Allow。",
        "This address does not take that method; the header Allow names those it takes.",
        405,
    )


def too_big() -> Problem:
    """The problem for a form whose text fields exceed the server's limit (files have their own, larger limit)."""
    return Problem(
        "request_too_large",
        "提交的文字超过 5 MB。请把长内容放进附件后再提交。",
        "The text you submitted is over 5 MB. Put long content into an attachment and submit again.",
        413,
    )


def server_error() -> Problem:
    """The problem for a fault of ours; its cause is in the log under the request's number."""
    return Problem(
        "server_error",
        "系统出了故障，本次操作没有保存任何内容。请稍后再试；如仍出现，请把请求编号告诉管理员。",
        "The system failed and saved nothing of this action. Try again later; if it happens again, "
        "give the request number to the administrator.",
        500,
    )


def as_problem(exception: Exception) -> Problem | None:
    """The problem that ``exception`` stands for, or None for a fault of ours."""
    match exception:
        case Problem():
            return exception
        case Http404():
            return not_found()
        case PermissionDenied():
            return forbidden()
        case RequestDataTooBig():
            return too_big()
        case SuspiciousOperation() | BadRequest():
            return bad_request()
    return None


def json_response(problem: Problem) -> JsonResponse:
    """RFC 9457 ``application/problem+json``."""
    return JsonResponse(
        problem.as_json(),
        status=problem.status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False, "default": str},
    )


def response_for(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The answer that suits the asker: program, HTMX fragment or person."""
    if request.path.startswith("/api/"):
        return json_response(problem)
    language = get_language() or "zh-hans"
    context = {
        "problem": problem,
        "message": problem.message(language),
        "request_id": getattr(request, "request_id", ""),
    }
    if getattr(request, "htmx", False):
        fragment = render_to_string("ui/_problem.html", context, request)
        response = HttpResponse(fragment, status=problem.status)
        response["HX-Retarget"] = "#flash"
        response["HX-Reswap"] = "innerHTML"
        return response
    # A fault may be in the shell itself (navigation reads the database), so it gets a page without one.
    template = "ui/fault.html" if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "ui/problem.html"
    page = render_to_string(template, context, None if template == "ui/fault.html" else request)
    return HttpResponse(page, status=problem.status)


class ProblemMiddleware:
    """Turns what views raise into answers; runs after the view's transaction was rolled back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on; what a view raises is for :meth:`process_exception`, a bare 405 of the API is filled in here."""
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and request.path.startswith("/api/"):
            answer = json_response(method_not_allowed())
            answer.headers["Allow"] = response.headers.get("Allow", "")
            return answer
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A problem's answer; None lets Django log the fault and call :func:`handler500`."""
        problem = as_problem(exception)
        if problem is None:
            return None
        if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("problem %s: %s", problem.code, problem.en, extra={"detail": problem.detail})
        return response_for(request, problem)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form whose security token is missing or out of date (``reason`` goes to the log)."""
    log.warning("csrf refused: %s", reason)
    return response_for(
        request,
        Problem(
            "csrf_failed",
            "页面的安全凭证已失效（可能登录已过期或浏览器禁用了 Cookie）。请刷新页面，重新登录后再提交。",
            "The page's security token is no longer valid (your session may have ended, or cookies are off). "
            "Reload the page, sign in and submit again.",
            403,
        ),
    )


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's hook for requests refused before a view runs."""
    return response_for(request, as_problem(exception) or bad_request())


def handler403(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's hook for permission errors outside views."""
    return response_for(request, forbidden())


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's hook for addresses that no route knows."""
    return response_for(request, not_found())


def handler500(request: HttpRequest) -> HttpResponse:
    """Django's hook for faults; Django has already logged the traceback."""
    return response_for(request, server_error())
