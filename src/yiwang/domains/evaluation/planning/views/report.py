"""The report of a round 评估报告: what is complete, the bureau's texts, writing it, templates."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yiwang.domains.evaluation.planning.forms import TextForm
from yiwang.domains.evaluation.planning.models import Plan, ReportTemplate, Round, RoundText
from yiwang.domains.evaluation.planning.rendering import shown_figures
from yiwang.domains.evaluation.planning.report.comments import without_comments
from yiwang.domains.evaluation.planning.report.placeholders import placeholders
from yiwang.domains.evaluation.planning.report.writer import default_template
from yiwang.domains.evaluation.planning.selectors import handins, values
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors import report as reads
from yiwang.domains.evaluation.planning.selectors import report_numbers as numbers
from yiwang.domains.evaluation.planning.services import reports as services
from yiwang.domains.evaluation.planning.views.answers import about, go, onto, posted, well
from yiwang.kernel.access import api as access
from yiwang.kernel.files import api as files
from yiwang.lib.problems import Problem


@dataclass(frozen=True)
class Piece:
    """A text of the report with its form; ``row`` is None for one that is not written yet."""

    section: str
    position: int
    label: str
    form: TextForm
    row: RoundText | None
    open: bool


@dataclass(frozen=True)
class Section:
    """A section of the report with its texts; ``more`` is the form of a further one."""

    key: str
    label: str
    pieces: list[Piece]
    more: Piece | None


@access.guard("s45.report", "view")
def report_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What is complete, the texts, the written reports."""
    return _page(request, handins.round_by_id(pk))


def _page(
    request: HttpRequest, round_: Round, *, wrong: TextForm | None = None, problem: Problem | None = None
) -> HttpResponse:
    user = access.signed_in(request)
    texts = list(round_.texts.order_by("section", "position"))
    judged = values.judge_round(round_)
    declared = handins.declared(round_)
    counted = numbers.named_numbers(round_, judged, declared)
    may_write = access.can(user, "s45.report", "write") and round_.state != Round.State.CLOSED
    context = {
        "round": round_,
        "sections": _sections(round_, texts, wrong),
        "shown": shown_figures(round_.plan_version, round_.as_of, [row.text for row in texts]),
        "names": [(f"{{{name}}}", text) for name, text in counted.items()],
        "default_overall": numbers.fill(numbers.DEFAULT_OVERALL, counted),
        "checks": _checks(round_, texts, declared),
        "reports": [(row, reads.person_name(row.written_by)) for row in _reports(round_)],
        "template": _template(round_.plan_version.plan),
        "may_edit": may_write,
        "may_write": access.can(user, "s45.report", "write"),
        **about(problem),
    }
    status = problem.status if problem else 400 if wrong is not None else 200
    return render(request, "s45/report.html", context, status=status)


def _reports(round_: Round) -> Any:
    return round_.reports.select_related("file").order_by("-number")


def _template(plan: Plan) -> ReportTemplate | None:
    return plan.templates.filter(retired_at=None).select_related("file").first()


def _checks(round_: Round, texts: list[RoundText], declared: dict[str, Any]) -> list[tuple[bool, str]]:
    """What a complete report needs, and whether it is there."""
    tasks = round_.plan_version.tasks.count()
    written = {row.section for row in texts}
    sections = RoundText.Section
    intros = sum(1 for row in texts if row.section == sections.CHAPTER)
    chapters = round_.plan_version.chapters.count()
    lines = [
        (
            len(declared) >= tasks,
            _("任务进展：%(done)s / %(all)s 项已采纳") % {"done": len(declared), "all": tasks},
        ),
        (intros >= chapters, _("篇章导语：%(done)s / %(all)s 篇已写") % {"done": intros, "all": chapters}),
        (
            sections.OVERALL in written,
            _("总体判断：已写") if sections.OVERALL in written else _("总体判断：未写，将用系统的默认文字"),
        ),
    ]
    for section in (sections.ENVIRONMENT, sections.PROBLEM, sections.NEXT_STEP, sections.SUGGESTION):
        done = section in written
        name = {"name": section.label}
        lines.append((done, _("%(name)s：已写") % name if done else _("%(name)s：未写") % name))
    return lines


def _sections(round_: Round, texts: list[RoundText], wrong: TextForm | None) -> list[Section]:
    found = []
    names = {chapter.number: chapter.name for chapter in round_.plan_version.chapters.all()}
    for section in RoundText.Section:
        rows = {row.position: row for row in texts if row.section == section}
        if section is RoundText.Section.CHAPTER:
            pieces = [_piece(section, number, rows.get(number), name, wrong) for number, name in names.items()]
            found.append(Section(section.value, str(section.label), pieces, None))
            continue
        pieces = [_piece(section, position, row, "", wrong) for position, row in rows.items()]
        if section is RoundText.Section.PROBLEM:
            # Written on a page of their own, with links and countermeasures.
            found.append(Section(section.value, str(section.label), pieces, None))
            continue
        following = max(rows, default=0) + 1
        more = _piece(section, following, None, "", wrong)
        found.append(Section(section.value, str(section.label), pieces, more))
    return found


