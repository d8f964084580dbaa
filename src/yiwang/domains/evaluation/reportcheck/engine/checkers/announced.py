"""Items announced and another number, or another kind, listed."""

from __future__ import annotations

import re
from itertools import pairwise

from yiwang.domains.evaluation.reportcheck.engine import numerals
from yiwang.domains.evaluation.reportcheck.engine.model import Report, Span, finding
from yiwang.domains.evaluation.reportcheck.types import Finding

_CN = "一二三四五六七八九十"
_COUNT = re.compile(
    rf"(?P<n>\d{{1,2}}|[二两三四五六七八九十][{_CN}]?)(?P<u>个方面|方面|大方面|个|项|条|点|类|种|大)(?P<noun>[\u4e00-\u9fff]{{0,10}})"
)
_NOUN = re.compile(
    r"任务|方面|措施|问题|工作|建议|事项|要求|举措|内容|要点|重点|项目|环节|短板|不足|原因|步骤|困难|挑战|意见|调整|特点|经验|做法|原则|抓手|行动|工程|清单|情形|条件"
)
_ITEM = re.compile(rf"(?P<n>[{_CN}]{{1,3}})是")
_LINE = re.compile(
    rf"[ \t　]*(?:(?P<a>\d{{1,2}})[.．、](?!\d)|[（(](?P<b>\d{{1,2}})[)）]|[（(](?P<c>[{_CN}]{{1,3}})[)）]"
    rf"|(?P<d>[{_CN}]{{1,3}})、)"
)
_BRACKETED = re.compile(rf"(?<=[。；：;:])\s*[（(]([{_CN}]{{1,3}})[)）]")
_NAMELY = re.compile(
    r"(?P<n>\d{1,2}|[二两三四五六七八九十])(?:大|项|个|类)[^，。；：、“”\d]{0,8}”?[，,：:]?(?:即|分别是|分别为)[：:]?"
    r"(?P<items>[^，。；：！？、\n\d]{2,16}(?:、[^，。；：！？、\n\d]{2,16}){1,12})(?=[，。；])"
)
_ACTIONS = {
    "删除": re.compile(r"删除|取消|撤销|终止|不再"),
    "调整": re.compile(r"调整|修改|变更|优化|顺延|修订"),
    "新增": re.compile(r"新增|增设|增加|补充"),
    "合并": re.compile(r"合并|整合|并入"),
}
_BEFORE_LIST = re.compile(
    r"(?P<items>[^，。；：！？、\n（()）\d]{1,14}(?:、[^，。；：！？、\n（()）\d]{1,14}){1,30}?)(?P<etc>等)?(?P<n>\d{1,2}|[二两三四五六七八九十])(?P<u>个|项|类|种|大)(?!月|百分点|工作日|小时|100|百分)"
)


def check(report: Report) -> list[Finding]:
    """Compare announcements with the lists that follow (一是…, numbered lines) or precede (甲、乙、丙三个…)."""
    out: list[Finding] = []
    for announcement, items in _lists(report):
        count = _announced(report, announcement, len(items))
        if count:
            out.append(_count_finding(report, count, items))
        kinds = _kinds(report, announcement, items)
        if kinds:
            out.append(kinds)
    return out + _inline(report)


def _lists(report: Report) -> list[tuple[Span, list[Span]]]:
    """Each list with the sentence that announces it: items as spans."""
    out = []
    text, layout = report.text, report.layout
    items: list[Span] = []
    lead: Span | None = None
    previous: Span | None = None
    for segment in layout.segments:
        match = _ITEM.match(text[segment[0] : segment[0] + 8].lstrip())
        number = numerals.chinese(match["n"]) if match else None
        if number == 1:
            if lead and len(items) > 1:
                out.append((lead, items))
            lead, items = (
                (_last_sentence(report, previous) if previous and text[previous[1] - 1] != "\n" else None),
                [segment],
            )
        elif number and lead and number > 1:
            items.append(segment)
        else:
            if lead and len(items) > 1:
                out.append((lead, items))
            lead, items = None, []
        previous = segment
    if lead and len(items) > 1:
        out.append((lead, items))
    return out + _line_lists(report) + _inline_lists(report)


def _last_sentence(report: Report, segment: Span) -> Span | None:
    body = report.text[segment[0] : segment[1]].rstrip()
    cut = max(body.rfind(mark, 0, len(body) - 1) for mark in "。！？\n") + 1
    return segment[0] + cut, segment[1]


def _inline_lists(report: Report) -> list[tuple[Span, list[Span]]]:
    """（一）…（二）… inside one paragraph, after the sentence that announces them."""
    out = []
    for start, end in report.layout.paragraphs:
        marks = list(_BRACKETED.finditer(report.text, start, end))
        numbers = [int(numerals.chinese(mark[1]) or 0) for mark in marks]
        if len(marks) < 2 or numbers != list(range(1, len(marks) + 1)) or marks[0].start() - start < 6:
            continue
        body = report.text[start : marks[0].start()].rstrip()
        lead = start + max(body.rfind(mark, 0, len(body) - 1) for mark in "。！？") + 1
        edges = [mark.start() for mark in marks] + [end]
        out.append(((lead, marks[0].start()), list(pairwise(edges))))
    return out


