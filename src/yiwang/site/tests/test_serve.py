"""``yiwang serve`` as people run it: a process that starts, answers, and stops with its database."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from yiwang.site import postgres
from yiwang.site.cli import ports

pytestmark = pytest.mark.slow
YIWANG = str(Path(sys.executable).parent / "yiwang")


@contextmanager
def serving(port: int, *, output: int = subprocess.PIPE) -> Iterator[subprocess.Popen[bytes]]:
    """A server process in a session of its own, as a terminal gives one."""
    process = subprocess.Popen(
        [YIWANG, "serve", "--port", str(port)],
        start_new_session=True, stdout=output, stderr=subprocess.STDOUT,
        env={**os.environ, "YIWANG_WORKERS": "2", "DJANGO_SETTINGS_MODULE": "yiwang.site.settings"},
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def answer(port: int, path: str, seconds: float = 90) -> str:
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
                return str(response.read().decode())
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminate"])
def test_stops_gracefully_with_the_database_it_started(home: Path, number: signal.Signals) -> None:
    port = free_port()
    with serving(port) as process:
        assert answer(port, "/healthz") == "ok\n"
        assert '"ready": true' in answer(port, "/readyz")
        assert "yiwang_http_requests_total" in answer(port, "/metrics")
        assert postgres.status().running
        os.killpg(process.pid, number)
        assert process.wait(timeout=40) == 0
        said = process.stdout.read().decode() if process.stdout else ""
    assert f"http://127.0.0.1:{port}" in said
    assert "Traceback" not in said
    # gunicorn's word for a process that did not end by itself.
    assert "SIGKILL" not in said
    assert not postgres.status().running


def children(pid: int, word: str) -> set[int]:
    """The processes that ``pid`` started whose command has this word."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                state = (folder / "stat").read_text().rpartition(")")[2].split()
                command = (folder / "cmdline").read_text().split("\0")
            except OSError:
                continue
            if int(state[1]) == pid and state[0] != "Z" and word in command:
                found.add(int(folder.name))
    return found


def test_a_web_process_that_ends_by_itself_takes_nothing_with_it(home: Path) -> None:
    """As gunicorn ends one that is stuck: it is replaced; database and job worker stay."""
    port = free_port()
    with serving(port, output=subprocess.DEVNULL) as process:
        assert '"ready": true' in answer(port, "/readyz")
        web, jobs = children(process.pid, "serve"), children(process.pid, "worker")
        database = postgres.status().pid
        assert len(web) == 2
        assert len(jobs) == 1
        stuck = min(web)
        os.kill(stuck, signal.SIGABRT)
        deadline = time.monotonic() + 60
        while stuck in children(process.pid, "serve") or len(children(process.pid, "serve")) < 2:
            assert time.monotonic() < deadline, "not replaced"
            time.sleep(0.1)
        assert '"ready": true' in answer(port, "/readyz")
        assert children(process.pid, "worker") == jobs
        assert postgres.status().pid == database
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=40) == 0


def test_a_killed_server_leaves_nothing_that_hinders_the_next(home: Path) -> None:
    port = free_port()
    with serving(port) as process:
        assert answer(port, "/healthz") == "ok\n"
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert postgres.status().running
    port = free_port()
    with serving(port) as process:
        assert '"ready": true' in answer(port, "/readyz")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=40) == 0
    assert not postgres.status().running


def test_a_taken_port_moves_to_the_next_free_one() -> None:
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        taken = int(squatter.getsockname()[1])
        assert not ports.is_free(taken)
        assert taken < ports.choose(taken) < taken + ports.TRIES
