"""Keep the English catalogue in step with the sources: extract, compile, check.

Chinese text is the message id, so only English needs a catalogue. No gettext programs are needed.

    python tools/messages.py            add new ids, drop unused ones, compile django.mo
    python tools/messages.py --check    change nothing; fail when an id is untranslated or the catalogue is stale
    python tools/messages.py --missing  print the ids that wait for a translation
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "yiwang"
CATALOGUE = SOURCES / "ui" / "locale" / "en" / "LC_MESSAGES" / "django.po"
SINGLE = frozenset({"_", "gettext", "gettext_lazy", "gettext_noop"})
PLURAL = frozenset({"ngettext", "ngettext_lazy"})
# {{ _("…") }} and tag arguments written _("…")
INLINE = re.compile(r"""(?<![\w.])_\((["'])(.+?)\1\)""")
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Message:
    """One message of the sources."""

    msgid: str
    plural: str
    file: str
    line: int


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def python_messages(path: Path) -> Iterator[Message]:
    """The constant arguments of gettext calls. A call whose text is no constant cannot be translated: the run ends."""
    name = str(path.relative_to(ROOT))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        function = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if function in SINGLE:
            text = _literal(node.args[0])
            if text is not None:
                yield Message(text, "", name, node.lineno)
            elif function != "_" and not isinstance(node.args[0], ast.Name | ast.Attribute | ast.Subscript):
                sys.exit(f"{name}:{node.lineno}: {function}() needs a constant text")
        elif function in PLURAL and len(node.args) >= 2:
            one, many = _literal(node.args[0]), _literal(node.args[1])
            if one is not None and many is not None:
                yield Message(one, many, name, node.lineno)


def template_messages(path: Path) -> Iterator[Message]:
    """What {% translate %}, {% blocktranslate %} and _("…") ask gettext for, found by Django's own parser."""
    from django.template import engines
    from django.template.base import Node
    from django.templatetags.i18n import BlockTranslateNode, TranslateNode
    from django.utils.translation import trim_whitespace

    name = str(path.relative_to(ROOT))
    source = path.read_text(encoding="utf-8")
    template = engines["django"].from_string(source)
    # Django's stubs do not declare the compiled template.
    nodes: list[Node] = template.template.nodelist.get_nodes_by_type(Node)  # type: ignore[attr-defined]
    for node in nodes:
        line = getattr(getattr(node, "token", None), "lineno", 0) or 0
        if isinstance(node, TranslateNode):
            literal = node.filter_expression.var.literal
            if isinstance(literal, str):
                yield Message(literal.replace("%", "%%"), "", name, line)
        elif isinstance(node, BlockTranslateNode):
            one, _names = node.render_token_list(node.singular)
            many = node.render_token_list(node.plural)[0] if node.plural else ""
            if node.trimmed:
                one, many = trim_whitespace(one), trim_whitespace(many)
            yield Message(one, many, name, line)
    for match in INLINE.finditer(source):
        yield Message(match.group(2).replace("%", "%%"), "", name, source.count("\n", 0, match.start()) + 1)


def messages() -> dict[str, list[Message]]:
    """Every message of the sources by id, each with the places that use it."""
    found: dict[str, list[Message]] = {}
    for path in sorted(SOURCES.rglob("*")):
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        if path.suffix == ".py":
            read = python_messages(path)
        elif path.suffix == ".html":
            read = template_messages(path)
        else:
            continue
        for message in read:
            found.setdefault(message.msgid, []).append(message)
    return found


def refreshed(old: polib.POFile, found: dict[str, list[Message]]) -> polib.POFile:
    """The catalogue of ``found`` with the translations of ``old``."""
    new = polib.POFile(wrapwidth=118)
    new.metadata = {
        "Project-Id-Version": "yiwang",
        "Language": "en",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    for msgid in sorted(found):
        uses = found[msgid]
        plural = next((use.plural for use in uses if use.plural), "")
        known = old.find(msgid)
        files = sorted({use.file for use in uses})
        entry = polib.POEntry(msgid=msgid, msgid_plural=plural, occurrences=[(file, "") for file in files])
        if any("%(" in use.msgid for use in uses):
            entry.flags = ["python-format"]
        if plural:
            entry.msgstr_plural = {0: "", 1: ""}
            if known is not None:
                entry.msgstr_plural.update({int(k): v for k, v in known.msgstr_plural.items()})
        elif known is not None:
            entry.msgstr = known.msgstr
        new.append(entry)
    return new


def faults(catalogue: polib.POFile) -> list[str]:
    """Untranslated messages, and translations whose placeholders differ from the id's."""
    found = []
    for entry in catalogue:
        texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        if not all(texts):
            found.append(f"{entry.occurrences[0][0]}: no English for {entry.msgid!r}")
            continue
        wanted = set(PLACEHOLDER.findall(entry.msgid))
        # "1 day" may leave the number out, the plural may not.
        if set(PLACEHOLDER.findall(texts[-1])) != wanted:
            found.append(f"{entry.occurrences[0][0]}: placeholders differ in {entry.msgid!r}")
        if any(text.endswith("\n") != entry.msgid.endswith("\n") for text in texts):
            found.append(f"{entry.occurrences[0][0]}: line ends differ in {entry.msgid!r}")
    return found


def main() -> int:
    """0 when all is well, 1 when something waits."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--missing", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yiwang.site.settings")
    import django

    django.setup()
    old = polib.pofile(str(CATALOGUE)) if CATALOGUE.exists() else polib.POFile()
    new = refreshed(old, messages())
    waiting = faults(new)
    if options.missing:
        for entry in new:
            if not (all(entry.msgstr_plural.values()) if entry.msgid_plural else entry.msgstr):
                print(repr(entry.msgid))
        return 0
    compiled = CATALOGUE.with_suffix(".mo")
    if options.check:
        for fault in waiting:
            print(fault)
        text = CATALOGUE.read_text(encoding="utf-8") if CATALOGUE.exists() else ""
        stale = text != str(new) + "\n" or not compiled.exists() or compiled.read_bytes() != new.to_binary()
        if stale:
            print(f"{CATALOGUE.relative_to(ROOT)} is stale: run tools/messages.py")
        return 1 if waiting or stale else 0
    CATALOGUE.write_text(str(new) + "\n", encoding="utf-8")
    compiled.write_bytes(new.to_binary())
    print(f"messages: {len(new)} in the catalogue, {len(waiting)} wait for English")
    return 0


if __name__ == "__main__":
    sys.exit(main())
