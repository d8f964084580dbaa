"""``yiwang audit``: check the chain."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from .services import verify as verify_chain


@click.group()
def audit() -> None:
    """审计 — the append-only trail."""


@audit.command()
@click.option(
    "--head", default="", help="链尾哈希（此前留存）：证明末尾未被截断。A head noted earlier: proves the end is whole."
)
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。Print JSON.")
@click.pass_context
def verify(context: click.Context, head: str, as_json: bool) -> None:
    """核对审计链。Check the whole chain: exit status 0 when whole, 1 when broken."""
    result = verify_chain(head)
    if as_json:
        click.echo(json.dumps(asdict(result), ensure_ascii=False))
    elif result.ok:
        click.echo(f"审计链完整，已核对 {result.checked} 条。链尾 {result.head or '（空）'}")
        click.echo(f"The chain is whole, {result.checked} entries checked. Head {result.head or '(empty)'}")
    else:
        click.echo(f"{result.reason_zh}\n{result.reason_en}", err=True)
    context.exit(0 if result.ok else 1)
