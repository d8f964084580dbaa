"""``yiwang new-system`` and ``yiwang quality``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from . import newsystem, registry
from .manifest import RULES

MARKS = {"done": "✓", "todo": "…", "exempt": "–"}


@click.command("new-system")
@click.argument("system")
@click.argument("key")
@click.option(
    "--package",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=newsystem.PACKAGE,
    help="yiwang 包所在文件夹。Folder of the package yiwang.",
)
def new_system(system: str, key: str, package: Path) -> None:
    """新建系统骨架。Write the skeleton of catalogue row SYSTEM (S27) into the folder KEY of its chapter."""
    written = newsystem.create(system, key, package)
    for path in written:
        click.echo(path.relative_to(package.parent))
    click.echo(f"下一步 Next: yiwang manage makemigrations {system.lower()} && yiwang manage migrate")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。Print JSON.")
@click.option(
    "--write-status",
    type=click.Path(dir_okay=False, path_type=Path),
    help="写入系统状态页（docs/status.md）。Write the status page.",
)
def quality(as_json: bool, write_status: Path | None) -> None:
    """各系统的质量规则。Quality rules by system: ✓ done, … to do, – exempt; exit status 0."""
    if write_status:
        write_status.write_text(registry.status_markdown(), encoding="utf-8")
    found = registry.qualities()
    if as_json:
        table = {
            item.system: {rule: {"state": state.state, "reason": state.reason} for rule, state in item.rules.items()}
            for item in found
        }
        click.echo(json.dumps(table, ensure_ascii=False, indent=1))
        return
    width = max(len(rule) for rule in RULES)
    click.echo(" " * width + "  " + "  ".join(item.system for item in found))
    for rule in RULES:
        marks = "    ".join(MARKS[item.rules[rule].state] for item in found)
        click.echo(f"{rule:<{width}}   {marks}")
    for item in found:
        for rule, state in item.rules.items():
            if state.reason:
                click.echo(f"{item.system} {rule} ({state.state}): {state.reason}")
