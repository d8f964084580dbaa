"""The catalogue of systems: what a digital district needs and what stands here."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from . import registry

STATUS_NAMES = {"works": _("可用"), "partly": _("部分可用"), "none": _("未建")}
STATUS_TONES = {"works": "ok", "partly": "warn", "none": "muted"}


@login_required
@permission_required("systems.catalogue.view", raise_exception=True)
@require_GET
def catalogue_page(request: HttpRequest) -> HttpResponse:
    """All systems by chapter; ``?status=`` works, partly or none, ``?q=`` a word of name or purpose."""
    status = request.GET.get("status", "")
    word = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    rows = registry.catalogue()
    shown = [
        row
        for row in rows
        if (not status or row.status == status)
        and word.casefold()
        in f"{row.id} {row.name_zh} {row.name_en} {row.what_zh} {row.what_en} {' '.join(row.figures)}".casefold()
    ]
    prefixes = {found.id: "/" + found.url_prefix for found in registry.installed()}
    chapters = [
        (chapter, [(row, STATUS_NAMES[row.status], STATUS_TONES[row.status], prefixes.get(row.id, "")) for row in some])
        for chapter in registry.chapters()
        if (some := [row for row in shown if row.chapter == chapter.key])
    ]
    counts = [
        (key, name, STATUS_TONES[key], sum(row.status == key for row in rows)) for key, name in STATUS_NAMES.items()
    ]
    context = {
        "chapters": chapters,
        "counts": counts,
        "total": len(rows),
        "status": status,
        "q": word,
        "shown": len(shown),
    }
    return render(request, "systems/list.html", context)
