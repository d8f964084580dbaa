"""What the views of S45 share: problems beside the form they concern, posted-only addresses, numbers from addresses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language

from yiwang.lib.problems import Problem

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
PAGE_SIZE = 50


def said(problem: Problem) -> str:
    """The problem's sentence in the reader's language."""
    return problem.message(get_language() or "zh-hans")


def about(problem: Problem | None) -> dict[str, Any]:
    """What ``s45/_problem_here.html`` needs to show ``problem`` on top of the page it concerns."""
    return {} if problem is None else {"problem": problem, "message": said(problem)}


def onto(form: forms.Form, problem: Problem) -> None:
    """Put ``problem`` on the field it names, or on the whole form."""
    field = str(problem.detail.get("field", ""))
    form.add_error(field if field in form.fields else None, forms.ValidationError(said(problem), code=problem.code))


def onto_line(formset: Any, problem: Problem) -> bool:
    """Put ``problem`` on the line of ``formset`` that it names (``finding-2``: the second that is not blank)."""
    number = str(problem.detail.get("field", "")).rpartition("-")[2]
    written = [line for line in formset if not line.is_blank]
    if not number.isdigit() or not 0 < int(number) <= len(written):
        return False
    written[int(number) - 1].add_error(None, forms.ValidationError(said(problem), code=problem.code))
    return True


def posted(page: str) -> Callable[[View[P]], View[P]]:
    """A view for POST only; a GET (as after signing in again) goes to the page ``s45:<page>`` of the same object."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method != "POST":
                kept = {key: value for key, value in kwargs.items() if key in {"pk", "number"}}
                return HttpResponseRedirect(reverse(f"s45:{page}", kwargs=kept))
            return view(request, *args, **kwargs)

        return checked

    return decorate


def go(request: HttpRequest, page: str, *args: Any, anchor: str = "", **kwargs: Any) -> HttpResponse:
    """Redirect to ``s45:<page>``; for HTMX as HX-Redirect, which loads the whole page."""
    url = reverse(f"s45:{page}", args=args or None, kwargs=kwargs or None) + (f"#{anchor}" if anchor else "")
    if request.headers.get("HX-Request"):
        whole = HttpResponse(status=204)
        whole["HX-Redirect"] = url
        return whole
    return HttpResponseRedirect(url)


def well(request: HttpRequest, text: str) -> None:
    """A message of success on the next page."""
    messages.success(request, text)


def page_of(rows: QuerySet[Any] | list[Any], request: HttpRequest, size: int = PAGE_SIZE) -> Page[Any]:
    """The asked page of ``rows``; numbers out of range give the nearest page."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def day_of(text: str, field: str) -> date | None:
    """The date in ``text`` (``None`` when empty); Problem ``date_invalid``."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Problem(
            "date_invalid",
            f"日期“{text[:20]}”不存在或格式不对，请按 2023-06-30 的样式填写。",
            f'"{text[:20]}" is not a date. Write it as 2023-06-30.',
            field=field,
        ) from error


def numbers_of(request: HttpRequest, name: str) -> list[int]:
    """The whole numbers posted under ``name``; what is not a number is Problem ``choice_invalid``."""
    found = []
    for text in request.POST.getlist(name):
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise Problem(
                "choice_invalid", "所选项目无效，请刷新页面后重新勾选。", "The choice is not valid; reload the page."
            )
        found.append(int(text))
    return found


def clean(text: str) -> str:
    """A search text from an address, without what a database text cannot hold."""
    return text.replace("\x00", "").strip()[:100]


def choice(value: str, allowed: list[str]) -> str:
    """``value`` if it is one of ``allowed``, else nothing (a filter that is not known filters nothing)."""
    return value if value in allowed else ""
