"""Examines a template that an official edited, before it is used (模板检查).

A template may print names, loop over tables and sections, and ask whether something is there; nothing else. The check
walks Jinja's syntax tree and knows every name, so that what passes here cannot fail when the report is written.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError, nodes

from .engine import environment
from .findings import TemplateFinding
from .package import TemplatePart, inspect_package, jinja_source, open_package, rendered_parts
from .placeholders import CHARTS, LOOP, ROOT, TABLES, Name

FIGURE_CODE = re.compile(r"^[A-Z]{1,3}[0-9]{1,5}$")

MAX_FINDINGS = 50

_MAX_LOOP_DEPTH = 3
_ALLOWED_TESTS: tuple[type[nodes.Node], ...] = (nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand)
_FULL_WIDTH = re.compile(r"｛\s*｛|｛\s*[%％]|｝\s*｝|\{％|％\}")
_TAGS = re.compile(r"<[^>]+>")
_BRACKETS = re.compile(r"\{[{%#]|[}%#]\}")

_FAMILIES: dict[str, dict[str, Name]] = {"table": TABLES, "chart": CHARTS}

Scope = dict[str, Name]


def check_template(data: bytes, known_figures: Collection[str] | None = None) -> list[TemplateFinding]:
    """Everything wrong with the template ``data``; an empty list when it may be used.

    ``known_figures`` are the figure codes of the plan: when given, ``fig.F999`` outside them is a finding; when not,
    any well-formed code passes (a figure without data is printed as 〔缺数 F999〕). At most :data:`MAX_FINDINGS` are
    given: who mends those has learned enough to look again.
    """
    findings = inspect_package(data)
    if findings:
        return findings
    for part in rendered_parts(open_package(data)):
        findings += check_part(part, known_figures)
    return findings[:MAX_FINDINGS]


def check_part(part: TemplatePart, known_figures: Collection[str] | None = None) -> list[TemplateFinding]:
    """The faults of one part; see :func:`check_template`."""
    xml = part.xml()
    # First: the cleaner that joins split tags takes quadratic time on tags that never close.
    unclosed = [_syntax(_shorten(text), part, "标记没有写完") for text in _unclosed(xml)]
    if unclosed:
        return unclosed
    source = jinja_source(xml)
    lines = [_words(line) for line in source.split("\n")]
    findings = [_full_width(line, part) for line in lines if _FULL_WIDTH.search(line)]
    try:
        tree = environment().parse(source)
    except TemplateSyntaxError as error:
        return [*findings, _syntax(_line(lines, error.lineno), part, error.message or "")]
    return [*findings, *_Checker(part, lines, known_figures).check(tree)]


def figure_codes(source: str) -> set[str]:
    """The figure codes that a part's Jinja source names, for the list of gaps."""
    tree = environment().parse(source)
    return {
        node.attr
        for node in tree.find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Name) and node.node.name == "fig"
    }


