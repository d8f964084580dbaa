"""Hits for the site's search: organisations and addresses. People are looked for in the register, by a posted form."""

from __future__ import annotations

from yiwang.kernel.access import api as access
from yiwang.lib.identifiers import names_a_person
from yiwang.ui.types import SearchHit

from . import selectors, showing
from .kinds import ADDRESS, ORGANISATION

# So many of each register are enough to see that there are some.
HITS = 5


def search(user: access.User, words: str, limit: int) -> list[SearchHit]:
    """Organisations and addresses by code or by parts of their names."""
    if names_a_person(words):
        return []
    found = [
        SearchHit(hit.title, hit.note, hit.href, str(kind.name))
        for kind in (ORGANISATION, ADDRESS)
        for hit in showing.hits(kind, selectors.search(user, kind, words, HITS).rows)
    ]
    return found[:limit]
