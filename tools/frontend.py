"""Copy the front-end files of ``ui/vendor.toml`` from node_modules to static/vendor and make the icon sprite.

Run by set-up after ``npm ci``; standard library only. ``--check`` changes nothing and fails when something is stale.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UI = ROOT / "src" / "yiwang" / "ui"
VENDOR = UI / "static" / "vendor"
# `{% icon "bell" %}`, `icon="bell"`, `icon = "bell"`, ``{% chip "ok" "x" icon_name="clock" %}`
ICON = re.compile(r"""\bicon(?:_name)?["']?(?:\s*[=:]\s*|\s+)["']([a-z0-9]+(?:-[a-z0-9]+)*)["']""")
# `{% chip "ok" text "clock" %}`
CHIP = re.compile(r"""{%\s*chip\s+\S+\s+(?:"[^"]*"|\S+)\s+["']([a-z0-9]+(?:-[a-z0-9]+)*)["']""")
SOURCES = ("*.html", "*.py", "*.toml")


def icons_named(folder: Path) -> dict[str, Path]:
    """Icon names used in the sources under ``folder``, each with one file that uses it."""
    found: dict[str, Path] = {}
    for pattern in SOURCES:
        for path in sorted(folder.rglob(pattern)):
            if "tests" in path.parts or path.name == "vendor.toml":
                continue
            text = path.read_text(encoding="utf-8")
            for name in (*ICON.findall(text), *CHIP.findall(text)):
                found.setdefault(name, path)
    return found


def symbol(name: str, svg: str) -> str:
    """One ``<symbol>`` from an icon's SVG file: the drawing without the empty bounding path."""
    inner = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    inner = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>', "", inner)
    inner = re.sub(r"\s+", " ", inner).strip()
    return (
        f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
        f'stroke-linecap="round" stroke-linejoin="round">{inner}</symbol>'
    )


def sprite(names: dict[str, Path], folder: Path) -> str:
    """The SVG sprite of ``names``; a name that Tabler does not know ends the run with the file that uses it."""
    parts = []
    for name in sorted(names):
        path = folder / f"{name}.svg"
        if not path.is_file():
            sys.exit(f"{names[name].relative_to(ROOT)}: no Tabler icon is called {name!r} (look in {folder})")
        parts.append(symbol(name, path.read_text(encoding="utf-8")))
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(parts) + "\n</svg>\n"


def wanted(modules: Path) -> dict[Path, bytes]:
    """Every file of static/vendor with its content."""
    config = tomllib.loads((UI / "vendor.toml").read_text(encoding="utf-8"))
    files: dict[Path, bytes] = {}
    for entry in config["file"]:
        source = modules / entry["from"]
        if not source.is_file():
            sys.exit(f"{source} is missing: run npm ci first")
        content = source.read_bytes()
        # The map is not shipped; a browser with its tools open would ask for it and get a 404.
        files[VENDOR / entry["to"]] = re.sub(rb"/\*# sourceMappingURL=[^*]*\*/", b"", content)
    icons = config["icons"]
    names = icons_named(ROOT / "src" / "yiwang")
    names.update(dict.fromkeys(icons["also"], UI / "vendor.toml"))
    files[VENDOR / icons["to"]] = sprite(names, modules / icons["folder"]).encode()
    files[VENDOR / "LICENSE-tabler-icons.txt"] = (modules / icons["license"]).read_bytes()
    return files


def main() -> int:
    """Write what differs; say how many files changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--modules", type=Path, default=ROOT / "node_modules", help="the node_modules folder")
    parser.add_argument("--check", action="store_true", help="only tell whether static/vendor is current")
    options = parser.parse_args()
    stale = {
        path: content
        for path, content in wanted(options.modules).items()
        if not path.is_file() or path.read_bytes() != content
    }
    if options.check:
        for path in stale:
            print(f"stale: {path.relative_to(ROOT)} (run tools/frontend.py)")
        return 1 if stale else 0
    VENDOR.mkdir(parents=True, exist_ok=True)
    for path, content in stale.items():
        path.write_bytes(content)
    print(f"front end: {len(stale)} files written to {VENDOR.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