@dataclass(slots=True)
class _Checker:
    part: TemplatePart
    lines: list[str]
    known_figures: Collection[str] | None

    def check(self, tree: nodes.Template) -> list[TemplateFinding]:
        return list(self._statements(tree.body, {}, 0))

    def _statements(self, body: list[nodes.Node], scope: Scope, depth: int) -> Iterator[TemplateFinding]:
        for node in body:
            if isinstance(node, nodes.Output):
                for part in node.nodes:
                    yield from self._printed(part, scope)
            elif isinstance(node, nodes.If):
                yield from self._if(node, scope, depth)
            elif isinstance(node, nodes.For):
                yield from self._for(node, scope, depth)
            else:
                yield self._forbidden(node)

    def _if(self, node: nodes.If, scope: Scope, depth: int) -> Iterator[TemplateFinding]:
        yield from self._test(node.test, scope)
        yield from self._statements(node.body, scope, depth)
        for branch in node.elif_:
            yield from self._if(branch, scope, depth)
        yield from self._statements(node.else_, scope, depth)

    def _for(self, node: nodes.For, scope: Scope, depth: int) -> Iterator[TemplateFinding]:
        if node.recursive or node.test is not None or not isinstance(node.target, nodes.Name):
            yield self._forbidden(node)
            return
        if depth >= _MAX_LOOP_DEPTH:
            yield self._finding(
                node,
                "template_loop_depth",
                f"循环套得太深：最多 {_MAX_LOOP_DEPTH} 层。请减少一层循环",
                f"Loops are nested too deep: at most {_MAX_LOOP_DEPTH}. Remove one",
            )
            return
        name = self._resolve(node.iter, scope)
        if isinstance(name, TemplateFinding):
            yield name
            return
        if name.rows is None:
            yield self._finding(
                node,
                "template_not_a_list",
                f"“{_written(node.iter)}”不是表格或列表，不能循环。可循环的有：{'、'.join(_loopable())}",
                f"“{_written(node.iter)}” is neither a table nor a list and cannot be looped over. "
                f"One can loop over: {', '.join(_loopable())}",
                names=(_written(node.iter),),
            )
            return
        row = Name("text", name.zh, name.en) if name.row_is_text else Name("value", name.zh, name.en, name.rows)
        inner = {**scope, node.target.name: row, "loop": Name("value", "循环", "loop", LOOP)}
        yield from self._statements(node.body, inner, depth + 1)
        yield from self._statements(node.else_, scope, depth)

    def _printed(self, node: nodes.Node, scope: Scope) -> Iterator[TemplateFinding]:
        if isinstance(node, nodes.TemplateData):
            return
        name = self._resolve(node, scope)
        if isinstance(name, TemplateFinding):
            yield name
        elif (name.rows is not None or name.kind == "section") and not self._is_block(node, name):
            yield self._finding(
                node,
                "template_not_printable",
                f"“{_written(node)}”有多个字段，不能直接显示。请写出字段，例如 {{{{ {_example(node, name)} }}}}",
                f"“{_written(node)}” has several fields and cannot be printed. Name one, for instance "
                f"{{{{ {_example(node, name)} }}}}",
                names=(_written(node),),
            )
        elif name.kind in ("section", "table", "chart") and not self.part.is_body:
            yield self._finding(
                node,
                "template_section_outside_body",
                f"“{_written(node)}”是整段内容或图表，只能放在正文，不能放在{self.part.place_zh}",
                f"“{_written(node)}” is a whole section or a chart and belongs in the main text, "
                "not in a header, footer or note",
                names=(_written(node),),
            )

    def _test(self, node: nodes.Node, scope: Scope) -> Iterator[TemplateFinding]:
        if isinstance(node, nodes.Const):
            return
        if isinstance(node, _ALLOWED_TESTS):
            for child in node.iter_child_nodes():
                yield from self._test(child, scope)
            return
        name = self._resolve(node, scope)
        if isinstance(name, TemplateFinding):
            yield name

    @staticmethod
    def _is_block(node: nodes.Node, name: Name) -> bool:
        if isinstance(node, nodes.Name):
            return ROOT.get(node.name) is name
        return isinstance(node, nodes.Getattr) and TABLES.get(node.attr) is name

    def _resolve(self, node: nodes.Node, scope: Scope) -> Name | TemplateFinding:
        """The vocabulary entry that ``node`` names, or what is wrong with it."""
        path = _path(node)
        if path is None:
            return self._forbidden(node)
        if any(step.startswith("_") for step in path):
            return self._forbidden(node)
        head, *rest = path
        if head == "fig" and "fig" not in scope:
            return self._figure(node, rest)
        if head in _FAMILIES and head not in scope:
            known = _FAMILIES[head]
            if not rest:
                return self._unknown(node, [f"{head}.{key}" for key in known])
            current = known.get(rest.pop(0))
        else:
            known = {**ROOT, **scope}
            current = known.get(head)
        for step in rest:
            if current is None:
                break
            known = current.rows or {}
            current = known.get(step)
        if current is None:
            return self._unknown(node, list(_candidates(scope)))
        return current

    def _figure(self, node: nodes.Node, rest: list[str]) -> Name | TemplateFinding:
        codes = [f"fig.{code}" for code in self.known_figures or ()]
        known = len(rest) == 1 and FIGURE_CODE.match(rest[0])
        if not known or (self.known_figures is not None and rest[0] not in self.known_figures):
            return self._unknown(node, codes or ["fig.F001"])
        return Name("figure", "", "")

    def _unknown(self, node: nodes.Node, candidates: list[str]) -> TemplateFinding:
        written = _written(node)
        near = tuple(difflib.get_close_matches(written, candidates, n=3, cutoff=0.5))
        hint_zh = f"您是否要写：{'、'.join(near)}？" if near else "可用的名称见“模板占位符”帮助页。"
        hint_en = f"Did you mean {', '.join(near)}?" if near else "The help page on placeholders lists the names."
        place = self._place(node)
        return TemplateFinding(
            "template_unknown_placeholder",
            f"模板{self.part.place_zh}“{place}”处有不认识的占位符“{written}”。{hint_zh}",
            f"The template has an unknown placeholder “{written}” at “{place}”. {hint_en}",
            where=place,
            names=(written,),
            suggestions=near,
        )

    def _forbidden(self, node: nodes.Node) -> TemplateFinding:
        return self._finding(
            node,
            "template_forbidden",
            "用了不允许的写法。模板里只能写 {{ 名称 }}、{% for 行 in 表 %} 和 {% if 名称 %}",
            "A construct that is not allowed. A template may only use {{ name }}, {% for row in table %} and "
            "{% if name %}",
        )

    def _finding(self, node: nodes.Node, code: str, zh: str, en: str, names: tuple[str, ...] = ()) -> TemplateFinding:
        place = self._place(node)
        return TemplateFinding(
            code, f"{zh}（{self.part.place_zh}“{place}”处）。", f"{en} (at “{place}”).", where=place, names=names
        )

    def _place(self, node: nodes.Node) -> str:
        return _line(self.lines, node.lineno)


