"""``yiwang backup FILE`` and ``yiwang restore FILE``."""

from __future__ import annotations

from pathlib import Path

import click

from yiwang.site import backup as backups

FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.command()
@FILE
def backup(file: Path) -> None:
    """把数据库和文件备份到 FILE；密钥不在其中，请另行保管 / database and files; keys are kept apart."""
    done = backups.backup(file)
    click.echo(
        f"已备份到 {file}：{done.size} 字节，文件 {done.files} 个 / backed up: {done.size} bytes, {done.files} files\n"
        f"密钥不在备份中，请另行安全保存 / keys are not in it, keep them apart: {done.keys}"
    )


@click.command()
@FILE
@click.option("--force", is_flag=True, help="替换现有数据 / replace what is there")
def restore(file: Path, force: bool) -> None:
    """从 FILE 恢复；已有数据时须加 --force / restore; with data in place only with --force."""
    done = backups.restore(file, force=force)
    click.echo(
        f"已恢复 {done.created} 的备份：数据库和文件 {done.files} 个 / restored the backup of {done.created}: the "
        "database "
        f"and {done.files} files"
    )
