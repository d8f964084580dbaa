"""Each kind of finding on small texts of our own, true and mistaken in equal number."""

from __future__ import annotations

import pytest

from yiwang.domains.evaluation.reportcheck.api import check_text

# kind → (severity, true texts, mistaken texts)
CASES: dict[str, tuple[str, list[str], list[str]]] = {
    "share_mismatch": (
        "error",
        [
            "抽查食堂240家，合格228家，合格率95%。",
            "全镇农户1200户，其中参保户1080户，占90%。",
            "应急队员37人，持证23人，持证率62.16%。",
            "受理8000件，即办6125件，即办率76.56%。",
            "发放对象800人，已发放720人，发放率90%。",
            "三类诉求共500件，其中交通类250件、环境类150件、噪声类100件，分别占50%、30%和20%。",
        ],
        [
            "抽查食堂240家，合格228家，合格率96%。",
            "全镇农户1200户，其中参保户1080户，占80%。",
            "应急队员37人，持证23人，持证率62.61%。",
            "受理8000件，即办6125件，即办率7.656%。",
            "发放对象800人，已发放7200人，发放率90%。",
            "三类诉求共500件，其中交通类250件、环境类150件、噪声类100件，分别占50%、35%和20%。",
        ],
    ),
    "change_mismatch": (
        "error",
        [
            "办理时限由20天压缩至5天，压缩75%。",
            "用户由400户增至500户，增长25%。",
            "满意度由91.2%提升至95.7%，提高4.5个百分点。",
        ],
        [
            "办理时限由20天压缩至5天，压缩70%。",
            "用户由400户增至500户，增长20%。",
            "满意度由91.2%提升至95.7%，提高5.4个百分点。",
        ],
    ),
    "sum_mismatch": (
        "error",
        [
            "设立书屋45个，其中街道书屋15个、社区书屋30个。",
            "收到建议90条，分别为教育类40条、医疗类30条、交通类20条。",
            "维修道路12条、桥梁3座、路灯80盏，其中主干道4条。",
            "支出培训费12.5万元、会议费7.3万元，合计19.8万元。",
            "投资1.25亿元，其中一期0.62亿元、二期0.62亿元。",
        ],
        [
            "设立书屋45个，其中街道书屋15个、社区书屋33个。",
            "收到建议90条，分别为教育类40条、医疗类30条、交通类10条。",
            "维修道路12条，其中主干道4条、支路9条。",
            "支出培训费12.5万元、会议费7.3万元，合计18.9万元。",
            "投资1.25亿元，其中一期0.62亿元、二期0.82亿元。",
        ],
    ),
    "average_mismatch": (
        "error",
        ["自助终端40台，办理业务9200笔，台均业务230笔。", "举办讲座16场，参加群众2000人次，场均125人次。"],
        ["自助终端40台，办理业务9200笔，台均业务203笔。", "举办讲座16场，参加群众2000人次，场均152人次。"],
    ),
    "average_period": (
        "warning",
        [
            "平台于2023年3月底上线，截至2023年9月30日，累计受理1200件，月均受理200件。",
            "热线于2023年1月上线，截至2023年10月31日，累计接听5000件，月均接听500件。",
        ],
        [
            "平台于2023年3月底上线，截至2023年9月30日，累计受理1400件，月均受理200件。",
            "热线于2023年1月上线，截至2023年10月31日，累计接听5000件，月均接听1000件。",
        ],
    ),
    "structure_sum": ("error", ["三次产业结构为8.2:41.5:50.3。"], ["三次产业结构为8.2:45.1:50.3。"]),
    "structure_mismatch": (
        "error",
        [
            "甲类投入20万元、乙类投入30万元，投入之比为2:3:5，丙类另计。",
            "城区60个、镇区30个、村10个，数量之比为6:3:1。",
        ],
        [
            "甲类投入20万元、乙类投入30万元、丙类投入50万元，投入之比为2:4:5。",
            "城区60个、镇区30个、村10个，数量之比为6:4:1。",
        ],
    ),
    "funnel_order": (
        "warning",
        ["收到申请300件，审核通过260件。", "受理纠纷85件，办结80件。"],
        ["收到申请300件，审核通过360件。", "受理纠纷85件，办结88件。"],
    ),
    "part_above_whole": (
        "error",
        ["培训干部320人，其中女干部140人。", "公开文件86份，其中规范性文件12份。"],
        ["培训干部320人，其中女干部410人。", "公开文件86份，其中规范性文件120份。"],
    ),
    "share_above_hundred": (
        "error",
        [
            "宽带覆盖率达99.8%。",
            "完成投资占年度计划的108%。",
        ],
        [
            "宽带覆盖率达109.8%。",
            "青年占108%。",
        ],
    ),
    "magnitude_slip": (
        "warning",
        ["截至2023年底，财政扶持资金5.2亿元。财政扶持资金52000万元已拨付。"],
        ["截至2023年底，财政扶持资金5.2亿元。\n截至2023年底，财政扶持资金5200万元。"],
    ),
    "definition_clash": (
        "warning",
        [
            "截至2023年底，持证社工人数520人。\n截至2023年底，持证社工人数520人。",
            "全县常住人口32万人。全县实名注册用户18万人。",
        ],
        [
            "截至2023年底，持证社工人数520人。\n截至2023年底，持证社工人数468人。",
            "全县常住人口32万人。全县实名注册用户38万人。",
        ],
    ),
    "date_incomplete": ("info", ["2022年以来，修缮文物12处。"], ["2022以来，修缮文物12处。"]),
    "date_impossible": ("error", ["截至2024年2月29日，开放场馆9座。"], ["截至2023年2月29日，开放场馆9座。"]),
    "date_order": ("error", ["2022年7月至2023年6月，巡河300次。"], ["2023年7月至2022年6月，巡河300次。"]),
    "date_vague": (
        "info",
        ["截至2023年6月30日，景区接待游客8600人次。"],
        ["截至2023年6月30日，绿道开放。景区近期接待游客8600人次。"],
    ),
    "date_mixed": (
        "warning",
        ["截至2023年6月30日，开班20个。截至2023年6月30日，结业18个。"],
        ["截至2023年6月30日，开班20个。截至2023年6月30日，结业18个。截至2023年5月31日，在读30个。"],
    ),
    "date_missing": (
        "warning",
        ["截至2023年6月30日，设点30个，巡查400次，整改52处。"],
        ["设点30个，巡查400次，整改52处。"],
    ),
    "announced_count": (
        "warning",
        [
            "存在以下两个方面的不足：一是人员偏少；二是经费偏紧。",
            "拟修订3项制度：\n1.值班制度\n2.采购制度\n3.档案制度",
            "红枫、白桦、青松三个社区完成验收。",
        ],
        [
            "存在以下三个方面的不足：一是人员偏少；二是经费偏紧。",
            "做好4项工作：\n1.修订值班制度\n2.修订采购制度\n3.修订档案制度",
            "红枫、白桦、青松、翠竹三个社区完成验收。",
        ],
    ),
    "announced_kind": (
        "warning",
        ["建议取消、调整2项任务。一是建议取消“建设档案库房”；二是建议调整“线路改造”的完成时间。"],
        ["建议取消、调整2项任务。一是建议取消“建设档案库房”；二是建议取消“线路改造”。"],
    ),
    "done_and_proposed": (
        "warning",
        ["工作进展情况：已成立老旧小区改造工作领导小组。\n下一步，将成立燃气安全整治工作专班。"],
        ["工作进展情况：已成立老旧小区改造工作领导小组。\n下一步，将成立老旧小区改造工作领导小组。"],
    ),
    "done_and_deleted": (
        "warning",
        ["工作进展情况：推动医保系统与民政救助系统对接。\n建议删除“建设区级无人机起降场站网络”要求。"],
        ["工作进展情况：推动医保系统与民政救助系统对接。\n建议删除“推动医保系统与民政救助系统的对接”要求。"],
    ),
    "near_duplicate": (
        "warning",
        [
            "坚持以群众需求为导向，整合窗口资源，优化办理流程，压减申请材料，推行一窗受理和集成服务，让群众少跑腿、数据多跑路，办事体验持续改善。\n"
            "围绕河湖长制落实，健全巡查台账，开展入河排污口整治，推进水质自动监测站建设，强化部门联合执法，水环境质量稳中向好，群众获得感明显增强。",
        ],
        [
            "坚持以群众需求为导向，整合窗口资源，优化办理流程，压减申请材料，推行一窗受理和集成服务，让群众少跑腿、数据多跑路，办事体验持续改善。\n"
            "以群众需求为导向，整合窗口资源，优化办理流程，压减申请材料，推行一窗受理和集成服务，让群众少跑腿、数据多跑路，满意度明显提高。",
        ],
    ),
    "leftover_markup": ("info", ["总体情况见附表[1]。"], ["[bookmark: _Toc123456]总体情况见附表。"]),
    "placeholder": ("warning", ["全年完成投资12万元。"], ["全年完成投资××万元。"]),
    "hedge_precision": ("info", ["服务约30万人次。"], ["服务约30.26万人次。"]),
    "hedge_contradiction": ("warning", ["服务超过300人。", "不超过20件。"], ["服务近300人以上。", "超过20件以内。"]),
    "unit_incomplete": ("info", ["出口额3.2亿元人民币。"], ["出口额3.2亿人民币。"]),
    "unit_mixed": ("info", ["授信6.5亿元，放款5.1亿元。"], ["授信65000万元，放款5.1亿元。"]),
    "numbering_gap": (
        "warning",
        ["一是抓统筹。二是抓落实。三是抓督查。", "（一）建制度\n（二）建队伍"],
        ["一是抓统筹。二是抓落实。四是抓督查。", "（一）建制度\n（三）建队伍"],
    ),
    "numbering_style": ("info", ["（一）服务\n1.窗口\n（二）治理\n1.网格"], ["（1）服务\n1.窗口\n（2）治理\n1.网格"]),
}