def _path(node: nodes.Node) -> list[str] | None:
    """``a.b.c`` as its steps; ``None`` for any other expression."""
    if isinstance(node, nodes.Name):
        return [node.name]
    if isinstance(node, nodes.Getattr):
        before = _path(node.node)
        return None if before is None else [*before, node.attr]
    return None


def _written(node: nodes.Node) -> str:
    return ".".join(_path(node) or ["?"])


def _example(node: nodes.Node, name: Name) -> str:
    fields = list(name.rows or {"title": name})
    return f"{_written(node)}.{fields[0]}"


def _candidates(scope: Scope) -> Iterator[str]:
    yield from ROOT
    yield from (f"{family}.{key}" for family, names in _FAMILIES.items() for key in names)
    for key, name in scope.items():
        yield key
        yield from (f"{key}.{step}" for step in name.rows or {})


def _loopable() -> list[str]:
    return [key for key, name in ROOT.items() if name.rows is not None] + [f"table.{key}" for key in TABLES]


def _unclosed(xml: str) -> Iterator[str]:
    """The text of every paragraph in which a tag begins and does not end."""
    for paragraph in xml.split("</w:p>"):
        text = _words(paragraph)
        is_open = False
        for bracket in _BRACKETS.findall(text):
            if bracket[0] != "{":
                is_open = False
            elif is_open:
                break
            else:
                is_open = True
        if is_open:
            yield text


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else text[:60] + "…"


def _words(line: str) -> str:
    """The words of one paragraph's XML, its tags removed."""
    return _TAGS.sub("", line).strip()


def _line(lines: list[str], number: int) -> str:
    """The text of the paragraph on line ``number`` (from 1), shortened; a tag in a paragraph of its own is its own."""
    index = min(max(number - 1, 0), len(lines) - 1)
    return _shorten(lines[index])


def _full_width(line: str, part: TemplatePart) -> TemplateFinding:
    place = _shorten(line)
    return TemplateFinding(
        "template_syntax",
        f"模板{part.place_zh}“{place}”处用了全角括号或百分号。占位符请用半角 {{{{ }}}} 和 {{% %}}。",
        f"The template uses full-width brackets at “{place}”. Write placeholders with half-width {{{{ }}}}, {{% %}}.",
        where=place,
    )


def _syntax(place: str, part: TemplatePart, message: str) -> TemplateFinding:
    return TemplateFinding(
        "template_syntax",
        f"模板{part.place_zh}“{place}”处的标记写错了（{message}）。"
        "请检查 {{ 与 }}、{% 与 %} 是否成对，for 是否有 endfor，if 是否有 endif。",
        f"A tag is broken at “{place}” ({message}). Check that {{{{ and }}}}, {{% and %}} come in pairs, that every "
        "for has an endfor and every if an endif.",
        where=place,
    )
