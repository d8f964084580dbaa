"""``yiwang evaluate ROUND``: a round's figures, and whether a closed one still gives what it was closed with."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from yiwang.domains.evaluation.planning.models import Round
from yiwang.domains.evaluation.planning.selectors import evaluation, frozen, values
from yiwang.domains.evaluation.planning.selectors.composite import scored_round
from yiwang.domains.evaluation.planning.selectors.evaluation import Evaluation
from yiwang.kernel.files import api as files
from yiwang.lib.problems import Problem

FAULTS = {
    "content_altered": "底稿与其校验值不符 the kept content was altered",
    "lake_damaged": "快照文件缺失或已改动 a file of the snapshot is missing or altered",
    "lake_lacks": "快照里没有所需的列 the snapshot lacks a column",
    "snapshot_gone": "快照已不存在 the snapshot is gone",
    "count_differs": "重新计算结果不同 counting again differs",
    "record_differs": "数据库现在所记不同 the database says otherwise",
}
FIGURE_COLUMNS = ("code", "name", "value", "unit", "hedge", "as_of", "origin", "by", "numerator", "denominator", "rows",
                  "reported", "status", "progress", "expected")  # fmt: skip
LATER_COLUMNS = ("code", "name", "unit", "origin", "then", "now", "metric")


@click.command("evaluate")
@click.argument("round_", metavar="ROUND")
@click.option(
    "--out", type=click.Path(path_type=Path), help="把底稿、数据和报告写入这个文件夹 / write it all to a folder"
)
@click.option("--json", "as_json", is_flag=True, help="JSON 输出 / print JSON")
@click.pass_context
def command(context: click.Context, round_: str, out: Path | None, as_json: bool) -> None:
    """复核一轮评估：从冻结的快照重新计算，与办结底稿逐项比对 / evaluate a round again from what it was closed with.

    ROUND 是轮次编号或名称。还没办结的轮次列出当前数值。退出码：0 一致（或尚未办结），1 不一致，2 没有该轮次或没有底稿。
    """
    found = _round(round_)
    if found.state == Round.State.CLOSED:
        result = evaluation.evaluate(found)
        told = _closed(result)
    else:
        result, told = None, _open(found)
    if out is not None:
        _write(out, told, result)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        _print(told, out)
    context.exit(0 if result is None or result.same else 1)


def _round(text: str) -> Round:
    rows = Round.objects.select_related("plan_version__plan")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    found = list(rows.filter(title=text.replace("\x00", "")) if number is None else rows.filter(pk=number))
    if len(found) != 1:
        known = "；".join(f"{row.pk} {row.title}" for row in rows.order_by("pk")[:20]) or "（无）"
        raise Problem(
            "round_unknown",
            f"没有评估轮次“{text[:60]}”，或有几轮同名。现有轮次：{known}。请用编号。",
            f'There is no round "{text[:60]}", or several have this title. Rounds: {known}. Give the number.',
            status=404,
        )
    return found[0]


def _closed(result: Evaluation) -> dict[str, Any]:
    content = result.frozen.content
    return {
        "state": "closed",
        "same": result.same,
        "digest": result.frozen.digest,
        "recounted": result.recounted,
        "faults": [vars(fault) for fault in result.faults],
        "later": [vars(row) for row in result.later],
        **content,
    }


def _open(round_: Round) -> dict[str, Any]:
    whole = scored_round(round_).found.whole
    return {
        "state": round_.state,
        "round": {"id": round_.pk, "title": round_.title, "as_of": str(round_.as_of)},
        "figures": sorted(map(frozen.figure_out, values.judge_round(round_)), key=lambda row: str(row["code"])),
        "score": {"full": str(whole.full), "covered": str(whole.covered), "earned": str(whole.earned)},
    }


def _print(told: dict[str, Any], out: Path | None) -> None:
    head, rows = told["round"], told["figures"]
    counted = sum(row["origin"] == "computed" for row in rows)
    known = sum(row["value"] is not None for row in rows)
    click.echo(f"{head['title']}　截至 as of {head['as_of']}")
    click.echo(f"  指标和数据 figures {len(rows)}　有数 known {known}　记录计算 computed {counted}")
    if told["state"] != "closed":
        click.echo("  尚未办结，没有底稿可比 not closed yet: nothing to compare with")
    else:
        click.echo(f"  底稿 digest {told['digest']}")
        click.echo(
            f"  快照 snapshot {(told['snapshot'] or {}).get('name', '—')}　重新计算 recounted {told['recounted']}"
        )
        for fault in told["faults"]:
            click.echo(f"  ✗ {FAULTS[fault['code']]}：{fault['what']}　{fault['frozen']} → {fault['found']}")
        for row in told["later"]:
            click.echo(f"  现在已知 known now　{row['code']} {row['name']}：{row['then']} → {row['now']} {row['unit']}")
        click.echo("一致 same" if told["same"] else "不一致 differs")
    if out is not None:
        click.echo(f"已写入 written to {out}")


def _write(folder: Path, told: dict[str, Any], result: Evaluation | None) -> None:
    """Each file whole or not at all. Problem ``out_unusable``."""
    parts: dict[str, bytes] = {
        "evaluation.json": json.dumps(told, ensure_ascii=False, indent=1).encode(),
        "figures.csv": _csv(FIGURE_COLUMNS, told["figures"]),
    }
    if result is not None:
        parts["frozen.json"] = frozen.canonical(result.frozen.content)
        parts["then-now.csv"] = _csv(LATER_COLUMNS, told["later"])
        if not any(fault.what == "report" and frozen.LOST in fault.found for fault in result.faults):
            with files.open_bytes(result.frozen.report.file) as handle:
                parts["report.docx"] = handle.read()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in parts.items():
            temporary = folder / f".{name}.part"
            temporary.write_bytes(data)
            temporary.replace(folder / name)
    except OSError as error:
        raise Problem(
            "out_unusable",
            f"不能写入文件夹 {folder}：{error.strerror}。请换一个可以写入的文件夹。",
            f"Cannot write to {folder}: {error.strerror}. Choose a folder that can be written to.",
        ) from error


def _csv(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """With a byte order mark, so that Excel and WPS read the Chinese in it."""
    stream = io.StringIO(newline="")
    names = list(columns)
    writer = csv.DictWriter(stream, names, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode("utf-8-sig")
