"""``yiwang lake``: take, show and check snapshots."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict

import click

from . import checking, refreshing, selectors
from .types import LakeTable, Snapshot

JSON = click.option("--json", "as_json", is_flag=True, help="JSON 输出 / print JSON")
WAYS = {"kept": "未变 kept", "added": "追加 added", "rewritten": "重写 rewritten"}
FAULTS = {
    "file_missing": ("文件缺失", "file missing"),
    "file_damaged": ("文件已损坏", "file damaged"),
    "rows_missing": ("缺少的行", "rows missing"),
    "rows_unknown": ("数据库中没有的行", "rows that the database has not"),
    "rows_twice": ("重复的行", "rows that come twice"),
    "rows_differ": ("内容不同的行", "rows that differ"),
    "ends_differ": ("失效时间不同的行", "rows whose end differs"),
}


@click.group()
def lake() -> None:
    """数据湖：全部业务记录的 Parquet 快照 / dated Parquet snapshots of all records."""


@lake.command()
@click.option("--full", is_flag=True, help="全部重写，而非只追加变化 / write everything anew")
@JSON
def refresh(full: bool, as_json: bool) -> None:
    """取一份新快照；只追加上次以来的变化 / take a snapshot; only what changed is added.

    中断后重新执行即可，原有快照不受影响。退出码：0 完成，2 未能完成。
    """
    done = refreshing.refresh(full=full, progress=_progress(as_json))
    if as_json:
        told = _told(done.snapshot) | {
            "seconds": round(done.seconds, 3),
            "changes": [asdict(row) for row in done.changes],
        }
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for change in done.changes:
        click.echo(f"  {change.key}　{WAYS[change.way]}　{change.rows:,}")
    click.echo(f"快照 snapshot {done.snapshot.number} {done.snapshot.name}　{done.seconds:.1f} s")


@lake.command()
@JSON
@click.pass_context
def status(context: click.Context, as_json: bool) -> None:
    """最新快照：各类记录的行数、大小、时间 / the newest snapshot. 退出码 exit status：0 有快照，1 还没有。"""
    found = selectors.status()
    if as_json:
        told = None
        if found:
            kept = [
                {
                    "number": manifest.number,
                    "name": manifest.name,
                    "taken_at": manifest.taken_at.isoformat(),
                    "held_by": found.holders.get(manifest.name, []),
                }
                for manifest in found.kept
            ]
            told = _told(found.newest) | {"age_seconds": round(found.age.total_seconds()), "kept": kept}
        click.echo(json.dumps(told, ensure_ascii=False))
    elif found:
        for table in found.newest.tables:
            click.echo(
                f"  {table.key}　{table.name_zh}　现行 current {table.current:,}　版本 versions {table.versions:,}　"
                f"{table.bytes:,} B　文件 files {len(table.files)}"
            )
        click.echo(
            f"快照 snapshot {found.newest.number}　{found.newest.taken_at.isoformat(timespec='seconds')}　"
            f"{found.age.total_seconds() / 60:.0f} 分钟前 minutes ago　共保留 kept {len(found.kept)}　"
            f"其中长期保留 for good {len(found.holders)}"
        )
    else:
        click.echo("数据湖还没有快照，请执行 yiwang lake refresh / no snapshot yet", err=True)
    context.exit(0 if found else 1)


@lake.command()
@click.option("--snapshot", default="", help="快照名（哈希）；默认最新 / its hash; the newest by default")
@JSON
@click.pass_context
def verify(context: click.Context, snapshot: str, as_json: bool) -> None:
    """核对快照与数据库、文件与哈希 / compare with the database. 退出码 exit status：0 一致，1 不一致，2 无法核对。"""
    found, faults = checking.verify(snapshot, progress=_progress(as_json))
    if as_json:
        told = {"number": found.number, "name": found.name, "ok": not faults, "faults": [asdict(row) for row in faults]}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        for fault in faults:
            zh, en = FAULTS[fault.code]
            click.echo(f"  {fault.key}　{zh} {en}：{fault.count:,} {fault.file}")
        verdict = "不一致 differs" if faults else "一致 whole"
        click.echo(f"快照 snapshot {found.number}：{verdict}")
    context.exit(1 if faults else 0)


def _told(snapshot: Snapshot) -> dict[str, object]:
    return {
        "number": snapshot.number,
        "name": snapshot.name,
        "taken_at": snapshot.taken_at.isoformat(),
        "types": [_table(table) for table in snapshot.tables],
    }


def _table(table: LakeTable) -> dict[str, object]:
    return {
        "key": table.key,
        "current": table.current,
        "versions": table.versions,
        "bytes": table.bytes,
        "files": len(table.files),
    }


def _progress(quiet: bool) -> Callable[[int, int, str], None]:
    def show(done: int, of: int, name: str) -> None:
        if not quiet and sys.stderr.isatty():
            click.echo(f"\r\x1b[K{done}/{of} {name}", nl=done == of, err=True)

    return show
