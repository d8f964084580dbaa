"""Fixtures of the tests against foreign programs."""

from __future__ import annotations

from tests.browser.demo import demo_site

__all__ = ["demo_site"]
