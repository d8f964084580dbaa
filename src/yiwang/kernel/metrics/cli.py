"""``yiwang metrics``: values of metrics as of a day, what is behind one, and why it is another than it was."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

import click
from django.utils.translation import override

from yiwang.kernel.orgs import api as orgs
from yiwang.lib.clock import SHANGHAI
from yiwang.lib.problems import Problem
from yiwang.lib.units import digits

from . import registry, wording
from .asked import month_ends
from .engines import EngineName
from .holding import Holding, within
from .types import Difference, Differences, Metric, Reported, Value
from .values import Reading, by_group, differences, reading, rows_behind, values

Known = date | datetime | None
MOST_MONTHS = 600


class Day(click.ParamType[date]):
    """A day; with ``moments`` also a moment, in Shanghai unless it names its zone."""

    name = "YYYY-MM-DD"

    def __init__(self, *, moments: bool = False) -> None:
        self.moments = moments

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The date or datetime; a text that is none ends with status 2."""
        if isinstance(value, date):
            return value
        try:
            if self.moments and len(value) > len("2023-06-30"):
                found = datetime.fromisoformat(value)
                return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"“{value}”不是日期，请按 2023-06-30 填写 / not a day; write it as 2023-06-30", param, ctx)


AS_OF = click.option("--as-of", type=Day(), required=True, help="截至当日末 / at the end of this day")
KNOWN_AT = click.option(
    "--known-at", type=Day(moments=True),
    help="按该日末（或时刻）已知的记录；默认按快照 / as known at the end of this day, or at a moment",
)  # fmt: skip
UNIT = click.option("--unit", default="", help="单位代码：该单位及下级 / a unit's code: it and those below")
SNAPSHOT = click.option("--snapshot", default="", help="快照名（哈希）；默认最新 / its hash; the newest by default")
ENGINE = click.option(
    "--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb",
    help="计算引擎；spark 需另装 PySpark 和 Java / engine",
)  # fmt: skip
JSON = click.option("--json", "as_json", is_flag=True, help="JSON 输出 / print JSON")


@click.group()
def metrics() -> None:
    """指标：由业务记录算出，任一日期、按当时已知 / metrics from the records, as of any day."""


@metrics.command("values")
@click.argument("codes", nargs=-1)
@AS_OF
@KNOWN_AT
@UNIT
@click.option(
    "--by", type=click.Choice(["unit", "town", "month"]), help="分单位、镇街或月末列出 / by unit, town or month"
)
@click.option("--months", type=click.IntRange(1, MOST_MONTHS), default=24, help="--by month 列出多少个月 / how many")
@SNAPSHOT
@ENGINE
@JSON
def values_(
    codes: tuple[str, ...], as_of: date, known_at: Known, unit: str, by: str | None, months: int, snapshot: str,
    engine: EngineName, as_json: bool,
) -> None:  # fmt: skip
    """各指标取值；CODES 为指标代码或图号，默认全部 / values of metrics, all unless named by code or figure.

    不加 --by、--unit 时，单位填报的数也一并列出（origin 为 reported）。退出码：0 完成，2 没有该指标、日期或快照。
    """
    told = _reported(codes, as_of, known_at) if not (by or unit) else []
    computed = {code for code in codes if code not in {row.figure for row in told}}
    wanted = [registry.metric(code) for code in codes if code in computed] if codes else list(registry.metrics())
    with _opened(known_at, unit, snapshot, engine) as found:
        rows = list(_asked(found, wanted, as_of, by, months)) if wanted else []
        number = found.snapshot.number
    if as_json:
        listed = [as_dict(value) | group for group, value in rows] + [reported_as_dict(row, known_at) for row in told]
        click.echo(json.dumps(sorted(listed, key=_order), ensure_ascii=False))
        return
    for group, value in rows:
        _line(value.metric.figure, value.metric.code, shown(value), value.metric.unit,
              "　".join((value.metric.name_zh, *map(str, group.values()))))  # fmt: skip
    for row in told:
        _line(row.figure, "", f"{Decimal(digits(row.value)):,f}", row.unit, f"{row.name_zh}　填报 reported {row.as_of}")
    click.echo(f"截至 as of {as_of}　快照 snapshot {number}　共 {len(rows) + len(told)} 个数")


Group = dict[str, Any]


