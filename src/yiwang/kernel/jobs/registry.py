"""The tasks there are: each room or system declares its own in its module ``tasks``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Work = Callable[..., dict[str, Any] | None]


@dataclass(frozen=True)
class Task:
    """A kind of job; ``cron`` (minute hour day month weekday, in UTC) when a clock starts it, else empty."""

    name: str
    zh: str
    en: str
    work: Work
    cron: str


TASKS: dict[str, Task] = {}


def task(name: str, zh: str, en: str, *, cron: str = "") -> Callable[[Work], Work]:
    """Declare ``work(running: Running, **params)`` as a task; ``params`` are what JSON can hold.

    A worker may be killed at any line and the job begun again from its first: work that was done must then be found
    done, not done twice. What it returns is kept as the job's result.
    """

    def declare(work: Work) -> Work:
        if name in TASKS:
            raise ValueError(f"two tasks are called {name}")
        TASKS[name] = Task(name, zh, en, work, cron)
        return work

    return declare
