"""Writing accounts: make, lock, grant roles, change passwords. Every act is audited."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from yiwang.kernel.audit import api as audit
from yiwang.kernel.orgs import api as orgs
from yiwang.lib.problems import Problem

from . import passwords, policy, selectors
from .models import PasswordHistory, User
from .sessions import end_sessions

if TYPE_CHECKING:
    from yiwang.kernel.orgs.api import Person, Unit

MAX_FAILURES = 5
LOCK_FOR = timedelta(minutes=15)
PASSWORD_AGE = timedelta(days=90)
# Those who watch over the system administrator.
OVERSEERS = frozenset({"secadmin", "auditor"})


def check_roles(roles: Iterable[str]) -> list[str]:
    """The roles in the order of ``roles.csv``. Problems ``role_unknown``, ``admin_roles_exclude``."""
    chosen = {selectors.role(key).key for key in roles}
    ordered = [role for role in policy.roles() if role.key in chosen]
    admins = [role for role in ordered if role.admin_kind]
    if admins and len(ordered) > 1:
        raise Problem(
            "admin_roles_exclude",
            f"“{admins[0].name_zh}”不能与其他角色由同一账号担任（三员分立）。请只保留该角色，或另用一个账号。",
            f'"{admins[0].name_en}" cannot share an account with any other role (separation of the three '
            "administrators). Keep only that role, or use a second account.",
            roles=[role.key for role in ordered],
        )
    return [role.key for role in ordered]


def check_password(password: str, user: User) -> None:
    """Problem ``password_weak`` that lists every rule the password breaks."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        broken = [passwords.RULES[found.code or ""] for found in error.error_list]
        raise Problem(
            "password_weak", "".join(rule.zh for rule in broken), " ".join(rule.en for rule in broken)
        ) from error


def _keep_password(user: User) -> None:
    PasswordHistory.objects.create(user=user, encoded=user.password)
    old = user.password_history.order_by("-id").values_list("id", flat=True)[5:]
    PasswordHistory.objects.filter(id__in=list(old)).delete()


@transaction.atomic
def create_user(
    username: str,
    *,
    password: str | None = None,
    roles: Iterable[str] = (),
    unit: Unit | None = None,
    person: Person | None = None,
    must_change_password: bool = True,
    actor: str = "system",
    ip: str = "",
) -> User:
    """A new account. Without ``password`` nobody can sign in until an administrator sets one.

    Problems: ``username_invalid``, ``username_taken``, ``role_unknown``, ``admin_roles_exclude``, ``password_weak``.
    """
    if not (2 <= len(username) <= 64 and username.isascii() and username.replace("-", "").replace(".", "").isalnum()):
        raise Problem(
            "username_invalid",
            "用户名应为 2 至 64 个英文字母、数字、点或连字符。",
            "A user name is 2 to 64 letters, digits, dots or hyphens.",
        )
    username = username.lower()
    if User.objects.filter(username=username).exists():
        raise Problem(
            "username_taken",
            f"用户名“{username}”已被使用，请另取一个。",
            f'The user name "{username}" is taken; choose another.',
            status=409,
        )
    user = User(username=username, unit=unit, person=person, roles=check_roles(roles))
    user.must_change_password = must_change_password
    if password is None:
        user.set_unusable_password()
    else:
        check_password(password, user)
        user.set_password(password)
        user.password_changed_at = timezone.now()
    user.save()
    if password is not None:
        _keep_password(user)
    audit.record(
        "access.create_user",
        actor=actor,
        ip=ip,
        object_type="access.user",
        object_id=username,
        detail={"roles": user.roles, "unit": unit.code if unit else ""},
    )
    return user


@transaction.atomic
def open_account(
    username: str, *, name_zh: str, unit: Unit, title_zh: str, mobile: str, actor: User, ip: str = ""
) -> tuple[User, str]:
    """An account without roles for one person, and its one-time password. Problems as :func:`create_user`.

    A person of that name in the unit who has no account yet is taken to be meant; otherwise it is a new person.
    """
    person = orgs.Person.objects.filter(name_zh=name_zh, unit=unit, accounts=None).order_by("pk").first()
    if person is None:
        person = orgs.new_person(name_zh=name_zh, unit=unit, title_zh=title_zh, mobile=mobile)
    else:
        orgs.hold_post(person, unit, title_zh)
    user = create_user(username, unit=unit, person=person, actor=actor.username, ip=ip)
    return user, reset_password(user, actor=actor, ip=ip)


