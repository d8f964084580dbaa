"""Every record type with every role: whose records they meet on pages, in the API and in raw SQL, and what they may do.

Two records of each type carry a word of their own: one of unit A in one town, one of unit B in another. ``access.csv``
is read here by itself, so that the answer is compared with the rule and not with the program's reading of it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.codes import api as codes
from yiwang.kernel.orgs.api import Division, Unit
from yiwang.kernel.records import api as records
from yiwang.kernel.records import extend
from yiwang.kernel.records.api import RecordType
from yiwang.kernel.registers import api as registers

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

OWN, OTHER = "暗语本单位", "暗语外单位"
PLACES = {OWN: "441502001001", OTHER: "441502002001"}
CITIZEN = {OWN: "441502200002291016", OTHER: "44150219000101001X"}
ROLES = (
    *("bureau", "liaison", "leader", "approver", "operator", "town", "viewer", "integrator"),
    *("sysadmin", "secadmin", "auditor"),
)  # fmt: skip
ACTIONS = ("view", "add", "correct", "withdraw", "unmask")
KINDS = records.record_types()


@dataclass(frozen=True)
class World:
    """Readers of unit A by role (the town's reader sits in the place of A's records), and both records of each type."""

    readers: dict[str, User]
    found: dict[tuple[str, str], Any]


def rules(kind: RecordType) -> dict[tuple[str, str], str]:
    """Scope by role and action, as the file says."""
    module = __import__(kind.model.__module__.rpartition(".")[0], fromlist=["x"])
    with (Path(str(module.__file__)).parent / "access.csv").open(encoding="utf-8") as handle:
        rows = [row for row in csv.DictReader(handle) if row["resource"] == kind.key]
    return {(row["role"], row["action"]): row["scope"] for row in rows}


def reaches(scope: str | None, word: str) -> bool:
    """Whether a scope of unit A in the first town covers the record with this word."""
    return scope == "all" or (scope in {"own_unit", "subtree", "place"} and word == OWN)


def cells(kind: RecordType, word: str, links: dict[str, Any]) -> dict[str, object]:
    """A row that every check of the type lets in, with the word in each column of free text."""
    found: dict[str, object] = {}
    for column in kind.columns:
        if column.name in kind.options.example:
            found[column.name] = kind.options.example[column.name]
        elif isinstance(column, extend.LinkColumn):
            target = links.get(column.to)
            found[column.name] = getattr(target, target.record.code) if target else ""
        elif isinstance(column, extend.CodeColumn):
            found[column.name] = codes.code_list(column.codes).values()[0].value
        elif isinstance(column, extend.PersonColumn):
            found[column.name] = CITIZEN[word]
        elif isinstance(column, (extend.MobileColumn, extend.UsccColumn, extend.PatternColumn)):
            found[column.name] = column.example
        elif isinstance(column, extend.TextColumn):
            found[column.name] = word if (column.max_length or 0) >= len(word) else "a"
        elif column.required:
            found[column.name] = {"DateField": "2023-06-30", "IntegerField": 1, "DecimalField": "1"}.get(
                column.get_internal_type(), column.example
            )
    return found


@pytest.fixture
def world() -> World:
    """Records made by the bureau through the service that everybody uses."""
    registers.check_key()
    for code, level in (("441502001000", "town"), ("441502001001", "village"), ("441502002001", "village")):
        Division.objects.create(code12=code, name=f"地{code}", level=level, kind="街道", administered=True)
    ours, theirs = make_unit("cq/ours"), make_unit("cq/theirs")
    town = Unit.objects.create(
        code="town", path="cq/town", parent=make_unit("cq"), name_zh="镇", name_en="Town", kind="town",
        division_id="441502001000",
    )  # fmt: skip
    readers = {role: make_user(role, town if role == "town" else ours) for role in ROLES}
    found: dict[tuple[str, str], Any] = {}
    for word, unit in ((OWN, ours), (OTHER, theirs)):
        links: dict[str, Any] = {}
        waiting = list(KINDS)
        while waiting:
            ready = [kind for kind in waiting if all(to in links for to in targets(kind))]
            assert ready, f"record types link in a circle: {waiting}"
            for kind in ready:
                made = records.create(
                    kind, cells(kind, word, links), actor=readers["bureau"], unit=unit, place=PLACES[word],
                    source_id=f"{kind.key}-{word}",
                )  # fmt: skip
                links[kind.key] = found[kind.key, word] = made
                waiting.remove(kind)
    return World(readers, found)


def targets(kind: RecordType) -> list[str]:
    """Other types that this one links to."""
    links = [column.to for column in kind.columns if isinstance(column, extend.LinkColumn)]
    return [to for to in links if to != kind.key]


def client_of(user: User) -> Client:
    """A signed-in browser of this reader."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def plain(answer: Any) -> str:
    """The answer's text; JSON without its escapes, which would hide Chinese words."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text: str = body.decode()
    return json.dumps(answer.json(), ensure_ascii=False) if "json" in answer["Content-Type"] else text


def calls(kind: RecordType, pk: int) -> Iterator[tuple[str, str, str]]:
    """Everything that shows records of the type: a name, the address, and whether it is of one record."""
    api = f"/api/v1/records/{kind.key}"
    yield "list", reverse("records:list", args=[kind.key]), "many"
    yield "search", f"{reverse('records:list', args=[kind.key])}?q=暗语", "many"
    yield "api list", api, "many"
    yield "api search", f"{api}?q=暗语", "many"
    yield "export csv", f"{reverse('records:export', args=[kind.key])}?format=csv", "file"
    yield "page", reverse("records:record", args=[kind.key, pk]), "one"
    yield "api read", f"{api}/{pk}", "one"
    yield "api history", f"{api}/{pk}/history", "one"


def test_there_are_types_to_walk() -> None:
    assert KINDS
    assert all(rules(kind) for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_everybody_meets_exactly_the_records_that_are_theirs(kind: RecordType, world: World) -> None:
    wrong = []
    allowed = rules(kind)
    for role, user in world.readers.items():
        client = client_of(user)
        scope = allowed.get((role, "view"))
        for word in (OWN, OTHER):
            record = world.found[kind.key, word]
            for name, address, number in calls(kind, record.pk):
                answer = client.get(address)
                text = plain(answer)
                met = word in text
                if number == "one" and (answer.status_code == 200) != reaches(scope, word):
                    wrong.append(f"{name} of {word} as {role}: {answer.status_code}")
                if number == "many" and "search" not in name and kind.options.search and met != reaches(scope, word):
                    wrong.append(f"{name} as {role}: {'shows' if met else 'lacks'} {word}")
                if word == OTHER and not reaches(scope, word) and number == "one" and OTHER in text:
                    wrong.append(f"{name} as {role} shows {word}")
                if CITIZEN[word] in text:
                    wrong.append(f"{name} as {role} shows a citizen id")
                if number == "file":
                    allowed_here = reaches(scope, word) and reaches(allowed.get((role, "export")), word)
                    if met != allowed_here:
                        wrong.append(f"{name} as {role}: {'shows' if met else 'lacks'} {word}")
                if answer.status_code >= 500:
                    wrong.append(f"{name} as {role}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_everybody_changes_exactly_what_they_may(kind: RecordType, world: World) -> None:
    wrong = []
    allowed = rules(kind)
    for role, user in world.readers.items():
        client = client_of(user)
        for word in (OWN, OTHER):
            record = world.found[kind.key, word]
            seen = reaches(allowed.get((role, "view")), word)
            for action, method, address, body in (
                ("correct", "PATCH", f"/api/v1/records/{kind.key}/{record.pk}", {"changes": {"place": "441502001000"}}),
                ("withdraw", "DELETE", f"/api/v1/records/{kind.key}/{record.pk}?reason=测试撤回&version=1", {}),
            ):
                with transaction.atomic():
                    data = json.dumps({**body, "reason": "测试更正", "version": 1})
                    answer = client.generic(method, address, data, content_type="application/json")
                    transaction.set_rollback(True)
                done = answer.status_code in {200, 204}
                if done != (seen and reaches(allowed.get((role, action)), word)):
                    wrong.append(f"{action} of {word} as {role}: {answer.status_code} {answer.content.decode()[:200]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_raw_sql_under_the_application_role_sees_no_more(kind: RecordType, world: World) -> None:
    allowed = rules(kind)
    for role, user in world.readers.items():
        with transaction.atomic(), connection.cursor() as cursor:
            access.act_as(user)
            cursor.execute(f'SELECT id FROM "{kind.table}"')  # noqa: S608  (the type's own table)
            met = {row[0] for row in cursor.fetchall()}
            access.stop_acting()
        wanted = {world.found[kind.key, word].pk for word in (OWN, OTHER) if reaches(allowed.get((role, "view")), word)}
        assert met == wanted, role


def test_without_a_reader_the_application_role_sees_nothing(world: World) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, true), set_config('yiwang.scopes', '', true)", [access.APP_ROLE])
        for kind in KINDS:
            with pytest.raises(Exception, match="json"), transaction.atomic():
                cursor.execute(f'SELECT count(*) FROM "{kind.table}"')  # noqa: S608  (the type's own table)
        access.stop_acting()
