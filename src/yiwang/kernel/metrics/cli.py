"""``yiwang metrics``: values of metrics as of a day."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from datetime import date

import click
from django.utils.translation import override

from yiwang.kernel.orgs import api as orgs

from . import registry, wording
from .types import Value
from .values import Reading, reading, rows_behind, values

DAY = click.DateTime(["%Y-%m-%d"])
AS_OF = click.option("--as-of", type=DAY, required=True, help="截至当日末 / at the end of this day")
KNOWN_AT = click.option("--known-at", type=DAY, help="按该日末已知的记录；默认按快照 / as known at the end of this day")
UNIT = click.option("--unit", default="", help="单位代码：该单位及下级 / a unit's code: it and those below")
SNAPSHOT = click.option("--snapshot", default="", help="快照名（哈希）；默认最新 / its hash; the newest by default")
JSON = click.option("--json", "as_json", is_flag=True, help="JSON 输出 / print JSON")


@click.group()
def metrics() -> None:
    """指标：由业务记录算出，任一日期、按当时已知 / metrics from the records, as of any day."""


@metrics.command("values")
@click.argument("codes", nargs=-1)
@AS_OF
@KNOWN_AT
@UNIT
@SNAPSHOT
@JSON
def values_(
    codes: tuple[str, ...], as_of: date, known_at: date | None, unit: str, snapshot: str, as_json: bool
) -> None:
    """各指标取值；CODES 为指标代码或图号，默认全部 / values of metrics, all unless named by code or figure.

    退出码：0 完成，2 没有该指标、日期或快照。
    """
    day = _day(as_of)
    wanted = [registry.metric(code) for code in codes] or list(registry.metrics())
    with _opened(known_at, unit, snapshot) as found:
        told = values(found, wanted, [day])
    if as_json:
        click.echo(json.dumps([as_dict(value) for value in told], ensure_ascii=False))
        return
    for value in told:
        click.echo(
            f"  {value.metric.figure or '-':<5} {value.metric.code:<22} {shown(value):>14} {value.metric.unit}"
            f"　{value.metric.name_zh}"
        )
    click.echo(f"截至 as of {day}　快照 snapshot {found.snapshot.number}　共 {len(told)} 个指标")


@metrics.command()
@click.argument("code")
@AS_OF
@KNOWN_AT
@UNIT
@SNAPSHOT
@click.option("--after", type=int, default=0, help="从该记录号之后列起 / rows after this record's id")
@click.option("--rows", "most", type=click.IntRange(0, 10_000), default=20, help="列出多少条记录 / how many rows")
@JSON
def explain(
    code: str, as_of: date, known_at: date | None, unit: str, snapshot: str, after: int, most: int, as_json: bool
) -> None:
    """一个指标的口径、分子分母和背后的记录 / a metric's definition, its parts, and the records behind its numerator.

    记录只给编号、来源编号、单位和日期，详情在系统中按权限查看。退出码：0 完成，2 没有该指标、日期或快照。
    """
    wanted, day = registry.metric(code), _day(as_of)
    with _opened(known_at, unit, snapshot) as found:
        value = values(found, [wanted], [day])[0]
        rows = rows_behind(found, wanted.numerator, day, after=after, most=most)
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
    bottom = "" if value.denominator is None else f" ÷ {plain(value.denominator)}"
    click.echo(f"  {plain(value.numerator)}{bottom} = {shown(value)} {wanted.unit}　记录 rows {value.rows:,}")
    for row in rows:
        click.echo(f"    {row.id:>9}  {row.day}  {row.source}:{row.source_id}  {row.unit_path}  {row.place}")
    if rows and len(rows) == most:
        click.echo(f"  后面还有 more：--after {rows[-1].id}")


def _opened(known_at: date | None, unit: str, snapshot: str) -> AbstractContextManager[Reading]:
    path = f"{orgs.unit(unit).path}/" if unit else ""
    return reading(None if known_at is None else _day(known_at), snapshot, unit=path)


def _day(moment: date) -> date:
    # click makes a moment of a day.
    return date(moment.year, moment.month, moment.day)


def shown(value: Value) -> str:
    """The value as text; "—" where there is none."""
    return "—" if value.value is None else f"{value.value:,f}"


def as_dict(value: Value) -> dict[str, object]:
    """The value as programs get it: numbers that people compare are decimal strings in base units (design §6)."""
    metric = value.metric
    return {
        "figure": metric.figure or None,
        "code": metric.code,
        "name": metric.name_zh,
        "value": None if value.value is None else f"{value.value:f}",
        "numerator": plain(value.numerator),
        "denominator": None if value.denominator is None else plain(value.denominator),
        "unit": metric.unit,
        "origin": "computed",
        "as_of": value.as_of.isoformat(),
        "known_at": value.known_at.isoformat() if value.known_at else None,
        "rows": value.rows,
    }


def plain(number: object) -> str:
    """A number without zeros after the point that say nothing."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
