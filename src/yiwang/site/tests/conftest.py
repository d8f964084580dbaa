"""Tests of the wrapper and of backups work on a server of their own, in a state folder of their own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from yiwang.site import postgres


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty ``YIWANG_HOME``, not in pytest's folders: those are closed to other users, which root's server is."""
    folder = Path(tempfile.mkdtemp(prefix="yiwang-test-"))
    folder.chmod(0o711)
    monkeypatch.setenv("YIWANG_HOME", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    yield folder
    os.environ["YIWANG_HOME"] = str(folder)
    postgres.stop()
    place = (folder / "postgres").resolve()
    shutil.rmtree(folder)
    if place.exists():
        shutil.rmtree(place)
