"""What the tests of the repo's own habits read: tracked files, Python trees, rooms."""

from __future__ import annotations

import ast
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "yiwang"
KERNEL_ROOMS = (
    "systems",
    "audit",
    "orgs",
    "access",
    "codes",
    "limits",
    "files",
    "jobs",
    "registers",
    "records",
    "lake",
    "metrics",
    "notices",
)


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that git tracks or would add, without what is ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    return tuple(ROOT / name for name in listed if name and (ROOT / name).is_file())


def ending(*suffixes: str) -> list[Path]:
    """Tracked files with one of these endings."""
    return [path for path in tracked() if path.suffix in suffixes]


def name_of(path: Path) -> str:
    """The path from the repository's root, for messages."""
    return path.relative_to(ROOT).as_posix()


@dataclass(frozen=True)
class Module:
    """A Python file of the package, with its dotted name."""

    path: Path
    name: str

    @property
    def room(self) -> str | None:
        """The room or system it belongs to ("yiwang.kernel.access"), or None outside both."""
        return room_of(self.name)

    @property
    def is_test(self) -> bool:
        """Whether it is a test."""
        return ".tests." in f"{self.name}." or self.name.startswith("tests.")

    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.path.read_text(encoding="utf-8"), str(self.path))


def room_of(name: str) -> str | None:
    """Room or system that the dotted ``name`` lies in."""
    parts = name.split(".")
    if parts[:2] == ["yiwang", "kernel"] and len(parts) > 2:
        return ".".join(parts[:3])
    if parts[:2] == ["yiwang", "domains"] and len(parts) > 3:
        return ".".join(parts[:4])
    return None


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file of the package and of the tests."""
    found = []
    for path in ending(".py"):
        base = ROOT / "src" if path.is_relative_to(SOURCE) else ROOT
        name = ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__")
        found.append(Module(path, name))
    return tuple(found)


def imported(module: Module) -> list[tuple[int, str]]:
    """Every dotted name that ``module`` imports, with its line: ``from a.b import c`` gives ``a.b.c``."""
    found: list[tuple[int, str]] = []
    package = module.name if module.path.name == "__init__.py" else module.name.rpartition(".")[0]
    for node in ast.walk(module.tree()):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            found += [(node.lineno, f"{base}.{alias.name}") for alias in node.names]
    return found
