"""Find the quantities of a text: a grammar over numerals, multipliers, hedges and units.

Numbering, dates, titles in 《》, document numbers 〔2022〕6号, codes and names in quotation marks are not quantities.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from yiwang.domains.evaluation.reportcheck.engine import numerals, units
from yiwang.domains.evaluation.reportcheck.engine.dates import BadDate, DateMention


@dataclass(frozen=True, slots=True)
class RawFigure:
    """A quantity before its sentence is understood. ``start``…``end`` cover numeral, multiplier and unit."""

    start: int
    end: int
    value: Decimal
    step: Decimal
    exact: bool
    unit: str
    hedge: str


_CN = "零〇一二两三四五六七八九十百千万亿"
_HEDGE_BEFORE = (
    r"不少于|不低于|不超过|不高于|不多于|不大于|不小于|不足|大约|(?<![签合节公契条预制违履续])约为?|将近|接近|(?<![最附就邻相靠])近|超过|超出|超|逾|突破|至少|"
    r"至多|最多|最低|最高|高达|低于|少于"
)
_HEDGE_AFTER = r"左右|上下|以上|以下|以内|之内|(?:（含）|\(含\))(?P<incl>以内|以下|以上)|内(?![部容外地陆存设])"
_MULT = "万亿|千亿|百亿|十亿|千万|百万|十万|亿|万|千|百"
_NUMBER = re.compile(
    rf"(?P<hedge>{_HEDGE_BEFORE})?\s?(?:"
    rf"(?P<pct>百分之|千分之)(?P<pctn>[{_CN}]+(?:点[{_CN}]+)?)"
    rf"|(?P<fd>[二三四五六七八九十百千]+)分之(?P<fn>[一二两三四五六七八九十]+)"
    rf"|(?P<cheng>[一二三四五六七八九])成(?P<cheng2>[一二三四五六七八九]|半)?(?=[，。；、以左的]|$)"
    rf"|(?P<arabic>[0-9０-９]{{1,3}}(?:,[0-9]{{3}})+(?:\.[0-9]+)?|[0-9０-９]+(?:[.．][0-9０-９]+)?)\s?"
    rf"(?P<more1>余|多)?(?P<mult>{_MULT})?(?P<more2>余|多)?"
    rf"|(?P<cn>[{_CN}]+(?:点[{_CN}]+)?)(?P<more3>余|多)?(?P<cmult>万|亿)?"
    rf")\s?(?P<unit>{units.UNIT_PATTERN})?"
)
_AFTER = re.compile(rf"\s?(?:{_HEDGE_AFTER})")
_LONG_AFTER = re.compile(r"[（(][^（()）]{1,120}[)）](以内|以下|以上|之内|左右)")
_RANK = re.compile(
    rf"(?:排名|位列|位居|名列|排在|排|居|列)[^，。；、第]{{0,8}}?第(?P<n>[{_CN}]+|\d+)(?P<u>位|名)?(?![批届次季阶章节条款梯方档线轮]|战线)"
)
_RATIO = re.compile(r"(?<![\d:：.])\d+(?:\.\d+)?(?:\s?[:：∶]\s?\d+(?:\.\d+)?)+(?![\d:：])")
_MASKED = re.compile(
    r"《[^》\n]{1,120}》(?:[^《\n]{0,40}》)?|〈[^〉\n]*〉|[〔\[【(（]\s?(?:19|20)\d\d\s?[〕\]】)）]\s?(?:第?\d+号)?|\[[^\]\n]{0,60}\]|"
    r"\{\{.*?\}\}|<[^>\n]{1,80}>|https?://[^\s，。；）]+|\d{1,3}(?:\.\d{1,3}){3}"
    r"|[A-Za-z]+/?[A-Za-z]*[ -]?\d+(?:[.\-—]\d+)+"
)
_NUMBERING = re.compile(
    rf"^[ \t　]*(?:[（(][{_CN}\d]{{1,3}}[)）]|\d{{1,2}}(?:\.\d{{1,2}}){{0,3}}(?:[.．、](?!\d)"
    rf"|[ \t　]+(?=[\u4e00-\u9fff]))|[{_CN}]{{1,3}}、|第[{_CN}\d]+[章节条])"
    rf"|(?:(?<=[。；;：:，,])|^)\s*(?:[（(]\d{{1,2}}[)）]|[①-⑳]|\d{{1,2}}[.．、](?=[\u4e00-\u9fff]))",
    re.MULTILINE,
)
_FIVE_YEARS = re.compile(
    rf"[“‘]?[{_CN}]+五[”’]|十[一二三四五六]五(?:规划|时期|期间|以来)|[{_CN}]+届[{_CN}]+次|党的[{_CN}]+大|[{_CN}]+届"
)
_QUOTED = re.compile(r"“([^”\n]{1,40})”|‘([^’\n]{1,40})’|「([^」\n]{1,40})」")
_CUE = re.compile(r"(?:量|数|为|达|达到|值|额|至|共|计|约|率|指数|得分|评分|有|增加|新增|超过|于)\s*$")
_NOT_ONE = "统唯之单专其进逐同不某任每第另如"
_CN_NOT_AFTER = "数几成每第周星期拜初好些某那哪各前后头另本"
_SLOGAN = re.compile(r"维护|确立|意识|自信|全面|坚持|责任制|大局|通办|必由|明确|一体|一把手|文明")


def mask(text: str, dates: list[DateMention], bad: list[BadDate]) -> str:
    """The text with everything that is no quantity blanked out, offsets unchanged."""
    chars = list(text)

    def blank(start: int, end: int) -> None:
        for i in range(start, end):
            if chars[i] not in "\n\t":
                chars[i] = "\x00"

    for date_mention in dates:
        blank(date_mention.start, date_mention.end)
    for bad_date in bad:
        blank(bad_date.start, bad_date.end)
    for pattern in (_MASKED, _NUMBERING, _FIVE_YEARS, _RATIO):
        for match in pattern.finditer(text):
            if (
                pattern is _RATIO
                and match[0].count(":") + match[0].count("：") + match[0].count("∶") < 2
                and not re.search(r"比", text[max(0, match.start() - 12) : match.start()])
            ):
                continue
            blank(*match.span())
    return "".join(chars)


def find_ratios(text: str) -> list[tuple[int, int, list[Decimal]]]:
    """Ratios a:b:c of the text (three terms, or two after 比): start, end and terms."""
    found = []
    for match in _RATIO.finditer(text):
        terms = [Decimal(part.strip()) for part in re.split(r"[:：∶]", match[0])]
        if len(terms) >= 3 or re.search(r"比", text[max(0, match.start() - 12) : match.start()]):
            found.append((match.start(), match.end(), terms))
    return found


def extract(text: str, dates: list[DateMention], bad: list[BadDate]) -> list[RawFigure]:
    """All quantities of ``text`` in order."""
    masked = mask(text, dates, bad)
    names = {i for match in _QUOTED.finditer(masked) for i in range(match.start(), match.end())}
    found: list[RawFigure] = []
    ranks = {match.start("n"): match for match in _RANK.finditer(masked)}
    for rank in ranks.values():
        value = Decimal(rank["n"]) if rank["n"].isdigit() else numerals.chinese(rank["n"])
        if value:
            end = rank.end("u") if rank["u"] else rank.end("n")
            found.append(RawFigure(rank.start("n") - 1, end, value, Decimal(1), True, "位", ""))
    position = 0
    while match := _NUMBER.search(masked, position):
        position = max(match.end(), position + 1)
        figure = _read(text, masked, match, names)
        if figure and not any(figure.start <= start < figure.end for start in ranks):
            found.append(figure)
        elif match["unit"] and not figure:
            position = max(match.start("unit"), match.start() + 1)
    return sorted(found, key=lambda figure: figure.start)


def _read(text: str, masked: str, match: re.Match[str], names: set[int]) -> RawFigure | None:
    if match["pct"]:
        value = numerals.chinese(match["pctn"])
        places = len(match["pctn"].partition("点")[2])
        unit = units.PERCENT if match["pct"] == "百分之" else "‰"
        return _make(match, match.start("pct"), match.end("pctn"), value, places, unit, masked)
    if match["fd"]:
        bottom, top = numerals.chinese(match["fd"]), numerals.chinese(match["fn"])
        if not bottom or not top:
            return None
        return _make(
            match, match.start("fd"), match.end("fn"), (top / bottom).quantize(Decimal("0.000001")), 2, "", masked
        )
    if match["cheng"]:
        tenth = numerals.chinese(match["cheng"]) or Decimal(0)
        more = Decimal(5) if match["cheng2"] == "半" else numerals.chinese(match["cheng2"] or "零") or Decimal(0)
        end = match.end("cheng2") if match["cheng2"] else match.end("cheng") + 1
        return _make(match, match.start("cheng"), end, tenth * 10 + more, -1, units.PERCENT, masked)
    return _arabic(text, masked, match) if match["arabic"] else _chinese(text, masked, match, names)


def _arabic(text: str, masked: str, match: re.Match[str]) -> RawFigure | None:
    start = match.start("arabic")
    before, after = masked[max(0, start - 1) : start], masked[match.end() : match.end() + 1]
    numeral, mult, spelling = match["arabic"], match["mult"] or "", match["unit"]
    if not match["hedge"] and (re.match(r"[A-Za-z0-9_.\-－–/№#]", before) or before == "第"):
        return None
    if not spelling:
        if re.match(r"[A-Za-z号届楼栋室版代_/]", after):
            return None
        if re.match(r"[-—－~～至]", after):
            return _range(text, masked, match)
        if not mult and not _bare(masked, match, numeral):
            return None
    value = numerals.arabic(numeral)
    unit = units.canonical(spelling, _around(masked, start)) if spelling else ""
    end = (
        match.end("unit")
        if spelling
        else match.end("more2")
        if match["more2"]
        else (match.end("mult") if mult else match.end("arabic"))
    )
    if unit in {"G", "Gbps"} and re.fullmatch("[2-6]", numeral):
        return None
    if unit in {"年", "天", "月"} and re.match(r"(?:19|20)\d\d$", numeral):
        return None
    return _make(match, start, end, value, numerals.decimals(numeral), unit, masked, mult)


def _range(text: str, masked: str, match: re.Match[str]) -> RawFigure | None:
    """The first number of a range 3—5个 takes the unit of the second."""
    rest = re.compile(rf"[-—－~～至]+\s?[0-9０-９]+(?:[.．]\d+)?({_MULT})?\s?({units.UNIT_PATTERN})").match(
        masked, match.end()
    )
    if not rest:
        return None
    numeral, start = match["arabic"], match.start("arabic")
    unit = units.canonical(rest[2], _around(masked, start))
    mult = match["mult"] or rest[1] or ""
    return _make(
        match, start, match.end("arabic"), numerals.arabic(numeral), numerals.decimals(numeral), unit, masked, mult
    )


def _bare(masked: str, match: re.Match[str], numeral: str) -> bool:
    """Whether a number without unit is a quantity: after a cue (收藏量7562), or a large one before its noun."""
    if re.fullmatch(r"(?:19|20)\d\d", numeral):
        return False
    start, end = match.start("arabic"), match.end()
    ahead = masked[end : end + 14]
    if re.match(r"[^，。；]{0,10}(?:热线|专线电话|电话)", ahead) or re.search(
        r"(?:热线|电话|编号|代码|邮编|版本)[:：]?\s*$", masked[:start][-8:]
    ):
        return False
    cue = bool(_CUE.search(masked[max(0, start - 4) : start])) or bool(match["hedge"])
    if cue and re.match(r"[\s，。；、）)：]|$|\x00", ahead):
        return True
    noun_ahead = bool(re.match(r"[\u4e00-\u9fff]{2}", ahead))
    return noun_ahead and len(numeral) >= 3 and "." not in numeral


def _chinese(text: str, masked: str, match: re.Match[str], names: set[int]) -> RawFigure | None:
    numeral, spelling, start = match["cn"], match["unit"], match.start("cn")
    if not spelling:
        return None
    value = numerals.chinese(numeral)
    if value is None or value == 0 or re.fullmatch(r"[百千万亿]+", numeral):
        return None
    mult = match["cmult"] or ""
    unit = units.canonical(spelling, _around(masked, start))
    before, after = masked[max(0, start - 1) : start], masked[match.end() : match.end() + 4]
    if (before and before in _CN_NOT_AFTER) or (start in names and unit not in units.PHYSICAL):
        return None
    if value == 1 and not mult and (unit not in units.PHYSICAL or before in _NOT_ONE):
        return None
    if (
        (numeral == "十" and unit in {"分", "年"})
        or _SLOGAN.match(after)
        or (unit == "年" and re.match("[行计规来攻]", after))
    ):
        return None
    if unit in {
        "度",
        "面",
        "点",
        "口",
        "头",
        "次",
        "站",
        "道",
        "对",
        "股",
        "环",
        "把",
        "员",
        "字",
        "节",
        "分",
        "周",
        "天",
        "级",
    } and not _counts(unit, after):
        return None
    return _make(match, start, match.end("unit"), value, len(numeral.partition("点")[2]), unit, masked, mult)


def _counts(unit: str, after: str) -> bool:
    """Whether a measure word that is also a common noun ending counts here (两次会议 yes, 四次全会 no)."""
    if unit == "次":
        return not re.match("全会|产业|性|生", after)
    if unit == "级":
        return not re.match("以上|以下|医院|巡|主任|调", after)
    return unit not in {"度", "面", "点", "对", "环", "把", "员", "字", "周", "股"}


def _around(masked: str, at: int) -> str:
    left = max(masked.rfind("。", 0, at), masked.rfind("\n", 0, at), at - 120) + 1
    return masked[left : at + 60]


def _make(
    match: re.Match[str],
    start: int,
    end: int,
    value: Decimal | None,
    places: int,
    unit: str,
    masked: str,
    mult: str = "",
) -> RawFigure | None:
    if value is None:
        return None
    scale = Decimal(numerals.MULTIPLIERS[mult])
    hedge = match["hedge"] or ""
    more = match["more1"] or match["more2"] or match["more3"]
    if not hedge and more:
        hedge = more
    after = _AFTER.match(masked, end) or _LONG_AFTER.match(masked, end)
    if not hedge and after:
        hedge = (after.groupdict().get("incl") or (after[1] if after.re is _LONG_AFTER else after[0])).strip()
    step = scale * Decimal(1).scaleb(-places)
    return RawFigure(start, end, value * scale, step, places <= 0 and not mult, unit, hedge)
