"""The demonstration's accounts."""

from __future__ import annotations

import json
import stat
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from yiwang.kernel.access import demo, selectors
from yiwang.kernel.access.models import User
from yiwang.kernel.orgs import demo as orgs_demo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, settings: Settings) -> None:
    settings.YIWANG_HOME = tmp_path


def test_loading_is_repeatable(client: Client) -> None:
    orgs_demo.load(date(2023, 6, 30))
    made = demo.load_people(orgs_demo.PEOPLE)
    assert made == User.objects.count() > 60
    before = sorted(User.objects.values_list("username", "password"))
    assert demo.load_people(orgs_demo.PEOPLE) == 0
    assert sorted(User.objects.values_list("username", "password")) == before
    assert len({encoded for _name, encoded in before}) == made, "every account has a salt of its own"
    account = demo.demo_accounts()[0]
    client.post(reverse("access:sign-in"), {"username": account.username, "password": account.password})
    assert client.get(reverse("access:account")).status_code == 200


def test_every_role_has_an_account_and_the_file_is_private() -> None:
    orgs_demo.load(date(2023, 6, 30))
    demo.load_people(orgs_demo.PEOPLE)
    assert len(demo.demo_accounts()) == len(selectors.roles()) > 9
    path = demo.accounts_file()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(json.loads(path.read_text(encoding="utf-8"))["password"]) >= 15


def test_accounts_are_shown_on_a_demonstration_only(client: Client, settings: Settings) -> None:
    orgs_demo.load(date(2023, 6, 30))
    demo.load_people(orgs_demo.PEOPLE)
    password = demo.demo_accounts()[0].password
    settings.YIWANG_DEMO_NOTICE = False
    assert password not in client.get(reverse("access:sign-in")).content.decode()
    settings.YIWANG_DEMO_NOTICE = True
    assert password in client.get(reverse("access:sign-in")).content.decode()
