"""The queue: procrastinate on the same database, so that a job is queued in the transaction that asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import InterfaceError, OperationalError
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from yiwang.kernel.access import api as access

from . import services
from .models import Job
from .registry import TASKS

# While PostgreSQL starts again after a crash.
AGAIN = RetryStrategy(max_attempts=10, wait=3, retry_exceptions={OperationalError, InterfaceError})


@app.task(name="jobs.run", retry=AGAIN)
def run_job(pk: int) -> None:
    """Run one job."""
    services.run(pk)


@app.periodic(cron="* * * * *")
@app.task(name="jobs.rescue", queueing_lock="jobs.rescue", pass_context=True)
async def rescue(context: JobContext, timestamp: int) -> None:
    """Queue again the jobs of workers that were killed: one that is silent for 30 seconds is taken for dead."""
    for stalled in await context.app.job_manager.get_stalled_jobs():
        await context.app.job_manager.retry_job(stalled)


@app.periodic(cron="10 17 * * *")
@app.task(name="jobs.clear", queueing_lock="jobs.clear")
def clear(timestamp: int) -> None:
    """Remove what ended a month ago, at ten past one in the morning in Shanghai."""
    services.clear()


def start(task: str, *, actor: access.User, about: str = "", lock: str = "", **params: Any) -> Job:
    """Queue a job in the present transaction: it begins after the commit, and not at all after a rollback.

    ``about`` says in the list which of its kind it is. Jobs with the same ``lock`` run one after another.
    """
    job = services.open_job(task, actor, params, about)
    run_job.configure(lock=lock or None).defer(pk=job.pk)
    return job


def _by_clock(name: str) -> Callable[[int], None]:
    def run(timestamp: int) -> None:
        services.by_clock(name)

    return run


def declare_periodic() -> None:
    """Give the queue the tasks that a clock starts; when every room has declared its own."""
    for kind in TASKS.values():
        # The lock: two of a kind never run at once; the queueing lock: two never wait.
        if kind.cron and kind.name not in app.tasks:
            made = app.task(name=kind.name, lock=kind.name, queueing_lock=kind.name, retry=AGAIN)(_by_clock(kind.name))
            app.periodic(cron=kind.cron)(made)


def work(*, wait: bool, concurrency: int = 2) -> None:
    """Run jobs until told to stop (SIGINT, SIGTERM), or with ``wait`` off until none is left."""
    declare_periodic()
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined] # Django's connector has it
    with app.replace_connector(connector) as worker:
        worker.run_worker(
            wait=wait, concurrency=concurrency, delete_jobs="successful", shutdown_graceful_timeout=20,
            listen_notify=wait, fetch_job_polling_interval=2.0,
        )  # fmt: skip
