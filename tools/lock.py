"""Write requirements/*.lock from pyproject.toml: every package with its version and hashes, and no registry's address.

``make lock`` keeps the versions that are locked and fits what changed; ``make lock UPGRADE=1`` takes newer versions.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {
    "setup": ["--group", "setup"],
    "build": ["--group", "build"],
    "external": ["--group", "external"],
    "runtime": ["pyproject.toml"],
    "dev": ["pyproject.toml", "--group", "dev", "--constraint", "requirements/runtime.lock"],
}


def main() -> None:
    """Compile each lock; the development one keeps the run-time versions."""
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--quiet"]
    if os.environ.get("UPGRADE") == "1":
        options.append("--upgrade")
    for name, sources in LOCKS.items():
        target = f"requirements/{name}.lock"
        command = [str(ROOT / ".venv/bin/uv"), "pip", "compile", *sources, *options, "--output-file", target]
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        sys.stdout.write(f"{target}\n")


if __name__ == "__main__":
    main()
