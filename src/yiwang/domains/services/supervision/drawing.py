"""The replayable draw (双随机) of docs/decisions/0019: pure, with a hash function alone, the same on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

VERSION = "1"


@dataclass(frozen=True)
class Drawn:
    """One object and the inspectors who go there, in the order of the draw."""

    uscc: str
    cards: tuple[str, ...]


def frame_hash(
    objects: Mapping[str, int],
    inspectors: Iterable[str],
    *,
    count: int,
    each: int,
    avoid: Collection[tuple[str, str]] = (),
) -> str:
    """SHA-256 of everything but the seed: objects with their weights, inspectors, pairs that do not meet, numbers."""
    lines = [f"O,{code},{weight}" for code, weight in sorted(objects.items())]
    lines += [f"I,{card}" for card in sorted(inspectors)]
    lines += [f"X,{card},{code}" for card, code in sorted(avoid)]
    lines.append(f"N,{count},{each}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def draw(
    seed: str,
    objects: Mapping[str, int],
    inspectors: Iterable[str],
    *,
    count: int,
    each: int,
    avoid: Collection[tuple[str, str]] = (),
) -> list[Drawn]:
    """``count`` objects, each with ``each`` inspectors.

    An object of weight 4 has four tickets and is ranked by its best one, so it is drawn as if it lay in the urn four
    times. ``avoid`` are pairs of card and object that do not meet (回避). Fewer inspectors than ``each`` come back
    only when no more may go there; the caller refuses such a draw.
    """
    ranked = sorted(
        objects, key=lambda code: min(_ticket(seed, "O", code, str(n)) for n in range(1, objects[code] + 1))
    )
    cards = sorted(inspectors)
    found = []
    for code in ranked[:count]:
        allowed = (card for card in cards if (card, code) not in avoid)
        order = sorted(allowed, key=lambda card: _ticket(seed, "I", code, card))
        found.append(Drawn(code, tuple(order[:each])))
    return found


def _ticket(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()
