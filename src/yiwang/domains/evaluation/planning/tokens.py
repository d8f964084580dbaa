"""Live figures in texts: ``{F005}`` stands for the figure's value as of the round's date 活数字.

A token is replaced when the text is shown or written, so a corrected value is right everywhere, and every number in a
text leads to its page. Pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from yiwang.lib.problems import Problem

TOKEN = re.compile(r"\{([A-Za-z]\d{1,10})\}")
_BRACES = re.compile(r"\{[^{}]*\}?|\}")


@dataclass(frozen=True)
class Token:
    """A figure's place in a text."""

    code: str


def parse(text: str) -> tuple[str | Token, ...]:
    """The text as runs of plain strings and tokens, in order; joining them gives the text again."""
    runs: list[str | Token] = []
    last = 0
    for match in TOKEN.finditer(text):
        if match.start() > last:
            runs.append(text[last : match.start()])
        runs.append(Token(match.group(1).upper()))
        last = match.end()
    if last < len(text):
        runs.append(text[last:])
    return tuple(runs)


def codes(text: str) -> tuple[str, ...]:
    """Codes of the figures in ``text``, each once, in order of appearance."""
    return tuple(dict.fromkeys(run.code for run in parse(text) if isinstance(run, Token)))


def check(text: str, known: Iterable[str], field: str, field_zh: str) -> None:
    """Raise Problem ``token_unknown`` for a token that names no figure, ``token_broken`` for stray braces."""
    names = set(known)
    for match in _BRACES.finditer(text):
        token = TOKEN.fullmatch(match.group())
        place = match.start() + 1
        if token is None:
            raise Problem(
                "token_broken",
                f"“{field_zh}”第 {place} 个字处的“{match.group()}”不是完整的数字标记。标记形如 {{F005}}，"
                "请用“插入数字”按钮插入，正文中不要另用花括号。",
                f'"{match.group()}" at character {place} of {field} is not a figure token such as {{F005}}. '
                "Insert figures with the button and do not use braces otherwise.",
                field=field,
                position=place,
            )
        if token.group(1).upper() not in names:
            raise Problem(
                "token_unknown",
                f"“{field_zh}”第 {place} 个字处的标记 {match.group()} 没有对应的指标或数据。请核对编号。",
                f"{match.group()} at character {place} of {field} names no indicator or fact. Check the code.",
                field=field,
                position=place,
                figure=token.group(1),
            )
