"""Every page and every call of the API, with every role and with nobody: who gets in, and what they meet there.

`routes.csv` says who gets in; a route that is not in it fails the test. The words of :mod:`.world` say who may read
what: they are looked for in every answer, workbooks and Word files opened.
"""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from .world import READERS, WORDS, District, make_district

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TABLE = {
    row["route"]: (row["method"], row["who"])
    for row in csv.DictReader((Path(__file__).parent / "routes.csv").open(encoding="utf-8"))
}
NOBODY = "nobody"
# Health's objects, the police's, and a hand-in of health that is not handed in yet.
OWNERS = ["health", "police", "draft"]
REFUSED = {401, 403, 404}
# Pages that are asked for the words.
SEARCHED = {"search", "s45:hand-ins", "s45:adjustments", "audit:list", "registers:search"}
ROUND_ROUTES = (
    "s45:round",
    "s45:judgement",
    "s45:composite",
    "s45:interview",
    "s45:problem",
    "s45:follow-up",
    "s45:report",
)
RECORD_CALL = re.compile(r"api:(list|search|read|history|create|batch|correct|withdraw|reveal)_s[0-9]{2}_\w+")


def routes(resolver: URLResolver | None = None, space: str = "") -> Iterator[str]:
    """Names of every address, with their namespaces; calls of the API come from its schema."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = ":".join(filter(None, (space, pattern.namespace)))
            yield from routes(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield ":".join(filter(None, (space, pattern.name)))


def operations(client: Client) -> dict[str, tuple[str, str]]:
    """Calls of the API by operation: method and path."""
    schema = client.get(reverse("api:openapi-json")).json()
    return {
        operation["operationId"]: (method.upper(), path)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }


def of_one_type(route: str) -> bool:
    """Whether the route belongs to one record type: :mod:`.test_every_record` walks those with every type."""
    if route.startswith("records:"):
        return route != "records:types"
    return RECORD_CALL.fullmatch(route) is not None


def test_the_table_names_every_route_and_no_other(client: Client) -> None:
    calls = {f"api:{name}" for name in operations(client)}
    pages = {name for name in routes() if not name.startswith("api:")} | {"api:openapi-json", "api:api-root"}
    assert set(TABLE) == {route for route in pages | calls if not of_one_type(route)}


@pytest.fixture
def district() -> District:
    """The district with its words."""
    return make_district()


class Walker:
    """Asks as one reader; whatever a call changes is undone before the next."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.calls = operations(Client())
        self.sessions = {NOBODY: ""}
        for key in READERS:
            client = Client()
            client.force_login(district.people[key])
            self.sessions[key] = client.cookies[settings.SESSION_COOKIE_NAME].value

    def ask(self, reader: str, route: str, owner: str = "health") -> tuple[Any, str]:
        """The answer to ``reader`` for the objects of ``owner``, and everything that can be found in it."""
        client = Client(raise_request_exception=False)
        if reader != NOBODY:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[reader]
        method = TABLE[route][0]
        if route.startswith("api:") and route.removeprefix("api:") in self.calls:
            address, data, as_json = self._call(route.removeprefix("api:"), owner)
        else:
            address, data, as_json = self._page(route, owner), self._form(route), False
        with transaction.atomic():
            if method == "GET":
                answer = client.get(address)
            elif as_json:
                answer = client.generic(method, address, _json(data), content_type="application/json")
            else:
                answer = client.generic(method, address) if method == "DELETE" else client.post(address, data)
            # Read before the rollback takes files away.
            text = seen(answer)
            transaction.set_rollback(True)
        return answer, text

    def owners(self, route: str) -> list[str]:
        """Whose objects to ask for: each whose address differs; what writes is asked of health's only."""
        if TABLE[route][0] != "GET":
            return ["health"]
        first = {self._address(route, owner): owner for owner in reversed(OWNERS)}
        return sorted(first.values(), key=OWNERS.index)

    def _address(self, route: str, owner: str) -> str:
        name = route.removeprefix("api:")
        return self._call(name, owner)[0] if name in self.calls else self._page(route, owner)

    def _names(self, owner: str) -> dict[str, Any]:
        d = self.district
        own = owner != "police"
        hand_in = {"health": d.health, "police": d.police, "draft": d.health_draft}[owner]
        return {
            "hand_in": hand_in.pk,
            "paper": (d.health_paper if own else d.police_paper).pk,
            "change": (d.health_change if own else d.police_change).number,
            "code": "F005" if own else "F004",
            "task": hand_in.task_code,
            "unit": hand_in.unit.code,
            "round": d.round.pk,
            "draw": d.health_draw if own else d.police_draw,
            "measure": (d.health_measure if own else d.police_measure).pk,
            "interview": 1 if own else 2,
            "check": d.shared_check if owner == "draft" else d.check,
        }

    def _page(self, route: str, owner: str) -> str:
        names, d = self._names(owner), self.district
        arguments: dict[str, list[Any]] = {
            "access:session-end": [999],
            "access:token-revoke": [999],
            "notices:open": [d.notice.pk],
            "jobs:cancel": [d.job.pk],
            "audit:export": ["csv"],
            "orgs:unit": [names["unit"]],
            "codes:detail": ["sex"],
            "codes:export": ["sex"],
            "limits:detail": ["licensing.decision"],
            "limits:calendar": [2023],
            "limits:override": [2023],
            "limits:restore": [2023],
            "metrics:metric": ["s10.matters"],
            "metrics:rows": ["s10.matters"],
            "metrics:compare": ["s10.matters"],
            "metrics:revise": [d.composed],
            "metrics:retire": [d.composed],
            "registers:person": [d.resident],
            "registers:reveal": [d.resident],
            "registers:organisation": [d.organisation],
            "registers:address": ["A-00001"],
            "registers:house": ["H-00001"],
            "registers:merge": ["organisation", d.organisation],
            "registers:unmerge": ["organisation", d.organisation],
            "s10:draw": [names["draw"].pk],
            "s45:task": [names["task"]],
            "s45:figure": [names["code"]],
            "s45:compare": [1, 2],
            "s45:explain": [names["round"], names["code"]],
            "s45:hand-in-version": [names["hand_in"], 1],
            "s45:report-text-delete": [names["round"], d.text.pk],
            "s45:report-download": [names["round"], d.report.number],
            "s45:frozen": [d.closed.pk],
            "s45:frozen-check": [d.closed.pk],
            "s45:frozen-download": [d.closed.pk],
            "s45:round-fill": [names["round"]],
            "s45:problem-edit": [names["round"], d.text.position],
            "s45:problem-remove": [names["round"], d.text.position],
            "s45:follow-up-answer": [names["round"], "countermeasure", names["measure"]],
            "s45:follow-up-decide": [names["round"], "countermeasure", names["measure"]],
            "s45:weights-withdraw": [d.weights.pk],
        }
        if route in arguments:
            found = arguments[route]
        elif route.startswith("access:person") and route != "access:person-new":
            found = [d.people["health"].username]
        elif route in {"s45:evidence", "s45:evidence-remove"}:
            found = [names["paper"]]
        elif route.startswith("s45:hand-in-") or route in {"s45:hand-in", "s45:evidence-add"}:
            found = [names["hand_in"]]
        elif route in {"s45:adjustment", "s45:adjustment-reject", "s45:adjustment-withdraw"}:
            found = [names["change"]]
        elif route in {"s45:interview", "s45:interview-edit", "s45:interview-remove"}:
            found = [names["round"], names["interview"]]
        elif route in {"s46:check-dismiss", "s46:check-restore"}:
            found = [names["check"].key, 1]
        elif route.startswith("s46:report"):
            found = [names["check"].report.key]
        elif route.startswith("s46:check") and route not in {"s46:checks", "s46:check-new"}:
            found = [names["check"].key]
        elif route.startswith(ROUND_ROUTES) and route not in {
            "s45:rounds",
            "s45:round-new",
        }:
            found = [names["round"]]
        else:
            found = []
        address = reverse(route, args=found)
        return f"{address}?q=暗语" if route in SEARCHED else address

    def _form(self, route: str) -> dict[str, Any]:
        if route == "registers:merge":
            return {"drop": "A", "reason": "同一家企业"}
        if route in {"s46:check-new", "s46:report-version", "s45:evidence-add", "s45:template-upload"}:
            return {"file": SimpleUploadedFile("a.txt", "全区有站点50个。".encode())}
        return {"language": "en"} if route.endswith("language") else {}

    def _call(self, name: str, owner: str) -> tuple[str, dict[str, Any], bool]:
        names, d = self._names(owner), self.district
        path = self.calls[name][1]
        number = names["change"] if "adjustments" in path else names["measure"] if "follow-up" in path else 1
        pk = d.job.pk if "/jobs/" in path else names["hand_in"] if "hand-ins" in path else names["round"]
        if name in {"s45_frozen", "s45_evaluation"}:
            pk = d.closed.pk
        if "registers" in path:
            return self._register_call(name, path)
        of = next((of for of in ("figures", "tasks", "metrics") if of in path), "units")
        code = {"figures": names["code"], "tasks": names["task"], "metrics": "F025", "units": names["unit"]}[of]
        key = "licensing.decision" if "limits" in path else names["check"].key
        if "/reports/" in path and "report-check" in path:
            key = names["check"].report.key
        address = path.format(
            pk=pk,
            number=number,
            kind="countermeasure",
            code=code,
            key=key,
            name="sex",
            year=2023,
            draw_no=names["draw"].draw_no,
        )
        address += {"count_legal_deadline": "?start=2023-09-28", "add_workdays": "?start=2023-09-28&days=5"}.get(
            name, ""
        )
        if name == "metric_values":
            address += "?as_of=2023-06-30"
        if name == "fishery_penalties":
            address += "?since=2023-01-01&until=2023-06-30"
        if name == "licence_verify":
            address += f"?identifier={d.licence}"
        if name == "s45_compare":
            address += "?old=1&new=2"
        bodies: dict[str, dict[str, Any]] = {
            "s45_draft": {"revision": 0},
            "s45_submit": {"revision": 0},
            "s45_return": {"number": 1, "reason": "请补充"},
            "s45_accept": {"number": 1},
            "s45_transfer": {"unit": "data", "reason": "机构合并"},
            "s45_propose": {"kind": "add", "task": names["task"], "new_text": "新", "reason": "因", "basis": "据"},
            "s45_approve": {"numbers": [names["change"]]},
            "s45_reject": {"note": "不必"},
            "s45_create_round": {
                "title": "另一轮",
                "as_of": "2024-06-30",
                "opens_on": "2024-06-30",
                "due_on": "2024-07-30",
            },
            "s45_ask": {"tasks": ["T2-01"]},
            "read_notices": {"ids": []},
            "s45_add_interview": {
                "kind": "talk",
                "held_on": "2023-07-01",
                "place": "会议室",
                "units": [names["unit"]],
                "interviewed": "分管领导",
                "interviewers": "评估组",
            },
            "s45_add_problem": {"title": "问题", "text": "正文"},
            "s45_answer": {"revision": 1, "state": "done", "evidence": "台账"},
            "s45_confirm_answer": {"revision": 1},
            "s45_return_answer": {"revision": 1, "note": "请补充"},
            "dismiss_finding": {"number": 1, "reason": "口径不同"},
            "share_checked_report": {"shared": True},
        }
        if name == "create_check":
            return address, {"file": SimpleUploadedFile("a.txt", "全区有站点50个。".encode())}, False
        return address, bodies.get(name, {}), True

    def _register_call(self, name: str, path: str) -> tuple[str, dict[str, Any], bool]:
        d = self.district
        person = "person" in path
        address = path.format(kind="organisation", code=d.resident if person else d.organisation)
        bodies: dict[str, dict[str, Any]] = {
            "find_person": {"citizen_id": d.citizen_id},
            "merge_subjects": {"drop": d.organisation, "reason": "同一家企业"},
            "unmerge_subjects": {"code": d.organisation, "reason": "核实为两家"},
            "reveal_person": {"reason": "核对身份信息"},
        }
        return f"{address}?q=暗语" if name == "search_register" else address, bodies.get(name, {}), True


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)


