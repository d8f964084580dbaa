"""What the files of the repository may and may not hold."""

from __future__ import annotations

import re

import pytest

from .source import ROOT, ending, modules, name_of, tracked

MAX_LINES = 600
# Files that are one list of data or one grammar and stay whole, with the reason. Keep this short.
LONG_FILES: dict[str, str] = {}

TEMPLATE_TAGS = re.compile(
    r"\{%\s*comment.*?endcomment\s*%\}|\{%\s*blocktranslate.*?endblocktranslate\s*%\}|\{#.*?#\}"
    r"|\{%\s*translate\s.*?%\}|\b_\(\"[^\"]*\"\)|<(\w+)[^>]*\slang=\"[^\"]*\"[^>]*>[^<]*",
    re.DOTALL,
)
IDEOGRAPH = re.compile(r"[\u3400-\u9fff]+")
TEXT_SUFFIXES = (
    ".py", ".html", ".txt", ".md", ".toml", ".csv", ".css", ".js", ".json", ".yml", ".yaml", ".cfg", ".sh", ".lock",
)  # fmt: skip


def templates() -> list[tuple[str, str]]:
    """Every template with its text."""
    return [
        (name_of(path), path.read_text(encoding="utf-8"))
        for path in ending(".html")
        if "templates" in path.parts and "static" not in path.parts
    ]


def untranslated(text: str) -> list[str]:
    """Runs of Chinese in a template that no translate tag holds."""
    return IDEOGRAPH.findall(TEMPLATE_TAGS.sub("", text))


def test_files_stay_small() -> None:
    long = {
        name_of(path): count
        for path in ending(".py", ".html", ".js", ".css")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > MAX_LINES
    }
    assert set(long) <= set(LONG_FILES), f"over {MAX_LINES} lines, is each still one room? {long}"
    assert set(LONG_FILES) <= set(long), f"no longer long, take them off the list: {set(LONG_FILES) - set(long)}"


def test_chinese_in_templates_is_translated() -> None:
    wrong = {name: found for name, text in templates() if (found := untranslated(text))}
    assert templates()
    assert not wrong, f"put visible Chinese into translate or blocktranslate: {wrong}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{% translate "退回" %}', []),
        ("<p>退回</p>", ["退回"]),
        ("{% blocktranslate count n=n %}共 {{ n }} 条{% plural %}共 {{ n }} 条{% endblocktranslate %}", []),
        ('{% translate "甲" as text %}{% chip "ok" text %}乙', ["乙"]),
        ('<button lang="zh-hans">中文</button>', []),
        ('{% chip "ok" "可用" %}', ["可用"]),
        ('{% chip "ok" _("可用") %}', []),
    ],
)
def test_the_search_for_chinese_works(text: str, found: list[str]) -> None:
    assert untranslated(text) == found


def test_templates_have_no_inline_script_or_style() -> None:
    """The content security policy would refuse them, silently for the reader."""
    inline = re.compile(
        r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")|<style|\sstyle=|\son[a-z]+=|javascript:",
        re.IGNORECASE,
    )
    wrong = {name: found.group() for name, text in templates() if (found := inline.search(text))}
    assert not wrong, wrong


def silencers(lines: list[str]) -> list[int]:
    """Numbers of the lines that silence a tool without naming the rule, or without a reason there or just above."""
    found = []
    for number, line in enumerate(lines, 1):
        match = re.search(r"#\s*(noqa|type:\s*ignore)(:\s*[A-Z]+[0-9]+(?:, *[A-Z]+[0-9]+)*|\[[a-z, -]+\])?(.*)", line)
        if not match:
            continue
        above = lines[number - 2].strip() if number > 1 else ""
        explained = len(match[3].strip(" #-—()")) >= 10 or above.startswith("#")
        if not match[2] or not explained:
            found.append(number)
    return found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x = 1  # noqa: S603", [1]),
        ("x = 1  # noqa", [1]),
        ("x = 1  # noqa: S603  (the arguments are our own)", []),
        ("# The arguments are our own.\nx = 1  # noqa: S603", []),
        ("x = 1  # type: ignore[misc]", [1]),
        ("x = 1  # type: ignore[misc]  # the plugin does not know arrays", []),
    ],
)
def test_the_search_for_silencers_works(text: str, found: list[int]) -> None:
    assert silencers(text.splitlines()) == found


def test_silencers_name_the_rule_and_the_reason() -> None:
    own = "tests/habits/test_text.py"
    wrong = [
        f"{name_of(module.path)}:{number}"
        for module in modules()
        if name_of(module.path) != own
        for number in silencers(module.path.read_text(encoding="utf-8").splitlines())
    ]
    assert not wrong, f"name the rule and give the reason in words: {wrong}"


def texts() -> list[tuple[str, str]]:
    """Tracked text files with their content."""
    return [
        (name_of(path), path.read_text(encoding="utf-8", errors="replace"))
        for path in tracked()
        if (path.suffix in TEXT_SUFFIXES or path.name in ("Makefile", "run")) and path.name != "test_text.py"
    ]


def test_no_machine_paths() -> None:
    """Nothing that is true on one machine only."""
    machine = re.compile(r"(?<![\w.])/(work|root|home/\w+|tmp/[a-z]{2}/)(/|\b)")
    wrong = {name: found.group() for name, text in texts() if (found := machine.search(text))}
    assert not wrong, wrong


def test_no_private_hosts() -> None:
    """Nothing names a host by a private address; that locks name no host at all is tested with set-up."""
    private = re.compile(r"https?://(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)[\d.]+")
    wrong = {name: found for name, text in texts() if (found := set(private.findall(text)))}
    assert not wrong, wrong


def test_no_unfinished_marks() -> None:
    words = re.compile(r"(?:#|//|<!--|\{#|/\*).*\b(TODO|FIXME|XXX)\b")
    wrong = [
        f"{name_of(path)}:{number}"
        for path in ending(".py", ".html", ".js", ".css")
        if path.name != "test_text.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if words.search(line)
    ]
    assert not wrong, wrong


def test_the_root_is_the_repository() -> None:
    assert (ROOT / "pyproject.toml").exists()
