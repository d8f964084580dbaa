"""Writes of S46: check an uploaded document as a version of a report, share the report, dismiss findings, delete."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from django.core.files.base import File
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from yiwang.domains.evaluation.reportcheck import selectors
from yiwang.domains.evaluation.reportcheck.api import check_bytes
from yiwang.domains.evaluation.reportcheck.engine import faults
from yiwang.domains.evaluation.reportcheck.models import Check, Dismissal, Report
from yiwang.domains.evaluation.reportcheck.types import CheckResult, Severity
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.audit import api as audit
from yiwang.kernel.files import api as files
from yiwang.lib.problems import Problem

PURPOSE = "s46.report"
_REASON = 200


def check_upload(
    upload: File[bytes] | bytes, filename: str, *, actor: User, report: Report | None = None, shared: bool = False
) -> Check:
    """Check a document and keep what was found: the first version of a report, or the next one of ``report``.

    A new report is its creator's alone unless it is ``shared`` with their unit. Problems: those of the reader
    (``file_…``, ``report_too_long``, ``no_text_layer``), of the file store, ``version_same``, ``unit_missing``.
    The size is looked at before the bytes are read.
    """
    access.require(actor, "s46.check", "use")
    if report is not None:
        selectors.require_edit(actor, report)
    if isinstance(upload, bytes):
        data = upload
    else:
        if upload.size is not None and upload.size > faults.MAX_BYTES:
            raise faults.too_large(upload.size)
        data = upload.read()
    result = check_bytes(data, filename)
    with transaction.atomic():
        if report is None:
            report = _new_report(filename, actor, shared)
        return _add_version(report, result, data, filename, actor)


def _new_report(filename: str, actor: User, shared: bool) -> Report:
    report = Report(title=Path(filename).stem[-255:] or filename[-255:], unit=actor.unit, created_by=actor)
    if shared:
        _require_shareable(report, actor)
    report.shared, report.created_at = shared, timezone.now()
    report.save()
    return report


def _add_version(report: Report, result: CheckResult, data: bytes, filename: str, actor: User) -> Check:
    # Two people who hand in at once get two numbers.
    Report.objects.select_for_update().get(pk=report.pk)
    last = report.versions.order_by("number").last()
    if last is not None and last.sha256 == result.document.sha256:
        raise Problem(
            "version_same",
            f"这份文件与第 {last.number} 版（{last.filename}）完全相同，没有再核验。请选择修改后的文件。",
            f"This file is the same as version {last.number} ({last.filename}) and was not checked again. Choose the "
            "changed file.",
            status=409,
            field="file",
        )
    severities: list[Severity] = [finding.severity for finding in result.findings]
    kept = None
    if result.document.kind == "docx":
        # Word is needed again, for the comments; of the other formats the text is all that is.
        kept = files.store(
            data, filename, actor=actor, owner_unit=report.unit, purpose=PURPOSE, allowed=frozenset({files.DOCX})
        )
    check = Check.objects.create(
        report=report,
        number=(report.versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        file=kept,
        filename=filename[-255:],
        size=len(data),
        sha256=result.document.sha256,
        result=result.to_json(),
        figures=len(result.figures),
        errors=severities.count("error"),
        warnings=severities.count("warning"),
        infos=severities.count("info"),
        checked_at=timezone.now(),
        checked_by=actor,
    )
    _count(check)
    _record(
        "report.checked",
        check,
        actor,
        sha256=check.sha256,
        errors=check.errors,
        warnings=check.warnings,
        version=check.number,
    )
    return check


@transaction.atomic
def share(report: Report, *, shared: bool, actor: User) -> None:
    """Let the unit see and work on a report, or make it its creator's alone again; only its creator decides that."""
    if report.created_by != actor:
        raise access.forbidden()
    if shared:
        _require_shareable(report, actor)
    report.shared = shared
    report.save(update_fields=["shared"])
    act = "report.shared" if shared else "report.unshared"
    audit.record(act, actor=actor.username, object_type="s46.report", object_id=str(report.pk))


