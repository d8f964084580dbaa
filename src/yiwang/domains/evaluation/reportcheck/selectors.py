"""Reads of S46: a person's own checks, and a checked text cut into pieces for the page."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from yiwang.domains.evaluation.reportcheck.engine.source import Places
from yiwang.domains.evaluation.reportcheck.models import Check
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.lib.clock import local_date
from yiwang.lib.problems import Problem
from yiwang.ui.types import SearchHit

_RANK = {"error": 0, "warning": 1, "info": 2, "": 3}


@dataclass(frozen=True)
class Piece:
    """A run of the text; ``findings`` are the numbers (from 1) of the findings it belongs to, ``severity`` the worst.

    ``anchors`` are findings whose first place begins here: what the list of findings links to.
    """

    text: str
    severity: str = ""
    findings: tuple[int, ...] = ()
    anchors: tuple[int, ...] = ()


def checks(user: User) -> QuerySet[Check]:
    """The user's own checks, newest first; the texts are not loaded."""
    access.require(user, "s46.check", "use")
    return Check.objects.filter(checked_by=user).defer("result")


def check_by_key(user: User, key: uuid.UUID) -> Check:
    """One of the user's own checks; Problem ``check_unknown`` (404)."""
    access.require(user, "s46.check", "use")
    found = Check.objects.filter(checked_by=user, key=key).first()
    if found is None:
        raise Problem(
            "check_unknown",
            "没有这份核验记录，或它不是您提交的。",
            "There is no such check of yours.",
            status=404,
        )
    return found


def places(check: Check) -> Places:
    """Finds the place of an offset in the checked document."""
    document = check.result["document"]
    return Places(document["text"], document.get("lines", ()))


def first_place(finding: dict[str, Any], places: Places) -> str:
    """Page and line of a finding's first place; empty without fixed pages or no place."""
    if not finding["spans"]:
        return ""
    place = places(finding["spans"][0][0])
    return _("第 %(page)s 页第 %(line)s 行") % {"page": place.page, "line": place.line} if place.page else ""


def pieces(text: str, findings: Sequence[dict[str, Any]]) -> list[list[Piece]]:
    """The text as paragraphs of pieces, cut wherever a finding begins or ends."""
    cuts = {0, len(text)}
    starts: dict[int, list[int]] = {}
    for number, finding in enumerate(findings, start=1):
        for place, (start, end) in enumerate(finding["spans"]):
            cuts.update((start, end))
            if place == 0:
                starts.setdefault(start, []).append(number)
    for at, character in enumerate(text):
        if character == "\n":
            cuts.update((at, at + 1))
    order = sorted(cut for cut in cuts if 0 <= cut <= len(text))
    opened = _open_at(order, findings)
    paragraphs: list[list[Piece]] = [[]]
    for left, right in pairwise(order):
        if text[left:right] == "\n":
            paragraphs.append([])
            continue
        inside = opened[left]
        severity = min((findings[number - 1]["severity"] for number in inside), key=_RANK.__getitem__, default="")
        paragraphs[-1].append(Piece(text[left:right], severity, inside, tuple(starts.get(left, ()))))
    return [paragraph for paragraph in paragraphs if any(piece.text.strip() for piece in paragraph)]


def _open_at(order: Iterable[int], findings: Sequence[dict[str, Any]]) -> dict[int, tuple[int, ...]]:
    """For every cut, the findings that cover the text right after it."""
    begin: dict[int, list[int]] = {}
    finish: dict[int, list[int]] = {}
    for number, finding in enumerate(findings, start=1):
        for start, end in finding["spans"]:
            begin.setdefault(start, []).append(number)
            finish.setdefault(end, []).append(number)
    active: dict[int, int] = {}
    found: dict[int, tuple[int, ...]] = {}
    for cut in order:
        for number in finish.get(cut, ()):
            active[number] -= 1
            if not active[number]:
                del active[number]
        for number in begin.get(cut, ()):
            active[number] = active.get(number, 0) + 1
        found[cut] = tuple(sorted(active))
    return found


def search(user: User, q: str, limit: int = 10) -> list[SearchHit]:
    """The user's checks whose file name holds ``q``."""
    if not access.can(user, "s46.check", "use"):
        return []
    rows = checks(user).filter(filename__icontains=q.strip())[:limit]
    return [
        SearchHit(row.filename, local_date(row.checked_at).isoformat(), reverse("s46:check", args=[row.key]), _("核验"))
        for row in rows
    ]
