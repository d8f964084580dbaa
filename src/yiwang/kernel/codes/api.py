"""Door of the codes room: code lists with editions (代码表)."""

from __future__ import annotations

from .registry import code_list, code_lists
from .types import CERTAINTIES, Certainty, CodeList, CodeValue

__all__ = ["CERTAINTIES", "Certainty", "CodeList", "CodeValue", "code_list", "code_lists"]
