"""``yiwang config``: every environment variable, the value in force and where it came from."""

from __future__ import annotations

import json

import click

from yiwang.site import config


@click.command("config")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出 / print JSON")
def config_(as_json: bool) -> None:
    """列出全部配置：名称、含义、当前值、来源；密钥不显示 / every setting; secrets are masked."""
    if as_json:
        rows = [
            {"name": v.name, "zh": v.zh, "en": v.en, "value": v.shown(), "set": v.is_set, "source": v.source("en")}
            for v in config.VARIABLES
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for variable in config.VARIABLES:
        click.echo(f"{click.style(variable.name, bold=True)} = {variable.shown() or '（空 / empty）'}")
        click.echo(f"    {variable.source('zh')} / {variable.source('en')}")
        click.echo(f"    {variable.zh} / {variable.en}")
