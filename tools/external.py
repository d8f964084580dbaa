"""Tests against foreign programs that come from Debian: install those that are missing (as root), then run the tests.

Without root, or where Debian's packages cannot be reached, it ends with what is missing; it skips nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import setup

ROOT = Path(__file__).resolve().parents[1]
# program -> Debian package that brings it
PROGRAMS = {"soffice": "libreoffice-writer-nogui", "pdftotext": "poppler-utils", "java": "openjdk-17-jre-headless"}


def missing() -> dict[str, str]:
    """Programs that are not there, with their packages."""
    return {program: package for program, package in PROGRAMS.items() if shutil.which(program) is None}


def install(packages: list[str]) -> None:
    """Install Debian packages; a failure shows apt's own words."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", *packages]):
        result = subprocess.run(
            command, check=False, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        if result.returncode != 0:
            sys.exit(f"{result.stdout}\n{' '.join(command)}: 失败 / failed (exit status {result.returncode})")


def install_spark() -> None:
    """PySpark from its lock into the environment that ``make setup-dev`` made; a second run does nothing."""
    lock = setup.LOCKS / "external.lock"
    key, stamp = setup.digest(lock), setup.STAMPS / "external"
    if setup.done(stamp, key):
        return
    setup.say("安装 PySpark", "installing PySpark")
    # It comes as a source archive; what builds it (setuptools) is in the environment already.
    options = ["--require-hashes", "--no-build-isolation", "-r", str(lock)]
    setup.run([*setup.uv_install(), *options], setup.uv_environment())
    setup.finish(stamp, key)


def main() -> int:
    """Exit status of pytest, or 1 with the reason when a program is missing."""
    lacking = missing()
    if lacking and os.geteuid() == 0 and shutil.which("apt-get"):
        sys.stdout.write(f"安装外部程序 / installing: {', '.join(lacking.values())}\n")
        sys.stdout.flush()
        install(list(lacking.values()))
        lacking = missing()
    if lacking:
        names = "、".join(f"{program} ({package})" for program, package in lacking.items())
        sys.exit(
            f"缺少外部程序：{names}。请以 root 执行 apt-get install {' '.join(lacking.values())} 后重试。\n"
            f"Foreign programs are missing: {names}. As root: apt-get install {' '.join(lacking.values())}, then again."
        )
    install_spark()
    return subprocess.run([str(ROOT / ".venv/bin/pytest"), "-m", "external"], check=False, cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())
