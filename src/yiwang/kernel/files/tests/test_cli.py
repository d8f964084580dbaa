"""``yiwang files``."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from pytest_django import Settings

from yiwang.kernel.access.testing import make_user
from yiwang.kernel.files import api as files
from yiwang.kernel.files.cli import files as command

pytestmark = pytest.mark.django_db


def test_housekeeping(tmp_path: Path, settings: Settings) -> None:
    settings.YIWANG_HOME = tmp_path
    settings.YIWANG_CLAMD = ""
    files.store(b"x", "a.txt", actor=make_user("viewer"), owner_unit=None, purpose="t", allowed=files.EVIDENCE_TYPES)
    swept = CliRunner().invoke(command, ["sweep"])
    assert (swept.exit_code, "清除 0 个文件" in swept.output) == (0, True)
    scanned = CliRunner().invoke(command, ["scan"])
    assert (scanned.exit_code, "0 scanned" in scanned.output) == (0, True)
