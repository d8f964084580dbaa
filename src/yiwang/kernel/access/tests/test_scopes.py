"""Who may do what, where."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction

from yiwang.kernel.access import api as access
from yiwang.kernel.access import policy, services
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.access.types import Rule
from yiwang.kernel.orgs.api import Unit
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small policy: the viewer sees the own unit, the liaison what is below, the bureau everything."""
    rules = [
        Rule("viewer", "orgs.unit", "view", "own_unit", "t:1"),
        Rule("liaison", "orgs.unit", "view", "subtree", "t:2"),
        Rule("bureau", "orgs.unit", "view", "all", "t:3"),
        Rule("leader", "orgs.unit", "view", "none", "t:4"),
    ]
    table = {(rule.role, rule.resource, rule.action): rule for rule in rules}
    monkeypatch.setattr(policy, "rules", lambda: table)
    monkeypatch.setattr(policy, "resources", lambda: frozenset((rule.resource, rule.action) for rule in rules))


@pytest.fixture
def units() -> dict[str, Unit]:
    paths = ["cq", "cq/health", "cq/health/clinic", "cq/healthy", "cq/water"]
    return {path: make_unit(path) for path in paths}


def seen(user: access.User) -> set[str]:
    found = access.limit(Unit.objects.all(), user, "orgs.unit", "view", unit_path_field="path")
    return set(found.values_list("path", flat=True))


def test_scopes_limit_rows(units: dict[str, Unit]) -> None:
    assert seen(make_user("viewer", units["cq/health"])) == {"cq/health"}
    assert seen(make_user("liaison", units["cq/health"])) == {"cq/health", "cq/health/clinic"}
    assert seen(make_user("bureau", units["cq/health"])) == set(units)
    assert seen(make_user("leader", units["cq/health"])) == set()
    assert seen(make_user("integrator", units["cq/health"])) == set()


def test_the_widest_role_counts(units: dict[str, Unit]) -> None:
    assert seen(make_user(("viewer", "liaison"), units["cq/health"])) == {"cq/health", "cq/health/clinic"}


def test_without_a_unit_only_all_is_left(units: dict[str, Unit]) -> None:
    assert seen(make_user("liaison")) == set()
    assert seen(make_user("bureau")) == set(units)


def test_rows_and_questions_agree(units: dict[str, Unit]) -> None:
    for role in ("viewer", "liaison", "bureau", "leader"):
        user = make_user(role, units["cq/health"])
        allowed = {path for path, unit in units.items() if access.in_scope(user, "orgs.unit", "view", unit)}
        assert allowed == seen(user)
        assert access.can(user, "orgs.unit", "view") is bool(allowed)


def test_what_belongs_to_no_unit_needs_all(units: dict[str, Unit]) -> None:
    assert access.in_scope(make_user("bureau"), "orgs.unit", "view", None)
    assert not access.in_scope(make_user("liaison", units["cq/health"]), "orgs.unit", "view", None)


def test_nobody_and_closed_accounts_may_nothing() -> None:
    closed = make_user("bureau")
    closed.is_active = False
    assert not access.can(closed, "orgs.unit", "view")
    assert not access.can(AnonymousUser(), "orgs.unit", "view")
    with pytest.raises(Problem) as caught:
        access.require(AnonymousUser(), "orgs.unit", "view")
    assert (caught.value.code, caught.value.status) == ("forbidden", 403)


def test_a_resource_that_no_file_names_is_a_slip() -> None:
    with pytest.raises(KeyError):
        access.can(make_user("bureau"), "orgs.unti", "view")


def test_django_asks_the_same_policy(units: dict[str, Unit]) -> None:
    viewer = make_user("viewer", units["cq/health"])
    assert viewer.has_perm("orgs.unit.view")
    assert viewer.has_perm("orgs.unit.view", units["cq/health"])
    assert not viewer.has_perm("orgs.unit.view", units["cq/water"])
    assert not viewer.is_superuser


@pytest.mark.parametrize(
    "roles", [("sysadmin", "auditor"), ("secadmin", "sysadmin"), ("auditor", "bureau"), ("secadmin", "viewer")]
)
def test_administrators_exclude_all_others(roles: tuple[str, ...]) -> None:
    with pytest.raises(Problem) as caught:
        make_user(roles)
    assert caught.value.code == "admin_roles_exclude"
    user = make_user("viewer")
    with pytest.raises(IntegrityError), transaction.atomic():
        access.User.objects.filter(pk=user.pk).update(roles=list(roles))


def test_nobody_grants_to_themselves() -> None:
    admin = make_user("secadmin")
    with pytest.raises(Problem) as caught:
        services.set_roles(admin, ["bureau"], actor=admin)
    assert caught.value.code == "roles_own"


def test_users_with_role() -> None:
    unit = make_unit("cq/health")
    here, there = make_user("liaison", unit), make_user("liaison", "cq/water")
    assert set(access.users_with_role("liaison")) == {here, there}
    assert list(access.users_with_role("liaison", unit)) == [here]
    with pytest.raises(Problem):
        access.users_with_role("king")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("king,s99.plan,view,all", "unknown role"),
        ("viewer,s98.plan,view,all", "must be s99.<thing>"),
        ("viewer,s99.plan.x,view,all", "must be s99.<thing>"),
        ("viewer,s99.plan,,all", "must be one word"),
        ("viewer,s99.plan,view,district", "unknown scope"),
    ],
)
def test_a_wrong_line_names_file_and_line(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "access.csv"
    path.write_text(f"role,resource,action,scope\nviewer,s99.plan,view,all\n{line}\n", encoding="utf-8")
    with pytest.raises(ImproperlyConfigured, match=rf"access\.csv:3: .*{message}"):
        list(policy.read_rules(path, "s99", frozenset({"viewer"})))


def test_wrong_columns_stop_the_start(tmp_path: Path) -> None:
    path = tmp_path / "access.csv"
    path.write_text("role,resource,scope\n", encoding="utf-8")
    with pytest.raises(ImproperlyConfigured, match="columns"):
        list(policy.read_rules(path, "s99", frozenset()))
