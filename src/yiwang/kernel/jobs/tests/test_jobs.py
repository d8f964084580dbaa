"""Jobs: queued with the transaction, run to an end that people can read, begun again, seen by their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from yiwang.kernel.access.testing import make_user
from yiwang.kernel.audit import api as audit
from yiwang.kernel.jobs import api as jobs
from yiwang.kernel.jobs import services
from yiwang.kernel.jobs.extend import Running
from yiwang.kernel.jobs.registry import TASKS, Task
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db


def work(running: Running, *, how: str = "well") -> dict[str, Any] | None:
    """A task that ends as it is told to."""
    running.progress(1, 2)
    if how == "problem":
        raise Problem("file_empty", "文件是空的。", "The file is empty.")
    if how == "error":
        raise ZeroDivisionError
    if how == "database":
        raise OperationalError
    running.progress(2, 2)
    return {"rows": 2}


@pytest.fixture(autouse=True)
def a_task() -> Iterator[None]:
    """A task that only these tests know."""
    TASKS["test.work"] = Task("test.work", "测试任务", "Test task", work, "")
    yield
    del TASKS["test.work"]


def run(job: jobs.Job) -> jobs.Job:
    """Run it as the worker does."""
    services.run(job.pk)
    job.refresh_from_db()
    return job


def test_a_job_is_queued_with_its_transaction_and_not_without() -> None:
    user = make_user("operator", "cq/centre")
    with transaction.atomic():
        job = jobs.start("test.work", actor=user)
    assert job.status == "queued"
    assert ProcrastinateJob.objects.get().args == {"pk": job.pk}
    with transaction.atomic():
        jobs.start("test.work", actor=user)
        transaction.set_rollback(True)
    assert ProcrastinateJob.objects.count() == jobs.Job.objects.count() == 1


def test_a_job_tells_how_far_it_is_and_how_it_ended() -> None:
    user = make_user("operator", "cq/centre")
    job = run(jobs.start("test.work", actor=user))
    assert (job.status, job.done, job.total, job.result, job.percent) == ("done", 2, 2, {"rows": 2}, 100)
    job = run(jobs.start("test.work", actor=user, how="problem"))
    assert (job.status, job.problem_code, job.problem_zh) == ("failed", "file_empty", "文件是空的。")
    job = jobs.start("test.work", actor=user, how="error")
    with pytest.raises(ZeroDivisionError):
        run(job)
    job.refresh_from_db()
    assert (job.status, job.problem_code) == ("failed", "job_failed")
    assert str(job.pk) in job.problem_zh


def test_a_database_that_went_away_leaves_the_job_open_for_the_next_try() -> None:
    job = jobs.start("test.work", actor=make_user("operator", "cq/centre"), how="database")
    for _time in range(services.MOST_ATTEMPTS):
        with pytest.raises(OperationalError):
            run(job)
        job.refresh_from_db()
        assert job.status == "running"
    assert run(job).problem_code == "job_gave_up"


def test_a_finished_job_is_not_run_twice() -> None:
    job = run(jobs.start("test.work", actor=make_user("operator", "cq/centre")))
    assert run(job).attempts == 1


def test_a_job_ends_when_asked_whether_it_waits_or_runs() -> None:
    user = make_user("operator", "cq/centre")
    waiting = jobs.start("test.work", actor=user)
    jobs.cancel(waiting, actor=user)
    assert run(waiting).status == "cancelled"
    running = jobs.start("test.work", actor=user)

    def asked(own: Running) -> None:
        own.progress(1, 2)
        jobs.cancel(running, actor=user)
        own.progress(2, 2)
        raise AssertionError("went on")

    TASKS["test.work"] = Task("test.work", "测试任务", "Test task", asked, "")
    assert run(running).status == "cancelled"
    assert audit.entries(action="jobs.cancel").count() == 2


def test_a_clock_s_job_that_was_broken_off_is_gone_on_with() -> None:
    broken = services.open_job("test.work", None, {})
    services.by_clock("test.work")
    broken.refresh_from_db()
    assert broken.status == "done"
    services.by_clock("test.work")
    assert jobs.Job.objects.filter(started_by=None, status="done").count() == 2


def test_people_see_their_own_and_the_administrator_sees_all() -> None:
    own, other, admin = (
        make_user(role, unit)
        for role, unit in (("operator", "cq/centre"), ("operator", "cq/health"), ("sysadmin", "cq/data"))
    )
    job = jobs.start("test.work", actor=own)
    seen = {}
    for user in (own, other, admin):
        client = Client()
        client.force_login(user)
        seen[user] = f"#{job.pk}<" in client.get(reverse("jobs:list")).content.decode()
        answer = client.get(f"/api/v1/jobs/{job.pk}")
        assert answer.status_code == (200 if seen[user] else 404)
        listed = client.get("/api/v1/jobs/").json()["items"]
        assert [item["id"] for item in listed] == ([job.pk] if seen[user] else [])
        stopped = client.post(reverse("jobs:cancel", args=[job.pk]))
        assert stopped.status_code == (302 if seen[user] else 404)
    assert seen == {own: True, other: False, admin: True}


def test_a_task_s_name_belongs_to_one_module() -> None:
    from yiwang.kernel.jobs.extend import task

    with pytest.raises(ValueError, match=r"test\.work"):
        task("test.work", "又一个", "Another")(lambda _running: None)
    assert TASKS["test.work"].work is work
