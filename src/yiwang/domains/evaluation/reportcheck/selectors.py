"""Reads of S46: reports in the reader's scope, versions side by side, counts, a text in pieces for the page."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yiwang.domains.evaluation.reportcheck import records
from yiwang.domains.evaluation.reportcheck.engine import faults
from yiwang.domains.evaluation.reportcheck.engine.annotate import annotate
from yiwang.domains.evaluation.reportcheck.engine.kinds import kinds
from yiwang.domains.evaluation.reportcheck.engine.matching import Trace, pair, trace
from yiwang.domains.evaluation.reportcheck.engine.source import Places
from yiwang.domains.evaluation.reportcheck.models import Check, Dismissal, Report
from yiwang.domains.evaluation.reportcheck.types import Finding, RecordsResult
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.files import api as files
from yiwang.lib.clock import local_date
from yiwang.lib.problems import Problem
from yiwang.ui.types import SearchHit

_NOISE_FROM = 5
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


def reports(user: User) -> QuerySet[Report]:
    """The reports that the user may see: their own, and those that were shared in their scope; newest first."""
    access.require(user, "s46.check", "use")
    shared = access.limit(Report.objects.filter(shared=True), user, "s46.report", "view")
    return Report.objects.filter(Q(created_by=user) | Q(pk__in=shared.values("pk")))


def report_by_key(user: User, key: uuid.UUID) -> Report:
    """A report that the user may see; Problem ``report_unknown`` (404)."""
    found = reports(user).select_related("unit", "created_by__person").filter(key=key).first()
    if found is None:
        raise Problem(
            "report_unknown", "没有这份报告，或您无权查看。", "There is no such report that you may see.", status=404
        )
    return found


def may_edit(user: User, report: Report) -> bool:
    """Whether the user may hand in versions of the report and dismiss findings."""
    if report.created_by_id == user.pk:
        return access.can(user, "s46.check", "use")
    return report.shared and access.in_scope(user, "s46.report", "edit", report.unit)


def require_edit(user: User, report: Report) -> None:
    """Problem ``forbidden`` (403) unless :func:`may_edit`."""
    if not may_edit(user, report):
        raise access.forbidden()


def latest(found: QuerySet[Report]) -> QuerySet[Check]:
    """The latest version of each of these reports, newest first, without the texts."""
    last = Check.objects.filter(report=OuterRef("pk")).order_by("-number").values("pk")[:1]
    keys = found.annotate(last=Subquery(last)).values("last")
    return Check.objects.filter(pk__in=keys).select_related("report__unit").defer("result")


def checks(user: User) -> QuerySet[Check]:
    """What the user handed in, newest first; the texts are not loaded."""
    return Check.objects.filter(report__in=reports(user), checked_by=user).select_related("report").defer("result")


def versions(report: Report) -> list[Check]:
    """The versions of a report, newest first, without the texts."""
    found = report.versions.select_related("checked_by__person", "checked_by__unit").defer("result")
    return list(found.order_by("-number"))


def check_by_key(user: User, key: uuid.UUID) -> Check:
    """A version that the user may see; Problem ``check_unknown`` (404)."""
    related = ("report__unit", "report__created_by", "checked_by__person", "file")
    found = Check.objects.filter(report__in=reports(user), key=key).select_related(*related).first()
    if found is None:
        raise Problem(
            "check_unknown",
            "没有这份核验记录，或它不是您能看的。",
            "There is no such check that you may see.",
            status=404,
        )
    return found


def version_before(check: Check, number: int | None = None) -> Check | None:
    """The version with this number, by default the one before ``check``; None when there is none."""
    older = check.report.versions.select_related("report")
    return (
        older.filter(number__lt=check.number).order_by("number").last()
        if number is None
        else older.filter(number=number).first()
    )


def finding_of(check: Check, number: int) -> dict[str, Any]:
    """The finding with this number, from 1. Problem ``finding_unknown`` (404)."""
    found: list[dict[str, Any]] = check.result["findings"]
    if not 1 <= number <= len(found):
        raise Problem(
            "finding_unknown",
            f"这份核验记录没有第 {number} 条意见，共 {len(found)} 条。",
            f"This check has no finding {number}; there are {len(found)}.",
            status=404,
        )
    return found[number - 1]


def traces(check: Check) -> list[Trace]:
    """What each finding is recognised by in another version."""
    text = check.result["document"]["text"]
    return [trace(text, Finding.from_json(finding)) for finding in check.result["findings"]]


def dismissals(check: Check) -> dict[int, Dismissal]:
    """The dismissals that hold for findings of this version, by the finding's index (from 0)."""
    kept = list(check.report.dismissals.filter(taken_back_at=None).select_related("dismissed_by__person"))
    if not kept:
        return {}
    before = [Trace(row.kind, row.severity, tuple(row.places), row.context) for row in kept]
    return {index: kept[old] for index, old in pair(before, traces(check), changed=False).items()}


