"""Every kind of finding has its names, and no other kind has."""

from __future__ import annotations

import re
from pathlib import Path

from yiwang.domains.evaluation.reportcheck.engine import run
from yiwang.domains.evaluation.reportcheck.engine.kinds import kinds


def test_the_kinds_are_those_that_the_checkers_say() -> None:
    folder = Path(run.__file__).parent
    said: set[str] = set()
    for path in [*folder.glob("checkers/*.py"), folder / "run.py"]:
        said |= set(re.findall(r'finding\(\s*"([a-z_]+)"', path.read_text("utf-8")))
    assert said == set(kinds())
    assert all(kind.name_zh and kind.name_en for kind in kinds().values())