def seen(answer: Any) -> str:
    """Everything that a reader could find in an answer; files of Word and Excel opened."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(BytesIO(body)) as archive:
            body = b"\n".join(archive.read(name) for name in archive.namelist())
    if body and "json" in answer.headers.get("Content-Type", ""):
        # Escapes would hide Chinese words.
        body = _json(json.loads(body)).encode()
    headers = " ".join(str(value) for value in answer.headers.values())
    return body.decode("utf-8", "replace") + headers


def gets_in(answer: Any) -> bool:
    """Whether the reader was let in: not refused, not sent to sign in."""
    to_sign_in = answer.status_code in {301, 302} and answer["Location"].startswith("/sign-in/")
    return answer.status_code not in REFUSED and not to_sign_in


def may(reader: str, who: str) -> bool:
    """Whether the table lets ``reader`` in."""
    if who == "public":
        return True
    return reader != NOBODY if who == "signed-in" else reader in who.split()


def test_every_route_lets_in_whom_the_table_names_and_shows_nobody_what_is_not_theirs(district: District) -> None:
    walker = Walker(district)
    wrong: list[str] = []
    met: dict[str, set[str]] = {word: set() for word in WORDS}
    for route, (method, who) in TABLE.items():
        for reader in (NOBODY, *READERS):
            for owner in walker.owners(route):
                answer, text = walker.ask(reader, route, owner)
                read = method == "GET" and owner == "health" and may(reader, who)
                if answer.status_code >= (400 if read else 500):
                    wrong.append(f"{route} as {reader} for {owner}: {answer.status_code}")
                if owner == "health" and gets_in(answer) != may(reader, who):
                    wrong.append(f"{route} as {reader}: {answer.status_code}, the table says {who}")
                for word, readers in WORDS.items():
                    if word in text:
                        met[word].add(reader)
                        if reader not in readers:
                            wrong.append(f"{route} as {reader} for {owner} shows {word}")
    assert not wrong, "\n".join(wrong)
    # A word that its readers never meet would prove nothing.
    assert {word: readers - met[word] for word, readers in WORDS.items() if readers - met[word]} == {}