def numbered(check: Check) -> list[dict[str, Any]]:
    """The findings with their ``number`` (from 1), ``place`` and ``dismissal`` (None when it is not dismissed)."""
    find, dismissed = places(check), dismissals(check)
    return [
        {
            "number": index + 1,
            "place": first_place(finding, find),
            "dismissal": dismissed.get(index),
            "kind_name": kind_name(finding["kind"]),
            **finding,
        }
        for index, finding in enumerate(check.result["findings"])
    ]


def kind_name(key: str) -> str:
    """What the kind of finding is called in the reader's language; its key when it is no longer known."""
    kind = kinds().get(key)
    if kind is None:
        return key
    return kind.name_zh if (get_language() or "zh").startswith("zh") else kind.name_en


def annotated(check: Check) -> bytes:
    """The Word document of a check with the findings that are not dismissed as comments.

    Problems: ``annotate_docx_only``, ``file_not_kept`` (410), those of the file store.
    """
    kind = check.result["document"].get("kind", "docx" if check.filename.lower().endswith(".docx") else "text")
    if kind != "docx":
        raise faults.only_docx_is_annotated(kind)
    if check.file is None:
        raise Problem(
            "file_not_kept",
            "这次核验没有留存 Word 原件，不能写入批注。请重新上传这份报告后再下载批注版。",
            "The Word document of this check was not kept. Upload the report again to get it with comments.",
            status=410,
        )
    found = [
        (item["number"], Finding.from_json(check.result["findings"][item["number"] - 1]))
        for item in numbered(check)
        if item["dismissal"] is None
    ]
    with files.open_bytes(check.file) as stream:
        return annotate(stream.read(), found)


def beside_records(user: User, check: Check, as_of: date | None = None) -> RecordsResult:
    """The figures of a check beside the records; before the lake's first snapshot there is none, and no figures."""
    access.require(user, "s46.records", "view")
    text = check.result["document"]["text"]
    try:
        return records.compare(text, as_of=as_of)
    except Problem as problem:
        if problem.code != "lake_empty":
            raise
        return RecordsResult(None, ())


@dataclass(frozen=True)
class Comparison:
    """Two versions by their findings: 已改, 仍在 (before, now), 新增. Items are those of :func:`numbered`."""

    old: Check
    new: Check
    mended: list[dict[str, Any]]
    still: list[tuple[dict[str, Any], dict[str, Any]]]
    added: list[dict[str, Any]]


def compare(old: Check, new: Check) -> Comparison:
    """What became of the findings of ``old`` in ``new``."""
    before, now = numbered(old), numbered(new)
    same = pair(traces(old), traces(new), changed=True)
    gone = set(range(len(before))) - set(same.values())
    return Comparison(
        old,
        new,
        [before[index] for index in sorted(gone)],
        [(before[same[index]], now[index]) for index in sorted(same)],
        [item for index, item in enumerate(now) if index not in same],
    )