@transaction.atomic
def set_roles(user: User, roles: Iterable[str], *, actor: User, ip: str = "") -> None:
    """Give ``user`` exactly these roles, in force at once. Nobody changes their own (``roles_own``)."""
    if actor.pk == user.pk:
        raise Problem(
            "roles_own",
            "不能更改自己的角色，请由另一名安全管理员办理。",
            "Nobody may change their own roles; ask another security administrator.",
            status=403,
        )
    chosen = check_roles(roles)
    before = list(user.roles)
    if before == chosen:
        return
    user.roles = chosen
    user.save(update_fields=["roles"])
    audit.record(
        "access.set_roles",
        actor=actor.username,
        ip=ip,
        object_type="access.user",
        object_id=user.username,
        detail={"before": before, "after": chosen},
    )


@transaction.atomic
def change_password(user: User, password: str, *, actor: str, ip: str = "") -> None:
    """The owner chooses a new password. Problem ``password_weak``. Other sessions of the account end."""
    check_password(password, user)
    user.set_password(password)
    user.must_change_password = False
    user.password_changed_at = timezone.now()
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])
    _keep_password(user)
    audit.record("access.change_password", actor=actor, ip=ip, object_type="access.user", object_id=user.username)


def one_time_password() -> str:
    """A password that is read aloud once: three groups, all four classes, no look-alikes."""
    alphabet = "abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXY3479"
    while True:
        groups = ["".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(3)]
        text = "-".join(groups)
        if any(c.islower() for c in text) and any(c.isupper() for c in text) and any(c.isdigit() for c in text):
            return text


@transaction.atomic
def reset_password(user: User, *, actor: User, ip: str = "") -> str:
    """A one-time password, shown once to the administrator; its holder must change it at the next sign-in.

    Nobody resets their own (``password_own``), nor that of a security administrator or auditor
    (``password_of_overseer``): whoever runs the system could otherwise sign in as those who watch over it.
    """
    if actor.pk == user.pk:
        raise Problem(
            "password_own",
            "不能重置自己的密码，请在“我的账号”中更换。",
            'You cannot reset your own password; change it on the page "My account".',
            status=403,
        )
    if user.role_set & OVERSEERS:
        raise Problem(
            "password_of_overseer",
            "安全管理员、安全审计员的密码不由系统管理员重置（三员分立）。请为本人另开账号，由安全管理员授予角色后停用原账号。",
            "The password of a security administrator or auditor is not reset by the system administrator (separation "
            "of the three administrators). Open a second account for the person, have the security administrator grant "
            "the role, and close the first.",
            status=403,
        )
    password = one_time_password()
    user.set_password(password)
    user.must_change_password = True
    user.password_changed_at = timezone.now()
    user.failed_attempts = 0
    user.locked_until = None
    # Only these: writing all would undo a role that the security administrator took away meanwhile.
    user.save(
        update_fields=["password", "must_change_password", "password_changed_at", "failed_attempts", "locked_until"]
    )
    end_sessions(user)
    audit.record(
        "access.reset_password", actor=actor.username, ip=ip, object_type="access.user", object_id=user.username
    )
    return password


@transaction.atomic
def set_active(user: User, active: bool, *, actor: User, ip: str = "") -> None:
    """Close or reopen an account. Nobody closes their own (``account_own``). Closing ends sessions and tokens."""
    if actor.pk == user.pk:
        raise Problem("account_own", "不能停用自己的账号。", "You cannot close your own account.", status=403)
    if user.is_active == active:
        return
    user.is_active = active
    user.failed_attempts = 0
    user.locked_until = None
    user.save(update_fields=["is_active", "failed_attempts", "locked_until"])
    if not active:
        end_sessions(user)
        user.tokens.filter(revoked_at=None).update(revoked_at=timezone.now())
    audit.record(
        "access.open_account" if active else "access.close_account",
        actor=actor.username,
        ip=ip,
        object_type="access.user",
        object_id=user.username,
    )


@transaction.atomic
def unlock(user: User, *, actor: User, ip: str = "") -> None:
    """Lift a lock-out before its time."""
    user.failed_attempts = 0
    user.locked_until = None
    user.save(update_fields=["failed_attempts", "locked_until"])
    audit.record("access.unlock", actor=actor.username, ip=ip, object_type="access.user", object_id=user.username)


@transaction.atomic
def set_language(user: User, language: str) -> None:
    """Remember the language of an account ("zh-hans" or "en")."""
    user.language = language
    user.save(update_fields=["language"])
