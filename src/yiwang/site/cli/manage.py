"""``yiwang manage …``: Django's own management commands, with the database running."""

from __future__ import annotations

import os

import click

from yiwang.site import postgres


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Django 管理命令，例如 yiwang manage migrate / Django's commands, for example `yiwang manage migrate`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yiwang.site.settings")
    with postgres.lease():
        from django.core.management import execute_from_command_line

        execute_from_command_line(["yiwang manage", *arguments])