def _asked(
    found: Reading, wanted: Sequence[Metric], as_of: date, by: str | None, months: int
) -> Iterator[tuple[Group, Value]]:
    if by is None or by == "month":
        days = [as_of] if by is None else month_ends(as_of, months)
        for value in values(found, wanted, days):
            yield {} if by is None else {"month": f"{value.as_of:%Y-%m}"}, value
        return
    names: dict[str, tuple[str, str]] = {unit.path + "/": (unit.code, unit.name_zh) for unit in orgs.units()}
    if by == "town":
        names = {town.code12[:9]: (town.code12, town.name) for town in orgs.divisions(level="town")}
    for group, told in by_group(found, wanted, [as_of], by).items():
        code, name = names.get(group, (group, ""))
        for value in told:
            yield {by: code or None, f"{by}_name": name or None}, value


def _reported(codes: Sequence[str], as_of: date, known_at: Known) -> list[Reported]:
    day = known_at.astimezone(SHANGHAI).date() if isinstance(known_at, datetime) else known_at
    return [row for row in registry.reported(as_of, day) if not codes or row.figure in codes]


def _order(row: dict[str, Any]) -> tuple[str, str]:
    return row["figure"] or "~", row["code"] or ""


def _line(figure: str, code: str, value: str, unit: str, text: str) -> None:
    click.echo(f"  {figure or '-':<5} {code:<22} {value:>16} {unit}　{text}")


@metrics.command()
@click.argument("code")
@AS_OF
@KNOWN_AT
@UNIT
@SNAPSHOT
@ENGINE
@click.option(
    "--part", type=click.Choice(["numerator", "denominator"]), default="numerator", help="列哪一部分的记录 / rows of"
)
@click.option("--after", type=click.IntRange(0), default=0, help="从该记录号之后列起 / rows after this record's id")
@click.option("--rows", "most", type=click.IntRange(0, 10_000), default=20, help="列出多少条记录 / how many rows")
@JSON
def explain(
    code: str, as_of: date, known_at: Known, unit: str, snapshot: str, engine: EngineName, part: str, after: int,
    most: int, as_json: bool,
) -> None:  # fmt: skip
    """一个指标的口径、分子分母和背后的记录 / a metric's definition, its parts, and the records behind one of them.

    记录只给编号、来源编号、单位和日期，详情在系统中按权限查看。退出码：0 完成，2 没有该指标、日期或快照。
    """
    wanted = registry.metric(code)
    behind = wanted.numerator if part == "numerator" else wanted.denominator
    if behind is None:
        raise _no_denominator(wanted)
    with _opened(known_at, unit, snapshot, engine) as found:
        value = values(found, [wanted], [as_of])[0]
        rows = rows_behind(found, behind, as_of, after=after, most=most)
    words = {}
    for language in ("zh-hans", "en"):
        with override(language):
            words[language] = wording.metric(wanted)
    if as_json:
        listed = [row._asdict() | {"day": row.day.isoformat()} for row in rows]
        definition = {"zh": words["zh-hans"], "en": words["en"]}
        told = as_dict(value) | {"definition": definition, "listed": listed, "snapshot": found.snapshot.name}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(f"{wanted.figure} {wanted.code}　{wanted.name_zh} {wanted.name_en}")
    click.echo(f"  口径　　{words['zh-hans']}\n  counts　{words['en']}")
    for note in filter(None, (wanted.note_zh, wanted.note_en)):
        click.echo(f"  {note}")
    click.echo(f"  {_parts(value)} = {shown(value)} {wanted.unit}　记录 rows {value.rows:,}")
    for row in rows:
        click.echo(f"    {row.id:>9}  {row.day}  {row.source}:{row.source_id}  {row.unit_path}  {row.place}")
    if rows and len(rows) == most:
        click.echo(f"  后面还有 more：--after {rows[-1].id}")


