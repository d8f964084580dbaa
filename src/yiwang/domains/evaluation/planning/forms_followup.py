"""Forms of what surrounds a round's judgement: weights, interviews, problems with their measures, follow-up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yiwang.domains.evaluation.planning.forms import day_field, words_field
from yiwang.domains.evaluation.planning.models import Indicator, WeightSet


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
