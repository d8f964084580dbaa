"""Starting, running, cancelling jobs and clearing away old ones."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError
from django.utils import timezone

from yiwang.kernel.access import api as access
from yiwang.kernel.audit import api as audit
from yiwang.lib.problems import Problem

from .models import Job
from .registry import TASKS
from .running import Cancelled, Running

log = logging.getLogger(__name__)
# A job that takes its worker down (memory, a crash of a library) must not do so for ever.
MOST_ATTEMPTS = 5
KEPT_DAYS = 30


def open_job(task: str, actor: access.User | None, params: dict[str, Any], about: str = "") -> Job:
    """The row of a job that waits."""
    kind = TASKS[task]
    zh, en = (f"{kind.zh}：{about}", f"{kind.en}: {about}") if about else (kind.zh, kind.en)
    return Job.objects.create(task=task, params=params, title_zh=zh[:200], title_en=en[:300], started_by=actor)


def run(pk: int) -> None:
    """Run a job to its end and note how it ended; what the database's absence broke is tried again by the queue."""
    job = Job.objects.filter(pk=pk).first()
    if job is None or not job.open:
        return
    if job.cancel_asked:
        _end(job, Job.Status.CANCELLED)
        return
    if job.attempts >= MOST_ATTEMPTS:
        _fail(job, "job_gave_up", f"已尝试 {MOST_ATTEMPTS} 次，每次都中断。请联系系统管理员查看日志。",
              f"Broken off {MOST_ATTEMPTS} times. Ask the system administrator to read the logs.")  # fmt: skip
        return
    Job.objects.filter(pk=pk).update(
        status=Job.Status.RUNNING, attempts=job.attempts + 1, began_at=timezone.now(), done=0
    )
    try:
        result = TASKS[job.task].work(Running(pk), **job.params)
    except Cancelled:
        _end(job, Job.Status.CANCELLED)
    except Problem as problem:
        _fail(job, problem.code, problem.zh, problem.en)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("job %s %s failed", pk, job.task)
        _fail(job, "job_failed", f"出现意外错误，任务没有完成。请把编号 {pk} 告诉系统管理员。",
              f"An unexpected error ended the job. Tell the system administrator its number, {pk}.")  # fmt: skip
        raise
    else:
        _end(job, Job.Status.DONE, result=result or {})


def _fail(job: Job, code: str, zh: str, en: str) -> None:
    _end(job, Job.Status.FAILED, problem_code=code, problem_zh=zh, problem_en=en)


def _end(job: Job, status: Job.Status, **fields: Any) -> None:
    Job.objects.filter(pk=job.pk).update(status=status, ended_at=timezone.now(), **fields)


def cancel(job: Job, *, actor: access.User, ip: str = "") -> None:
    """Ask for the end of a job: one that waits never begins, one that runs stops at its next report of progress."""
    Job.objects.filter(pk=job.pk).update(cancel_asked=True)
    audit.record("jobs.cancel", actor=actor.username, ip=ip, object_type="jobs.job", object_id=str(job.pk))


def by_clock(task: str) -> None:
    """Run a task that a clock starts. The queue never runs two of a kind, so one that is open was broken off: go on."""
    broken = Job.objects.filter(task=task, started_by=None, status__in=(Job.Status.QUEUED, Job.Status.RUNNING)).first()
    run((broken or open_job(task, None, {})).pk)


def clear() -> int:
    """Remove jobs that ended more than 30 days ago; how many."""
    limit = timezone.now() - timedelta(days=KEPT_DAYS)
    return Job.objects.filter(ended_at__lt=limit).delete()[0]
