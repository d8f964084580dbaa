"""The template engine, shut in: sandboxed, strict about names, escaping, without loops over anything but our rows."""

from __future__ import annotations

from functools import cache

from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment


@cache
def environment() -> SandboxedEnvironment:
    """The one environment in which templates are parsed and rendered; it has no globals, filters or tests."""
    engine = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True, keep_trailing_newline=True)
    engine.globals.clear()
    engine.filters.clear()
    engine.tests.clear()
    return engine
