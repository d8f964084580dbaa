"""``yiwang db start|stop|status|url|script``."""

from __future__ import annotations

import json

import click

from yiwang.site import postgres


@click.group()
def db() -> None:
    """数据库（自带，或 DATABASE_URL 指定的服务器）/ the database: embedded, or the server of DATABASE_URL."""


@db.command()
def start() -> None:
    """启动自带数据库，直到 yiwang db stop / start the embedded server; it runs until `yiwang db stop`."""
    postgres.keep_running()
    _show(postgres.status())


@db.command()
def stop() -> None:
    """停止自带数据库 / stop the embedded server."""
    if not postgres.is_embedded():
        click.echo("数据库由 DATABASE_URL 指定，不由本程序停止。/ The server of DATABASE_URL is not ours to stop.")
    elif postgres.stop():
        click.echo("已停止 / stopped")
    else:
        click.echo("本来就没有运行 / was not running")


@db.command()
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出 / print JSON")
def status(as_json: bool) -> None:
    """数据库状态；运行中退出码 0，否则 1 / its state; exit status 0 when it runs, else 1."""
    found = postgres.status()
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        _show(found)
    raise SystemExit(0 if found.running else 1)


@db.command()
def url() -> None:
    """打印连接地址（含口令），必要时先启动 / print the address with its password; starts the server when needed."""
    postgres.ensure_running()
    click.echo(postgres.database_url())


@db.command()
def script() -> None:
    """打印为 DATABASE_URL 准备服务器的 SQL / print the SQL that prepares a server of your own."""
    click.echo(postgres.script(), nl=False)


def _show(found: postgres.Status) -> None:
    state = "运行中 / running" if found.running else "未运行 / not running"
    kind = "自带 / embedded" if found.kind == "embedded" else "DATABASE_URL"
    rows = [
        ("状态 state", state),
        ("种类 kind", kind),
        ("版本 version", f"PostgreSQL {found.version}"),
        ("地址 url", found.url),
    ]
    if found.kind == "embedded":
        rows += [("进程 pid", str(found.pid or "")), ("用户 user", found.user)]
        rows += [("数据 data", found.data_directory), ("日志 log", found.log)]
    for name, value in rows:
        click.echo(f"{name:<14}{value}")
