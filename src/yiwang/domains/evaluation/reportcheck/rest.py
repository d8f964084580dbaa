"""API of S46: check documents, read what was found, compare versions, dismiss findings."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Router, Schema, Status
from ninja.files import UploadedFile

from yiwang.domains.evaluation.reportcheck import selectors, services
from yiwang.domains.evaluation.reportcheck.models import Check, Report
from yiwang.domains.evaluation.reportcheck.views.checks import annotated_response
from yiwang.kernel.access.api import api_auth, cursor_page, signed_in
from yiwang.lib.problems import Problem

router = Router(tags=["report check"], auth=api_auth)


class CheckOut(Schema):
    """A version of a report without its text; ``dismissed`` of the findings were dismissed."""

    key: uuid.UUID
    report: uuid.UUID
    number: int
    filename: str
    sha256: str
    figures: int
    errors: int
    warnings: int
    infos: int
    dismissed: int
    checked_at: datetime

    @staticmethod
    def resolve_report(check: Check) -> uuid.UUID:
        """The key of its report."""
        return check.report.key


class ChecksOut(Schema):
    """A page of checks."""

    items: list[CheckOut]
    next_cursor: str


class CheckedReportOut(Schema):
    """A report: ``unit`` is the code of the unit that keeps it, ``shared`` whether others of its scope see it."""

    key: uuid.UUID
    title: str
    unit: str | None
    shared: bool
    created_at: datetime

    @staticmethod
    def resolve_unit(report: Report) -> str | None:
        """The unit's code."""
        return report.unit.code if report.unit else None


class CheckedReportsOut(Schema):
    """A page of reports."""

    items: list[CheckedReportOut]
    next_cursor: str


class CheckedReportVersionsOut(CheckedReportOut):
    """A report with its versions, newest first."""

    versions: list[CheckOut]

    @staticmethod
    def resolve_versions(report: Report) -> list[Check]:
        """Its versions without their texts."""
        return selectors.versions(report)


class FindingOut(Schema):
    """A finding with its number in its version; ``reason`` is why it was dismissed, empty when it was not."""

    number: int
    kind: str
    severity: str
    message_zh: str
    message_en: str
    stated: str
    expected: str
    spans: list[tuple[int, int]]
    reason: str


class StillOut(Schema):
    """A finding of both versions."""

    before: FindingOut
    now: FindingOut


class CheckComparisonOut(Schema):
    """What became of the findings of version ``old`` in version ``new``."""

    old: int
    new: int
    mended: list[FindingOut]
    still: list[StillOut]
    added: list[FindingOut]


class DismissIn(Schema):
    """The number of the finding (from 1) and why it is dismissed."""

    number: int
    reason: str


class CheckedReportShareIn(Schema):
    """Whether others of the scope may see the report."""

    shared: bool


class FindingKindOut(Schema):
    """How often a kind of finding was found in the latest versions, and how many of those were dismissed."""

    key: str
    name: str
    found: int
    dismissed: int
    percent: str


@router.get("/checks", response=ChecksOut, operation_id="list_checks", summary="我的核验记录")
def list_checks(request: HttpRequest, cursor: str = "", limit: int = 50) -> Any:
    """What the caller handed in."""
    return cursor_page(selectors.checks(signed_in(request)), cursor, limit, "-id")


@router.post("/checks", response={201: CheckOut}, operation_id="create_check", summary="核验一份报告")
def create_check(
    request: HttpRequest, file: File[UploadedFile], report: Form[uuid.UUID | None] = None, shared: Form[bool] = False
) -> Any:
    """Check a .docx, .pdf, .html or .txt; the result is at ``/checks/{key}``.

    With ``report`` it is the next version of that report; else a new report, ``shared`` with the unit or private.
    """
    user = signed_in(request)
    kept = selectors.report_by_key(user, report) if report else None
    return Status(201, services.check_upload(file, file.name or "", actor=user, report=kept, shared=shared))


@router.get("/checks/{key}", response=dict[str, Any], operation_id="read_check", summary="一份核验记录")
def read_check(request: HttpRequest, key: uuid.UUID) -> Any:
    """The result as ``yiwang check --json`` gives it."""
    return selectors.check_by_key(signed_in(request), key).result


@router.delete("/checks/{key}", response={204: None}, operation_id="remove_check", summary="删除核验记录")
def remove_check(request: HttpRequest, key: uuid.UUID) -> Any:
    """Delete a version with its text and file; its creator only."""
    user = signed_in(request)
    services.delete_check(selectors.check_by_key(user, key), actor=user)
    return Status(204, None)


