"""Frozen values of the registers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yiwang.kernel.access.api import User


@dataclass(frozen=True)
class Mention:
    """What a room above knows of a subject, of one kind: so many, and links to some (text, address).

    ``count`` may stop at a bound; ``more`` says that there are more. ``system`` is empty for what is no system's.
    """

    label: str
    system: str
    count: int
    more: bool
    links: tuple[tuple[str, str], ...]


# (reader, key of the register, every code of the subject) → what the reader may know.
Provider = Callable[["User", str, Sequence[str]], Sequence[Mention]]
