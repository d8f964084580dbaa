"""A record type is one model and its rows of ``access.csv``: a system made so, in a copy of the package, has all.

What the throw-away system promises is in ``one_model/``: those files become its model, its rules and its tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

import yiwang

PACKAGE = Path(yiwang.__path__[0])
FILES = Path(__file__).parent / "one_model"


@pytest.mark.slow
@pytest.mark.django_db
def test_one_model_gives_pages_history_and_interface(tmp_path: Path) -> None:
    package = tmp_path / "yiwang"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    folder = package / "domains" / "industry" / "supply"
    server = connection.settings_dict
    environment = {
        **os.environ,
        "PYTHONPATH": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "yiwang.site.settings",
        "YIWANG_HOME": str(tmp_path / "var"),
        "YIWANG_TEST_DB": f"{server['NAME']}_one",
        "DATABASE_URL": (
            f"postgresql://{quote(server['USER'], safe='')}:{quote(server['PASSWORD'], safe='')}"
            f"@{server['HOST']}:{server['PORT']}/{server['NAME']}"
        ),
    }

    def run(*command: str) -> None:
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    run(str(Path(sys.executable).with_name("yiwang")), "new-system", "S27", "supply")
    listing = folder / "urls.py"
    listing.write_text(listing.read_text(encoding="utf-8").replace("s27.item", "s27.stall"), encoding="utf-8")
    manifest = folder / "system.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("s27.item", "s27.stall"), encoding="utf-8")
    (folder / "api.py").unlink()
    (folder / "tests" / "test_items.py").unlink()
    for source in sorted(FILES.glob("*.txt")):
        name = source.name.removesuffix(".txt")
        inside = name.startswith(("test_", "support", "conftest"))
        shutil.copy(source, folder / "tests" / name if inside else folder / name)
    run(sys.executable, "-m", "django", "makemigrations", "s27")
    run(sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run", "s27")
    run(sys.executable, "-m", "pytest", "-q", "--create-db", "--import-mode=importlib", str(folder))
