"""What people type on the pages of S45, read and checked before a service is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from yiwang.domains.evaluation.planning.models import Adjustment, RoundText
from yiwang.domains.evaluation.planning.types import TEXT_LIMIT, FigureEntry, HandInContent
from yiwang.lib.problems import Problem

TEXTS = ("status", "progress", "problems", "measures")
FIGURE_PARTS = ("value", "as_of", "period_start", "hedge", "evidence", "note", "cause", "remedy", "remedy_due")


@dataclass(frozen=True)
class HandInInput:
    """A posted hand-in: as typed, as understood, and what could not be understood (one problem a field)."""

    raw: Mapping[str, str]
    content: HandInContent
    problems: tuple[Problem, ...]


def read_hand_in(data: Mapping[str, Any], codes: Iterable[str]) -> HandInInput:
    """The posted fields ``status``, ``progress``, ``problems``, ``measures`` and ``figure-<code>-<part>``.

    Fields that cannot be understood are left empty in ``content`` and named in ``problems``. A figure of which nothing
    but the (pre-filled) date is given is left out.
    """
    raw = {name: str(data.get(name, "")).replace("\r\n", "\n") for name in TEXTS}
    found: list[Problem] = []
    texts = _understood(raw, lambda fields: HandInContent.from_json(fields), found, lambda field: field)
    figures = []
    for code in codes:
        parts = {part: str(data.get(f"figure-{code}-{part}", "")).strip() for part in FIGURE_PARTS}
        raw |= {f"figure-{code}-{part}": value for part, value in parts.items()}
        entry = _understood(
            parts,
            lambda fields, code=code: FigureEntry.from_json({**fields, "code": code}),
            found,
            lambda field: field.rpartition("-")[2],
        )
        if any(value for part, value in parts.items() if part != "as_of"):
            figures.append(entry)
    content = HandInContent(texts.status, texts.progress, texts.problems, texts.measures, tuple(figures))
    return HandInInput(raw, content, tuple(found))


def raw_of(content: HandInContent) -> dict[str, str]:
    """``content`` as the form's fields hold it: the inverse of :func:`read_hand_in`."""
    raw = {name: getattr(content, name) for name in TEXTS}
    for entry in content.figures:
        for part, value in entry.to_json().items():
            if part != "code":
                raw[f"figure-{entry.code}-{part}"] = "" if value is None else str(value)
    return raw


def _understood(fields: Mapping[str, str], read: Any, found: list[Problem], name_of: Any) -> Any:
    """``read(fields)``; each field that it refuses is noted in ``found`` and emptied."""
    left = dict(fields)
    while True:
        try:
            return read(left)
        except Problem as problem:
            name = name_of(str(problem.detail["field"]))
            if not left[name]:
                raise
            found.append(problem)
            left[name] = ""


class DayInput(forms.DateInput):
    """The browser's own calendar; it wants ISO dates whatever the page's language is."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """A date with the browser's calendar."""
    return forms.DateField(label=label, required=required, help_text=help_text, widget=DayInput())


def words_field(label: Any, *, rows: int = 3, required: bool = True, help_text: Any = "") -> forms.CharField:
    """A text of at most :data:`TEXT_LIMIT` characters."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=TEXT_LIMIT,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class RoundForm(forms.Form):
    """A new round."""

    title = forms.CharField(label=_("评估轮次名称"), max_length=200)
    as_of = day_field(_("数据截止日期"), help_text=_("各单位按这一天的情况填报"))
    opens_on = day_field(_("启动日期"))
    due_on = day_field(_("报送截止日期"))
    work_plan = words_field(
        _("工作方案"), rows=8, required=False, help_text=_("评估目的、范围、分工和要求，填报单位都能看到")
    )


class StepForm(forms.Form):
    """A line of the schedule; an empty line is left out."""

    title = forms.CharField(label=_("工作环节"), max_length=200, required=False)
    starts_on = day_field(_("开始"), required=False)
    ends_on = day_field(_("结束"), required=False)

    def clean(self) -> dict[str, Any]:
        """Either nothing, or a title with two dates in order."""
        data = super().clean() or {}
        title, start, end = data.get("title"), data.get("starts_on"), data.get("ends_on")
        if (title or start or end) and not (title and start and end):
            raise forms.ValidationError(
                _("请把这一环节的名称、开始和结束日期填全，或整行清空。"), code="step_incomplete"
            )
        if start and end and end < start:
            raise forms.ValidationError(_("结束日期早于开始日期，请改正。"), code="step_dates")
        return data


StepFormSet = formset_factory(StepForm, extra=5, max_num=20, validate_max=True)


class ExplainForm(forms.Form):
    """Why an indicator lags and what will be done."""

    cause = words_field(_("滞后原因"))
    measure = words_field(_("整改措施"))
    due_on = day_field(_("整改期限"))


class AdjustmentForm(forms.Form):
    """A proposed change; what it changes is chosen before and comes along hidden."""

    kind = forms.ChoiceField(label=_("调整类型"), choices=Adjustment.Kind.choices, widget=forms.RadioSelect)
    task_code = forms.CharField(max_length=20, widget=forms.HiddenInput)
    measure_code = forms.CharField(max_length=24, required=False, widget=forms.HiddenInput)
    new_text = words_field(_("调整后文字"), rows=6, required=False, help_text=_("选“删除”时不用写"))
    reason = words_field(_("调整理由"))
    basis = words_field(_("调整依据"), rows=2, help_text=_("文件名称和文号，或会议纪要"))


class TextForm(forms.Form):
    """A piece of the report; problems have a page of their own."""

    section = forms.ChoiceField(
        choices=[choice for choice in RoundText.Section.choices if choice[0] != RoundText.Section.PROBLEM],
        widget=forms.HiddenInput,
    )
    position = forms.IntegerField(min_value=1, max_value=999, widget=forms.HiddenInput)
    title = forms.CharField(label=_("标题"), max_length=200, required=False)
    text = words_field(_("正文"), rows=5)
