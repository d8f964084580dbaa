"""What rooms above know of a subject. The registers may not call them, so they declare themselves at the start."""

from __future__ import annotations

from collections.abc import Sequence

from yiwang.kernel.access import api as access

from .types import Mention, Provider

_PROVIDERS: list[Provider] = []


def declare_provider(provider: Provider) -> None:
    """Ask ``provider`` from now on; it returns only what the reader may see."""
    if provider not in _PROVIDERS:
        _PROVIDERS.append(provider)


def mentions(user: access.User, kind: str, codes: Sequence[str]) -> list[Mention]:
    """What every provider knows under any of these codes, by system."""
    found = [mention for provider in _PROVIDERS for mention in provider(user, kind, codes)]
    return sorted(found, key=lambda mention: (mention.system, mention.label))