@metrics.command()
@click.argument("code")
@AS_OF
@click.option("--then", "then_", type=Day(moments=True), required=True, help="当时：该日末或时刻 / as known then")
@click.option("--now", "now_", type=Day(moments=True), help="现在；默认按快照 / as known now; by default the snapshot")
@UNIT
@SNAPSHOT
@ENGINE
@click.option("--after", type=click.IntRange(0), default=0, help="从该记录号之后列起 / rows after this record's id")
@click.option("--rows", "most", type=click.IntRange(0, 10_000), default=20, help="列出多少条记录 / how many rows")
@JSON
def compare(
    code: str, as_of: date, then_: date | datetime, now_: Known, unit: str, snapshot: str, engine: EngineName,
    after: int, most: int, as_json: bool,
) -> None:  # fmt: skip
    """当时与现在：同一天的数为什么变了，由哪些记录造成（补录、更正、删除）/ why a day's value is another now.

    退出码：0 完成，2 没有该指标、日期或快照。
    """
    wanted = registry.metric(code)
    with _opened(now_, unit, snapshot, engine) as now:
        then = now.at(Holding(then_, now.held.units))
        sides = [values(side, [wanted], [as_of])[0] for side in (then, now)]
        told = {
            name: differences(then, now, part, as_of, after=after, most=most)
            for name, part in zip(("numerator", "denominator"), wanted.parts, strict=False)
        }
    if as_json:
        click.echo(json.dumps(
            {"code": wanted.code, "then": as_dict(sides[0]), "now": as_dict(sides[1])}
            | {name: differences_as_dict(found) for name, found in told.items()}, ensure_ascii=False,
        ))  # fmt: skip
        return
    click.echo(f"{wanted.figure} {wanted.code}　{wanted.name_zh}　截至 as of {as_of}")
    for label, value in zip(("当时 then", "现在 now "), sides, strict=True):
        known = "快照 snapshot" if value.known_at is None else value.known_at
        click.echo(f"  {label}　{_parts(value)} = {shown(value)} {wanted.unit}　（{known}）")
    for name, found in told.items():
        click.echo(f"  {'分子 numerator' if name == 'numerator' else '分母 denominator'}")
        for kind, (rows, effect) in sorted(found.kinds.items()):
            click.echo(f"    {KINDS[kind]}　{rows:,} 条 records　{digits(effect)}")
        for row in found.listed:
            click.echo(f"    {row.id:>9}  {KINDS[row.kind]}  {row.learned}  {digits(row.adds)}")


KINDS = {"late": "补录 late entry", "corrected": "更正 correction", "deleted": "删除 deletion"}


@contextmanager
def _opened(known_at: Known, unit: str, snapshot: str, engine: EngineName) -> Iterator[Reading]:
    units = within(orgs.unit(unit).path) if unit else None
    with reading(known_at, snapshot, units=units, engine=engine) as found:
        yield found


def _no_denominator(metric: Metric) -> Problem:
    return Problem(
        "metric_no_denominator",
        f"指标 {metric.code} 没有分母。",
        f"The metric {metric.code} has no denominator.",
    )


def shown(value: Value) -> str:
    """The value as text; "—" where there is none."""
    return "—" if value.value is None else f"{value.value:,f}"


def _parts(value: Value) -> str:
    bottom = "" if value.denominator is None else f" ÷ {digits(value.denominator)}"
    return f"{digits(value.numerator)}{bottom}"


def as_dict(value: Value) -> dict[str, Any]:
    """The value as programs get it: numbers that people compare are decimal strings in base units (design §6)."""
    metric = value.metric
    return {
        "figure": metric.figure or None,
        "code": metric.code,
        "name": metric.name_zh,
        "value": None if value.value is None else f"{value.value:f}",
        "numerator": digits(value.numerator),
        "denominator": None if value.denominator is None else digits(value.denominator),
        "unit": metric.unit,
        "origin": "computed",
        "as_of": value.as_of.isoformat(),
        "known_at": value.known_at.isoformat() if value.known_at else None,
        "rows": value.rows,
    }


def reported_as_dict(row: Reported, known_at: Known) -> dict[str, Any]:
    """A reported figure in the same form: it has no parts and no rows."""
    return {
        "figure": row.figure,
        "code": None,
        "name": row.name_zh,
        "value": digits(row.value),
        "numerator": None,
        "denominator": None,
        "unit": row.unit,
        "origin": "reported",
        "as_of": row.as_of.isoformat(),
        "known_at": known_at.isoformat() if known_at else None,
        "rows": None,
    }


def differences_as_dict(found: Differences) -> dict[str, Any]:
    """Differences as programs get them."""
    kinds = cast("dict[str, tuple[int, Decimal]]", found.kinds)
    return {
        "kinds": {kind: {"rows": rows, "adds": digits(adds)} for kind, (rows, adds) in sorted(kinds.items())},
        "listed": [_difference(row) for row in found.listed],
    }


def _difference(row: Difference) -> dict[str, Any]:
    return vars(row) | {"learned": row.learned.isoformat(), "adds": digits(row.adds)}
