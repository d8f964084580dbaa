"""Pages and interface of the registers: looking up, everything known, merging, the clear values, who meets what."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yiwang.domains.services.kiosks.models import Kiosk, Transaction
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.audit.api import AuditEntry
from yiwang.kernel.orgs.api import Division, Unit
from yiwang.kernel.records import api as records
from yiwang.kernel.registers import api as registers
from yiwang.kernel.registers.api import NewAddress, NewHouse, NewOrganisation, NewPerson
from yiwang.kernel.registers.extend import population

pytestmark = pytest.mark.django_db
HERE, THERE = "441502001001", "441502002001"
ONE, TWO, THREE = (population.person(number).citizen_id for number in range(3))
FIRM, OLD_FIRM = (population.organisation(number).uscc for number in range(2))


@pytest.fixture(autouse=True)
def district() -> None:
    """A kiosk with two transactions, by two ids of one person; the second id is in the register of another town."""
    registers.check_key()
    for code, level in (("441502001000", "town"), (HERE, "village"), (THERE, "village")):
        Division.objects.create(code12=code, name=f"地{code}", level=level, kind="街道", administered=True)
    actor, unit = make_user("bureau", "cq/data"), make_unit("cq/data")
    records.create(
        Kiosk.record_type, {"device_no": "K1", "name": "机", "place_type": "hall", "valid_from": "2022-01-01"},
        actor=actor, unit=unit, place=HERE,
    )  # fmt: skip
    for number, (citizen, place) in enumerate(((ONE, HERE), (TWO, THERE))):
        cells = {
            "device_no": "K1", "occurred_on": "2023-01-02", "matter_name": f"查询{number}", "person_key": citizen,
            "result": "done",
        }  # fmt: skip
        records.create(Transaction.record_type, cells, actor=actor, unit=unit, place=place, source_id=f"t{number}")
    registers.keep_people(
        [NewPerson(ONE, "李演一", HERE), NewPerson(TWO, "李演二", THERE)], source="police", rename=True
    )
    registers.keep_organisations(
        [
            NewOrganisation(FIRM, "演示甲商行", "individual", "active", HERE, "A-00002"),
            NewOrganisation(OLD_FIRM, "演示乙"),
        ],
        source="market",
    )
    registers.keep_addresses(
        [
            NewAddress("A-00001", "41", "演示1路", "城区演示1路", place=HERE),
            NewAddress("A-00002", "60", "2号101房", "城区演示1路2号101房", parent="A-00001", place=HERE),
        ],
        source="police",
    )
    registers.keep_houses([NewHouse("H-00001", "A-00002", HERE)], source="police")


def key(citizen: str) -> str:
    return str(registers.person_key(citizen))


def town() -> User:
    unit = Unit.objects.create(
        code="town", path="cq/town", parent=make_unit("cq"), name_zh="镇", name_en="Town", kind="town",
        division_id="441502001000",
    )  # fmt: skip
    return make_user("town", unit)


def signed_in(user: User | str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(make_user(user, "cq/data") if isinstance(user, str) else user)
    return client


def page(client: Client, kind: str, code: str, status: int = 200) -> str:
    answer = client.get(reverse(f"registers:{kind}", args=[code]))
    assert answer.status_code == status
    return answer.content.decode()


def send(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.post(f"/api/v1/registers/{path}", json.dumps(body), content_type="application/json")


def test_everything_known_of_a_person_masked() -> None:
    text = page(signed_in("bureau"), "person", key(ONE))
    assert "李**" in text
    assert f"441502********{ONE[-4:]}" in text
    assert "S05" in text
    assert "查询0" in text
    assert ONE not in text
    assert "李演一" not in text


def test_an_id_is_posted_and_leads_to_a_page_without_it() -> None:
    client = signed_in("operator")
    answer = client.post(reverse("registers:ask"), {"kind": "organisation", "q": ONE})
    assert answer.headers["Location"] == reverse("registers:person", args=[key(ONE)])
    assert client.get(reverse("registers:search"), {"kind": "person", "q": ONE}).status_code == 400
    nobody = client.post(reverse("registers:ask"), {"q": THREE})
    assert nobody.status_code == 200
    assert "没有查到" in nobody.content.decode()
    assert THREE not in nobody.content.decode()


def test_a_name_is_found_by_its_parts_and_shown_masked() -> None:
    text = signed_in("bureau").get(reverse("registers:search"), {"kind": "person", "q": "演一"}).content.decode()
    assert "李**" in text
    assert "李演一" not in text


def test_who_reads_a_record_of_a_person_may_open_the_person_but_not_the_register() -> None:
    reader = signed_in("leader")
    text = page(reader, "person", key(ONE))
    assert "查询0" in text
    assert "李**" not in text
    assert f"441502********{ONE[-4:]}" in text
    page(signed_in("viewer"), "person", key(ONE), 404)
    assert "李" not in reader.get(reverse("registers:search"), {"kind": "person", "q": "演一"}).content.decode()


def test_a_town_meets_what_is_in_its_place() -> None:
    client = signed_in(town())
    assert "李**" in page(client, "person", key(ONE))
    page(client, "person", key(TWO), 404)
    page(client, "organisation", OLD_FIRM, 404)


def test_merging_two_people_is_compared_first_then_gathers_the_records_of_both_and_can_be_undone() -> None:
    client = signed_in("bureau")
    address = reverse("registers:merge", args=["person", key(ONE)])
    compared = client.post(address, {"drop": TWO, "reason": "换发过身份证"})
    assert compared.status_code == 200
    assert "确认合并" in compared.content.decode()
    assert TWO not in compared.content.decode()
    assert registers.masked_ids([registers.person_key(TWO)])
    assert not AuditEntry.objects.filter(action="registers.merge").exists()
    done = client.post(address, {"drop": key(TWO), "reason": "换发过身份证", "confirmed": "1"})
    assert done.headers["Location"] == reverse("registers:person", args=[key(ONE)])
    text = page(client, "person", key(ONE))
    assert "查询0" in text
    assert "查询1" in text
    assert "换发过身份证" in text
    # The old code finds the kept one; the records still hold what they held.
    old = client.get(reverse("registers:person", args=[key(TWO)]))
    assert old.headers["Location"] == reverse("registers:person", args=[key(ONE)])
    assert Transaction._base_manager.filter(person_key=key(TWO)).count() == 1
    undone = client.post(
        reverse("registers:unmerge", args=["person", key(ONE)]), {"code": key(TWO), "reason": "核实为两个人"}
    )
    assert undone.headers["Location"] == reverse("registers:person", args=[key(TWO)])
    assert "查询1" not in page(client, "person", key(ONE))


def test_merged_records_outside_the_scope_stay_unseen() -> None:
    client = signed_in("bureau")
    client.post(
        reverse("registers:merge", args=["person", key(ONE)]),
        {"drop": key(TWO), "reason": "换发过身份证", "confirmed": "1"},
    )
    text = page(signed_in(town()), "person", key(ONE))
    assert "查询0" in text
    assert "查询1" not in text


@pytest.mark.parametrize(
    ("drop", "reason", "said"),
    [
        (FIRM, "同一家企业", "已经是同一项"),
        (OLD_FIRM, "短", "至少 5 个字"),
        ("91441502MAY000076A", "同一家企业", "校验位"),
    ],
)
def test_a_merge_that_cannot_be_says_why(drop: str, reason: str, said: str) -> None:
    answer = signed_in("bureau").post(
        reverse("registers:merge", args=["organisation", FIRM]), {"drop": drop, "reason": reason}
    )
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_the_clear_values_are_shown_once_with_a_reason() -> None:
    client = signed_in("bureau")
    address = reverse("registers:reveal", args=[key(ONE)])
    assert ONE not in client.post(address, {"reason": "短"}).content.decode()
    answer = client.post(address, {"reason": "核对身份信息"})
    assert ONE in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert signed_in("operator").post(address, {"reason": "核对身份信息"}).status_code == 403


def test_an_address_shows_what_it_lies_in_and_what_lies_in_it() -> None:
    client = signed_in("bureau")
    text = page(client, "address", "A-00002")
    assert "演示1路" in text
    assert "H-00001" in text
    assert "演示甲商行" in text
    assert "城区演示1路2号101房" in page(client, "house", "H-00001")
    assert "A-00002" in page(client, "address", "A-00001")
    page(client, "address", "A-99999", 404)


def test_a_record_links_to_its_person() -> None:
    record = Transaction._base_manager.get(source_id="t0")
    text = signed_in("bureau").get(reverse("records:record", args=["s05.transaction", record.pk])).content.decode()
    assert reverse("registers:person", args=[key(ONE)]) in text


def test_the_sites_search_finds_organisations_and_addresses_and_no_people() -> None:
    client = signed_in("bureau")
    assert "演示甲商行" in client.get(reverse("search"), {"q": "演示甲"}).content.decode()
    assert "李*" not in client.get(reverse("search"), {"q": "李演"}).content.decode()


def test_the_interface_answers_masked_and_merges() -> None:
    client = signed_in("bureau")
    found = send(client, "person/search", {"citizen_id": ONE}).json()
    assert found["entry"]["name"] == "李**"
    assert ONE not in json.dumps(found)
    code = found["code"]
    known = client.get(f"/api/v1/registers/person/{code}/known").json()
    assert [item["count"] for item in known["items"]] == [1]
    merged = send(client, f"person/{code}/merge", {"drop": TWO, "reason": "换发过身份证"}).json()
    assert merged["former"] == [key(TWO)]
    assert client.get(f"/api/v1/registers/person/{key(TWO)}").json()["code"] == code
    again = send(client, f"person/{code}/merge", {"drop": TWO, "reason": "换发过身份证"})
    assert (again.status_code, again.json()["code"]) == (409, "already_one")
    assert send(client, f"person/{code}/unmerge", {"code": TWO, "reason": "核实为两个人"}).json()["former"] == []
    assert send(client, f"person/{code}/unmerge", {"code": TWO, "reason": "核实为两个人"}).status_code == 409
    assert send(client, f"person/{code}/reveal", {"reason": "核对身份信息"}).json()["citizen_id"] == ONE


def test_the_interface_finds_by_name_and_code() -> None:
    client = signed_in("viewer")
    names = [item["name"] for item in client.get("/api/v1/registers/organisation?q=演示").json()["items"]]
    assert sorted(names) == ["演示乙", "演示甲商行"]
    assert client.get(f"/api/v1/registers/organisation/{FIRM}").json()["entry"]["address"] == "A-00002"
    assert client.get("/api/v1/registers/person?q=李").status_code == 403
    assert client.get(f"/api/v1/registers/organisation?q={ONE}").status_code == 400
    assert client.get("/api/v1/registers/organisation/nothing").status_code == 404
