"""``yiwang openapi``: the interface's description as it is checked in."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="写入文件，默认写到标准输出 / write to this file instead of standard output",
)
def openapi(output: Path | None) -> None:
    """输出 OpenAPI 文档（仓库中的 docs/api/openapi.json） / print the OpenAPI document."""
    from yiwang.site.api import schema_text

    if output is None:
        click.echo(schema_text(), nl=False)
    else:
        output.write_text(schema_text(), encoding="utf-8")
