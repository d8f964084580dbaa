"""The demonstration from an empty database to a checked report: each system's own part, in the order of the floors."""

from __future__ import annotations

from pathlib import Path

import click
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from yiwang.domains.evaluation.planning import demo as planning_demo
from yiwang.domains.evaluation.planning.api import Evaluation
from yiwang.domains.evaluation.reportcheck import demo as check_demo
from yiwang.domains.evaluation.reportcheck.api import check_bytes
from yiwang.domains.evaluation.reportcheck.types import CheckResult
from yiwang.kernel.access import demo as access_demo
from yiwang.kernel.lake import api as lake
from yiwang.kernel.metrics import api as metrics
from yiwang.kernel.orgs import demo as orgs_demo
from yiwang.kernel.registers import api as registers
from yiwang.kernel.registers import demo as registers_demo
from yiwang.lib.clock import today
from yiwang.lib.problems import Problem
from yiwang.site import lanes
from yiwang.site.lanes import say

SEVERITY = {"error": "错误", "warning": "存疑", "info": "提示"}
SHOWN = 6


def run(port: int) -> None:
    """Migrate, load, evaluate, write and check; say where everything is. Repeating it changes nothing."""
    say("准备数据库")
    call_command("migrate", interactive=False, verbosity=0)
    registers.check_key()
    say("载入区划、单位和人员")
    orgs_demo.load(today())
    access_demo.load_people(orgs_demo.PEOPLE)
    say("登记单位和它们所在的标准地址、房屋（合成数据）")
    registers_demo.load()
    connections.close_all()
    lanes.load_systems()
    _gather_statistics()
    if not lake.newest_name():
        say("取数据湖快照")
        lake.refresh()
    # The evaluation is last: it counts the records of all the others.
    planning_demo.load(say, today(), counted=True)
    metrics.prepare()
    say("写出评估报告")
    report = _keep("evaluation-report.docx", planning_demo.report_bytes())
    say("从冻结的快照重新计算这一轮")
    evaluated = planning_demo.evaluated()
    check_demo.load(say)
    say("核验示例报告")
    name, data = check_demo.example_report()
    example = _keep(name, data)
    _print(port, report, evaluated, example, check_bytes(data, name))


def _gather_statistics() -> None:
    """Let the planner know what was loaded: PostgreSQL's own daemon comes by in a minute or two, readers before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_stat_user_tables WHERE coalesce(last_analyze, last_autoanalyze) IS NULL "
            "AND n_live_tup > 1000"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'ANALYZE "{name}"')


def _keep(name: str, data: bytes) -> Path:
    """Write a file of the demonstration whole: to a temporary name first, so that a kill leaves no half of it."""
    path = Path(settings.YIWANG_HOME) / "demo" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != data:
        temporary = path.with_suffix(".part")
        temporary.write_bytes(data)
        temporary.replace(path)
    return path


def _print(port: int, report: Path, evaluated: Evaluation | None, example: Path, result: CheckResult) -> None:
    accounts = access_demo.demo_accounts()
    if not accounts:
        raise Problem(
            "demo_accounts_missing",
            "没有找到演示账号文件。请删除状态目录后重新运行 yiwang demo。",
            "The demonstration's accounts file is missing. Remove the state folder and run yiwang demo again.",
        )
    click.echo()
    click.secho("一网 Yiwang 演示已就绪（数据为合成，指标数值取自公开报告）", bold=True)
    click.echo(f"  地址 address    http://127.0.0.1:{port}/")
    click.echo(f"  口令 password   {accounts[0].password}（各演示账号相同 / the same for all accounts）")
    for account in accounts:
        click.echo(f"  {account.role:<12}\t{account.username}")
    click.echo(f"  评估报告 report  {report}")
    if evaluated is not None:
        verdict = "与办结底稿一致 same" if evaluated.same else f"有 {len(evaluated.faults)} 处与办结底稿不同 differs"
        click.echo(f"  评估复核 evaluate 由冻结的快照重新计算 {evaluated.recounted} 项，{verdict}")
    click.echo(f"  示例报告 example {example}")
    counts = {key: sum(1 for found in result.findings if found.severity == key) for key in SEVERITY}
    totals = "，".join(f"{SEVERITY[key]} {count} 条" for key, count in counts.items())
    click.echo(f"  核验结果 check   识别数字 {len(result.figures)} 个；{totals}")
    for found in result.findings[:SHOWN]:
        click.echo(f"    [{SEVERITY[found.severity]}] {found.message_zh}")
    if len(result.findings) > SHOWN:
        click.echo(f"    ……其余 {len(result.findings) - SHOWN} 条见 yiwang check {example}")
    click.echo()
