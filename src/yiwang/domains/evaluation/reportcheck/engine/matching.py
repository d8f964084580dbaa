"""Which findings of one version of a report are those of another: by kind and by what their places say, wherever the
paragraph went.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain

from yiwang.domains.evaluation.reportcheck.types import Finding

_LONG = 80
_SENTENCE = re.compile(r"[^。！？；\n]*")
_REACH = 200


@dataclass(frozen=True, slots=True)
class Trace:
    """What a finding is recognised by: its kind, what its places say, and the words (no digits) of its sentence."""

    kind: str
    severity: str
    places: tuple[str, ...]
    context: str


def trace(text: str, finding: Finding) -> Trace:
    """The trace of a finding of this text."""
    places = tuple(sorted(_short(_plain(text[start:end])) for start, end in finding.spans))
    context = _short(re.sub(r"\d", "", _plain(_sentence(text, finding.spans[0][0])))) if finding.spans else ""
    return Trace(finding.kind, finding.severity, places, context)


def pair(old: Sequence[Trace], new: Sequence[Trace], *, changed: bool) -> dict[int, int]:
    """For each of ``new`` that there was before, its index in ``old``; each is used once.

    The surest come first: the same words in the same sentence, then the same words in another sentence. Notes on style
    (``info``) that name many places are the same while most of the places are. With ``changed`` a finding is also the
    same when its sentence is, though the figures in it are others and still wrong.
    """
    found: dict[int, int] = {}
    _match(old, new, found, lambda item: (item.kind, item.places, item.context))
    _match(old, new, found, lambda item: (item.kind, item.places))
    _overlapping(old, new, found)
    if changed:
        _match(old, new, found, lambda item: (item.kind, item.context) if item.context else None)
    return found


def _match(old: Sequence[Trace], new: Sequence[Trace], found: dict[int, int], key: Callable[[Trace], Hashable]) -> None:
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    used = set(found.values())
    for index, item in enumerate(old):
        if index not in used and key(item) is not None:
            waiting[key(item)].append(index)
    for index, item in enumerate(new):
        if index not in found and waiting[key(item)]:
            found[index] = waiting[key(item)].pop(0)


def _overlapping(old: Sequence[Trace], new: Sequence[Trace], found: dict[int, int]) -> None:
    free = [index for index in range(len(old)) if index not in set(found.values()) and old[index].severity == "info"]
    for index, item in enumerate(new):
        if index in found or item.severity != "info":
            continue
        for before in free:
            if old[before].kind == item.kind and _mostly(old[before].places, item.places):
                found[index] = before
                free.remove(before)
                break


def _mostly(first: Iterable[str], second: Iterable[str]) -> bool:
    a, b = set(first), set(second)
    return 2 * len(a & b) > len(a | b)


def _sentence(text: str, at: int) -> str:
    low = max(0, at - _REACH)
    start = max(chain([low], (text.rfind(mark, low, at) + 1 for mark in "。！？；\n")))
    match = _SENTENCE.match(text, start, start + 2 * _REACH)
    return match[0] if match else ""


def _plain(words: str) -> str:
    """Without white space and thousands separators, full-width digits as digits."""
    words = unicodedata.normalize("NFKC", words)
    return re.sub(r"\s+|(?<=\d),(?=\d{3})", "", words)


def _short(words: str) -> str:
    """Long places (repeated paragraphs) are told by their hash."""
    return words if len(words) <= _LONG else sha256(words.encode()).hexdigest()
