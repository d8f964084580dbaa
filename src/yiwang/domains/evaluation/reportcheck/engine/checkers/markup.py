"""Left-over mark-up and placeholders: bookmarks, field codes, template marks, HTML, ××."""

from __future__ import annotations

import re

from yiwang.domains.evaluation.reportcheck.engine.model import Report, finding
from yiwang.domains.evaluation.reportcheck.types import Finding, Severity

_KINDS: tuple[tuple[str, Severity, str, str, re.Pattern[str]], ...] = (
    (
        "书签标记",
        "info",
        "该标记是转换时残留的，请删除",
        "bookmark marks",
        re.compile(r"\[bookmark:[^\]\n]*\]|_Toc\d{3,}|_Hlk\d{3,}|_Ref\d{3,}", re.I),
    ),
    (
        "域代码",
        "info",
        "请更新域或删除代码",
        "field codes",
        re.compile(
            r"(?:PAGEREF|HYPERLINK|MERGEFIELD|TOC \\o|REF _)[ \"\\A-Za-z0-9_]{2,}|错误！(?:未找到引用源"
            r"|未定义书签)。?|Error! Reference source not found\.?"
        ),
    ),
    (
        "模板占位符",
        "warning",
        "请填写内容或删除",
        "template placeholders",
        re.compile(r"\{\{[^}\n]{0,60}\}\}|\{%[^%\n]{0,60}%\}|\$\{[^}\n]{1,60}\}|<<[^>\n]{1,40}>>"),
    ),
    (
        "HTML 标记",
        "info",
        "请删除",
        "HTML tags",
        re.compile(
            r"</?(?:p|br|div|span|b|i|u|strong|em|table|tr|td|a|font|img)(?:\s[^<>\n]{0,80})?/?>|&(?:nbsp|amp|lt|gt|quot);",
            re.I,
        ),
    ),
    (
        "待填内容",
        "warning",
        "请补写",
        "unfilled places",
        re.compile(
            r"[×XxＸ]{2,6}(?=[年月日个项件户人家万亿元%台处名])|【(?:待补充?|待定|待核实?|此处)[^】\n]{0,20}】|[（(](?:待补充?|待定|待核实?)[)）]|(?:TODO|TBD)(?![A-Za-z])"
        ),
    ),
    (
        "批注残留",
        "info",
        "请删除",
        "comment marks",
        re.compile(r"\[批注[^\]\n]{0,20}\]|\[Comment[^\]\n]{0,20}\]|\*\*[^*\n]{1,60}\*\*|^#{1,6} ", re.M),
    ),
)


def check(report: Report) -> list[Finding]:
    """One finding for each kind of mark-up with all its places."""
    out = []
    for zh, severity, mend, en, pattern in _KINDS:
        spans: list[tuple[int, int]] = []
        for match in pattern.finditer(report.text):
            if not spans or match.start() >= spans[-1][1]:
                spans.append(match.span())
        if spans:
            shown = report.text[spans[0][0] : spans[0][1]]
            out.append(
                finding(
                    "leftover_markup" if severity == "info" else "placeholder",
                    severity,
                    f"正文残留{zh} {len(spans)} 处，例如“{shown}”。{mend}。",
                    f"{len(spans)} left-over {en}, for example {shown}.",
                    spans,
                    shown,
                )
            )
    return out
