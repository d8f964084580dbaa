"""The server's processes, found by where they work and what they are, never by a remembered number alone."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

NAMES = ("postgres", "initdb")


def working_in(folder: Path) -> list[int]:
    """Live server or ``initdb`` processes whose working directory is ``folder`` or inside it."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # A program that was replaced since has " (deleted)" after its name.
            name = entry.joinpath("exe").readlink().name.split(" ")[0]
            if name in NAMES and entry.joinpath("cwd").readlink().is_relative_to(folder):
                found.append(int(entry.name))
        except OSError:
            # Gone in the meantime, a zombie, or another user's process: not ours in each case.
            continue
    return sorted(found)


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal; a process that is gone already needs none."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def wait_gone(folder: Path, seconds: float) -> bool:
    """Whether nothing of ours works in ``folder`` any more within the time."""
    deadline = time.monotonic() + seconds
    while working_in(folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def end_all(folder: Path, patience: float) -> bool:
    """Wait for what works in ``folder`` to end by itself, then end it hard; whether it is gone."""
    if wait_gone(folder, patience):
        return True
    for pid in working_in(folder):
        send(pid, signal.SIGKILL)
    return wait_gone(folder, 10.0)