TRUE = [(kind, text) for kind, (_, texts, _) in CASES.items() for text in texts]
MISTAKEN = [(kind, severity, text) for kind, (severity, _, texts) in CASES.items() for text in texts]


def test_true_and_mistaken_in_equal_number() -> None:
    for kind, (_, true, mistaken) in CASES.items():
        assert len(true) == len(mistaken), kind


@pytest.mark.parametrize(("kind", "text"), TRUE)
def test_a_true_text_is_left_in_peace(kind: str, text: str) -> None:
    found = check_text(text).findings
    assert kind not in {finding.kind for finding in found}
    assert not [finding for finding in found if finding.severity == "error"]


@pytest.mark.parametrize(("kind", "severity", "text"), MISTAKEN)
def test_a_mistake_is_found(kind: str, severity: str, text: str) -> None:
    found = [finding for finding in check_text(text).findings if finding.kind == kind]
    assert found
    assert found[0].severity == severity
    assert found[0].message_zh
    assert found[0].message_en
    assert all(0 <= start < end <= len(text) for start, end in found[0].spans)


# Wordings that look like mistakes and are none.
FAIR = [
    "干部100人，其中女性60人，党员70人。",
    "签约项目50个，其中已开工30个，已竣工25个。",
    "在校学生18.6万人，教职工1.43万人，师生比1:13。",
    "重点项目126个，完成投资58.7亿元，占年度计划的104.3%。",
    "设窗口30个，其中综合窗口12个。",
    "残疾人补贴628人，其中生活补贴241人、护理补贴467人，80人同时享受两项补贴。",
    "申领补贴86户，发放96户（含上年结转15户）。",
    "全年受理6500件，占全市受理量的12.5%，其中急件260件。",
    "人均可支配收入41260元，带动农户320户，总投资560万元。",
    "东街、西街等5个社区建成服务站。",
    "设窗口68个，梳理事项2000项，可办理事项1326项，网上可办率98.5%。",
    "受理9650件，办结9600件，按时办结率98.2%。",
    "教育方面，投入资金300万元。\n医疗方面，投入资金500万元。",
    "“甲通”平台注册用户3万人。“乙办”平台注册用户500人。",
    "80至89岁老人每人每月补贴50元，90至99岁老人每人每月补贴100元。",
]


@pytest.mark.parametrize("text", FAIR)
def test_fair_wordings_raise_no_error(text: str) -> None:
    assert not [finding for finding in check_text(text).findings if finding.severity in {"error"}]
    assert not [f for f in check_text(text).findings if f.severity == "warning" and f.kind != "date_missing"]


def test_messages_show_the_arithmetic() -> None:
    finding = check_text("应急队员37人，持证23人，持证率62.61%。").findings[0]
    assert "23÷37" in finding.message_zh
    assert finding.stated == "62.61%"
    assert finding.expected == "62.16%"


def test_a_slipped_decimal_point_is_named() -> None:
    finding = check_text("受理8000件，即办6125件，即办率7.6563%。").findings[0]
    assert "10 倍" in finding.message_zh
