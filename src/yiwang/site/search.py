"""One search over all rooms. A provider returns only what the reader may open; the site only gathers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from yiwang.kernel.access import api as access
from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.systems import api as systems
from yiwang.ui.types import SearchHit

LIMIT = 20
MAX_QUERY = 100


Provider = Callable[[access.User, str, int], Sequence[SearchHit]]


def search_units(user: access.User, query: str, limit: int) -> list[SearchHit]:
    """Current units by name or code."""
    if not access.can(user, "orgs.unit", "view"):
        return []
    found = orgs.units().filter(
        Q(name_zh__icontains=query) | Q(short_zh__icontains=query) | Q(name_en__icontains=query) | Q(code=query)
    )
    units = access.limit(found, user, "orgs.unit", "view", unit_path_field="path")[:limit]
    return [SearchHit(unit.name, unit.code, reverse("orgs:unit", args=[unit.code]), _("单位")) for unit in units]


def search_systems(user: access.User, query: str, limit: int) -> list[SearchHit]:
    """Systems of the catalogue by name or id."""
    if not access.can(user, "systems.catalogue", "view"):
        return []
    word = query.casefold()
    rows = [
        row for row in systems.catalogue() if word in f"{row.id} {row.name_zh} {row.name_en} {row.what_zh}".casefold()
    ]
    url = reverse("systems:list")
    return [SearchHit(f"{row.id} {row.name_zh}", row.what_zh, f"{url}#{row.id}", _("系统")) for row in rows[:limit]]


# Dotted names: a system's provider is part of its door and is imported when first asked.
PROVIDERS: tuple[str, ...] = (
    "yiwang.domains.evaluation.planning.api.search",
    "yiwang.domains.evaluation.reportcheck.api.search",
    "yiwang.kernel.records.api.search",
    "yiwang.kernel.registers.api.search",
    "yiwang.site.search.search_units",
    "yiwang.site.search.search_systems",
)


def clean(query: str) -> str:
    """Blanks joined, NUL (which PostgreSQL refuses) dropped, at most 100 characters."""
    return " ".join(query.replace("\x00", "").split())[:MAX_QUERY]


def search(user: access.User, query: str, limit: int = LIMIT) -> dict[str, list[SearchHit]]:
    """Hits by kind in the order of the providers; at most ``limit`` of each provider; nothing for an empty query."""
    found: dict[str, list[SearchHit]] = {}
    query = clean(query)
    if not query:
        return found
    for name in PROVIDERS:
        provider: Provider = import_string(name)
        for hit in provider(user, query, limit):
            found.setdefault(hit.kind, []).append(hit)
    return found
