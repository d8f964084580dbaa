"""Chosen versions of records as rows of a table: those behind a number, masked, as far as the reader may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.safestring import SafeString

from yiwang.kernel.access import api as access

from . import selectors, showing
from .types import RecordType

Key = tuple[int, int]


@dataclass(frozen=True)
class Picked:
    """A table: name of the leading column, of the others (with whether each is a number), and its rows as HTML.

    ``shown`` are the records that the reader may see, of those that were asked for.
    """

    lead: str
    heads: tuple[showing.Head, ...]
    body: SafeString
    shown: frozenset[int]


def picked(user: access.User, kind: RecordType, keys: Sequence[Key]) -> Picked:
    """Versions of records by (id, version), in this order, each linked to its record. Problem ``forbidden``."""
    wanted = {key: place for place, key in enumerate(keys)}
    asked = Q(pk__in=())
    for pk, version in keys:
        asked |= Q(id=pk, version=version)
    found = [
        row
        for model in (kind.model, kind.history)
        for row in selectors.visible(user, kind, model).filter(asked)
        if (row.id, row.version) in wanted
    ]
    found.sort(key=lambda row: wanted[row.id, row.version])
    names = [name for name in kind.options.columns if name != kind.options.title]
    base = reverse("records:list", args=[kind.key])
    return Picked(
        showing.label_of(kind, kind.options.title),
        tuple(showing.heads(kind, names)),
        showing.rows_html(kind, found, names, base, pick=False),
        frozenset(row.id for row in found),
    )
