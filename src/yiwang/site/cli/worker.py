"""``yiwang worker``, and the worker that ``yiwang serve`` keeps beside the web processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from yiwang.kernel.jobs import api as jobs
from yiwang.kernel.registers import api as registers

# A worker that cannot start (a wrong setting) must not be started a thousand times a minute.
PAUSE_SECONDS = 3.0
PATIENCE_SECONDS = 30


@click.command()
@click.option("--once", is_flag=True, help="做完排队的任务就结束 / end when the queue is empty")
@click.option("--parent", type=int, hidden=True)
def command(once: bool, parent: int | None) -> None:
    """执行后台任务（导入、数据湖刷新等），Ctrl-C 停止 / run jobs; `yiwang serve` keeps one by itself."""
    registers.check_key()
    if parent is not None:
        threading.Thread(target=_end_with, args=[parent], daemon=True).start()
    jobs.work(wait=not once)


def _end_with(parent: int) -> None:
    """A server that was killed must not leave its worker behind."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def beside() -> Iterator[None]:
    """A worker process for as long as the block runs; one that dies is started again."""
    stopping = threading.Event()
    running: list[subprocess.Popen[bytes]] = []

    def keep() -> None:
        while not stopping.is_set():
            # A group of its own: Ctrl-C is for the server, which then tells its worker.
            running[:] = [subprocess.Popen(_line(), start_new_session=True)]  # noqa: S603 # our own program
            running[0].wait()
            stopping.wait(PAUSE_SECONDS)

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stopping.set()
        for process in running:
            process.terminate()
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        keeper.join(PAUSE_SECONDS)


def _line() -> list[str]:
    """The command that starts a worker of this installation."""
    program = "from yiwang.site.cli import main; main()"
    return [sys.executable, "-c", program, "worker", "--parent", str(os.getpid())]
