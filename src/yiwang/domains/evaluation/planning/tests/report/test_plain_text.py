from yiwang.domains.evaluation.planning.report.context import OverallJudgement
from yiwang.domains.evaluation.planning.report.plain_text import as_text
from yiwang.domains.evaluation.planning.tests.report.sample import FIGURES, sample


def test_every_figure_has_its_name_unit_and_date() -> None:
    text = as_text(sample())
    for figure in FIGURES:
        assert f"{figure.name}：{figure.text}（截至2023年6月30日，{figure.reported_by}" in text


def test_gaps_are_listed_with_indicators_without_value() -> None:
    text = as_text(sample())
    assert "现值〔缺数 F013〕" in text
    assert "服务好评率（区政务服务和数据管理局）：未报送分母，无法计算。" in text
    assert "第13项业务累计办结量（区农业农村和水利局）：本轮没有数值。" in text


def test_order_and_headings() -> None:
    lines = as_text(sample()).split("\n")
    headings = [line for line in lines if line[:2] in ("一、", "二、", "三、", "四、")]
    assert headings == ["一、规划实施进展", "二、主要问题和风险挑战", "三、下一步工作措施", "四、规划调整和意见建议"]
    assert "（三）便民利企的政务服务：让群众少跑腿" in lines
    assert "存在问题：部分村居网络条件不足，设备使用率不高。" in lines
    assert lines[-1] == ""


def test_lines_of_people_are_lines() -> None:
    text = as_text(sample(judgement=OverallJudgement(paragraphs=(("甲\x00乙\n丙",),))))
    assert "\n甲乙\n丙\n" in text


def test_no_empty_lines() -> None:
    assert "\n\n" not in as_text(sample(chapters=(), indicators=(), facts=(), gaps=()))
