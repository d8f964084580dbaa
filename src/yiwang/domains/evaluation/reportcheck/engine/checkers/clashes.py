"""One thing counted twice with different results, slips by powers of ten, and more persons than people."""

from __future__ import annotations

import re
from collections import defaultdict

from yiwang.domains.evaluation.reportcheck.engine import rounding
from yiwang.domains.evaluation.reportcheck.engine.graph import bare, groups, label
from yiwang.domains.evaluation.reportcheck.engine.model import Figure, Report, finding
from yiwang.domains.evaluation.reportcheck.engine.units import MONEY, PERSONS
from yiwang.domains.evaluation.reportcheck.types import Finding

_SCOPE = re.compile(
    r"^(?:全[省市县区镇]|我[省市县区镇]|本[市县区镇]|目前|现有|现|已|共|累计|总|各|落地实施|实施|完成|开展|建成|打造|建设|安装部署|安装)+"
)
_SOURCE = re.compile(r"^.*(?:平台|系统|普查|调查)?(?:登记|统计|采集|录入|备案|显示|核定|入库)的?(?=[\u4e00-\u9fff]{4})")
_SUFFIX = re.compile(r"(?:任务数|任务|总数|数量|总量|人数|户数|家数|件数|个数|总额|数|量)$")
_OTHER_TIME = re.compile(
    r"原有|原来|此前|上年|去年|同期|新增|增加|减少|净增|目标|计划|力争|待|未|剩余|尚|其中|拟|同比|当月|本月|月份|日均|平均"
)
_PLACE = re.compile(r"[\u4e00-\u9fff]{1,4}(?:镇|街道|村|社区|乡|片区|园区|学校|医院)(?![（(])")
# What was done (投入资金, 服务群众) happens again and again in a report; only what there is can be counted twice.
_DEED = re.compile(
    r"投入|投资|服务|检查|发放|开展|培训|签约|受理|办理|办结|完成|组织|新建|改造|改扩建|查处|整改|排查|救助|惠及|带动|接待|举办|召开|"
    r"出动|拨付|安排|争取|引进|实现|收到|解决|覆盖|吸引|处置|支持|下达|参与|巡查|走访|宣传|配备|推广|达标|合格|接听|上报|收集|选派|"
    r"设立|成立|申请|申报|发布|使用|参加|管理|维护|维修|修缮|处理|开设|到位|总投资|发现|调解|化解|抽查|约谈|制定|印发|更新|更换"
)
_ACCOUNTS = re.compile(r"用户|注册|账号|访问|下载|登录|粉丝|关注")
_QUALIFIER = re.compile(
    r"“([^”]{1,20})”[^，。；]{0,12}$|([A-Za-z\u4e00-\u9fff]{2,8}(?:平台|系统|小程序|APP))[^，。；]{0,12}$"
)
_BODY = re.compile(
    r"[\u4e00-\u9fff\d]{1,6}(?:镇|街道|乡|片区|园区|开发区|新区|村|社区|医院|学校|中学|小学|公司|局)(?![（(])"
)
_POPULATION = re.compile(r"(?:实有|常住|户籍|总|实际|登记)人口")
_PEOPLE = re.compile(r"注册用户|注册人数|用户数|服务群众|参保|居民|群众|人口|惠及|覆盖人|实名")
_WHOLE_AREA = re.compile(r"全[市县区]|我[市县区]")


def check(report: Report) -> list[Finding]:
    """Compare figures about one thing, and persons with the population."""
    return _same_thing(report) + _population(report)


def _same_thing(report: Report) -> list[Finding]:
    parts = {part.index for group in groups(report) for part in group.parts}
    by_core: dict[str, list[Figure]] = defaultdict(list)
    for figure in report.figures:
        core = _core(figure) if figure.subject in {figure.left, figure.right} else ""
        if (figure.is_count or figure.unit in MONEY) and not figure.planned and len(core) >= 4 and figure.unit:
            words = report.lead(figure) + figure.right
            if not _OTHER_TIME.search(words) and not _PLACE.search(words) and figure.index not in parts:
                by_core[core].append(figure)
    out = []
    for core, figures in by_core.items():
        # A core with many values is a pattern of sentences about many things, not one thing counted twice.
        if len({figure.value for figure in figures}) > 2:
            continue
        kept: list[Figure] = []
        for figure in figures:
            clash = next((o for o in kept if _clash(o, figure) and _same_scope(report, core, o, figure)), None)
            if clash:
                out.append(_report(core, clash, figure))
            else:
                kept.append(figure)
    return out


