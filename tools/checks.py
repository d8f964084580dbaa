"""Run every check of this repository and say at the end which passed; all of them run even when one fails.

tools/checks.py          style, types, import contracts, all tests but those against foreign programs
tools/checks.py --fast   the same, without tests marked slow, browser or database
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"


def checks(fast: bool) -> list[tuple[str, list[str]]]:
    """Name and command of each check, in the order of running."""
    marks = "not external and not browser and not slow and not database" if fast else "not external"
    return [
        ("代码风格 style", ["ruff", "check", "."]),
        ("代码格式 format", ["ruff", "format", "--check", "."]),
        ("类型 types", ["mypy"]),
        ("分层 floors", ["lint-imports"]),
        ("测试 tests", ["pytest", "-m", marks]),
    ]


def main() -> int:
    """Exit status 1 when a check failed."""
    results = []
    for name, command in checks("--fast" in sys.argv[1:]):
        sys.stdout.write(f"\n== {name}: {' '.join(command)}\n")
        sys.stdout.flush()
        start = time.monotonic()
        status = subprocess.run([str(BIN / command[0]), *command[1:]], check=False, cwd=ROOT).returncode
        results.append((name, status, time.monotonic() - start))
    sys.stdout.write("\n")
    for name, status, seconds in results:
        sys.stdout.write(f"{'通过 ok    ' if status == 0 else '失败 FAILED'}  {name}  {seconds:.0f} s\n")
    return int(any(status for _, status, _ in results))


if __name__ == "__main__":
    sys.exit(main())
