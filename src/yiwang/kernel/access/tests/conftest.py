"""Cheap password hashes: a full Argon2 costs up to a second on a busy machine, and these tests make hundreds."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

FULL_COST = {name: getattr(Argon2PasswordHasher, name) for name in ("time_cost", "memory_cost", "parallelism")}


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"time_cost": 1, "memory_cost": 1024, "parallelism": 1}.items():
        monkeypatch.setattr(Argon2PasswordHasher, name, value)
    # Imported late: pytest reads this file before Django is set up.
    from yiwang.kernel.access import signin

    signin._decoy.cache_clear()


@pytest.fixture
def full_cost(monkeypatch: pytest.MonkeyPatch, _cheap_hashes: None) -> None:
    """The real cost, for the test that measures it."""
    for name, value in FULL_COST.items():
        monkeypatch.setattr(Argon2PasswordHasher, name, value)
