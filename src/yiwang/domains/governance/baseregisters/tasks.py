"""Jobs of S21."""

from __future__ import annotations

from yiwang.kernel.jobs.extend import Running, task

from . import services


@task("s21.feed", "一标三实送入主体与地址", "Feed the registers", cron="20 18 * * *")
def feed_registers(running: Running) -> dict[str, int]:
    """Every night (02:20 in Shanghai): addresses, houses and organisations become known to all systems."""
    return services.feed(running.progress)