def _piece(
    section: RoundText.Section, position: int, row: RoundText | None, label: str, wrong: TextForm | None
) -> Piece:
    prefix = f"{section.value}-{position}"
    is_wrong = wrong is not None and (wrong.data.get("section"), wrong.data.get("position")) == (
        section.value,
        str(position),
    )
    if is_wrong and wrong is not None:
        form = wrong
        form.auto_id = f"{prefix}-%s"
    else:
        initial = {"section": section.value, "position": position}
        if row is not None:
            initial |= {"title": row.title, "text": row.text}
        form = TextForm(initial=initial, auto_id=f"{prefix}-%s")
    if section in {RoundText.Section.OVERALL, RoundText.Section.CHAPTER, RoundText.Section.ENVIRONMENT}:
        form.fields["title"].widget = form.fields["title"].hidden_widget()
    name = label or (row.title if row is not None and row.title else str(position))
    return Piece(section.value, position, name, form, row, is_wrong)


@access.guard("s45.report", "write")
@posted("report")
def text_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Write one piece of the report."""
    round_ = handins.round_by_id(pk)
    form = TextForm(request.POST)
    if form.is_valid():
        try:
            row = services.save_text(round_, actor=access.signed_in(request), **form.cleaned_data)
        except Problem as problem:
            if "field" not in problem.detail:
                return _page(request, round_, problem=problem)
            onto(form, problem)
        else:
            well(request, _("已保存：%(section)s") % {"section": row.get_section_display()})
            return go(request, "report", pk=pk, anchor=f"{row.section}-{row.position}")
    return _page(request, round_, wrong=form)


@access.guard("s45.report", "write")
@posted("report")
def text_delete(request: HttpRequest, pk: int, text: int) -> HttpResponse:
    """Remove one piece of the report."""
    round_ = handins.round_by_id(pk)
    row = round_.texts.filter(pk=text).first()
    if row is None:
        raise Problem("text_unknown", "没有这段文字，可能已被删除。", "There is no such text.", status=404)
    services.delete_text(row, actor=access.signed_in(request))
    well(request, _("已删除。"))
    return go(request, "report", pk=pk, anchor="texts")


@access.guard("s45.report", "write")
@posted("report")
def report_write(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the report as a Word file; takes some seconds."""
    round_ = handins.round_by_id(pk)
    try:
        made = services.write_report(round_, actor=access.signed_in(request))
    except Problem as problem:
        return _page(request, round_, problem=problem)
    text = ngettext(
        "第 %(number)s 稿已生成，其中 %(gaps)s 处缺少数据。",
        "第 %(number)s 稿已生成，其中 %(gaps)s 处缺少数据。",
        made.gaps,
    )
    well(request, text % {"number": made.number, "gaps": made.gaps})
    return go(request, "report", pk=pk, anchor="reports")


@access.guard("s45.report", "view")
def report_download(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """A written report; with ``?comments=none`` without the comments on its numbers."""
    stored = reads.report_file(pk, number).file
    if request.GET.get("comments") != "none":
        return files.download_response(stored)
    with files.open_bytes(stored) as handle:
        data = without_comments(handle.read())
    name = stored.filename.removesuffix(".docx")
    answer = FileResponse(BytesIO(data), as_attachment=True, filename=f"{name}-不带批注.docx", content_type=files.DOCX)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


@access.guard("s45.report", "view")
def template_page(request: HttpRequest) -> HttpResponse:
    """The template in use, and what a template may name."""
    return _template_page(request)


def _template_page(request: HttpRequest, problem: Problem | None = None) -> HttpResponse:
    plan = plans.require_plan()
    used = _template(plan)
    context = {
        "template": used,
        "by": "" if used is None else reads.person_name(used.uploaded_by),
        "placeholders": placeholders(),
        "overall_names": numbers.OVERALL_NAMES,
        "findings": [] if problem is None else problem.detail.get("findings", []),
        "may_write": access.can(access.signed_in(request), "s45.report", "write"),
        "round": handins.current_round(plan),
        **about(problem),
    }
    return render(request, "s45/template.html", context, status=problem.status if problem else 200)


@access.guard("s45.report", "view")
def template_download(request: HttpRequest) -> HttpResponseBase:
    """The template in use; with ``?which=default`` the one that comes with the product."""
    used = _template(plans.require_plan())
    if used is not None and request.GET.get("which") != "default":
        return files.download_response(used.file)
    answer = HttpResponse(default_template(), content_type=files.DOCX)
    answer["Content-Disposition"] = 'attachment; filename="template.docx"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@access.guard("s45.report", "write")
@posted("template")
def template_upload(request: HttpRequest) -> HttpResponse:
    """Take an edited template; a faulty one is refused and its faults are listed."""
    upload = request.FILES.get("file")
    if upload is None:
        problem = Problem("file_missing", "还没有选择文件，请先选择再上传。", "Choose a file before uploading.")
        return _template_page(request, problem)
    try:
        services.upload_template(plans.require_plan(), upload, upload.name or "file", actor=access.signed_in(request))
    except Problem as problem:
        return _template_page(request, problem)
    well(request, _("模板已启用，下一次生成报告就用它。"))
    return go(request, "template")


@access.guard("s45.report", "write")
@posted("template")
def template_retire(request: HttpRequest) -> HttpResponse:
    """Go back to the template that comes with the product."""
    services.retire_template(plans.require_plan(), actor=access.signed_in(request))
    well(request, _("已停用上传的模板，改用系统自带的模板。"))
    return go(request, "template")
