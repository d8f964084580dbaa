"""S06: what its overview says, what is refused, what anyone may check, and that the demonstration counts right."""

from __future__ import annotations

import csv
import random
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yiwang.domains.services.licences import demo, selectors
from yiwang.domains.services.licences.models import EnabledMatter, Licence, LicenceType, Presentation, Proof
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.orgs import demo as orgs_demo
from yiwang.kernel.records import api as records
from yiwang.kernel.registers import api as registers
from yiwang.lib.identifiers import licence_identifier
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db
DAY = date(2023, 6, 30)
TYPE, OTHER = "11100000000013338W011", "11100000000013338W012"
ISSUER = "11441502MA0000015X"
MATTER = "11370800MB285591843370117002011"
PERSON = "441502200002291016"
FIGURES = Path(__file__).parents[3] / "evaluation" / "planning" / "demo" / "figures.csv"


@pytest.fixture
def bureau() -> User:
    """Who keeps the licences; two types, one matter."""
    registers.check_key()
    user = make_user("bureau", "cq/data")
    for code, name in ((TYPE, "居民身份证"), (OTHER, "户外广告设置许可证")):
        keep(user, LicenceType, type_code=code, name=name, holder_kind="mixed", issuer_level="district",
             valid_from="2021-01-01")  # fmt: skip
    keep(user, EnabledMatter, matter_code=MATTER, matter_name="申领补贴", valid_from="2022-01-01")
    return user


def keep(user: User, model: Any, **cells: object) -> Any:
    """A record of the data bureau."""
    return records.create(model.record_type, cells, actor=user, unit=make_unit("cq/data"))


def licence(user: User, serial: int = 1, **cells: Any) -> Any:
    """A licence issued on 1 June 2023."""
    row = {
        "identifier": licence_identifier(TYPE, ISSUER, f"{serial:08}"), "number": f"第{serial}号", "type_code": TYPE,
        "holder_name": "张三", "holder_key": PERSON, "issuer_code": ISSUER, "issued_on": "2023-06-01",
        "valid_from": "2023-06-01",
    }  # fmt: skip
    return keep(user, Licence, **(row | cells))


def use(user: User, identifier: str, day: str, result: str = "accepted") -> Any:
    """A use of a licence."""
    return keep(user, Presentation, occurred_on=day, identifier=identifier, matter_code=MATTER, case_no="BJ1",
                way="shown", result=result)  # fmt: skip


