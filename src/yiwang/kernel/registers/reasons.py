"""Why somebody does what leaves a trace for good (事由): said in words, naming nobody."""

from __future__ import annotations

import re

from yiwang.lib.problems import Problem

SHORTEST, LONGEST = 5, 200
_NUMBER = re.compile(r"[0-9]{11}", re.ASCII)


def checked_reason(reason: str) -> str:
    """The reason, blanks joined. Problems ``reason_missing``, ``reason_personal``."""
    text = " ".join(reason.replace("\x00", "").split())
    if not SHORTEST <= len(text) <= LONGEST:
        raise Problem(
            "reason_missing",
            f"请写明事由（{SHORTEST} 至 {LONGEST} 字），它会记入审计日志。",
            f"Give a reason of {SHORTEST} to {LONGEST} characters; it is audited.",
            status=422,
            field="reason",
        )
    if _NUMBER.search(text):
        raise Problem(
            "reason_personal",
            "事由会长期保存在审计日志中，请不要写证件号码或电话号码。",
            "The reason stays in the audit trail; do not write an id or telephone number into it.",
            status=422,
            field="reason",
        )
    return text
