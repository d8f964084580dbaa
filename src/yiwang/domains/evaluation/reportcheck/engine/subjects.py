"""What a figure is about, from the words around it: the counted noun after it, or the noun before it."""

from __future__ import annotations

import re

from yiwang.domains.evaluation.reportcheck.engine.extract import RawFigure

_TAIL = re.compile(
    r"(?:\s|[：:（(“‘、]|共计|共有|共|总计|总共|合计|累计(?:共)?|已达到?|达到?了?|(?<![签合节公契条预制违履续])约为?|(?<![行作因认])为|是|(?<![所国公私民自])有|至|(?<![报签收])到|了|已|仅|只需|只|仅需|近期|新增|"
    r"增加|超过|不少于|不低于|不超过|压缩|精简|压减|缩短|缩减|提升|提高|降低|增长|增至|降至|升至|减至|(?<![事理自])由|从|分别|(?<![台部户人村镇街家件笔月日年周班校所项个乡座场处亩])均|其中|占比?|高于|低于|每个?|平均|大约|(?<![最附就邻相靠])近|超|高达|将近|的|"
    r"截至|以来|目前|(?<![发实出展体呈])现|全部|各类)+$"
)
_HEAD = re.compile(
    r"^(?:[\s”’：:、，。；,;\x00）)]|其中|截至|截止|目前|即(?!办|时|将|可)|一是|二是|三是|四是|五是|六是|七是|八是|九是|十是|全年|以来|开始|"
    r"同时|并(?!联|网)|且|共有|的|及(?!时|格)|和(?!谐|平)|以及|此外|另外|我[省市县区镇]|全[省市县区镇]|本区|共(?!享|建|同|治)|累计|已|现(?!代|场|有|行)|总共|近期|至今|，)+"
)
_RIGHT_SKIP = re.compile(
    r"^(?:[\s]|（含）|\(含\)|以内|以下|以上|之内|内|左右|上下|的|余|多|等|到|已?完成|实现|增至|降至|升至|减至|增加|减少|提高|用于|给|为|由|在)+"
)
_RIGHT_STOP = re.compile(
    r"[，。；、：,;:！？\n\t]|[（(](?![^（()）]{1,6}[)）])|[0-9０-９]|已|均|共|分别|并(?!联)|以及|和(?!谐)|与|进行|开通|参加|达到|提供|纳入|通过|追回|\x00"
)
_MEASURED = frozenset({"%", "‰", "倍", "分", "级", "个百分点"})
_BRACKETED = re.compile(r"[（(][^（()）]{7,}[)）]")


def words_around(masked: str, figure: RawFigure, left_bound: int, right_bound: int) -> tuple[str, str]:
    """The cleaned words before (from ``left_bound``) and after (to ``right_bound``) a figure."""
    left = _BRACKETED.sub("", masked[max(left_bound, figure.start - 160) : figure.start])
    left = _HEAD.sub("", _TAIL.sub("", left.rstrip(" \x00")))
    if figure.hedge and left.endswith(figure.hedge):
        left = _TAIL.sub("", left[: -len(figure.hedge)])
    right = masked[figure.end : min(right_bound, figure.end + 80)]
    right = _RIGHT_SKIP.sub("", right)
    closing = right.startswith(("”", "’", "」"))
    stop = _RIGHT_STOP.search(right)
    right = "" if closing else right[: stop.start() if stop else len(right)]
    return left.replace("\x00", "").strip()[-40:], right.replace("\x00", "").strip()[:24]


def choose(left: str, right: str, unit: str, previous: str, of: bool, rank: bool) -> str:
    """The subject of a figure; one that stands alone (438笔51209万元) is about what the figure before it is about.

    ``of`` tells that 的 follows the figure (95%的景点), ``rank`` that it is an ordinal (排名第二).
    """
    if "/" in unit and len(left) <= 2:
        return f"{previous}{left}"
    if rank or "/" in unit or (unit in _MEASURED and not (of and len(right) >= 2)):
        return left or right or previous
    if len(right) >= 2:
        return right
    if len(left) >= 2:
        return left
    return previous or left or right
