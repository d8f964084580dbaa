"""Numerals, units, hedges, subjects and dates, in our own sentences."""

from __future__ import annotations

from decimal import Decimal

import pytest

from yiwang.domains.evaluation.reportcheck.api import check_text
from yiwang.domains.evaluation.reportcheck.engine import numerals
from yiwang.domains.evaluation.reportcheck.types import CheckedFigure


def figures(text: str) -> list[CheckedFigure]:
    return list(check_text(text).figures)


def only(text: str) -> CheckedFigure:
    found = figures(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("二十", 20),
        ("十二", 12),
        ("两百三十五", 235),
        ("一千零八", 1008),
        ("三万五", 35000),
        ("三百五", 350),
        ("二〇二三", 2023),
        ("一亿二千万", 120000000),
        ("九万八千七百六十五", 98765),
    ],
)
def test_chinese_numerals(text: str, value: int) -> None:
    assert numerals.chinese(text) == value


def test_chinese_decimals_and_nonsense() -> None:
    assert numerals.chinese("三点一四") == Decimal("3.14")
    assert numerals.chinese("三点") is None
    assert numerals.chinese("三四十") is None


@pytest.mark.parametrize(
    ("text", "value", "unit", "hedge"),
    [
        ("全县登记电动车５６０辆。", "560", "辆", ""),
        ("全县登记电动车1,234,567辆。", "1234567", "辆", ""),
        ("全年拨付补助5.12亿元。", "512000000", "元", ""),
        ("全年拨付补助三千二百万元。", "32000000", "元", ""),
        ("外贸总额2.5亿人民币。", "250000000", "元", ""),
        ("服务群众约36.5万人次。", "365000", "人次", "约"),
        ("走访农户近8000户。", "8000", "户", "近"),
        ("参训人员160余人次。", "160", "人次", "余"),
        ("参训人员10余万人。", "100000", "人", "余"),
        ("参训人员超过两千人。", "2000", "人", "超过"),
        ("审批不超过3个工作日。", "3", "工作日", "不超过"),
        ("材料压减至4份（含）以内。", "4", "份", "以内"),
        ("办件在20个工作日内完成。", "20", "工作日", "内"),
        ("行政村接入带宽不低于300M。", "300", "Mbps", "不低于"),
        ("办结率百分之九十八点五。", "98.5", "%", ""),
        ("覆盖率九成五。", "95", "%", ""),
        ("救助对象共512人（户）。", "512", "人(户)", ""),
        ("试点村庄三十二个。", "32", "个", ""),
        ("本季签约20户。", "20", "户", ""),
        ("会上报到35人。", "35", "人", ""),
        ("本市综合得分排名第三。", "3", "位", ""),
    ],
)
def test_values_units_and_hedges(text: str, value: str, unit: str, hedge: str) -> None:
    figure = only(text)
    assert (figure.value, figure.unit, figure.hedge) == (value, unit, hedge)


@pytest.mark.parametrize(
    "text",
    [
        "依据《第三批便民事项清单（2022年版）》执行。",
        "按照县府办〔2023〕15号文件要求落实。",
        "（3）进一步夯实基础",
        "2.提升服务能力",
        "第十二章 附则",
        "党的二十大作出新部署，“十四五”规划深入实施。",
        "推进“三张清单”“五个统一”建设。",
        "5G网络建设提速，系统升级到3.0版本。",
        "请拨打12345热线反映。",
        "2023年6月30日召开动员会。",
        "统一身份认证一次办成。",
        "[bookmark: _Toc27476]总体情况",
    ],
)
def test_what_is_no_quantity(text: str) -> None:
    assert figures(text) == []


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("建成智慧停车场26座。", "智慧停车场"),
        ("配备26名专职网格员。", "专职网格员"),
        ("评分高于90%的景区。", "景区"),
        ("发放贷款35笔4200万元。", "发放贷款"),
        ("制止不文明行为20起。", "不文明行为"),
        ("本季签约20户。", "签约"),
    ],
)
def test_subjects(text: str, subject: str) -> None:
    assert subject in figures(text)[-1].subject


def test_averages_get_their_own_unit() -> None:
    assert only("窗口台均业务120笔。").unit == "笔/台"
    assert only("平均每月开具证明85份。").unit == "份/月"


def test_dates_stated_inherited_and_inferred() -> None:
    found = figures("安装路灯80盏。\n截至2024年3月31日，受理诉求650件，办结640件；登记志愿者1200人，活跃志愿者300人。")
    assert [f.date_source for f in found] == ["inferred", "stated", "inherited", "stated", "inherited"]
    assert {str(f.as_of) for f in found} == {"2024-03-31"}


def test_periods() -> None:
    first, second = figures("2022年全年检修管网96公里。截至2024年3月31日，2023年以来更换水表3100只。")
    assert (str(first.period_start), str(first.as_of), first.date_source) == ("2022-01-01", "2022-12-31", "stated")
    assert (str(second.period_start), str(second.as_of)) == ("2023-01-01", "2024-03-31")


def test_cut_off_without_year_takes_the_year_before_it() -> None:
    found = figures("截至2024年3月31日，受理诉求650件。截至4月30日，受理诉求720件。")
    assert str(found[1].as_of) == "2024-04-30"


def test_plans_are_true_at_the_end_of_the_plan() -> None:
    text = "截至2023年6月30日，建成驿站10个。\n“十四五”后期，持续推进、加快完善、不断强化服务，建成驿站不少于30个。"
    assert str(figures(text)[-1].as_of) == "2025-12-31"


def test_empty_figures_have_null_dates_in_json() -> None:
    result = check_text("配备巡查车12辆。").to_json()
    assert set(result) == {"document", "figures", "findings"}
    assert result["figures"][0] == {
        "text": "12辆",
        "value": "12",
        "unit": "辆",
        "hedge": "",
        "subject": "配备巡查车",
        "as_of": None,
        "period_start": None,
        "date_source": "inferred",
        "start": 5,
        "end": 8,
    }
