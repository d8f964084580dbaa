"""``yiwang import``: a table into one record type."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import click

from yiwang.kernel.access import api as access
from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.registers import api as registers
from yiwang.lib.problems import Problem

from . import importing
from .registry import record_type, record_types


@click.command("import")
@click.argument("record", metavar="TYPE")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--actor", required=True, help="以哪个账号的权限导入 / the account whose rights hold")
@click.option(
    "--source", default="import", show_default=True, help="来源系统；与来源编号一起认出同一条记录 / source system"
)
@click.option("--unit", default="", help="没有“所属单位”列时归哪个单位（代码） / unit of rows that name none")
@click.option("--dry-run", is_flag=True, help="只检查不写入 / check only")
@click.option("--good-rows", is_flag=True, help="有错误行时，其余的行照常写入 / let the good rows in beside bad ones")
@click.option("--errors", type=click.Path(path_type=Path), help="错误行另存到此 CSV，改好再导入 / bad rows, to mend")
@click.option("--json", "as_json", is_flag=True, help="JSON 输出 / print JSON")
def command(
    record: str, file: Path, actor: str, source: str, unit: str, dry_run: bool, good_rows: bool, errors: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    """把 CSV 或 Excel 表导入一种业务记录 / import a CSV or Excel table into the record type TYPE (s05.kiosk).

    先检查全部行；没有错误才写入（--good-rows 除外）。同一来源编号再次导入不会重复：相同的跳过，不同的作为更正。
    中断后重新执行即可。退出码：0 全部可用，1 有错误行，2 文件不可用。

    Exit status: 0 every row is good, 1 some rows are bad, 2 the file cannot be used. After a kill, run it again.
    """
    registers.check_key()
    if record not in {kind.key for kind in record_types()}:
        known = "、".join(f"{kind.key} {kind.name_zh}" for kind in record_types())
        raise Problem("record_type_unknown", f"没有“{record}”这种记录。可用：{known}。", f"There is no type {record}.")
    kind = record_type(record)
    user = access.User.objects.filter(username=actor, is_active=True).select_related("unit").first()
    if user is None:
        raise Problem("actor_unknown", f"没有可用的账号“{actor}”。", f'There is no open account "{actor}".')
    owner = orgs.unit(unit) if unit else None
    outcome = importing.run(
        kind, file, actor=user, source=source, unit=owner, write=good_rows and not dry_run, bad_rows=errors,
        progress=_progress(as_json),
    )  # fmt: skip
    written = good_rows and not dry_run
    if not outcome.bad and not dry_run and not written:
        outcome = importing.run(kind, file, actor=user, source=source, unit=owner, progress=_progress(as_json))
        written = True
    _tell(outcome, written, errors, as_json)
    sys.exit(1 if outcome.bad else 0)


def _progress(quiet: bool) -> Callable[[int], None]:
    def show(done: int) -> None:
        if not quiet and sys.stderr.isatty():
            click.echo(f"\r已处理 {done:,} 行", nl=False, err=True)

    return show


def _tell(outcome: importing.Outcome, written: bool, errors: Path | None, as_json: bool) -> None:
    if as_json:
        table = asdict(outcome) | {"written": written}
        table["shown"] = [
            {"row": row, "column": column, "code": fault.code, "zh": fault.zh, "en": fault.en}
            for row, column, fault in outcome.shown
        ]
        click.echo(json.dumps(table, ensure_ascii=False))
        return
    click.echo(f"{'已写入 written' if written else '未写入 not written'}")
    click.echo(f"  行数 rows {outcome.rows:,}　新增 new {outcome.new:,}　更正 changed {outcome.changed:,}　"
               f"相同 same {outcome.same:,}　错误 bad {outcome.bad:,}")  # fmt: skip
    for row, column, fault in outcome.shown:
        click.echo(f"  第 {row} 行 {column}：{fault.zh} / row {row}: {fault.en}")
    if outcome.bad > len(outcome.shown):
        click.echo(f"  ……共 {outcome.bad:,} 行有错误 / {outcome.bad:,} bad rows in all")
    if outcome.bad and errors is not None:
        click.echo(f"  错误行 bad rows: {errors}")
