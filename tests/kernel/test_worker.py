"""``yiwang worker`` as it is run: it does what is queued; killed with -9, another goes on with its job."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from yiwang.kernel.access.testing import make_user
from yiwang.kernel.jobs import api as jobs
from yiwang.kernel.jobs.registry import TASKS, Task
from yiwang.kernel.registers import api as registers

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
# The worker of the test: the same program, with one task more, which sleeps until a row says go.
PROGRAM = """
import time, django
django.setup()
from yiwang.kernel.jobs import api as jobs
from yiwang.kernel.jobs.extend import task
@task("test.wait", "等待", "Wait")
def wait(running, seconds=0):
    running.progress(1, 2)
    time.sleep(seconds)
    return {"waited": seconds}
from yiwang.site.cli import worker
worker.command()
"""


@pytest.fixture
def environment(settings: Any) -> dict[str, str]:
    """What a worker of the test's database needs; its key is there."""
    registers.check_key()
    found = connection.settings_dict
    url = f"postgresql://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"
    return os.environ | {"DATABASE_URL": url, "YIWANG_PERSONAL_KEY_FILE": str(settings.YIWANG_PERSONAL_KEY_FILE)}


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for it."""
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.1)


def test_a_killed_worker_s_job_is_begun_again_by_the_next(environment: dict[str, str]) -> None:
    TASKS["test.wait"] = Task("test.wait", "等待", "Wait", lambda *_: None, "")
    job = jobs.start("test.wait", actor=make_user("operator", "cq/centre"), seconds=2)

    def is_(status: str) -> bool:
        job.refresh_from_db()
        return job.status == status

    first = subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment)
    until(lambda: is_("running") and job.done == 1)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert is_("running")
    # As if half a minute had gone.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    second = subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment)
    until(lambda: is_("done"), 120)
    second.send_signal(signal.SIGTERM)
    assert second.wait(timeout=40) == 0
    assert (job.attempts, job.result) == (2, {"waited": 2})
    del TASKS["test.wait"]


def test_once_ends_when_nothing_is_queued(environment: dict[str, str]) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, "--once"], env=environment, timeout=60)
    assert done.returncode == 0
