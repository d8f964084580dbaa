"""Forms of the account pages. They check shape; rules are the services' business."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yiwang.kernel.orgs import api as orgs

from . import selectors
from .models import User
from .tokens import MAX_DAYS


class SignInForm(forms.Form):
    """User name and password."""

    username = forms.CharField(
        label=_("用户名"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(forms.Form):
    """The present password and a new one, twice."""

    current = forms.CharField(
        label=_("当前密码"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("新密码"),
        max_length=256,
        strip=False,
        help_text=_("至少 8 位，含小写字母、大写字母、数字、其他符号中的三类；不能与最近 5 次相同。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("再输一次新密码"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """The two new ones are the same."""
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", _("两次输入的新密码不一致。"))
        return data


class LanguageForm(forms.Form):
    """The language an account prefers."""

    language = forms.ChoiceField(label=_("界面语言"), choices=[("zh-hans", "简体中文"), ("en", "English")])


class TokenForm(forms.Form):
    """A token for programs."""

    name = forms.CharField(label=_("用途"), max_length=60, help_text=_("例如：数据平台夜间取数"))
    scope = forms.ChoiceField(label=_("范围"), choices=[("read", _("只读")), ("write", _("读写"))])
    days = forms.IntegerField(label=_("有效天数"), min_value=1, max_value=MAX_DAYS, initial=90)


class PersonSearchForm(forms.Form):
    """Filters of the list of accounts."""

    STATES = [("", _("全部状态")), ("active", _("在用")), ("locked", _("锁定")), ("closed", _("停用"))]

    q = forms.CharField(label=_("姓名、用户名或单位"), max_length=60, required=False)
    role = forms.ChoiceField(label=_("角色"), required=False)
    state = forms.ChoiceField(label=_("状态"), required=False, choices=STATES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("全部角色")), *role_choices()]


class NewAccountForm(forms.Form):
    """An account without roles: those are the security administrator's to give."""

    username = forms.CharField(
        label=_("用户名"), max_length=64, help_text=_("2 至 64 个英文字母、数字、点或连字符，一人一号。")
    )
    name_zh = forms.CharField(label=_("姓名"), max_length=60)
    unit = forms.ModelChoiceField(label=_("单位"), queryset=orgs.Unit.objects.none())
    title_zh = forms.CharField(label=_("职务"), max_length=60, required=False)
    mobile = forms.RegexField(
        label=_("手机"), regex=r"^1[0-9]{10}$", required=False, error_messages={"invalid": _("请输入 11 位手机号码。")}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = orgs.units()


class RolesForm(forms.Form):
    """The roles of an account."""

    roles = forms.MultipleChoiceField(
        label=_("角色"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("系统管理员、安全管理员、安全审计员互斥，且不兼任其他角色（三员分立）。"),
    )

    def __init__(self, data: QueryDict | None = None, *, account: User) -> None:
        super().__init__(data, initial={"roles": account.roles})
        field = self.fields["roles"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = role_choices()


def role_choices() -> list[tuple[str, str]]:
    """Roles with their names in the active language."""
    chinese = (get_language() or "zh").startswith("zh")
    return [(role.key, role.name_zh if chinese else role.name_en) for role in selectors.roles()]
