"""Password rules beyond length: three of four classes, and none of the last five (GB/T 22239, identity)."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
HISTORY = 5


class ThreeClassesValidator:
    """At least three of: lower case, capitals, digits, other characters."""

    def validate(self, password: str, user: Any = None) -> None:
        """ValidationError ``password_classes``."""
        if sum(bool(re.search(pattern, password)) for pattern in CLASSES) < 3:
            raise ValidationError(self.get_help_text(), code="password_classes")

    def get_help_text(self) -> str:
        """The rule in words."""
        return _("密码应包含小写字母、大写字母、数字、其他符号四类中的至少三类。")


class HistoryValidator:
    """None of the passwords that the account had last."""

    def validate(self, password: str, user: Any = None) -> None:
        """ValidationError ``password_history``."""
        if user is None or user.pk is None:
            return
        for encoded in user.password_history.order_by("-id").values_list("encoded", flat=True)[:HISTORY]:
            if check_password(password, encoded):
                raise ValidationError(self.get_help_text(), code="password_history")

    def get_help_text(self) -> str:
        """The rule in words."""
        return _("新密码不能与最近 5 次使用过的密码相同。")
