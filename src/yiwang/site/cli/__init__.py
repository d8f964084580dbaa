"""The one command line ``yiwang``. A command's module is imported only when that command runs.

So `yiwang check` needs neither Django nor a database, and one broken system does not take the others' commands away.
"""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import dataclass

import click

from yiwang.lib.problems import Problem

UNUSABLE = 2


@dataclass(frozen=True)
class Entry:
    """Where a command is, what the list of commands says about it, and what it needs before its module is imported.

    ``needs``: ``nothing``; ``django`` (settings and models); ``database`` (also a running server for as long as the
    command runs). ``django_with`` is an option for which a command that else needs nothing needs Django.
    """

    target: str
    zh: str
    en: str
    needs: str = "nothing"
    django_with: str = ""


COMMANDS: dict[str, Entry] = {
    "demo": Entry(
        "yiwang.site.cli.web:demo", "装入演示数据、写出报告并启动", "load the demonstration, write the report, serve"
    ),
    "serve": Entry("yiwang.site.cli.web:serve", "启动网页服务", "serve the pages and the API"),
    "check": Entry(
        "yiwang.domains.evaluation.reportcheck.cli:command",
        "核验一份报告的数字",
        "check a report's figures",
        django_with="--records",
    ),
    "db": Entry(
        "yiwang.site.cli.database:db", "数据库：启动、停止、状态、地址", "the database: start, stop, status, url"
    ),
    "backup": Entry("yiwang.site.cli.keep:backup", "备份全部数据到一个文件", "back everything up to one file"),
    "restore": Entry("yiwang.site.cli.keep:restore", "从备份文件恢复", "restore from a backup file"),
    "config": Entry(
        "yiwang.site.cli.settings:config_", "列出全部配置及来源", "every setting, its value and where it is from"
    ),
    "import": Entry(
        "yiwang.kernel.records.cli:command", "把表格导入业务记录", "import a table into records", "database"
    ),
    "worker": Entry("yiwang.site.cli.worker:command", "执行后台任务", "run background jobs", "database"),
    "lake": Entry(
        "yiwang.kernel.lake.cli:lake", "数据湖：刷新、状态、核对", "the lake: refresh, status, verify", "database"
    ),
    "metrics": Entry(
        "yiwang.kernel.metrics.cli:metrics", "指标：任一日期取值", "metrics: values as of any day", "database"
    ),
    "evaluate": Entry(
        "yiwang.domains.evaluation.planning.cli:command", "复核一轮评估", "evaluate a round again", "database"
    ),
    "audit": Entry("yiwang.kernel.audit.cli:audit", "审计链：校验", "the audit chain: verify", "database"),
    "files": Entry("yiwang.kernel.files.cli:files", "文件：清理、补查病毒", "the file store: sweep, scan", "database"),
    "keys": Entry("yiwang.kernel.registers.cli:keys_", "个人信息密钥：状态、轮换", "the personal-data key", "database"),
    "new-system": Entry(
        "yiwang.kernel.systems.cli:new_system", "生成一个新系统的骨架", "write a new system's skeleton", "django"
    ),
    "quality": Entry("yiwang.kernel.systems.cli:quality", "各系统的质量规则", "the systems' quality rules", "django"),
    "openapi": Entry("yiwang.site.cli.openapi:openapi", "输出接口文档", "print the OpenAPI document", "django"),
    "manage": Entry("yiwang.site.cli.manage:manage", "Django 管理命令", "Django's management commands"),
}


class Commands(click.Group):
    """The table above as a click group."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Prepare what the command needs, then import it."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        if entry.needs != "nothing" or (entry.django_with and entry.django_with in sys.argv):
            prepare(ctx, database=entry.needs == "database" and "--help" not in sys.argv)
        module, _, attribute = entry.target.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.target} is not a click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from the table alone."""
        with formatter.section("命令 Commands"):
            formatter.write_dl([(name, f"{entry.zh} / {entry.en}") for name, entry in COMMANDS.items()])


def prepare(ctx: click.Context, *, database: bool) -> None:
    """Set Django up; with ``database``, keep a server running until the command ends."""
    if database:
        from yiwang.site import postgres

        # Before the settings are read: a start may move the embedded server to another port.
        ctx.with_resource(postgres.lease())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yiwang.site.settings")
    import django

    django.setup()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="yiwang", prog_name="yiwang")
def yiwang() -> None:
    """一网 Yiwang：区县数字政府运行与规划评估平台 / a district's digital government and its evaluation."""


def main() -> None:
    """Run a command; a Problem is told in both languages on standard error, with exit status 2."""
    try:
        yiwang()
    except Problem as problem:
        tell(problem)
        sys.exit(UNUSABLE)


def tell(problem: Problem) -> None:
    """A Problem on standard error."""
    click.echo(f"{problem.zh}\n{problem.en}\n[{problem.code}]", err=True)
