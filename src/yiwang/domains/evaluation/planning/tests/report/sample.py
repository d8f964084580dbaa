"""A report of the size of a real one: six chapters, forty tasks, 129 figures, all of it invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from yiwang.domains.evaluation.planning.report.context import (
    AdjustmentRow,
    Chapter,
    FactRow,
    FigureRef,
    GapRow,
    IndicatorRow,
    Origin,
    OverallJudgement,
    ProblemItem,
    ProposalItem,
    ReportContext,
    TaskListRow,
    TaskSection,
    Text,
)
from yiwang.domains.evaluation.planning.types import Status, TaskStatus

AS_OF = date(2023, 6, 30)
KNOWN_ON = date(2023, 11, 5)
BASE_URL = "http://127.0.0.1:8000/"

_CHAPTERS = (
    ("便民利企的政务服务", "让群众少跑腿"),
    ("协同高效的基层治理", "让网格管得住"),
    ("数字赋能的特色产业", "让企业有奔头"),
    ("整体运转的机关办公", "让部门不添乱"),
    ("集约安全的基础支撑", "让数据用得上"),
    ("保障有力的体制机制", "让改革走得远"),
)
_TASKS = (
    "规范政务服务事项标准",
    "推广自助服务终端",
    "拓展电子证照应用",
    "畅通企业融资渠道",
    "完善评价回访机制",
    "推进社区便民缴费",
    "建设基层数据采集体系",
)
_UNITS = ("区政务服务和数据管理局", "区市场监督管理局", "区住房和城乡建设局", "区农业农村和水利局", "区财政局")


def figure(number: int) -> FigureRef:
    """Figure ``F001`` … ``F129``; every fifth computed, the others reported."""
    value = Decimal(number * 137 + 20)
    code = f"F{number:03d}"
    return FigureRef(
        code=code,
        name=f"第{number}项业务累计办结量",
        text=f"{value}笔",
        url=f"/evaluation/figures/{code}/",
        origin="computed" if number % 5 == 0 else "reported",
        as_of=AS_OF,
        reported_by=_UNITS[number % len(_UNITS)],
        evidence=f"{code}统计台账.xlsx",
        value=value,
        unit="笔",
        definition="办结日期不晚于截止日的办件数" if number % 5 == 0 else "",
        known_at=KNOWN_ON,
        snapshot="a1b2c3d4" if number % 5 == 0 else "",
        numerator=f"{value}笔" if number % 5 == 0 else "",
        rows=int(value) if number % 5 == 0 else None,
    )


FIGURES = tuple(figure(number) for number in range(1, 130))


def _progress(number: int) -> Text:
    first, second = FIGURES[number * 3 % 129], FIGURES[(number * 3 + 1) % 129]
    return (
        "牵头单位按照年度计划推进，先后召开专题会议研究解决堵点问题，逐项明确责任人和完成时限，累计办理业务",
        first,
        "，其中线上办理",
        second,
        "，群众办事等候时间明显缩短，窗口压力有所缓解。\n下一阶段将继续做好宣传引导和人员培训，"
        "把成熟做法固定为制度，“能网办尽网办、能帮办不空转”。",
    )


def _task(chapter: int, number: int) -> TaskSection:
    index = (chapter - 1) * 7 + number
    lagging = index % 4 == 0
    return TaskSection(
        code=f"T{index:02d}",
        title=_TASKS[(number - 1) % len(_TASKS)],
        status=TaskStatus.SLOW if lagging else TaskStatus.ON_TRACK,
        status_text="进展缓慢" if lagging else "进展顺利",
        progress=_progress(index),
        problems=("部分村居网络条件不足，设备使用率不高。",) if lagging else None,
        measures=("商通信企业补齐网络，年底前将使用率提高到八成。",) if lagging else None,
        lead_unit=_UNITS[index % len(_UNITS)],
        support_units=("各镇（街道）",) if index % 2 else (),
    )


def chapters() -> tuple[Chapter, ...]:
    """Six chapters with forty tasks among them."""
    sizes = (7, 7, 7, 7, 6, 6)
    return tuple(
        Chapter(
            number=number,
            name=name,
            slogan=slogan,
            intro=(f"本章共有{size}项任务。总体看，主要任务按计划推进，关键数据如实报送。",),
            tasks=tuple(_task(number, task) for task in range(1, size + 1)),
        )
        for number, ((name, slogan), size) in enumerate(zip(_CHAPTERS, sizes, strict=True), 1)
    )


def lesser(number: int, name: str, text: str, value: Decimal, origin: Origin = "derived") -> FigureRef:
    """What follows from a figure or is laid down for it, on the same page."""
    return replace(
        FIGURES[number - 1],
        name=f"第{number}项业务累计办结量：{name}",
        text=text,
        value=value,
        unit="%" if text.endswith("%") else "笔",
        origin=origin,
        definition=f"{name}的口径",
    )


def _indicator(number: int) -> IndicatorRow:
    known = number != 13
    progress = Decimal("54.80") + number
    return IndicatorRow(
        code=f"F{number:03d}",
        name=f"第{number}项业务累计办结量",
        chapter=(number - 1) % 6 + 1,
        unit="笔",
        baseline=lesser(number, "基期值", "0笔", Decimal(0), "planned"),
        target=lesser(number, "2025年目标", f"≥{number * 250}", Decimal(number * 250), "planned"),
        value=FIGURES[number - 1] if known else None,
        progress=lesser(number, "完成进度", f"{progress}%", progress) if known else None,
        expected=lesser(number, "应达进度", "64.88%", Decimal("64.88")) if known else None,
        status=(Status.SERIOUS if number % 7 == 0 else Status.ON_PACE) if known else Status.NO_DATA,
        status_text=("严重滞后" if number % 7 == 0 else "达到时序") if known else "无法评价",
        lead_unit=_UNITS[number % len(_UNITS)],
        origin_text="系统计算" if number % 5 == 0 else "单位填报",
        nature_text="约束性" if number % 6 == 0 else "预期性",
    )


def sample(**changes: object) -> ReportContext:
    """The report; ``changes`` replace fields of the context."""
    values: dict[str, object] = {
        "district": "示范市城区",
        "plan_title": "示范市城区数字政府改革建设“十四五”规划",
        "round_title": "中期评估",
        "as_of": AS_OF,
        "generated_at": datetime(2023, 11, 5, 1, 30, tzinfo=UTC),
        "plan_version": 2,
        "base_url": BASE_URL,
        "compiled_by": "示范市城区政务服务和数据管理局",
        "is_demo": True,
        "indicators_url": "/evaluation/rounds/1/judgement/",
        "figures_url": "/evaluation/indicators/?as_of=2023-06-30",
        "tasks_url": "/evaluation/rounds/1/",
        "judgement": OverallJudgement(
            paragraphs=(
                ("规划实施以来，全区上下按照规划部署扎实推进，40项任务总体进展顺利，主要指标基本达到时序进度。",),
                ("从数据看，累计办结业务", FIGURES[4], "，时间进度为49.86%，提前或按期完成的任务占四分之三。"),
            )
        ),
        "chapters": chapters(),
        "indicators": tuple(_indicator(number) for number in range(1, 31)),
        "environment": (
            ("数字技术加速迭代，群众对“指尖办”的期待不断提高，基层财力和人才供给面临新的约束。",),
            ("数据安全和个人信息保护的法律要求更加严格，系统建设必须同步规划安全措施。",),
        ),
        "problems": (
            ProblemItem(
                title="部分平台使用率不高",
                text=(
                    "设备办件量",
                    FIGURES[9],
                    "，与预期仍有差距。\n宣传引导不够。",
                ),
            ),
            ProblemItem(title="数据共享不够充分", text=("部门之间数据标准不一，重复填报仍然存在。",)),
            ProblemItem(title="专业人才不足", text=("镇街缺少专职技术人员，运行维护主要依靠外包。",)),
        ),
        "next_steps": (
            ProposalItem(title="深化政务服务标准化", text=("统一事项要素，年内完成全部事项复核。",)),
            ProposalItem(title="加大推广力度", text=("组织进村入户宣传，提高群众知晓率。",)),
        ),
        "adjustments": (
            AdjustmentRow(
                number="1",
                kind="删除",
                task="T05 完善评价回访机制",
                old="建立失信主体名单并向社会公布。",
                new="（删除）",
                reason="本级没有法定名单来源，任务缺少依据。",
                basis="上级主管部门答复意见",
                approver="示范市城区人民政府",
                decided_on=date(2023, 10, 20),
            ),
            AdjustmentRow(
                number="2",
                kind="调整",
                task="T18 建设基层数据采集体系",
                old="2023年底前实现全部数据自动对接。",
                new="2024年底前实现主要数据自动对接。",
                reason="上级平台接口尚未开放。",
                basis="省级平台建设计划",
                approver="示范市城区人民政府",
                decided_on=None,
            ),
        ),
        "suggestions": (
            ProposalItem(title="拓宽资金渠道", text=("统筹各级专项资金，优先保障在建项目。",)),
            ProposalItem(title="加强人才储备", text=("依托省市培训资源，每年轮训一遍业务骨干。",)),
        ),
        "task_list": tuple(
            TaskListRow(
                code=task.code,
                title=task.title,
                requirement="制定年度计划，明确责任单位和时间节点，按季度报送进展，年底前完成阶段性目标。",
                lead=task.lead_unit,
                support="、".join(task.support_units) or "—",
                due="2025年底",
                status=task.status_text,
            )
            for chapter in chapters()
            for task in chapter.tasks
        ),
        "gaps": (
            GapRow(code="F130", name="服务好评率", unit_name="区政务服务和数据管理局", what="未报送分母，无法计算。"),
        ),
        "facts": tuple(FactRow(figure=each, kind_text="累计") for each in FIGURES),
    }
    # The values are the sample's own fields.
    return ReportContext(**{**values, **changes})  # type: ignore[arg-type]
