"""Funnels: what comes later in a procedure (授信, 放款, 办结) cannot plausibly exceed what came before (申请, 受理)."""

from __future__ import annotations

import re

from yiwang.domains.evaluation.reportcheck.engine.graph import bare, label
from yiwang.domains.evaluation.reportcheck.engine.model import Figure, Report, finding
from yiwang.domains.evaluation.reportcheck.engine.units import same_unit
from yiwang.domains.evaluation.reportcheck.types import Finding

_STAGES = (
    re.compile(r"申请|申报|报名|受理|接收|收到|接到|提交|发布|派发|办理(?!完)|立案|登记"),
    re.compile(r"审核通过|审批通过|初审|立项|授信|批准|批复|录取|中标|选取|入围|核准|通过"),
    re.compile(r"放款|办结|完成|竣工|验收|兑现|拨付|到账|发证|整改到位|销号|结案|毕业|落地"),
)
_CARRIED = re.compile(r"结转|上年|去年|往年|历年|存量")
_EXCUSED = re.compile(r"结转|上年|去年|历年|往年|存量|率|占比|其中|超额|次均")
_STAGE_WORDS = re.compile(
    "|".join(stage.pattern for stage in _STAGES) + "|累计|企业数|家数|户数|人数|件数|金额|成功|数量|数|量|额|了"
)


def check(report: Report) -> list[Finding]:
    """Compare each later stage with the nearest earlier one of the same thing in the segment."""
    out = []
    for figures in report.by_segment.values():
        staged = [(stage, figure) for figure in figures if (stage := _stage(figure)) is not None and not figure.planned]
        for position, (stage, later) in enumerate(staged):
            for earlier_stage, earlier in reversed(staged[:position]):
                if later.sentence - earlier.sentence > 0 or later.index - earlier.index > 8:
                    break
                if earlier_stage < stage and _comparable(earlier, later):
                    between, after = report.between(earlier, later), report.text[later.end : later.end + 12]
                    if later.value > earlier.value and not (_EXCUSED.search(between) or _CARRIED.search(after)):
                        out.append(_report(earlier, later))
                    break
    return out


def _stage(figure: Figure) -> int | None:
    if "/" in figure.unit or figure.unit in {"%", "‰", "分", "倍", "级", "位", "工作日", "天", "小时", "月", "年"}:
        return None
    words = figure.left + figure.right
    places = [(words.rfind(m[0]), stage) for stage, pattern in enumerate(_STAGES) for m in pattern.finditer(words)]
    return max(places)[1] if places else None


def _comparable(earlier: Figure, later: Figure) -> bool:
    """Same unit, and the same thing once the stage words are taken away (融资企业 and 企业, or nothing left)."""
    if not same_unit(earlier.unit, later.unit) or earlier.hedge or later.hedge:
        return False
    first, second = (_STAGE_WORDS.sub("", bare(f.left + f.right)) for f in (earlier, later))
    return not second or second in first or (len(second) >= 2 and second[-2:] in first)


def _report(earlier: Figure, later: Figure) -> Finding:
    return finding(
        "funnel_order",
        "warning",
        f"前后环节数量不合常理：后一环节“{label(later)}”多于前一环节“{label(earlier)}”。"
        "请核对两数；如含以前年度结转，请在文中写明。",
        f"A later stage exceeds an earlier one: {later.text} after {earlier.text}. Check both, "
        "or say what was carried over.",
        [earlier.span, later.span],
        later.text,
        f"≤{earlier.text}",
    )
