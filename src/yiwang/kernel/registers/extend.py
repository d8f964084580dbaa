"""For rooms and systems above: telling what they know of a subject, and the demonstration's shared population."""

from __future__ import annotations

from . import population
from .kinds import code_fault
from .providers import declare_provider
from .types import Mention, Provider

__all__ = ["Mention", "Provider", "code_fault", "declare_provider", "population"]
