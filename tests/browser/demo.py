"""The demonstration as people get it: ``yiwang demo`` in a process, a state folder and a database of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

# Four million records: four minutes on two quiet cores, over five on a machine that does other things as well.
START_SECONDS = 1200


@dataclass
class DemoSite:
    """A running demonstration. ``page_for`` signs in once a role and gives further pages the same session."""

    base: str
    home: Path
    password: str
    accounts: dict[str, str]
    states: dict[str, Any] = field(default_factory=dict)

    def sign_in(self, page: Page, username: str) -> None:
        """Fill in the sign-in page and send it."""
        page.goto(f"{self.base}/sign-in/")
        page.fill("[name=username]", username)
        page.fill("[name=password]", self.password)
        page.click(".auth-card button[type=submit]")
        page.wait_for_url(f"{self.base}/")

    def page_for(self, open_page: Callable[..., Page], username: str, width: int = 1440, **options: Any) -> Page:
        """A page on which ``username`` is signed in."""
        if username not in self.states:
            first = open_page(1440)
            self.sign_in(first, username)
            self.states[username] = first.context.storage_state()
        return open_page(width, storage_state=self.states[username], **options)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(base: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            # The address is the demonstration's own.
            with urllib.request.urlopen(f"{base}/readyz", timeout=5) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"yiwang demo did not start:\n{log.read_text(encoding='utf-8')[-4000:]}")


@pytest.fixture(scope="session")
def demo_site() -> Iterator[DemoSite]:
    """The demonstration, started once for all browser tests and stopped as a person would, with Ctrl-C."""
    port = free_port()
    home = Path(os.environ["YIWANG_HOME"]) / f"browser-{port}"
    home.mkdir(parents=True)
    env = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "YIWANG_TEST_DB"}}
    env |= {"YIWANG_HOME": str(home), "PORT": str(port), "YIWANG_WORKERS": "1"}
    base = f"http://127.0.0.1:{port}"
    log = home / "demo.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(Path(sys.executable).parent / "yiwang"), "demo"],
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_ready(base, process, log)
        noted = json.loads((home / "demo-accounts.json").read_text(encoding="utf-8"))
        accounts: dict[str, str] = {}
        for account in noted["accounts"]:
            for role in account["roles"]:
                accounts.setdefault(role, account["username"])
        yield DemoSite(base, home, noted["password"], accounts)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
        shutil.rmtree(home, ignore_errors=True)
