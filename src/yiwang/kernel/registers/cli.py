"""``yiwang keys``: the personal-data key."""

from __future__ import annotations

import json

import click

from . import keys, services
from .models import KeyCheck, RegisteredPerson


@click.group("keys")
def keys_() -> None:
    """个人信息密钥：状态、轮换 / the personal-data key: status, rotate."""


@keys_.command()
@click.option("--json", "as_json", is_flag=True, help="JSON 输出 / print JSON")
def status(as_json: bool) -> None:
    """密钥文件、在用编号、已加密的身份号码数 / file, number in use, sealed ids."""
    services.check_key()
    ring = keys.ring()
    told = {
        "file": str(keys.key_file()),
        "active": ring.active,
        "keys": sorted(ring.seals),
        "known": sorted(KeyCheck.objects.exclude(number=0).values_list("number", flat=True)),
        "sealed": RegisteredPerson.objects.count(),
    }
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(f"密钥文件 file    {told['file']}")
    click.echo(f"在用编号 active  {told['active']}")
    click.echo(f"已加密 sealed    {told['sealed']}")


@keys_.command()
def rotate() -> None:
    """换用新密钥并重新加密；中断后再次执行即可继续 / seal with a new key; run again after an interruption."""
    services.check_key()
    done = services.rotate()
    click.echo(f"已用新密钥重新加密 {done} 个身份号码 / sealed {done} ids with the new key")