def _core(figure: Figure) -> str:
    """What a figure counts, without scope, platform name, verbs and counting words (实有房屋任务数 is 实有房屋)."""
    words = figure.subject
    words = re.sub(r"^.*?”(?=[\u4e00-\u9fff]{4,})", "", words) if words.startswith("“") else words
    words = _SCOPE.sub("", bare(words))
    words = _SOURCE.sub("", words)
    if words.startswith(("同比", "环比")) or "每" in words or _DEED.match(words):
        return ""
    return _SUFFIX.sub("", _SUFFIX.sub("", words))


def _same_scope(report: Report, core: str, first: Figure, second: Figure) -> bool:
    """Whether two figures may speak of one thing: no two platforms, no two places or bodies."""
    one, other = (_QUALIFIER.search(report.lead(f)[: -len(f.hedge) or None]) for f in (first, second))
    named = [(m[1] or m[2]) if m else "" for m in (one, other)]
    if named[0] != named[1] and (all(named) or _ACCOUNTS.search(core)):
        return False
    if first.sentence == second.sentence:
        return True
    starts = [report.layout.sentences[f.sentence][0] for f in (first, second)]
    places = [set(_BODY.findall(report.text, s, f.start)) for s, f in zip(starts, (first, second), strict=True)]
    return places[0] == places[1]


def _clash(first: Figure, second: Figure) -> bool:
    if first.clause == second.clause or first.as_of != second.as_of or (first.unit in MONEY) != (second.unit in MONEY):
        return False
    if first.period_start and second.period_start and first.period_start != second.period_start:
        return False
    if (first.unit in {"次", "人次"}) != (second.unit in {"次", "人次"}) or (first.unit in PERSONS) != (
        second.unit in PERSONS
    ):
        return False
    return not rounding.meets(rounding.interval(first), rounding.interval(second))


def _report(core: str, first: Figure, second: Figure) -> Finding:
    k = rounding.power_of_ten(second.value, first.value)
    zh_slip, en_slip = rounding.slip(second.value, first.value) if k else ("", "")
    return finding(
        "magnitude_slip" if k else "definition_clash",
        "warning",
        f"同一事项两处数字不一致：“{core}”一处为 {first.text}，另一处为 {second.text}。{zh_slip}"
        "请统一口径；如统计范围或对象不同，请在文中分别写明。",
        f"One thing counted twice: {core} is {first.text} in one place and {second.text} in another.{en_slip} "
        "Use one definition, or say how the two differ.",
        [first.span, second.span],
        second.text,
        first.text,
    )


def _population(report: Report) -> list[Finding]:
    people = [
        f for f in report.figures if _POPULATION.search(f.subject) and f.value > 1000 and not f.planned and not f.hedge
    ]
    if not people:
        return []
    base = max(people, key=lambda figure: figure.value)
    out = []
    for figure in report.figures:
        words = report.lead(figure) + figure.right
        if (
            figure.unit in PERSONS
            and figure.index != base.index
            and not figure.planned
            and _PEOPLE.search(words)
            and _WHOLE_AREA.search(words)
            and rounding.interval(figure)[0] > base.value
        ):
            out.append(
                finding(
                    "definition_clash",
                    "warning",
                    f"人数大于人口数：“{label(figure)}”超过“{label(base)}”。请核对两数的统计口径"
                    "（是否含外地用户、注销用户或重复注册，人口是否为实有人口），并在文中写明。",
                    f"More persons than people: {figure.text} against a population of {base.text}. "
                    "Say what each of them counts.",
                    [figure.span, base.span],
                    figure.text,
                    f"≤{base.text}",
                )
            )
    return out
