"""``yiwang files``: housekeeping of the store."""

from __future__ import annotations

import click

from . import services


@click.group()
def files() -> None:
    """文件 — the store of uploads."""


@files.command()
def sweep() -> None:
    """清除无主文件。Remove bytes older than a day that no record names."""
    click.echo(f"清除 {services.sweep()} 个文件。Files removed.")


@files.command()
@click.pass_context
def scan(context: click.Context) -> None:
    """补查未查毒的文件。Scan what came in unscanned; exit status 1 when something is refused."""
    scanned, refused = services.rescan()
    click.echo(f"已查 {scanned} 个，拒收 {refused} 个。{scanned} scanned, {refused} refused.")
    context.exit(1 if refused else 0)