@router.get("/checks/{key}/annotated", operation_id="annotated_check", summary="带批注的 Word 文件")
def annotated_check(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The .docx with the findings as Word comments."""
    user = signed_in(request)
    return annotated_response(user, selectors.check_by_key(user, key))


@router.get(
    "/checks/{key}/comparison", response=CheckComparisonOut, operation_id="compare_checks", summary="与另一版本比较意见"
)
def compare_checks(request: HttpRequest, key: uuid.UUID, old: int | None = None) -> Any:
    """What became of the findings of version ``old`` (the one before when not given) in this version."""
    check = selectors.check_by_key(signed_in(request), key)
    before = selectors.version_before(check, old)
    if before is None or before.number == check.number:
        raise Problem(
            "version_unknown",
            "这份报告没有可比较的另一个版本。",
            "This report has no such other version to compare with.",
            status=404,
        )
    found = selectors.compare(before, check)
    return {
        "old": before.number,
        "new": check.number,
        "mended": [_told(item) for item in found.mended],
        "still": [{"before": _told(item), "now": _told(now)} for item, now in found.still],
        "added": [_told(item) for item in found.added],
    }


def _told(item: dict[str, Any]) -> dict[str, Any]:
    return item | {"reason": item["dismissal"].reason if item["dismissal"] else ""}


@router.get(
    "/checks/{key}/records", response=dict[str, Any], operation_id="compare_with_records", summary="与业务档案比对"
)
def compare_with_records(request: HttpRequest, key: uuid.UUID, as_of: date | None = None) -> Any:
    """Each figure beside the metric of the records as of its date, as ``yiwang check --records --json`` gives it.

    ``as_of`` is the day of figures whose date the text does not state; ``snapshot`` is null before the first one.
    """
    user = signed_in(request)
    return selectors.beside_records(user, selectors.check_by_key(user, key), as_of).to_json()


@router.get(
    "/checks/{key}/findings", response=list[FindingOut], operation_id="list_findings", summary="意见及其忽略情况"
)
def list_findings(request: HttpRequest, key: uuid.UUID) -> Any:
    """The findings of a version with the reasons of those that were dismissed."""
    return [_told(item) for item in selectors.numbered(selectors.check_by_key(signed_in(request), key))]


@router.post(
    "/checks/{key}/dismissals", response={201: FindingOut}, operation_id="dismiss_finding", summary="忽略一条意见"
)
def dismiss_finding(request: HttpRequest, key: uuid.UUID, body: DismissIn) -> Any:
    """Dismiss a finding in this and later versions of the report."""
    user = signed_in(request)
    check = selectors.check_by_key(user, key)
    services.dismiss(check, body.number, reason=body.reason, actor=user)
    return Status(201, _told(selectors.numbered(check)[body.number - 1]))


@router.delete(
    "/checks/{key}/dismissals/{number}", response={204: None}, operation_id="restore_finding", summary="取消忽略"
)
def restore_finding(request: HttpRequest, key: uuid.UUID, number: int) -> Any:
    """Take the dismissal of a finding back."""
    user = signed_in(request)
    services.take_back(selectors.check_by_key(user, key), number, actor=user)
    return Status(204, None)


@router.get("/reports", response=CheckedReportsOut, operation_id="list_checked_reports", summary="送核的报告")
def list_checked_reports(request: HttpRequest, cursor: str = "", limit: int = 50) -> Any:
    """The reports that the caller may see."""
    found = selectors.reports(signed_in(request)).select_related("unit")
    return cursor_page(found, cursor, limit, "-id")


@router.get(
    "/reports/{key}", response=CheckedReportVersionsOut, operation_id="read_checked_report", summary="一份报告及其版本"
)
def read_checked_report(request: HttpRequest, key: uuid.UUID) -> Any:
    """A report and its versions."""
    return selectors.report_by_key(signed_in(request), key)


@router.post(
    "/reports/{key}/sharing",
    response=CheckedReportOut,
    operation_id="share_checked_report",
    summary="本单位共用或仅本人可见",
)
def share_checked_report(request: HttpRequest, key: uuid.UUID, body: CheckedReportShareIn) -> Any:
    """Share a report with its unit, or stop; its creator only."""
    user = signed_in(request)
    report = selectors.report_by_key(user, key)
    services.share(report, shared=body.shared, actor=user)
    return report


@router.get("/kinds", response=list[FindingKindOut], operation_id="list_finding_kinds", summary="意见类型与忽略率")
def list_finding_kinds(request: HttpRequest) -> Any:
    """How often findings of each kind are dismissed, over the reports that the caller may see."""
    return [
        {
            "key": count.key,
            "name": count.name,
            "found": count.found,
            "dismissed": count.dismissed,
            "percent": f"{count.percent:f}",
        }
        for count in selectors.kind_counts(signed_in(request))
    ]