def _require_shareable(report: Report, actor: User) -> None:
    if report.unit is None or not access.in_scope(actor, "s46.report", "view", report.unit):
        raise Problem(
            "unit_missing",
            "您的账号不能代表单位留存报告，请先按“仅本人可见”核验；需要共用时请联系系统管理员。",
            "Your account does not act for a unit that keeps reports. Check it for yourself, or ask the administrator.",
            status=403,
        )


@transaction.atomic
def dismiss(check: Check, number: int, *, reason: str, actor: User) -> Dismissal:
    """Dismiss the finding with this number (from 1) in all versions of the report, for a reason that must be given.

    Problems: ``finding_unknown`` (404), ``reason_missing``, ``finding_dismissed`` (409).
    """
    selectors.require_edit(actor, check.report)
    reason = " ".join(reason.split())
    if not reason or len(reason) > _REASON:
        raise Problem(
            "reason_missing",
            f"请写明忽略的理由（1—{_REASON} 字），下一版和其他人都会看到。",
            f"Give the reason for dismissing it (1 to {_REASON} characters); the next version and others will show it.",
            field="reason",
        )
    Report.objects.select_for_update().get(pk=check.report_id)
    finding = selectors.finding_of(check, number)
    if number - 1 in selectors.dismissals(check):
        raise Problem("finding_dismissed", "这条意见已经忽略了。", "This finding is dismissed already.", status=409)
    trace = selectors.traces(check)[number - 1]
    dismissal = Dismissal.objects.create(
        report=check.report,
        kind=trace.kind,
        severity=trace.severity,
        places=list(trace.places),
        context=trace.context,
        message=finding["message_zh"],
        reason=reason,
        dismissed_at=timezone.now(),
        dismissed_by=actor,
    )
    _recount(check.report)
    _record("report.finding_dismissed", check, actor, kind=trace.kind, finding=number)
    return dismissal


@transaction.atomic
def take_back(check: Check, number: int, *, actor: User) -> None:
    """Take the dismissal of a finding back 取消忽略; the record of it stays. Problem ``finding_not_dismissed``."""
    selectors.require_edit(actor, check.report)
    Report.objects.select_for_update().get(pk=check.report_id)
    selectors.finding_of(check, number)
    dismissal = selectors.dismissals(check).get(number - 1)
    if dismissal is None:
        raise Problem(
            "finding_not_dismissed",
            "这条意见没有被忽略，或已经取消忽略。",
            "This finding is not dismissed, or no longer.",
            status=409,
        )
    dismissal.taken_back_at, dismissal.taken_back_by = timezone.now(), actor
    dismissal.save(update_fields=["taken_back_at", "taken_back_by"])
    _recount(check.report)
    _record("report.dismissal_taken_back", check, actor, kind=dismissal.kind, finding=number)


@transaction.atomic
def delete_check(check: Check, *, actor: User) -> None:
    """Delete a version with its text and its file; with the last one the report goes too. Its creator only."""
    if check.report.created_by != actor:
        raise access.forbidden()
    _record("report.check_deleted", check, actor, sha256=check.sha256, version=check.number)
    report, kept = check.report, check.file
    check.delete()
    if kept is not None:
        files.remove(kept, actor=actor.username)
    if not report.versions.exists():
        report.delete()


@transaction.atomic
def delete_report(report: Report, *, actor: User) -> None:
    """Delete a report with all its versions."""
    for check in list(report.versions.select_related("report", "file")):
        delete_check(check, actor=actor)


def _recount(report: Report) -> None:
    for check in report.versions.all():
        _count(check)


def _count(check: Check) -> None:
    """Count the findings of each kind and those of them that are dismissed."""
    kinds = [finding["kind"] for finding in check.result["findings"]]
    dismissed = Counter(kinds[index] for index in selectors.dismissals(check))
    check.tally = {kind: [count, dismissed[kind]] for kind, count in Counter(kinds).items()}
    check.dismissed = sum(dismissed.values())
    check.save(update_fields=["tally", "dismissed"])


def _record(act: str, check: Check, actor: User, **detail: object) -> None:
    audit.record(act, actor=actor.username, object_type="s46.check", object_id=str(check.pk), detail=detail)
