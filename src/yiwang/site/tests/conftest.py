"""Tests of the wrapper and of backups work on a server of their own, in a state folder of their own."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from yiwang.site import postgres


def folder() -> Path:
    """A folder that other users may pass; pytest's own are closed to root's database server."""
    made = Path(tempfile.mkdtemp(prefix="yiwang-test-"))
    made.chmod(0o711)
    return made


def remove(home: Path) -> None:
    """Take a state folder away, and what its link leads to."""
    shutil.rmtree((home / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def prepared() -> Iterator[Path]:
    """A state folder whose server has been started once, to copy: a copy is much quicker than ``initdb``."""
    home = folder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YIWANG_HOME", str(home))
        patch.delenv("DATABASE_URL", raising=False)
        postgres.ensure_running()
        postgres.stop()
    yield home
    remove(home)


@pytest.fixture
def empty_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder with nothing in it; its server is stopped afterwards."""
    home = folder()
    with monkeypatch.context() as patch:
        patch.setenv("YIWANG_HOME", str(home))
        patch.delenv("DATABASE_URL", raising=False)
        yield home
        postgres.stop()
    remove(home)


@pytest.fixture
def home(empty_home: Path, prepared: Path) -> Path:
    """A state folder with a stopped server that has an empty database."""
    subprocess.run(["cp", "-a", str(prepared / "postgres"), str(empty_home / "postgres")], check=True)
    return empty_home
