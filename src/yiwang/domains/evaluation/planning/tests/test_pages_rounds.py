"""The pages of rounds: who sees what, asking, reminding, closing."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from yiwang.domains.evaluation.planning.models import HandIn, Round
from yiwang.domains.evaluation.planning.tests.factory import (
    World,
    accept_all,
    hand_in_for,
    make_round,
    make_world,
)
from yiwang.kernel.access.api import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def page(user: User, name: str, *args: object, status: int = 200, **query: str) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(reverse(f"s45:{name}", args=args), query)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def test_smoke(world: World) -> None:
    r = make_round(world)
    h = hand_in_for(r, "T1-02")
    for user in (world.bureau, world.liaison_police, world.leader, world.approver):
        page(user, "rounds")
        page(user, "round", r.pk)
        page(user, "hand-ins")
        page(user, "hand-in", h.pk)
        page(user, "judgement", r.pk)
        page(user, "adjustments")
    page(world.bureau, "round-new")
    page(world.bureau, "adjustment-new")
    page(world.bureau, "adjustment-new", task="T1-01")
    page(world.bureau, "adjustment-new", task="T1-01", target="T1-01-M1")
    page(world.bureau, "report", r.pk)
    page(world.bureau, "template")
    accept_all(world, r)
    page(world.bureau, "hand-in", h.pk)
    page(world.bureau, "hand-in-version", h.pk, 1)
    page(world.bureau, "judgement", r.pk)
    page(world.bureau, "report", r.pk)
