"""How certainty is shown to people, on the pages of codes and of limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from .types import Certainty

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

CERTAINTY_NAMES: Mapping[Certainty, _StrPromise] = {
    "known": _("通行规定"),
    "found": _("公开资料"),
    "design": _("平台约定"),
    "verify": _("待核实"),
}
# Only what must not be relied on yet stands out.
CERTAINTY_TONES: Mapping[Certainty, str] = {"known": "muted", "found": "muted", "design": "info", "verify": "warn"}
