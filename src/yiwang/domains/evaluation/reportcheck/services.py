"""Writes of S46: check an uploaded document and keep the result; delete it again."""

from __future__ import annotations

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from yiwang.domains.evaluation.reportcheck.api import check_bytes
from yiwang.domains.evaluation.reportcheck.engine import faults
from yiwang.domains.evaluation.reportcheck.models import Check
from yiwang.domains.evaluation.reportcheck.types import Severity
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.audit import api as audit


def check_upload(upload: File[bytes] | bytes, filename: str, *, actor: User) -> Check:
    """Check a document and keep what was found. Problems of the reader (``file_…``, ``report_too_long``).

    The size is looked at before the bytes are read.
    """
    access.require(actor, "s46.check", "use")
    if isinstance(upload, bytes):
        data = upload
    else:
        if upload.size is not None and upload.size > faults.MAX_BYTES:
            raise faults.too_large(upload.size)
        data = upload.read()
    result = check_bytes(data, filename)
    severities: list[Severity] = [finding.severity for finding in result.findings]
    with transaction.atomic():
        found = Check.objects.create(
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
        audit.record(
            "report.checked",
            actor=actor.username,
            object_type="s46.check",
            object_id=str(found.pk),
            detail={"sha256": found.sha256, "errors": found.errors, "warnings": found.warnings},
        )
    return found


@transaction.atomic
def delete_check(check: Check, *, actor: User) -> None:
    """Delete a kept result with the document's text."""
    access.require(actor, "s46.check", "use")
    audit.record(
        "report.check_deleted",
        actor=actor.username,
        object_type="s46.check",
        object_id=str(check.pk),
        detail={"sha256": check.sha256},
    )
    check.delete()
