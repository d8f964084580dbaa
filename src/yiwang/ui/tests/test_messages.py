"""The English catalogue is complete and compiled."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]


def test_every_text_has_english_and_the_catalogue_is_current() -> None:
    """When it fails: run `tools/messages.py` and translate what `tools/messages.py --missing` prints."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "messages.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
