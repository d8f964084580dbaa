"""The catalogue page and its interface."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from yiwang.kernel.access.testing import make_user
from yiwang.kernel.systems import api as systems

pytestmark = pytest.mark.django_db


def test_filters(client: Client) -> None:
    client.force_login(make_user("viewer"))
    every = client.get(reverse("systems:list")).content.decode()
    assert every.count('<tr id="S') == 48
    some = client.get(reverse("systems:list"), {"status": "none", "q": "供销"}).content.decode()
    assert some.count('<tr id="S') == 1
    assert 'id="S27"' in some
    none = client.get(reverse("systems:list"), {"q": "没有这个系统\x00"}).content.decode()
    assert "没有符合条件的系统" in none


def test_installed_systems_are_links(client: Client) -> None:
    client.force_login(make_user("viewer"))
    page = client.get(reverse("systems:list"), {"q": "S45"}).content.decode()
    assert f'href="/{systems.manifest("S45").url_prefix}"' in page


def test_the_interface(client: Client) -> None:
    client.force_login(make_user("viewer"))
    assert len(client.get("/api/v1/systems/").json()) == 48
    assert {row["status"] for row in client.get("/api/v1/systems/?status=none").json()} == {"none"}
    assert client.get("/api/v1/systems/?status=finished").status_code == 422


def test_without_a_role_there_is_nothing(client: Client) -> None:
    client.force_login(make_user(()))
    assert client.get(reverse("systems:list")).status_code == 403
    assert client.get("/api/v1/systems/").status_code == 403
