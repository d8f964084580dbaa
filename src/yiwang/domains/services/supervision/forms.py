"""The form of a new draw."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yiwang.kernel.codes import api as codes

from .models import LEAST_INSPECTORS


class DrawForm(forms.Form):
    """Unit, field, numbers, who must not meet whom; the seed is made by the system."""

    unit = forms.ChoiceField(label=_("抽查单位"))
    field = forms.ChoiceField(label=_("监管领域"))
    objects = forms.IntegerField(label=_("抽取对象数"), min_value=1, max_value=5_000, initial=10)
    each = forms.IntegerField(
        label=_("每个对象检查人员数"), min_value=LEAST_INSPECTORS, max_value=10, initial=LEAST_INSPECTORS
    )
    avoid = forms.CharField(
        label=_("回避"),
        required=False,
        max_length=1_000,
        help_text=_("执法证号:统一社会信用代码，多个用顿号分隔。"),
    )

    def __init__(self, units: list[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        language = get_language() or "zh"
        fields = codes.code_list("supervision-field").values()
        for name, choices in (("unit", units), ("field", [(item.value, item.label(language)) for item in fields])):
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # a choice field
