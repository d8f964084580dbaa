"""Filters of the audit page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from . import selectors

RESULTS = [("", _("全部结果")), ("ok", _("成功")), ("failed", _("失败")), ("refused", _("拒绝"))]


class FilterForm(forms.Form):
    """What to look for; every field is optional."""

    text = forms.CharField(label=_("账号、对象或操作"), max_length=100, required=False)
    action = forms.ChoiceField(label=_("操作"), required=False)
    result = forms.ChoiceField(label=_("结果"), required=False, choices=RESULTS)
    since = forms.DateField(label=_("从"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("到"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["action"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("全部操作")), *((name, name) for name in selectors.known_actions())]

    def filters(self) -> dict[str, Any]:
        """Arguments for ``selectors.entries``; a field that does not fit is left out and shows its error."""
        if not self.is_bound:
            return {}
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