@dataclass(frozen=True)
class KindCount:
    """A kind of finding: how often it was found in the latest versions, and how many of those were dismissed."""

    key: str
    name: str
    found: int
    dismissed: int

    @property
    def percent(self) -> Decimal:
        """Share of the findings that were dismissed 忽略率, in percent to one place."""
        return (Decimal(100 * self.dismissed) / self.found).quantize(Decimal("0.1"), ROUND_HALF_UP)

    @property
    def noisy(self) -> bool:
        """Whether officials dismiss at least half of at least five: the checker cries wolf 误报多."""
        return self.found >= _NOISE_FROM and 2 * self.dismissed >= self.found


def kind_counts(user: User) -> list[KindCount]:
    """Counts of each kind over the latest versions of the reports that the user may see; the most dismissed first."""
    total: dict[str, list[int]] = {}
    for tally in latest(reports(user)).values_list("tally", flat=True):
        for key, (found, dismissed) in tally.items():
            row = total.setdefault(key, [0, 0])
            row[0] += found
            row[1] += dismissed
    counts = [KindCount(key, kind_name(key), *row) for key, row in total.items()]
    return sorted(counts, key=lambda count: (-count.percent, -count.found, count.name))


def places(check: Check) -> Places:
    """Finds the place of an offset in the checked document."""
    document = check.result["document"]
    return Places(document["text"], document.get("lines", ()))


def line_of(places: Places, start: int) -> str:
    """Where an offset is, in the reader's language."""
    place = places(start)
    return place.zh if (get_language() or "zh").startswith("zh") else place.en


def first_place(finding: dict[str, Any], places: Places) -> str:
    """Page and line of a finding's first place; empty without fixed pages or no place."""
    if not finding["spans"]:
        return ""
    place = places(finding["spans"][0][0])
    return _("第 %(page)s 页第 %(line)s 行") % {"page": place.page, "line": place.line} if place.page else ""


def pieces(text: str, findings: Sequence[dict[str, Any]]) -> list[list[Piece]]:
    """The text as paragraphs of pieces, cut wherever one of these findings (with its ``number``) begins or ends."""
    cuts = {0, len(text)}
    starts: dict[int, list[int]] = {}
    for finding in findings:
        number = finding["number"]
        for place, (start, end) in enumerate(finding["spans"]):
            cuts.update((start, end))
            if place == 0:
                starts.setdefault(start, []).append(number)
    for at, character in enumerate(text):
        if character == "\n":
            cuts.update((at, at + 1))
    order = sorted(cut for cut in cuts if 0 <= cut <= len(text))
    opened = _open_at(order, findings)
    severities = {finding["number"]: finding["severity"] for finding in findings}
    paragraphs: list[list[Piece]] = [[]]
    for left, right in pairwise(order):
        if text[left:right] == "\n":
            paragraphs.append([])
            continue
        inside = opened[left]
        severity = min((severities[number] for number in inside), key=_RANK.__getitem__, default="")
        paragraphs[-1].append(Piece(text[left:right], severity, inside, tuple(starts.get(left, ()))))
    return [paragraph for paragraph in paragraphs if any(piece.text.strip() for piece in paragraph)]


def _open_at(order: Iterable[int], findings: Sequence[dict[str, Any]]) -> dict[int, tuple[int, ...]]:
    """For every cut, the findings that cover the text right after it."""
    begin: dict[int, list[int]] = {}
    finish: dict[int, list[int]] = {}
    for finding in findings:
        number = finding["number"]
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
    """The reports that the user may see whose title or file name holds ``q``."""
    if not access.can(user, "s46.check", "use"):
        return []
    words = q.strip()
    rows = latest(reports(user)).filter(Q(report__title__icontains=words) | Q(filename__icontains=words))[:limit]
    return [
        SearchHit(
            row.report.title, local_date(row.checked_at).isoformat(), reverse("s46:check", args=[row.key]), _("核验")
        )
        for row in rows
    ]
