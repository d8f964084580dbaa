"""kill -9 of the database and of the server, ten times each, while programs write: nothing lost, nothing doubled."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest

from yiwang.site import postgres

from .test_serve import answer, free_port, serving

pytestmark = pytest.mark.slow
KILLS, WRITERS = 10, 4
PREPARE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.access.tokens import create_token
from yiwang.kernel.registers import api as registers
registers.check_key()
user = make_user("bureau", make_unit("cq/data"))
print(create_token(user, name="kills", scopes=["read", "write"], days=1).plain)
"""
VERIFY = """
import django
django.setup()
from yiwang.kernel.audit import api as audit
print(audit.verify().ok)
"""


def run(program: str) -> str:
    """What a program of this installation says last."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "yiwang.site.settings", "YIWANG_LOG_LEVEL": "ERROR"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True, timeout=120
    )
    return done.stdout.split()[-1]


class Writer(threading.Thread):
    """A program that sends one record after another, each again until it is told that it is stored."""

    def __init__(self, number: int, port: int, token: str) -> None:
        super().__init__(daemon=True)
        self.number, self.port, self.token = number, port, token
        self.over = threading.Event()
        self.stored: list[str] = []
        self.failures = 0
        self.refused: list[str] = []

    def run(self) -> None:
        """Until it is over; the last record is sent to its end."""
        serial = 0
        while not self.over.is_set():
            serial += 1
            key = f"W{self.number}-{serial}"
            while not self._send(key):
                time.sleep(0.2)
            self.stored.append(key)

    def _send(self, key: str) -> bool:
        cells = {"member_code": key, "name": f"单位{key}", "valid_from": "2023-01-01"}
        body = json.dumps({"unit": "data", "source": "kills", "source_id": key, "cells": cells}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/records/s31.member",
            body,
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as found:  # noqa: S310  (an address of ours)
                return bool(found.status in {200, 201})
        except urllib.error.HTTPError as error:
            if error.code < 500:
                self.refused.append(f"{key}: {error.code} {error.read()[:200]!r}")
                return True
            self.failures += 1
        except OSError:
            self.failures += 1
        return False


def check(writers: list[Writer]) -> None:
    """Everything that was called stored is there once, in one version, whole; nothing else is; the audit is whole."""
    told = sorted(key for writer in writers for key in writer.stored)
    assert [text for writer in writers for text in writer.refused] == []
    with postgres.lease() as url, psycopg.connect(url) as connection:
        rows = connection.execute("SELECT source_id, name, version FROM s31_member WHERE source = 'kills'").fetchall()
        history = connection.execute("SELECT count(*) FROM s31_member_history").fetchone()
        assert sorted(row[0] for row in rows) == told
        assert all(name == f"单位{key}" and version == 1 for key, name, version in rows)
        assert history == (0,)
        assert run(VERIFY) == "True"
    assert len(told) >= KILLS * WRITERS, told


def at_work(writers: list[Writer], before: int) -> None:
    """Wait until every writer has had something stored since."""
    deadline = time.monotonic() + 120
    while not all(len(writer.stored) > before for writer in writers):
        assert time.monotonic() < deadline, [(writer.failures, writer.refused[-1:]) for writer in writers]
        time.sleep(0.1)


def test_the_database_is_killed_ten_times_under_load(home: Path) -> None:
    with postgres.lease():
        token = run(PREPARE)
    chance = random.Random(7)  # noqa: S311  (repeatable on purpose)
    port = free_port()
    with serving(port, output=subprocess.DEVNULL) as process:
        assert '"ready": true' in answer(port, "/readyz")
        writers = [Writer(number, port, token) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        for _time in range(KILLS):
            at_work(writers, max(len(writer.stored) for writer in writers))
            time.sleep(chance.random() * 0.5)
            pid = postgres.status().pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
        at_work(writers, max(len(writer.stored) for writer in writers))
        for writer in writers:
            writer.over.set()
        for writer in writers:
            writer.join(60)
        assert process.poll() is None
        os.killpg(process.pid, signal.SIGTERM)
        assert process.wait(timeout=40) == 0
    assert sum(writer.failures for writer in writers) > 0
    check(writers)


def test_the_server_is_killed_ten_times_under_load(home: Path) -> None:
    with postgres.lease():
        token = run(PREPARE)
    chance = random.Random(8)  # noqa: S311  (repeatable on purpose)
    port = free_port()
    writers = [Writer(number, port, token) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for _time in range(KILLS):
        with serving(port, output=subprocess.DEVNULL) as process:
            at_work(writers, max(len(writer.stored) for writer in writers))
            time.sleep(chance.random() * 0.5)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    with serving(port, output=subprocess.DEVNULL):
        for writer in writers:
            writer.over.set()
        for writer in writers:
            writer.join(60)
            assert not writer.is_alive()
    assert sum(writer.failures for writer in writers) > 0
    check(writers)
