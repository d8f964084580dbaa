"""Forms of the registers: what is merged into what, and why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from .kinds import PERSON, Kind
from .reasons import LONGEST, SHORTEST

LONGEST_CODE = 40


class MergeForm(forms.Form):
    """The code that is the same thing, and how one knows. A citizen id may be written for a person: it is posted."""

    def __init__(self, kind: Kind, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["drop"] = forms.CharField(
            label=_("并入本页的公民身份号码") if kind is PERSON else _("并入本页的编码"),
            max_length=LONGEST_CODE,
            widget=forms.TextInput(attrs={"maxlength": LONGEST_CODE, "autocomplete": "off"}),
            help_text=_("与本页实为同一项的另一条登记。它今后只作为旧编码，查询时转到本页。"),
            error_messages={"required": _("请填写要并入的编码。")},
        )
        self.fields["reason"] = reason_field()


class UnmergeForm(forms.Form):
    """Which old code stands for itself again, and why."""

    code = forms.CharField(max_length=LONGEST_CODE, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"] = reason_field()


def reason_field() -> forms.CharField:
    """Why; it stays in the trail and in the audit."""
    return forms.CharField(
        label=_("理由"),
        min_length=SHORTEST,
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"minlength": SHORTEST, "maxlength": LONGEST, "autocomplete": "off"}),
        help_text=_("至少 5 个字，会留在变动轨迹和审计日志中，请勿写个人信息。"),
        error_messages={
            "required": _("请写明理由。"),
            "min_length": _("请写明理由，至少 5 个字。"),
        },
    )