def _line_lists(report: Report) -> list[tuple[Span, list[Span]]]:
    """Numbered lines after a line that ends with a colon."""
    out = []
    lines = [span for span in report.layout.paragraphs if report.text[span[0] : span[1]].strip()]
    for index, line in enumerate(lines):
        if not report.text[line[0] : line[1]].rstrip().endswith(("：", ":")):
            continue
        items: list[Span] = []
        style = ""
        for following in lines[index + 1 :]:
            match = _LINE.match(report.text[following[0] : following[0] + 12])
            if not match or (style and match.lastgroup != style):
                break
            digits = match[match.lastgroup or "a"]
            number = int(digits) if digits.isdigit() else numerals.chinese(digits)
            if number != len(items) + 1:
                break
            style = match.lastgroup or ""
            items.append(following)
        if len(items) > 1:
            lead = _last_sentence(report, line)
            if lead:
                out.append((lead, items))
    return out


def _announced(report: Report, lead: Span, listed: int) -> tuple[Span, int] | None:
    """The announced number when it differs from the number listed."""
    found = []
    for match in _COUNT.finditer(report.text, *lead):
        if report.text[max(0, match.start() - 1)] in "第.0123456789":
            continue
        number = int(match["n"]) if match["n"].isdigit() else int(numerals.chinese(match["n"]) or 0)
        alone = not match["noun"] and report.text[match.end() : match.end() + 1] in "：:。"
        if "方面" in match["u"] or alone or _NOUN.search(match["noun"]):
            found.append((match.span(), number))
    if not found or any(number == listed for _, number in found):
        return None
    return found[-1]


def _count_finding(report: Report, count: tuple[Span, int], items: list[Span]) -> Finding:
    span, number = count
    shown = report.text[span[0] : span[1]]
    return finding(
        "announced_count",
        "warning",
        f"预告数目与列出的不符：前文说“{shown}”（{number} 项），后面实际列出 {len(items)} 项。请补齐或改正数目。",
        f"{number} items are announced, {len(items)} are listed.",
        [span, *[(start, min(end, start + 12)) for start, end in items]],
        str(number),
        str(len(items)),
    )


def _kinds(report: Report, lead: Span, items: list[Span]) -> Finding | None:
    """取消、调整3项 announced, but every item is of one kind only."""
    text = report.text[lead[0] : lead[1]]
    match = re.search(
        r"(?:取消|删除|撤销|调整|修改|变更|新增|增设|合并|整合)(?:[、和及或与](?:取消|删除|撤销|调整|修改|变更|新增|增设|合并|整合))+",
        text,
    )
    if not match:
        return None
    promised = [kind for kind, pattern in _ACTIONS.items() if pattern.search(match[0])]
    seen: set[str] = set()
    for start, end in items:
        body = re.sub(r"“[^“”]*(?:“[^“”]*”[^“”]*)*”", "", report.text[start:end])
        said = re.split(r"建议|拟", body)[-1]
        seen |= {kind for kind, pattern in _ACTIONS.items() if pattern.search(said[:24])}
    missing = [kind for kind in promised if kind not in seen]
    if not missing or not seen:
        return None
    listed = "、".join(sorted(seen))
    return finding(
        "announced_kind",
        "warning",
        f"预告与列出的内容不符：前文说“{match[0]}”，但后面列出的 {len(items)} 项都是“{listed}”，"
        f"没有一项是“{'、'.join(missing)}”。"
        "请改正预告的说法，或补上相应事项。",
        f"The text announces {match[0]}, but all {len(items)} items listed are of one kind ({listed}).",
        [(lead[0] + match.start(), lead[0] + match.end()), *[(start, min(end, start + 12)) for start, end in items]],
        match[0],
        listed,
    )


def _inline(report: Report) -> list[Finding]:
    """甲、乙、丙三个镇: as many names as the number says; with 等 there may be fewer names, never more."""
    out = []
    for match in _NAMELY.finditer(report.text):
        number = int(match["n"]) if match["n"].isdigit() else int(numerals.chinese(match["n"]) or 0)
        items = match["items"].split("、")
        joined = len(re.findall(r"(?<=[\u4e00-\u9fff])[和及与](?=[\u4e00-\u9fff]{2})", items[-1]))
        if not len(items) <= number <= len(items) + joined and "等" not in items[-1]:
            out.append(_listed(match.span(), match[0], len(items), match["n"]))
    for match in _BEFORE_LIST.finditer(report.text):
        number = int(match["n"]) if match["n"].isdigit() else int(numerals.chinese(match["n"]) or 0)
        names = match["items"].split("、")
        joined = sum(len(re.findall(r"(?<=[\u4e00-\u9fff”])[和及与](?=[\u4e00-\u9fff“]{2})", name)) for name in names)
        least, most = len(names), len(names) + joined
        quoted = match["items"].count("“") != match["items"].count("”")
        if quoted or number < 2 or least <= number <= most or (match["etc"] and number > most):
            continue
        if not match["etc"] and (number > most + 2 or least < 3):
            continue
        if least > number and (number < least - 2 or joined):
            continue
        out.append(_listed(match.span(), match[0], least, f"{match['n']}{match['u']}"))
    return out


def _listed(span: Span, words: str, listed: int, said: str) -> Finding:
    return finding(
        "announced_count",
        "warning",
        f"列举与数目不符：“{words}”列出 {listed} 个，却写“{said}”。请核对。",
        f"{listed} names are listed, but the text says {said}.",
        [span],
        said,
        str(listed),
    )
