"""Password rules beyond length: three of four classes, and none of the last five (GB/T 22239, identity)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError


@dataclass(frozen=True)
class Rule:
    """A rule in both languages, by the code that its validator raises: Django's own words are not all translated."""

    zh: str
    en: str


RULES = {
    "password_too_short": Rule("密码至少 8 位。", "A password has at least 8 characters."),
    "password_too_common": Rule("这个密码太常见，容易被猜中。", "This password is too common."),
    "password_too_similar": Rule("密码不能与用户名相似。", "A password may not resemble the user name."),
    "password_classes": Rule(
        "密码应包含小写字母、大写字母、数字、其他符号四类中的至少三类。",
        "A password holds at least three of: lower case, capitals, digits, other characters.",
    ),
    "password_history": Rule(
        "新密码不能与最近 5 次使用过的密码相同。", "A new password may not be one of the last five."
    ),
}
CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
HISTORY = 5


class ThreeClassesValidator:
    """At least three of: lower case, capitals, digits, other characters."""

    def validate(self, password: str, user: Any = None) -> None:
        """ValidationError ``password_classes``."""
        if sum(bool(re.search(pattern, password)) for pattern in CLASSES) < 3:
            raise ValidationError(RULES["password_classes"].zh, code="password_classes")


class HistoryValidator:
    """None of the passwords that the account had last."""

    def validate(self, password: str, user: Any = None) -> None:
        """ValidationError ``password_history``."""
        if user is None or user.pk is None:
            return
        for encoded in user.password_history.order_by("-id").values_list("encoded", flat=True)[:HISTORY]:
            if check_password(password, encoded):
                raise ValidationError(RULES["password_history"].zh, code="password_history")
