"""Accounts of the demonstration. Their shared password is made at load time and kept 0600 in the state folder."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from yiwang.kernel.orgs import api as orgs
from yiwang.ui.types import DemoAccount

from . import selectors
from .models import User
from .services import create_user, one_time_password


class _QuickHasher(Argon2PasswordHasher):
    """Argon2 at 6 ms instead of 60: a generated password of 15 characters cannot be guessed at any cost per try."""

    time_cost = 1
    memory_cost = 8 * 1024
    parallelism = 1


def accounts_file() -> Path:
    """Where the demonstration's accounts are noted."""
    return Path(settings.YIWANG_HOME) / "demo-accounts.json"


def demo_password() -> str:
    """The password of the demonstration: the noted one, or a new one."""
    path = accounts_file()
    if path.exists():
        return str(json.loads(path.read_text(encoding="utf-8"))["password"])
    return one_time_password()


@transaction.atomic
def load_people(path: Path, password: str | None = None) -> int:
    """Make people, posts and accounts of ``people.csv``; how many accounts are new.

    Repeating it changes nothing but a password that no longer fits.
    """
    password = password or demo_password()
    made = 0
    noted = []
    with path.open(encoding="utf-8-sig", newline="") as handle:
        for row in csv.DictReader(handle):
            unit = orgs.unit(row["unit"])
            roles = [role for role in row["roles"].split(";") if role]
            person = orgs.add_person(name_zh=row["name_zh"], unit=unit, title_zh=row["title_zh"], mobile=row["mobile"])
            user = User.objects.filter(username=row["username"]).first()
            if user is None:
                user = create_user(
                    row["username"], roles=roles, unit=unit, person=person, must_change_password=False, actor="demo"
                )
                made += 1
            # An account without a password would cost a full hash to compare with.
            if not user.has_usable_password() or not check_password(password, user.password):
                user.password = _QuickHasher().encode(password, get_random_string(22))
                user.must_change_password = False
                user.password_changed_at = timezone.now()
                user.save(update_fields=["password", "must_change_password", "password_changed_at"])
            noted.append({"username": user.username, "roles": roles, "unit": unit.code, "name_zh": row["name_zh"]})
    _note(password, noted)
    return made


def _note(password: str, accounts: list[dict[str, object]]) -> None:
    path = accounts_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_suffix(".tmp")
    descriptor = os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        json.dump({"password": password, "accounts": accounts}, handle, ensure_ascii=False, indent=1)
    temporary.replace(path)


def demo_accounts() -> list[DemoAccount]:
    """One account of each role, in the order of ``roles.csv``, for the command line and the sign-in page."""
    path = accounts_file()
    if not path.exists():
        return []
    noted = json.loads(path.read_text(encoding="utf-8"))
    first: dict[str, DemoAccount] = {}
    for role in selectors.roles():
        for row in noted["accounts"]:
            if role.key in row["roles"]:
                first[role.key] = DemoAccount(row["username"], role.name_zh, noted["password"])
                break
    return list(first.values())


def shown_accounts() -> list[DemoAccount]:
    """The accounts to show on the sign-in page: of a demonstration only."""
    return demo_accounts() if getattr(settings, "YIWANG_DEMO_NOTICE", False) else []
