"""Every test run gets a PostgreSQL server and a state folder of its own, apart from the installation in ``var/``.

The server is leased before Django reads its settings, and stops when the last test run leaves. With ``DATABASE_URL``
that server is used. ``YIWANG_TEST_DB`` names another test database, for two runs at once.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from importlib import import_module

import hypothesis
import pytest
from django.conf import settings
from hypothesis import HealthCheck, given, strategies

from yiwang.site import postgres, state

RESOURCES = ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    os.environ["YIWANG_HOME"] = str(state.home() / "testing")
    RESOURCES.enter_context(postgres.lease(throwaway=True))
    (state.home() / "static").mkdir(exist_ok=True)
    # pytest-django sets Django up after this hook, when the name is in the environment by now.
    os.environ["DJANGO_SETTINGS_MODULE"] = "yiwang.site.settings"
    # It does so only when something has touched the settings already; a run of pure template tests has not.
    if not settings.DATABASES:
        raise pytest.UsageError("no database in the settings")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use the database, so that `make check` can leave them to `make test`."""
    for item in items:
        if item.get_closest_marker("django_db") is not None:
            item.add_marker("database")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let Hypothesis read the project before a test does.

    In a fresh clone its first draw looks through every module of ours for constants (2 s, kept in `.hypothesis`), which
    it then takes for a slow strategy and stops whichever test came first.
    """
    if any(getattr(getattr(item, "obj", None), "hypothesis", None) for item in session.items):
        import_module(settings.ROOT_URLCONF)
        _draw()


@hypothesis.settings(max_examples=200, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(strategies.integers())
def _draw(_number: int) -> None:
    """Enough numbers for a constant to be among them (one in twenty)."""


def pytest_unconfigure() -> None:
    RESOURCES.close()
