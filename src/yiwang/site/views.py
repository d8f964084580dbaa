"""Pages that belong to no room: home, search, help, the API page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yiwang.kernel.access import api as access
from yiwang.site import api as rest
from yiwang.site.home import home_for
from yiwang.site.search import clean, search


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The six chapters, what is due from the reader, what lags."""
    return render(request, "site/home.html", {"home": home_for(access.signed_in(request))})


@require_safe
@login_required
def search_page(request: HttpRequest) -> HttpResponse:
    """Hits by kind; an empty query explains what can be found."""
    query = clean(request.GET.get("q", ""))
    groups = search(access.signed_in(request), query)
    context = {"search_query": query, "groups": groups, "total": sum(len(hits) for hits in groups.values())}
    return render(request, "site/search.html", context)


@require_safe
@login_required
def help_page(request: HttpRequest) -> HttpResponse:
    """How to do the usual things."""
    return render(request, "site/help.html", {"roles": access.signed_in(request).role_set})


def operations(schema: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The OpenAPI document's operations by tag, flattened for the page."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            for tag in operation.get("tags") or [""]:
                found.setdefault(tag, []).append(
                    {
                        "method": method.upper(),
                        "path": path,
                        "summary": operation.get("summary", ""),
                        "description": operation.get("description", ""),
                        "parameters": operation.get("parameters", []),
                        "body": ", ".join(operation.get("requestBody", {}).get("content", {})),
                        "responses": ", ".join(str(status) for status in operation.get("responses", {})),
                    }
                )
    return found


@require_safe
@login_required
def api_docs(request: HttpRequest) -> HttpResponse:
    """The interface, listed from its own schema; nothing comes from elsewhere."""
    schema = rest.schema()
    return render(request, "site/api_docs.html", {"schema": schema, "tags": operations(schema)})
