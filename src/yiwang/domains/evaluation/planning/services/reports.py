"""Writing the report 评估报告: the bureau's texts, templates that officials edit, and the Word file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from django.core.files.base import File
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from yiwang.domains.evaluation.planning import tokens
from yiwang.domains.evaluation.planning.models import (
    Indicator,
    Plan,
    ReportFile,
    ReportTemplate,
    Round,
    RoundText,
)
from yiwang.domains.evaluation.planning.report.check_template import check_template
from yiwang.domains.evaluation.planning.report.findings import as_problem
from yiwang.domains.evaluation.planning.report.writer import write
from yiwang.domains.evaluation.planning.selectors import report as reads
from yiwang.domains.evaluation.planning.selectors import report_numbers as numbers
from yiwang.domains.evaluation.planning.services.locks import lock_open
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.audit import api as audit
from yiwang.kernel.files import api as files
from yiwang.lib.problems import Problem


@transaction.atomic
def save_text(
    round_: Round,
    *,
    section: str,
    position: int,
    title: str,
    text: str,
    actor: User,
    task_codes: Iterable[str] | None = None,
    indicator_codes: Iterable[str] | None = None,
    measure_codes: Iterable[str] | None = None,
    at: datetime | None = None,
) -> RoundText:
    """Write one piece of the report. Problems ``token_unknown``, ``token_broken``, ``text_empty``, ``round_closed``.

    Codes that are not given stay as they are.
    """
    access.require(actor, "s45.report", "write")
    round_ = lock_open(round_)
    if not text.strip():
        raise Problem("text_empty", "正文不能为空；不需要这一段请点“删除”。", "The text is empty.", field="text")
    known = set(Indicator.objects.filter(version=round_.plan_version).values_list("code", flat=True))
    counted = numbers.OVERALL_NAMES if section == RoundText.Section.OVERALL else ()
    tokens.check(numbers.fill(text, dict.fromkeys(counted, "")), known, "text", str(RoundText.Section(section).label))
    links = {"task_codes": task_codes, "indicator_codes": indicator_codes, "measure_codes": measure_codes}
    found, _ = RoundText.objects.update_or_create(
        round=round_,
        section=section,
        position=position,
        defaults={
            "title": title.strip(),
            "text": text.strip(),
            **{name: list(codes) for name, codes in links.items() if codes is not None},
            "updated_at": at or timezone.now(),
            "updated_by": actor.username,
        },
    )
    audit.record(
        "report.text",
        actor=actor.username,
        object_type="s45.round",
        object_id=str(round_.pk),
        detail={"section": section, "position": position},
    )
    return found


@transaction.atomic
def delete_text(text: RoundText, *, actor: User) -> None:
    """Remove one piece of the report; the audit keeps that it was there and the digest of what it said."""
    access.require(actor, "s45.report", "write")
    lock_open(text.round)
    audit.record(
        "report.text_deleted",
        actor=actor.username,
        object_type="s45.round",
        object_id=str(text.round_id),
        detail={
            "section": text.section,
            "position": text.position,
            "sha256": sha256(f"{text.title}\n{text.text}".encode()).hexdigest(),
        },
    )
    text.delete()


@transaction.atomic
def upload_template(
    plan: Plan, upload: File[bytes] | bytes, filename: str, *, actor: User, at: datetime | None = None
) -> ReportTemplate:
    """Take a template that was edited in a word processor; a faulty one is refused whole (Problems ``template_*``)."""
    access.require(actor, "s45.report", "write")
    stored = files.store(
        upload, filename, actor=actor, owner_unit=actor.unit, purpose="s45.template", allowed=frozenset({files.DOCX})
    )
    with files.open_bytes(stored) as handle:
        findings = check_template(handle.read(), _known(plan))
    if findings:
        raise as_problem(findings)
    moment = at or timezone.now()
    plan.templates.filter(retired_at__isnull=True).update(retired_at=moment)
    found = ReportTemplate.objects.create(plan=plan, file=stored, uploaded_at=moment, uploaded_by=actor.username)
    audit.record(
        "template.uploaded",
        actor=actor.username,
        object_type="s45.plan",
        object_id=plan.code,
        detail={"sha256": stored.sha256},
    )
    return found


@transaction.atomic
def retire_template(plan: Plan, *, actor: User) -> int:
    """Go back to the template that comes with the product. Returns how many templates were retired (0 or 1)."""
    access.require(actor, "s45.report", "write")
    count = plan.templates.filter(retired_at__isnull=True).update(retired_at=timezone.now())
    audit.record("template.retired", actor=actor.username, object_type="s45.plan", object_id=plan.code)
    return count


@transaction.atomic
def write_report(round_: Round, *, actor: User, at: datetime | None = None) -> ReportFile:
    """Write the round's report as a Word file and keep it with its number; earlier ones stay."""
    access.require(actor, "s45.report", "write")
    round_ = Round.objects.select_for_update(of=("self",)).select_related("plan_version__plan").get(pk=round_.pk)
    plan = round_.plan_version.plan
    template = plan.templates.filter(retired_at__isnull=True).select_related("file").first()
    source = None
    if template is not None:
        with files.open_bytes(template.file) as handle:
            source = handle.read()
    moment = at or timezone.now()
    context = reads.report_context(round_, written_at=moment)
    number = (round_.reports.aggregate(top=Max("number"))["top"] or 0) + 1
    stored = files.store(
        write(context, source),
        f"{round_.title}-第{number}稿.docx",
        actor=actor,
        owner_unit=actor.unit,
        purpose="s45.report",
        allowed=frozenset({files.DOCX}),
    )
    found = ReportFile.objects.create(
        round=round_,
        number=number,
        file=stored,
        template=template,
        written_at=moment,
        written_by=actor.username,
        gaps=len(context.gaps),
    )
    audit.record(
        "report.written",
        actor=actor.username,
        object_type="s45.round",
        object_id=str(round_.pk),
        detail={"number": number, "sha256": stored.sha256},
    )
    return found


def _known(plan: Plan) -> set[str]:
    return set(Indicator.objects.filter(version__plan=plan).values_list("code", flat=True))
