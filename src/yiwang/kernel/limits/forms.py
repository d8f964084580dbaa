"""Forms of the limits room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yiwang.kernel.codes.extend import CERTAINTY_NAMES

from .wording import CALENDAR_NAMES


class FilterForm(forms.Form):
    """What to look for among the parameters; every field is optional."""

    q = forms.CharField(label=_("名称、依据、标识"), max_length=60, required=False)
    calendar = forms.ChoiceField(
        label=_("计算方式"), required=False, choices=[("", _("全部方式")), *CALENDAR_NAMES.items()]
    )
    certainty = forms.ChoiceField(
        label=_("依据情况"), required=False, choices=[("", _("全部情况")), *CERTAINTY_NAMES.items()]
    )
    on = forms.DateField(label=_("按日期查看"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def asked(self) -> dict[str, Any]:
        """What was asked; a field that does not fit is left out and shows its error."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}


class StartForm(forms.Form):
    """The day from which a limit is counted."""

    start = forms.DateField(label=_("起算事件日期"), widget=forms.DateInput(attrs={"type": "date"}))


class OverrideForm(forms.Form):
    """A day that is counted otherwise."""

    day = forms.DateField(label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}))
    is_workday = forms.TypedChoiceField(
        label=_("调整为"),
        choices=[("1", _("工作日")), ("0", _("休息日"))],
        coerce=lambda value: value == "1",
    )
    basis = forms.CharField(
        label=_("依据"), max_length=200, help_text=_("文件名称或文号，例如“区府办关于……的通知”；不要写个人信息。")
    )


class RestoreForm(forms.Form):
    """A day that is to be counted as arranged again."""

    day = forms.DateField(widget=forms.HiddenInput)
    basis = forms.CharField(label=_("恢复的依据"), max_length=200)
