"""What benchmarks of pages have in common: the server as people run it, a browser's session, how times are told."""

from __future__ import annotations

import http.client
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@contextmanager
def serving(port: int) -> Iterator[None]:
    """``yiwang serve`` with its two web processes, once it answers; jobs do not run beside it."""
    program = str(Path(sys.executable).parent / "yiwang")
    server = subprocess.Popen([program, "serve", "--port", str(port), "--no-worker"])
    try:
        for _time in range(200):
            time.sleep(0.2)
            try:
                http.client.HTTPConnection("127.0.0.1", port, timeout=5).request("GET", "/healthz")
                break
            except OSError:
                continue
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def sessions(roles: Sequence[str]) -> dict[str, str]:
    """A session of each of these accounts."""
    from django.conf import settings
    from django.test import Client

    from yiwang.kernel.access.api import User

    found = {}
    for role in roles:
        client = Client()
        client.force_login(User.objects.get(username=role))
        found[role] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return found


@dataclass
class Browser:
    """Somebody who is signed in; cookies are kept as a browser keeps them."""

    port: int
    session: str
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cookies["sessionid"] = self.session
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)

    def ask(self, path: str) -> tuple[int, str, float]:
        """Status and text of the answer, and the seconds until it was there."""
        start = time.monotonic()
        sent = "; ".join(f"{key}={value}" for key, value in self.cookies.items())
        self.connection.request("GET", path, headers={"Cookie": sent})
        answer = self.connection.getresponse()
        text = answer.read().decode()
        took = time.monotonic() - start
        for set_ in answer.headers.get_all("Set-Cookie", []):
            key, _equals, value = set_.split(";")[0].partition("=")
            self.cookies[key] = value
        return answer.status, text, took


def p95(taken: Sequence[float]) -> float:
    """The 95th percentile in milliseconds."""
    return (statistics.quantiles(taken, n=20)[18] if len(taken) > 1 else taken[0]) * 1000


def told(taken: Sequence[float]) -> str:
    """How many, median and 95th percentile in milliseconds."""
    return f"{len(taken):>7}{statistics.median(taken) * 1000:>9.0f}{p95(taken):>9.0f}"
