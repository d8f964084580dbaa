"""The lock files: every package with its hash, no registry's address, no licence that the project may not use."""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON_LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
NPM_LOCK = ROOT / "package-lock.json"
REQUIREMENT = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.MULTILINE)
# Home pages of funding are not where packages come from.
ADDRESS = re.compile(r"https?://[^\s\"']+")
# GNU licences that would bind us; the Lesser ones do not.
FORBIDDEN = re.compile(r"(?<!Lesser )(?<!Library )\b(GNU )?(Affero )?General Public|(?<![A-Za-z])A?GPL", re.IGNORECASE)


def requirements(lock: Path) -> dict[str, str]:
    """Name and block of each requirement of a lock file."""
    text = lock.read_text(encoding="utf-8")
    starts = [match.start() for match in REQUIREMENT.finditer(text)]
    blocks = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    return {block.split("==")[0] + block.split("\n")[0]: block for block in blocks}


def test_there_are_the_locks_that_set_up_uses() -> None:
    assert [lock.stem for lock in PYTHON_LOCKS] == ["build", "dev", "external", "runtime", "setup"]


@pytest.mark.parametrize("lock", PYTHON_LOCKS, ids=lambda lock: lock.stem)
def test_every_requirement_has_hashes_and_nothing_has_an_address(lock: Path) -> None:
    blocks = requirements(lock)
    assert blocks
    assert [name for name, block in blocks.items() if "--hash=sha256:" not in block] == []
    text = lock.read_text(encoding="utf-8")
    assert ADDRESS.findall(text) == []
    for option in ("--index", "--extra-index", "--find-links", "--trusted-host", " @ "):
        assert option not in text


def test_npm_packages_have_hashes_and_no_address() -> None:
    packages = json.loads(NPM_LOCK.read_text(encoding="utf-8"))["packages"]
    assert len(packages) > 3
    for name, package in packages.items():
        assert "resolved" not in package, name
        if name:
            assert package["integrity"].startswith("sha512-"), name


def test_no_set_up_file_names_a_registry() -> None:
    names = [
        "Makefile",
        "package.json",
        "pyproject.toml",
        ".ci/run",
        *(str(p.relative_to(ROOT)) for p in ROOT.glob("tools/*.py")),
    ]
    found = {name: ADDRESS.findall((ROOT / name).read_text(encoding="utf-8")) for name in names}
    # The namespace of SVG is a name, not a place.
    assert {name: [a for a in hits if "www.w3.org" not in a] for name, hits in found.items()} == {n: [] for n in names}
    assert not (ROOT / ".npmrc").exists()


def test_the_development_lock_keeps_the_run_time_versions() -> None:
    versions = {lock.stem: set(REQUIREMENT.findall(lock.read_text(encoding="utf-8"))) for lock in PYTHON_LOCKS}
    assert versions["runtime"] <= versions["dev"]


def test_locks_hold_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = {**project["dependency-groups"], "runtime": project["project"]["dependencies"]}
    for group, wanted in groups.items():
        lock = ROOT / "requirements" / f"{group}.lock"
        locked = {name for name, _ in REQUIREMENT.findall(lock.read_text(encoding="utf-8"))}
        names = {re.split(r"[\[<>=!;~ ]", line, maxsplit=1)[0].lower().replace("_", "-") for line in wanted}
        assert names - locked == set()


def licence(name: str) -> str:
    """What an installed package says of its licence: expression, classifiers, or its text's first lines."""
    metadata = importlib.metadata.metadata(name)
    said = [*metadata.get_all("License-Expression", []), *metadata.get_all("License", [])]
    said += [line for line in metadata.get_all("Classifier", []) if line.startswith("License")]
    # Some put the whole text of the licence there; its first lines name it.
    return " | ".join(" ".join(line.split("\n")[:2]) for line in said)


def forbidden(text: str) -> bool:
    """Whether the licence can only be had as GPL or AGPL (an OR with another licence leaves a choice)."""
    choices = re.split(r"\bOR\b", text)
    return all(FORBIDDEN.search(choice) for choice in choices)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GPL-3.0-or-later", True),
        ("AGPL-3.0-only", True),
        ("License :: OSI Approved :: GNU Affero General Public License v3", True),
        ("License :: OSI Approved :: GNU General Public License (GPL)", True),
        ("GPLv3", True),
        ("LGPL-3.0-only", False),
        ("License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", False),
        ("MIT", False),
        ("MIT OR GPL-2.0", False),
        ("Apache-2.0", False),
        ("BSD License", False),
    ],
)
def test_the_licence_rule_itself(text: str, expected: bool) -> None:
    assert forbidden(text) is expected


def test_no_locked_python_package_is_gpl() -> None:
    # What only foreign programs' tests need is read there, where it is installed.
    no_package_is_gpl([lock for lock in PYTHON_LOCKS if lock.stem != "external"])


def no_package_is_gpl(locks: list[Path]) -> None:
    """Every package of the locks is installed here and says a licence that the project may use."""
    locked = {name for lock in locks for name, _ in REQUIREMENT.findall(lock.read_text(encoding="utf-8"))}
    installed = {re.sub(r"[-_.]+", "-", d.metadata["Name"]).lower() for d in importlib.metadata.distributions()}
    # Locked for another system or another Python: not here, so their metadata cannot be read here.
    elsewhere = {"colorama", "tzdata"}
    assert locked - installed - elsewhere == set()
    said = {name: licence(name) for name in sorted(locked & installed)}
    assert {name: text for name, text in said.items() if forbidden(text)} == {}
    assert {name for name, text in said.items() if not text.strip(" |")} == set()


def test_no_locked_npm_package_is_gpl() -> None:
    packages = json.loads(NPM_LOCK.read_text(encoding="utf-8"))["packages"]
    said = {name: package.get("license", "") for name, package in packages.items()}
    assert {name: text for name, text in said.items() if not text or forbidden(text)} == {}


def test_nothing_generated_is_in_git() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split(
        "\n"
    )
    for start in ("node_modules/", ".venv/", "var/", "src/yiwang/ui/static/vendor/"):
        assert [name for name in listed if name.startswith(start)] == []
