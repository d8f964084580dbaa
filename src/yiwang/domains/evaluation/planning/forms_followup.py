"""Forms of what surrounds a round's judgement: weights, interviews, problems with their measures, follow-up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from yiwang.domains.evaluation.planning.forms import day_field, words_field
from yiwang.domains.evaluation.planning.models import Finding, FollowUp, Indicator, Interview, WeightSet
from yiwang.kernel.orgs.api import Unit


class WeightsForm(forms.Form):
    """Weights of all indicators by one inquiry: ``weight-<code>`` each."""

    method = forms.ChoiceField(label=_("赋权方法"), choices=WeightSet.Method.choices)
    effective_on = day_field(_("启用日期"), help_text=_("数据截止日期不早于这一天的评估轮次按这套权重计分"))
    source = words_field(_("来源"), help_text=_("哪些专家、何时、以什么方式确定，依据的会议或文件"))

    def __init__(self, indicators: Iterable[Indicator], data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        for row in indicators:
            self.fields[f"weight-{row.code}"] = forms.DecimalField(
                label=f"{row.code} {row.name}",
                min_value=0,
                max_value=999_999,
                decimal_places=3,
                widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
            )


class InterviewForm(forms.Form):
    """An interview; its findings stand in a formset beside it."""

    revision = forms.IntegerField(min_value=0, max_value=2_000_000_000, required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("方式"), choices=Interview.Kind.choices)
    held_on = day_field(_("访谈日期"))
    place = forms.CharField(label=_("地点"), max_length=200)
    interviewed = forms.CharField(
        label=_("受访人员"), max_length=300, help_text=_("写职务即可，如“分管副局长、业务股室负责人”；非必要不写姓名")
    )
    interviewers = forms.CharField(label=_("访谈人员"), max_length=300)
    notes = words_field(_("访谈记录"), rows=8, required=False)

    def __init__(self, units: Iterable[Unit], data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["units"] = forms.MultipleChoiceField(
            label=_("受访单位"),
            help_text=_("可选多个；所选单位的联络员能看到这份记录"),
            widget=forms.CheckboxSelectMultiple,
            choices=[(unit.code, unit.name) for unit in units],
        )


def _codes(help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=_("关联编号"),
        required=False,
        max_length=1000,
        help_text=help_text,
        widget=forms.TextInput(attrs={"class": "codes-input", "autocomplete": "off"}),
    )


class LineForm(forms.Form):
    """A line of a formset; one whose text is empty is not kept, and removes what it stood for."""

    pk = forms.IntegerField(min_value=1, max_value=9_000_000_000, required=False, widget=forms.HiddenInput)

    @property
    def is_blank(self) -> bool:
        """Whether nothing is written on this line."""
        return not any(value for name, value in self.cleaned_data.items() if name != "pk")


class FindingForm(LineForm):
    """A finding with the codes that it concerns."""

    text = words_field(_("发现"), rows=2, required=False)
    codes = _codes(_("涉及的任务、指标或举措编号"))


class CountermeasureForm(LineForm):
    """A countermeasure with its unit and day."""

    text = words_field(_("整改措施"), rows=2, required=False)
    due_on = day_field(_("完成时限"), required=False)

    def __init__(self, *args: Any, units: Iterable[Unit], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [("", _("请选择")), *((unit.code, unit.name) for unit in units)]
        self.fields["unit"] = forms.ChoiceField(label=_("责任单位"), required=False, choices=choices)


FindingFormSet = formset_factory(FindingForm, extra=3, max_num=60, validate_max=True)
CountermeasureFormSet = formset_factory(CountermeasureForm, extra=2, max_num=60, validate_max=True)


class ProblemForm(forms.Form):
    """A problem of the report with what it concerns and the findings behind it."""

    read_at = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    title = forms.CharField(label=_("问题"), max_length=200, help_text=_("一句话，作为报告中的小标题"))
    text = words_field(_("具体表现和原因"), rows=6, help_text=_("写进报告；引用数据写编号标记，如 {F005}"))
    codes = _codes(_("涉及的任务、指标或举措编号，用顿号或空格分开，如 T2-03、F087、T2-03-M2"))

    def __init__(self, findings: Iterable[Finding], data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["findings"] = forms.MultipleChoiceField(
            label=_("依据的访谈发现"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=[(str(row.pk), finding_label(row)) for row in findings],
        )


def finding_label(row: Finding) -> str:
    """A finding in a list of choices: when, with whom, what."""
    units = "、".join(unit.short_name for unit in row.interview.units.all())
    return f"{row.interview.held_on} {units}：{row.text}"


class AnswerForm(forms.Form):
    """How a measure stands, as the unit says."""

    revision = forms.IntegerField(min_value=0, max_value=2_000_000_000, required=False, widget=forms.HiddenInput)
    state = forms.ChoiceField(label=_("落实情况"), choices=FollowUp.State.choices, widget=forms.RadioSelect)
    evidence = words_field(_("说明和佐证"), help_text=_("做了什么、有什么佐证；未落实的写明原因和下一步安排"))
