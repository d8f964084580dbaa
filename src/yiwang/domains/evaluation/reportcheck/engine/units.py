"""Units and measure words 量词, and their base-unit normalisation.

A unit is what is counted in the text; 个工作日 counts 工作日, 万元 counts 元, M in a sentence on networks is Mbps.
"""

from __future__ import annotations

import re

PERCENT = "%"
POINT = "个百分点"
MONEY = frozenset({"元", "美元", "港元", "欧元", "日元"})
TIME = frozenset({"工作日", "小时", "分钟", "秒", "毫秒", "天", "周", "月", "年", "岁", "学时", "课时"})
SPEED = frozenset({"Mbps", "Gbps"})
# Physical units: a Chinese numeral with one of them is always a quantity, even 一 or inside quotation marks.
PHYSICAL = frozenset(
    [
        "工作日",
        "小时",
        "分钟",
        "秒",
        "毫秒",
        "元",
        "美元",
        "港元",
        "欧元",
        "日元",
        "公里",
        "千米",
        "海里",
        "米",
        "厘米",
        "毫米",
        "平方公里",
        "平方米",
        "亩",
        "公顷",
        "吨",
        "公斤",
        "千克",
        "Mbps",
        "Gbps",
    ]
)
# Units that limit, grade or measure, and are not counts of things.
NOT_COUNTS = (
    MONEY | TIME | SPEED | frozenset({PERCENT, "‰", POINT, "倍", "分", "级", "寸", "英寸", "℃", "位次", "星", "度"})
)
PERSONS = frozenset({"人", "名", "位", "人(户)"})

# Spelling in the text = unit; a word alone is its own unit.
_SPELLINGS = """
％=% %=% ﹪=% ‰=‰ 个百分点=个百分点 百分点=个百分点 个工作日=工作日 工作日=工作日 个小时=小时
小时=小时 分钟=分钟 秒钟=秒 秒=秒 毫秒=毫秒 天=天 日=天 个星期=周 周=周 个月=月 年=年 周岁=岁 岁=岁
学时=学时 课时=课时 元人民币=元 元=元 人民币=元 块钱=元 美元=美元 港元=港元 港币=港元 欧元=欧元
日元=日元 人（户）=人(户) 人(户)=人(户) 户（人）=户(人) 人/次=人次 人次=人次 户次=户次 家次=家次
个次=个次 车次=车次 班次=班次 场次=场次 批次=批次 架次=架次 航次=航次 条次=条次 件次=件次
平方公里=平方公里 平方千米=平方公里 平方米=平方米 ㎡=平方米 立方米=立方米 公里=公里 千米=公里
海里=海里 厘米=厘米 毫米=毫米 米=米 公顷=公顷 亩=亩 公斤=公斤 千克=公斤 吨=吨 斤=斤 千瓦时=千瓦时
kWh=千瓦时 兆瓦=兆瓦 MW=兆瓦 千瓦=千瓦 kW=千瓦 升=升 ℃=℃ 摄氏度=℃ Mbps=Mbps Mb/s=Mbps Gbps=Gbps
TB=TB GB=GB MB=MB KB=KB PB=PB 兆=兆 M=M G=G 英寸=寸 寸=寸 倍=倍 张床位=张 个床位=个 标准箱=标准箱
个点位=个 路=路 分贝=分贝
"""
_PLAIN = """
个 项 件 宗 笔 张 份 条 套 台 部 家 所 间 座 栋 幢 处 片 艘 辆 架 头 只 羽 尾 株 棵 次 批 期 场 轮
班 节 门 本 册 篇 幅 集 首 枚 颗 支 根 组 队 对 双 副 类 种 级 层 床 席 站 例 起 单 票 道 人 名 位
户 口 分 星 页 盏 盘 块 面 桩 亩次 卷 期次 例次 箱 袋 瓶 桶 度 字 款 档 环 趟 把 扇 尊 艇 列 具 眼
口井 孔 宿 则 封 通 顶 筐 串 股 员 点 网格 环节
"""
_ALIASES = {word: word for word in _PLAIN.split()} | dict(pair.split("=") for pair in _SPELLINGS.split())

# A measure word that begins another word is no unit: 12部门, 5项目, 3分别.
_NOT_BEFORE = dict(
    pair.split(":")
    for pair in [
        "部:门分署委队",
        "项:目",
        "分:别布类为成析之配享管局支行公站",
        "家:庭园",
        "条:件例",
        "处:置理罚",
        "场:所地景",
        "所:有需以",
        "片:区",
        "批:准复",
        "组:织建",
        "位:于居",
        "种:植养业子",
        "对:接于应象口",
        "道:路",
        "单:位个独",
        "支:持出付部撑",
        "起:来草诉",
        "例:如",
        "户:均籍外口",
        "人:均口员才民社大工类事力群数",
        "只:需有要能",
        "口:径岸",
        "面:积向对临",
        "根:据本",
        "级:别",
        "台:账均",
        "名:录称单",
        "日:前益常均",
        "年:均度底末初",
        "月:均",
        "期:间末",
        "层:面级",
        "班:子",
        "节:约点能",
        "门:户类",
        "本:地区级单市",
        "集:体中群成",
        "首:先次届要",
        "队:伍",
        "双:方向",
        "类:似",
        "星:级期",
        "页:面",
        "路:线径",
        "度:过",
        "字:段",
        "周:边围",
        "天:然气",
        "站:点",
        "票:据",
        "具:有体备",
        "眼:前",
        "则:是",
        "封:闭",
        "通:过知报道",
        "员:工",
        "点:击评位开",
        "环:境保卫",
        "款:项",
        "档:案次",
        "把:握关",
        "升:级学",
        "米:粮",
        "斤:斤",
        "块:状",
        "卷:入",
        "箱:体",
        "席:位",
        "列:入为",
        "股:份权东",
        "架:构设",
        "枚:举",
        "副:本",
        "床:位",
        "元:宇旦",
    ]
)


def _pattern() -> str:
    parts = []
    for word in sorted(_ALIASES, key=len, reverse=True):
        piece = re.escape(word)
        if _NOT_BEFORE.get(word):
            piece += f"(?![{_NOT_BEFORE[word]}])"
        elif word.isascii() and word.isalpha():
            piece += r"(?![A-Za-z0-9])"
        parts.append(piece)
    return "|".join(parts)


UNIT_PATTERN = _pattern()
_NETWORK = re.compile(r"带宽|宽带|网络|网速|专线|线路|外网|光纤|接入|上网|提速|兆")


def canonical(spelling: str, context: str) -> str:
    """The unit of a spelling in its sentence: ``M`` on networks is Mbps (also 兆)."""
    unit = _ALIASES[spelling]
    if unit in {"M", "兆"} and _NETWORK.search(context):
        return "Mbps"
    if unit == "G" and _NETWORK.search(context):
        return "Gbps"
    return unit


def same_unit(first: str, second: str) -> bool:
    """Whether two units count alike for a sum or share: equal, or different measure words for bodies or machines."""
    return first == second or any(first in group and second in group for group in _ALIKE)


_ALIKE = (
    frozenset({"家", "户"}),
    frozenset({"台", "部", "套"}),
    frozenset({"人", "名", "位"}),
    frozenset({"件", "宗", "起"}),
    frozenset({"个", "项"}),
)
