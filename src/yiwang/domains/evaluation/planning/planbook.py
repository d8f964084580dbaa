"""A plan as an Excel workbook of five sheets: to hand out as a template, to take in, and to take away 规划工作簿."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import BinaryIO

from openpyxl import load_workbook

from yiwang.domains.evaluation.planning.models import Indicator
from yiwang.domains.evaluation.planning.services.plans import (
    ChapterSpec,
    IndicatorSpec,
    MeasureSpec,
    PlanSpec,
    TaskSpec,
)
from yiwang.domains.evaluation.planning.types import Target
from yiwang.lib.problems import Problem
from yiwang.lib.workbooks import Cell, Sheet, workbook

PLAN = ("编号", "名称", "英文名称", "开始日期", "结束日期", "编制依据", "说明")
CHAPTERS = ("序号", "标识", "名称", "英文名称", "导语")
TASKS = ("编号", "篇章", "名称", "英文名称", "要求", "牵头单位", "配合单位", "系统", "开始日期", "完成期限")
MEASURES = ("编号", "任务", "内容")
INDICATORS = (
    "编号",
    "任务",
    "名称",
    "英文名称",
    "单位",
    "类别",
    "性质",
    "方向",
    "责任单位",
    "基期值",
    "基期日期",
    "权重",
    "关系",
    "小数位",
    "说明",
    "目标值为拟定",
)
# A column that a workbook may lack: figures are then what units report.
ORIGIN = "取数方式"
ORIGINS = {"单位填报": "reported", "记录计算": "computed"}
NATURES = {"约束性": "binding", "预期性": "expected", "不考核": "none"}
DIRECTIONS = {
    "越高越好": "up",
    "越低越好": "down",
    "区间内": "range",
    "累计完成": "cumulative",
    "里程碑": "milestone",
    "不判断": "none",
}
SHOWN = 20
# A plan has hundreds of rows; a sheet whose last cell is far away would take minutes to walk through.
MAX_ROWS, MAX_COLUMNS = 10_000, 200
_TARGET_COLUMN = re.compile(r"[12][0-9]{3}年目标")


@dataclass
class _Faults:
    """What is wrong in a workbook, each with sheet, row and column."""

    rows: list[dict[str, object]] = field(default_factory=list)

    def add(self, sheet: str, row: int, column: str, zh: str, en: str) -> None:
        self.rows.append(
            {
                "sheet": sheet,
                "row": row,
                "column": column,
                "zh": f"“{sheet}”第 {row} 行“{column}”：{zh}",
                "en": f'Sheet "{sheet}", row {row}, column "{column}": {en}',
            }
        )

    def raise_if_any(self) -> None:
        """Problem ``plan_import_invalid`` with every fault in its detail."""
        if not self.rows:
            return
        more = len(self.rows) - SHOWN
        zh = "；".join(str(row["zh"]) for row in self.rows[:SHOWN]) + (f"；另有 {more} 处" if more > 0 else "")
        en = " ".join(f"{row['en']}." for row in self.rows[:SHOWN]) + (f" And {more} more." if more > 0 else "")
        raise Problem(
            "plan_import_invalid",
            f"工作簿有 {len(self.rows)} 处需要改正，规划没有导入。{zh}",
            f"{len(self.rows)} cells need mending; nothing was imported. {en}",
            errors=self.rows,
        )


@dataclass(frozen=True)
class _Row:
    """A line of a sheet with readers that note what is wrong and go on."""

    sheet: str
    number: int
    cells: dict[str, object]
    faults: _Faults

    def text(self, column: str, *, required: bool = True) -> str:
        value = self.cells.get(column)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        found = "" if value is None else str(value).strip()
        if required and not found:
            self.faults.add(self.sheet, self.number, column, "不能为空", "must not be empty")
        return found

    def day(self, column: str, *, required: bool = True) -> date | None:
        value = self.cells.get(column)
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        found = self.text(column, required=required)
        if not found:
            return None
        try:
            return date.fromisoformat(found)
        except ValueError:
            self.faults.add(self.sheet, self.number, column, f"“{found}”不是日期（2021-01-01）", "is not a date")
            return None

    def decimal(self, column: str, digits: int = 18, places: int = 6) -> Decimal | None:
        found = self.text(column, required=False)
        return None if not found else self.decimal_of(column, found, digits, places)

    def decimal_of(self, column: str, found: str, digits: int = 18, places: int = 6) -> Decimal | None:
        try:
            value = Decimal(found.replace(",", ""))
        except InvalidOperation:
            value = Decimal("NaN")
        exponent = value.as_tuple().exponent
        # By its exponent: arithmetic on 1E+9999999 overflows.
        if not isinstance(exponent, int) or exponent < -places or value.adjusted() >= digits:
            self.faults.add(self.sheet, self.number, column, f"“{found}”不是有效数字", "is not a number")
            return None
        return value

    def whole(self, column: str, low: int, high: int, *, required: bool = True) -> int | None:
        found = self.text(column, required=required)
        if not found:
            return None
        # Python itself refuses to read a number of thousands of digits.
        if not found.isascii() or not found.isdigit() or len(found) > 9 or not low <= int(found) <= high:
            self.faults.add(
                self.sheet, self.number, column, f"应为 {low} 至 {high} 的整数", f"must be a whole number {low}–{high}"
            )
            return None
        return int(found)

    def one_of(self, column: str, names: dict[str, str]) -> str:
        found = self.text(column)
        if found and found not in names:
            self.faults.add(
                self.sheet, self.number, column, f"应为{'、'.join(names)}之一", f"must be one of {', '.join(names)}"
            )
        return names.get(found, "none")

    def codes(self, column: str) -> tuple[str, ...]:
        found = self.text(column, required=False).replace("；", ";").replace("、", ";").replace("，", ";")
        return tuple(part.strip() for part in found.split(";") if part.strip())


def write(spec: PlanSpec) -> bytes:
    """``spec`` as a workbook that :func:`read` takes in again unchanged; an empty spec gives the template."""
    years = range(spec.starts_on.year, spec.ends_on.year + 1)
    natures = {code: name for name, code in NATURES.items()}
    directions = {code: name for name, code in DIRECTIONS.items()}
    origins = {code: name for name, code in ORIGINS.items()}
    about: list[Cell] = [
        spec.code,
        spec.title_zh,
        spec.title_en,
        spec.starts_on,
        spec.ends_on,
        spec.basis,
        spec.synthetic_note,
    ]
    return workbook(
        [
            Sheet("规划", PLAN, [about]),
            Sheet("篇章", CHAPTERS, [[c.number, c.key, c.name_zh, c.name_en, c.slogan] for c in spec.chapters]),
            Sheet(
                "任务",
                TASKS,
                [
                    [
                        t.code,
                        t.chapter,
                        t.title_zh,
                        t.title_en,
                        t.requirement,
                        t.lead_unit,
                        ";".join(t.support_units),
                        ";".join(t.systems),
                        t.starts_on,
                        t.due_on,
                    ]
                    for t in spec.tasks
                ],
            ),
            Sheet("举措", MEASURES, [[m.code, t.code, m.text] for t in spec.tasks for m in t.measures]),
            Sheet(
                "指标",
                [*INDICATORS, ORIGIN, *(f"{year}年目标" for year in years)],
                [
                    [
                        i.code,
                        i.task,
                        i.name_zh,
                        i.name_en,
                        i.unit,
                        i.kind,
                        natures[i.nature],
                        directions[i.direction],
                        i.lead_unit,
                        i.baseline,
                        i.baseline_on,
                        i.weight,
                        i.relation,
                        i.decimals,
                        i.note,
                        "是" if i.synthetic_target else "",
                        origins[i.origin],
                        *(_target_cell(i, year) for year in years),
                    ]
                    for i in spec.indicators
                ],
            ),
        ]
    )


def _target_cell(spec: IndicatorSpec, year: int) -> Cell:
    target = next((t for t in spec.targets if t.year == year), None)
    if target is None:
        return None
    return target.value if target.upper is None else f"{target.value.normalize():f}~{target.upper.normalize():f}"


def read(handle: BinaryIO) -> PlanSpec:
    """The plan in a workbook. Problem ``plan_import_invalid`` lists every wrong cell; nothing is written here."""
    lines = _lines(handle)
    faults = _Faults()
    sheets = {name: list(_rows(lines, name, columns, faults)) for name, columns in _SHEETS.items()}
    if len(sheets["规划"]) != 1 and not faults.rows:
        faults.add("规划", 2, "编号", "应当且只应当填写一行", "there must be exactly one line")
    faults.raise_if_any()
    about = sheets["规划"][0]
    starts, ends = about.day("开始日期"), about.day("结束日期")
    chapters = tuple(_chapter(row) for row in sheets["篇章"])
    measures: dict[str, list[MeasureSpec]] = {}
    for row in sheets["举措"]:
        measures.setdefault(row.text("任务"), []).append(MeasureSpec(row.text("编号"), row.text("内容")))
    tasks = tuple(_task(row, measures) for row in sheets["任务"])
    indicators = tuple(_indicator(row) for row in sheets["指标"])
    _references(sheets, faults)
    spec = PlanSpec(
        code=about.text("编号"),
        title_zh=about.text("名称"),
        title_en=about.text("英文名称", required=False) or about.text("名称"),
        starts_on=starts or date.min,
        ends_on=ends or date.max,
        basis=about.text("编制依据", required=False),
        synthetic_note=about.text("说明", required=False),
        chapters=chapters,
        tasks=tasks,
        indicators=indicators,
    )
    faults.raise_if_any()
    return spec


_SHEETS: dict[str, tuple[str, ...]] = {
    "规划": PLAN,
    "篇章": CHAPTERS,
    "任务": TASKS,
    "举措": MEASURES,
    "指标": INDICATORS,
}
_LENGTHS = {"名称": 200, "英文名称": 300, "编号": 20, "导语": 200, "单位": 30, "关系": 100, "标识": 32, "类别": 20}
# Columns that hold less than their namesakes in other sheets.
_SHORTER = {
    ("规划", "英文名称"): 200,
    ("篇章", "名称"): 100,
    ("篇章", "英文名称"): 200,
    ("指标", "编号"): 12,
}


def _lines(handle: BinaryIO) -> dict[str, list[Sequence[object]]]:
    """The cells of the sheets that are there, by name. Problems ``file_damaged``, ``plan_import_long``."""
    try:
        book = load_workbook(handle, read_only=True, data_only=True)
        found: dict[str, list[Sequence[object]]] = {
            name: list(islice(book[name].iter_rows(max_col=MAX_COLUMNS, values_only=True), MAX_ROWS + 1))
            for name in _SHEETS
            if name in book.sheetnames
        }
    # What openpyxl and its XML readers raise on parts that are missing, cut off or contradict each other.
    except (LookupError, ValueError, TypeError, AttributeError, SyntaxError, ArithmeticError, OSError) as error:
        raise Problem(
            "file_damaged",
            "工作簿已损坏，无法读取。请用原来的软件打开并另存为 .xlsx 后再上传。",
            "The workbook is damaged. Open it with the program it came from, save it as .xlsx and upload that.",
        ) from error
    for name, lines in found.items():
        if len(lines) > MAX_ROWS:
            raise Problem(
                "plan_import_long",
                f"“{name}”超过 {MAX_ROWS} 行，无法导入。请删除表格下方多余的空行后再上传。",
                f'The sheet "{name}" has more than {MAX_ROWS} rows. Delete the empty ones below the table.',
            )
    return found


def _rows(
    sheets: dict[str, list[Sequence[object]]], name: str, columns: Sequence[str], faults: _Faults
) -> Iterator[_Row]:
    if name not in sheets:
        faults.add(name, 1, columns[0], "缺少这张工作表", "the sheet is missing")
        return
    lines = iter(sheets[name])
    header = [str(value).strip() if value is not None else "" for value in next(lines, ())]
    for column in columns:
        if column not in header:
            faults.add(name, 1, column, "缺少这一列", "the column is missing")
    for number, line in enumerate(lines, start=2):
        if all(value is None or str(value).strip() == "" for value in line):
            continue
        row = _Row(name, number, dict(zip(header, line, strict=False)), faults)
        for column, most in _LENGTHS.items():
            longest = _SHORTER.get((name, column), most)
            if column in header and len(row.text(column, required=False)) > longest:
                faults.add(name, number, column, f"超过 {longest} 字", f"is longer than {longest} characters")
        yield row


def _chapter(row: _Row) -> ChapterSpec:
    name = row.text("名称")
    return ChapterSpec(
        number=row.whole("序号", 1, 99) or 0,
        key=row.text("标识"),
        name_zh=name,
        name_en=row.text("英文名称", required=False) or name,
        slogan=row.text("导语", required=False),
    )


def _task(row: _Row, measures: dict[str, list[MeasureSpec]]) -> TaskSpec:
    title, code = row.text("名称"), row.text("编号")
    for system in row.codes("系统"):
        if len(system) > 4:
            row.faults.add(row.sheet, row.number, "系统", f"“{system}”不是系统编号（S01）", "is not a system's number")
    return TaskSpec(
        code=code,
        chapter=row.whole("篇章", 1, 99) or 0,
        title_zh=title,
        title_en=row.text("英文名称", required=False) or title,
        requirement=row.text("要求"),
        lead_unit=row.text("牵头单位"),
        support_units=row.codes("配合单位"),
        systems=row.codes("系统"),
        starts_on=row.day("开始日期") or date.min,
        due_on=row.day("完成期限") or date.max,
        measures=tuple(measures.get(code, ())),
    )


def _indicator(row: _Row) -> IndicatorSpec:
    name = row.text("名称")
    targets = tuple(_targets(row))
    return IndicatorSpec(
        code=row.text("编号"),
        task=row.text("任务"),
        name_zh=name,
        name_en=row.text("英文名称", required=False) or name,
        unit=row.text("单位", required=False),
        kind=row.text("类别", required=False) or "stock",
        nature=row.one_of("性质", NATURES),
        direction=row.one_of("方向", DIRECTIONS),
        is_fact=not targets,
        lead_unit=row.text("责任单位"),
        baseline=row.decimal("基期值"),
        baseline_on=row.day("基期日期", required=False),
        targets=targets,
        weight=row.decimal("权重", digits=5, places=3) or Decimal(0 if not targets else 1),
        origin=row.one_of(ORIGIN, ORIGINS) if row.text(ORIGIN, required=False) else Indicator.Origin.REPORTED,
        relation=row.text("关系", required=False),
        decimals=row.whole("小数位", 0, 6, required=False),
        synthetic_target=row.text("目标值为拟定", required=False) == "是",
        note=row.text("说明", required=False),
    )


def _targets(row: _Row) -> Iterator[Target]:
    for column in row.cells:
        if not _TARGET_COLUMN.fullmatch(column):
            continue
        found = row.text(column, required=False).replace("～", "~")
        if not found:
            continue
        low, _, high = found.partition("~")
        value = row.decimal_of(column, low.strip())
        upper = row.decimal_of(column, high.strip()) if high else None
        if value is not None:
            yield Target(int(column[:4]), value, upper)


def _references(sheets: dict[str, list[_Row]], faults: _Faults) -> None:
    """Codes that stand twice, and codes that lead nowhere. Units are checked where the plan is written."""
    for name, column in (("篇章", "序号"), ("任务", "编号"), ("举措", "编号"), ("指标", "编号")):
        seen: set[str] = set()
        for row in sheets[name]:
            code = row.text(column, required=False)
            if code in seen:
                faults.add(name, row.number, column, f"“{code}”重复", f"{code} stands twice")
            seen.add(code)
    known: dict[str, Callable[[], set[str]]] = {
        "篇章": lambda: {row.text("序号", required=False) for row in sheets["篇章"]},
        "任务": lambda: {row.text("编号", required=False) for row in sheets["任务"]},
    }
    for name, column in (("任务", "篇章"), ("举措", "任务"), ("指标", "任务")):
        codes = known[column]()
        for row in sheets[name]:
            code = row.text(column, required=False)
            if code and code not in codes:
                faults.add(name, row.number, column, f"“{code}”在“{column}”表中没有", f"{code} does not exist")