def test_the_overview_shows_what_needs_somebody_first(bureau: User) -> None:
    first = licence(bureau)
    licence(bureau, 2, valid_to="2023-07-10")
    licence(bureau, 3, issued_on="2023-07-01", valid_from="2023-07-01")
    use(bureau, first.identifier, "2023-06-20")
    use(bureau, first.identifier, "2023-06-21", "failed")
    use(bureau, first.identifier, "2023-07-02")
    found = selectors.overview(bureau, DAY)
    assert [(row.type.type_code, row.state, row.issued, row.used, row.ending) for row in found.types] == [
        (OTHER, "empty", 0, 0, 0), (TYPE, "used", 2, 1, 1)
    ]  # fmt: skip
    assert (found.issued, found.used, found.matters, found.asleep, found.ending) == (2, 1, 1, 0, 1)
    assert found.months == [("2023-06", 2, 1)]
    later = selectors.overview(bureau, date(2023, 10, 1))
    assert (later.issued, later.used, later.asleep) == (3, 2, 1)
    Presentation._base_manager.filter(occurred_on=date(2023, 6, 20)).delete()
    assert selectors.overview(bureau, DAY).used == 0, "nothing knows a total"


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        ({"identifier": licence_identifier(TYPE, ISSUER, "1")[:-1] + "#"}, "identifier", "licence_form"),
        ({"identifier": licence_identifier(OTHER, ISSUER, "1")}, "identifier", "licence_other_type"),
        ({"type_code": "11100000000013338W099"}, "type_code", "link_unknown"),
        ({"holder_uscc": ISSUER}, "holder_key", "holder_unclear"),
        ({"holder_key": ""}, "holder_key", "holder_unclear"),
        ({"valid_from": "2023-01-01", "valid_to": "2023-05-01"}, "valid_to", "ends_before_issue"),
        ({"state": "88"}, "state", "code_unknown"),
    ],
)
def test_a_licence_that_cannot_be_is_refused_in_both_languages(
    bureau: User, cells: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(Problem) as refused:
        licence(bureau, **cells)
    faults = refused.value.detail["fields"]
    assert isinstance(faults, dict)
    assert faults[field]["code"] == code
    assert faults[field]["zh"]
    assert faults[field]["en"]


def test_anyone_may_check_a_licence_and_learns_nothing_of_its_holder(bureau: User) -> None:
    found = licence(bureau)
    client = Client()
    page = client.get(reverse("s06:verify"), {"identifier": found.identifier.lower()})
    text = page.content.decode()
    assert page.status_code == 200
    assert "证照真实有效" in text
    assert "居民身份证" in text
    assert "张" not in text.replace("一张网", "")
    assert PERSON not in text
    answer = client.get("/api/v1/services/licences/verify", {"identifier": found.identifier}).json()
    assert (answer["holds"], answer["state"]) == (True, "有效")
    assert set(answer) == {"identifier", "type_name", "issuer_code", "issued_on", "valid_to", "state", "holds"}
    records.correct(found, {"state": "03"}, actor=bureau, reason="撤销决定书")
    assert "不在有效状态" in client.get(reverse("s06:verify"), {"identifier": found.identifier}).content.decode()
    unknown = licence_identifier(TYPE, ISSUER, "999")
    assert client.get(reverse("s06:verify"), {"identifier": unknown}).status_code == 404
    assert client.get(reverse("s06:verify"), {"identifier": unknown[:-1] + "#"}).status_code == 400


def test_pages_and_interface_say_the_same(bureau: User) -> None:
    use(bureau, licence(bureau).identifier, "2023-06-20")
    client = Client()
    client.force_login(bureau)
    page = client.get(reverse("s06:overview"), {"as_of": "2023-06-30", "state": "empty", "q": "广告"})
    assert [row.type.type_code for row, *_rest in page.context["rows"]] == [OTHER]
    answer = client.get("/api/v1/services/licences/overview", {"as_of": "2023-06-30"}).json()
    assert (answer["issued"], answer["used"], len(answer["types"])) == (1, 1, 2)
    asleep = client.get(reverse("s06:asleep"), {"as_of": "2023-12-31"})
    assert [matter.matter_code for matter in asleep.context["page"]] == [MATTER]
    assert client.get(reverse("s06:overview"), {"as_of": "去年"}).status_code == 400


def published() -> dict[str, int]:
    """The report's figures."""
    with FIGURES.open(encoding="utf-8-sig", newline="") as handle:
        return {row["id"]: int(row["value"]) for row in csv.DictReader(handle) if row["id"] in NAMES}


NAMES = {"F008", "F009", "F010", "F011"}


@pytest.mark.slow
def test_the_demonstration_counts_to_the_report_s_figures() -> None:
    """Counted on what the generators yield, by the conditions of the overview: loading it all takes two minutes."""
    orgs_demo.load(DAY)
    chance = random.Random(demo.SEED)  # noqa: S311  (the demonstration's own)
    kinds = demo._kinds(chance)
    matters = demo._matters(chance, kinds)
    usable: list[Any] = []
    list(demo._proofs(chance, matters))
    issued, holders = 0, Counter[str]()
    for row in demo._licences(chance, kinds, usable):
        issued += row.cells["issued_on"] <= DAY  # type: ignore[operator] # the demonstration gives a date here
        holders["person" if "holder_key" in row.cells else "organisation"] += 1
    used = sum(
        row.cells["occurred_on"] <= DAY and row.cells["result"] == "accepted"  # type: ignore[operator] # the demonstration gives a date here
        for row in demo._uses(chance, usable, matters)
    )
    found = {
        "F008": issued,
        "F009": sum(kind.opened <= DAY for kind in kinds),
        "F010": sum(begin <= DAY for *_rest, begin in matters),
        "F011": used,
    }
    assert found == published()
    assert min(holders.values()) > 10_000


@pytest.mark.slow
def test_what_the_demonstration_makes_is_taken_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousandth of it, through the door, in the database, with its corrections."""
    registers.check_key()
    orgs_demo.load(DAY)
    for name, number in (("ISSUED_AT_CUT", 1400), ("ISSUED_LATER", 100), ("USED_AT_CUT", 500), ("USED_LATER", 80),
                         ("FAILED", 12)):  # fmt: skip
        monkeypatch.setattr(demo, name, number)
    assert demo.load(lambda _line: None)
    assert not demo.load(lambda _line: None), "a second time changes nothing"
    found = selectors.overview(make_user("bureau", "cq/data"), DAY)
    assert (found.issued, found.used, len(found.types), found.matters) == (1400, 500, 105, 1179)
    assert Licence._base_manager.filter(synthetic=False).count() == 0
    assert Licence.history_model._base_manager.filter(superseded_kind="corrected").exists()
    assert Proof._base_manager.filter(substitute="paper").exists()
