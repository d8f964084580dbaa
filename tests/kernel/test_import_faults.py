"""An import in which nearly every row is wrong: few messages, every bad row given back, the good ones go in."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from yiwang.domains.services.kiosks.models import Kiosk
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.registers import api as registers

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROWS, GOOD_EVERY = 100_000, 1_000
# What an import may take at most, in MB (the loading benchmark's limit for a file of any length).
MOST_MEMORY = 500
PROGRAM = """
import sys
from pathlib import Path
import django; django.setup()
from click.testing import CliRunner
from yiwang.kernel.records.cli import command
done = CliRunner().invoke(command, sys.argv[1:])
# Not ru_maxrss: a child starts with the peak of the process that spawned it (the whole test run's, 5 GB).
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
memory = int(status["VmHWM"].split()[0]) // 1024
print(done.exit_code, memory, done.output, sep="\\n")
"""


def faulty(number: int) -> str:
    """A row with an impossible date and an unknown site, or a good one."""
    if number % GOOD_EVERY == 0:
        return f"A{number},机{number},bank,2023-01-05,,centre,\n"
    return f"A{number},机{number},山上,2023-02-30,,centre,\n"


def test_a_hundred_thousand_faulty_rows(tmp_path: Path, settings: Any) -> None:
    registers.check_key()
    make_unit("cq/other")
    operator = make_user("operator", "cq/centre")
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8") as handle:
        handle.write("设备编号,设备名称,安放场所,起始日期,终止日期,所属单位,所在地\n")
        handle.writelines(faulty(number) for number in range(ROWS))
    found = connection.settings_dict
    url = f"postgresql://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"
    environment = os.environ | {"DATABASE_URL": url, "YIWANG_PERSONAL_KEY_FILE": str(settings.YIWANG_PERSONAL_KEY_FILE)}
    back = tmp_path / "back.csv"
    arguments = ["s05.kiosk", str(path), "--actor", operator.username, "--json", "--good-rows", "--errors", str(back)]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], env=environment, check=True, capture_output=True, text=True
    )
    code, memory, output = done.stdout.split("\n", 2)
    told = json.loads(output)
    good = ROWS // GOOD_EVERY
    print(f"{ROWS} rows, {told['bad']} bad, {told['new']} new, {memory} MB")
    assert (int(code), told["rows"], told["bad"], told["new"]) == (1, ROWS, ROWS - good, good)
    assert int(memory) < MOST_MEMORY
    assert len(told["shown"]) == 20
    assert len(output) < 20_000
    assert Kiosk._base_manager.count() == good
    with back.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == ROWS - good
    assert all("安放场所" in row["错误"] and "起始日期" in row["错误"] and " / " in row["错误"] for row in rows)
