"""``yiwang check FILE``: exit 0 clean, 1 with findings of severity *error*, 2 when the input is unusable."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from yiwang.domains.evaluation.reportcheck.api import annotate_bytes, check_bytes
from yiwang.domains.evaluation.reportcheck.engine import faults
from yiwang.domains.evaluation.reportcheck.engine.reading import read_path
from yiwang.domains.evaluation.reportcheck.engine.source import Places
from yiwang.domains.evaluation.reportcheck.records import STATUS_ZH, compare
from yiwang.domains.evaluation.reportcheck.types import CheckResult, RecordsResult
from yiwang.lib.problems import Problem

_NAMES = {"error": "错误", "warning": "存疑", "info": "提示"}
_COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}


@click.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出全文、数字和核验意见 / print JSON")
@click.option(
    "--annotate",
    "annotated",
    type=click.Path(path_type=Path, dir_okay=False),
    help="把意见作为批注写入另一份 .docx / write a copy of the .docx with the findings as comments",
)
@click.option("--records", is_flag=True, help="再与业务档案的指标比对 / compare with the metrics of the records too")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="文中没写截止日的数字按这一天比对 / the day of figures whose date the text does not state",
)
def command(file: Path, as_json: bool, annotated: Path | None, records: bool, as_of: datetime | None) -> None:
    """核验一份报告（.docx、.pdf、.html 或 .txt）中的数字与表述 / check the figures of a written report.

    退出码：0 没有错误，1 有错误级意见或与档案不一致，2 文件或数据湖不能用 / exit status: 0 no errors, 1 errors found or
    figures that differ from the records, 2 unusable file or lake.
    """
    if as_of is not None and not records:
        raise click.UsageError("--as-of 只与 --records 一起用 / only with --records")
    raise SystemExit(run_cli(file, as_json, annotated, records, as_of.date() if as_of else None))


def run_cli(
    path: Path, as_json: bool, annotated: Path | None = None, records: bool = False, as_of: date | None = None
) -> int:
    """Check a file, print the result, write the annotated copy when one is asked for, and give the exit code."""
    beside = None
    try:
        data = read_path(path)
        result = check_bytes(data, path.name)
        if records:
            beside = compare(result.document.text, as_of=as_of)
        if annotated is not None:
            _write(annotated, path, lambda: annotate_bytes(data, result))
    except Problem as problem:
        if as_json:
            _json(problem.as_json())
        else:
            click.echo(f"无法核验（{problem.code}）：{problem.zh}", err=True)
            click.echo(f"Cannot check ({problem.code}): {problem.en}", err=True)
        return 2
    if as_json:
        _json(result.to_json() | ({"records": beside.to_json()} if beside else {}))
    else:
        _print(result, path)
        if beside is not None:
            _print_records(beside, Places(result.document.text, result.document.lines))
        if annotated is not None:
            click.echo(f"\n批注版已写入 {annotated}")
    wrong = any(finding.severity == "error" for finding in result.findings)
    return 1 if wrong or (beside is not None and beside.count("differs")) else 0


def _print_records(beside: RecordsResult, places: Places) -> None:
    """What the records say, figures that differ first; those without a metric are only counted."""
    click.echo(
        f"\n与业务档案比对（快照 {beside.snapshot}）："
        + "，".join(f"{name} {beside.count(status)} 个" for status, name in STATUS_ZH.items())
    )
    for status in ("differs", "no_value", "confirmed"):
        for row in (figure for figure in beside.figures if figure.status == status):
            told = f"{row.value}{row.unit}" if row.value is not None else row.reason_zh
            click.echo(
                f"   [{STATUS_ZH[row.status]}] {row.name_zh}：报告 {row.text}，档案 {told}"
                f"（截至 {row.as_of or '—'}，{places(row.start).zh}）"
            )


def _write(target: Path, source: Path, make: Callable[[], bytes]) -> None:
    """Write a file whole or not at all; never over the document that was checked."""
    if target.exists() and target.samefile(source):
        raise faults.same_file(str(target))
    data = make()
    part = target.with_name(f".{target.name}.part")
    try:
        part.write_bytes(data)
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise faults.unwritable(str(target), error.strerror or type(error).__name__) from error


def _json(value: dict[str, Any]) -> None:
    """Write JSON as UTF-8 whatever the terminal's encoding is."""
    click.echo(json.dumps(value, ensure_ascii=False).encode())


def _print(result: CheckResult, path: Path) -> None:
    text = result.document.text
    places = Places(text, result.document.lines)
    counts = {severity: sum(f.severity == severity for f in result.findings) for severity in _NAMES}
    click.echo(
        f"{path.name}：共识别数字 {len(result.figures)} 个；"
        + "，".join(f"{_NAMES[severity]} {count} 条" for severity, count in counts.items())
    )
    for number, finding in enumerate(result.findings, start=1):
        head = click.style(f"{_NAMES[finding.severity]}", fg=_COLOURS[finding.severity], bold=True)
        click.echo(f"\n{number}. [{head}] {finding.message_zh}")
        shown = finding.spans[:4]
        for start, end in shown:
            click.echo(f"   {places(start).zh}：{snippet(text, start, end)}")
        if len(finding.spans) > len(shown):
            click.echo(f"   ……另有 {len(finding.spans) - len(shown)} 处")
    if not result.findings:
        click.echo("未发现问题。")


def snippet(text: str, start: int, end: int, around: int = 14) -> str:
    """A span with a few characters on both sides, in 【】, on one line; long spans are shortened."""
    marked = text[start:end]
    if len(marked) > 48:
        marked = f"{marked[:30]}……{marked[-12:]}"
    left, right = text[max(0, start - around) : start], text[end : end + around]
    return f"…{left}【{marked}】{right}…".replace("\n", " ").replace("\r", "").replace("\t", " ")
