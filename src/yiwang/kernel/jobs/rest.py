"""REST: one's jobs and how far they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from yiwang.kernel.access.api import cursor_page, signed_in
from yiwang.lib.problems import Problem

from . import selectors
from .models import Job

router = Router(tags=["jobs"])


class JobOut(Schema):
    """A job; ``total`` is 0 while its length is not known."""

    id: int
    task: str
    title_zh: str
    title_en: str
    status: str
    done: int
    total: int
    result: dict[str, Any]
    problem_code: str
    problem_zh: str
    problem_en: str
    created_at: datetime
    began_at: datetime | None
    ended_at: datetime | None


class JobsOut(Schema):
    """A page of jobs, newest first."""

    items: list[JobOut]
    next_cursor: str


def _out(job: Job) -> JobOut:
    return JobOut(**{name: getattr(job, name) for name in JobOut.model_fields})


@router.get("/", response=JobsOut, operation_id="list_jobs", summary="后台任务")
def list_jobs(request: HttpRequest, cursor: str = "", limit: int = 100) -> JobsOut:
    """The caller's jobs; for the system administrator everybody's."""
    page = cursor_page(selectors.visible(signed_in(request)), cursor, limit, key="-id")
    return JobsOut(items=[_out(job) for job in page.items], next_cursor=page.next_cursor)


@router.get("/{pk}", response=JobOut, operation_id="read_job", summary="一个后台任务")
def read_job(request: HttpRequest, pk: int) -> JobOut:
    """One job. Problem ``job_unknown`` (404)."""
    job = selectors.job(signed_in(request), pk) if 0 < pk < 2**63 else None
    if job is None:
        raise Problem("job_unknown", "没有这个任务，或不是您发起的。", "There is no such job of yours.", status=404)
    return _out(job)
