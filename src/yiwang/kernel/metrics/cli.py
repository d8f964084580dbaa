"""``yiwang metrics``: values of metrics as of a day."""

from __future__ import annotations

import json
from datetime import date

import click

from yiwang.kernel.orgs import api as orgs

from . import registry
from .types import Metric, Value
from .values import reading, values

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def metrics() -> None:
    """指标：由业务记录算出，任一日期、按当时已知 / metrics from the records, as of any day."""


@metrics.command("values")
@click.argument("codes", nargs=-1)
@click.option("--as-of", type=DAY, required=True, help="截至当日末 / at the end of this day")
@click.option("--known-at", type=DAY, help="按该日末已知的记录；默认按快照 / as known at the end of this day")
@click.option("--unit", default="", help="单位代码：该单位及下级 / a unit's code: it and those below")
@click.option("--snapshot", default="", help="快照名（哈希）；默认最新 / its hash; the newest by default")
@click.option("--json", "as_json", is_flag=True, help="JSON 输出 / print JSON")
def values_(
    codes: tuple[str, ...], as_of: date, known_at: date | None, unit: str, snapshot: str, as_json: bool
) -> None:
    """各指标取值；CODES 为指标代码或图号，默认全部 / values of metrics, all unless named by code or figure.

    退出码：0 完成，2 没有该指标、日期或快照。
    """
    day = _day(as_of)
    wanted = [registry.metric(code) for code in codes] or list(registry.metrics())
    path = f"{orgs.unit(unit).path}/" if unit else ""
    with reading(None if known_at is None else _day(known_at), snapshot, unit=path) as found:
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


def _day(moment: date) -> date:
    # click makes a moment of a day.
    return date(moment.year, moment.month, moment.day)


def shown(value: Value) -> str:
    """The value as text; "—" where there is none."""
    return "—" if value.value is None else f"{value.value:,f}"


def as_dict(value: Value) -> dict[str, object]:
    """The value as programs get it: numbers that people compare are decimal strings in base units (design §6)."""
    metric: Metric = value.metric
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
