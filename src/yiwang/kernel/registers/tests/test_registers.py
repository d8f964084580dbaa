"""What may be relied on: one row a code, newer facts with a trail, merges that can be undone, and a second lock."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from django.db import ProgrammingError, connection, transaction
from pytest_django import Settings

from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.audit.api import AuditEntry
from yiwang.kernel.orgs.api import Division, Unit
from yiwang.kernel.registers import api, locks, merging, population, revealing, selectors
from yiwang.kernel.registers.api import NewAddress, NewHouse, NewOrganisation, NewPerson
from yiwang.kernel.registers.kinds import ADDRESS, HOUSE, KINDS, ORGANISATION, PERSON, Kind
from yiwang.kernel.registers.models import (
    KeyCheck,
    RegisteredAddress,
    RegisteredHouse,
    RegisteredOrganisation,
    RegisteredPerson,
    Trail,
)
from yiwang.lib.identifiers import citizen_id_fault, uscc_fault
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db
HERE, THERE = "441502001001", "441502002001"
USCC = [population.organisation(number).uscc for number in range(4)]
IDS = [population.person(number).citizen_id for number in range(3)]


@pytest.fixture(autouse=True)
def district(tmp_path: Path, settings: Settings) -> None:
    settings.YIWANG_PERSONAL_KEY_FILE = tmp_path / "personal.key"
    api.check_key()
    for code, level in (("441502001000", "town"), (HERE, "village"), (THERE, "village")):
        Division.objects.create(code12=code, name=f"地{code}", level=level, kind="街道", administered=True)


def organisations(*codes: str, place: str = HERE) -> None:
    api.keep_organisations(
        (NewOrganisation(code, f"演示{code}", "enterprise", place=place) for code in codes), source="t"
    )


def bureau() -> User:
    return make_user("bureau")


def town() -> User:
    unit = Unit.objects.create(
        code="town", path="cq/town", parent=make_unit("cq"), name_zh="镇", name_en="Town", kind="town",
        division_id="441502001000",
    )  # fmt: skip
    return make_user("town", unit)


def test_a_code_is_kept_once_and_a_newer_name_leaves_a_trail() -> None:
    organisations(USCC[0])
    assert api.keep_organisations([NewOrganisation(USCC[0], "新名")], source="market", by="clerk") == 1
    api.keep_organisations([NewOrganisation(USCC[0], "新名")], source="market", by="clerk")
    row = RegisteredOrganisation.objects.get()
    # What the second source did not say is not lost.
    assert (row.name, row.kind, row.place, row.source) == ("新名", "enterprise", HERE, "market")
    step = Trail.objects.get()
    assert (step.kind, step.code, step.act, step.by, step.source) == (
        "organisation", USCC[0], "updated", "clerk", "market",
    )  # fmt: skip
    assert step.former == {"name": f"演示{USCC[0]}", "source": "t"}


def test_of_two_rows_with_one_code_the_last_counts() -> None:
    rows = [NewHouse("H-00001"), NewHouse("H-00001", "A-00001")]
    assert api.keep_houses(rows, source="t") == 1
    assert RegisteredHouse.objects.get().address == "A-00001"


def test_people_keep_their_name_unless_a_base_register_renames_them() -> None:
    api.keep_people([(IDS[0], "张三")], source="s05")
    api.keep_people([(IDS[0], "张三丰")], source="s06")
    assert RegisteredPerson.objects.get().name == "张三"
    api.keep_people([NewPerson(IDS[0], "张三丰", HERE)], source="police", by="clerk", rename=True)
    person = RegisteredPerson.objects.get()
    assert (person.name, person.place) == ("张三丰", HERE)
    step = Trail.objects.get()
    assert step.former == {"name": "张三", "place": "", "source": "s05"}
    assert "sealed" not in step.former


def test_sealing_again_leaves_no_trail() -> None:
    api.keep_people([(IDS[0], "张三")], source="t")
    api.rotate()
    assert not Trail.objects.exists()


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (NewOrganisation("91441502MAY000076A", "名"), "uscc_check"),
        (NewOrganisation(USCC[0], ""), "text_invalid"),
        (NewOrganisation(USCC[0], "名", kind="x"), "code_unknown"),
        (NewOrganisation(USCC[0], "名", place="440000000000"), "place_unknown"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_kept(row: NewOrganisation, fault: str) -> None:
    with pytest.raises(Problem) as problem:
        api.keep_organisations([NewOrganisation(USCC[1], "好"), row], source="t")
    assert problem.value.detail["row"] == 2
    assert problem.value.detail["fault"] == fault
    assert not RegisteredOrganisation.objects.exists()


def test_addresses_say_what_is_wrong_with_them() -> None:
    good = NewAddress("A-00001", "41", "演示1路", "城区演示1路", place=HERE, lon=Decimal("115.3"), lat=Decimal("22.7"))
    assert api.keep_addresses([good], source="t") == 1
    for wrong, fault in (
        (good._replace(code="a 1"), "register_code_form"),
        (good._replace(level="99"), "code_unknown"),
        (good._replace(lat=None), "point_invalid"),
        (good._replace(parent="A-00001"), "address_own_parent"),
    ):
        with pytest.raises(Problem) as problem:
            api.keep_addresses([wrong], source="t")
        assert problem.value.detail["fault"] == fault
    assert RegisteredAddress.objects.count() == 1


def test_an_old_code_finds_the_kept_one_through_a_chain_and_each_link_can_be_undone() -> None:
    organisations(*USCC)
    actor = bureau()
    a, b, c, d = USCC
    merging.merge(ORGANISATION, b, a, actor=actor, reason="同一家企业")
    merging.merge(ORGANISATION, c, b, actor=actor, reason="同一家企业")
    assert selectors.subject(actor, ORGANISATION, a).code == c
    assert selectors.subject(actor, ORGANISATION, c).codes == (c, b, a)
    # Naming old codes means what they stand for: no circle, and no merge of a thing with itself.
    with pytest.raises(Problem) as same:
        merging.merge(ORGANISATION, a, c, actor=actor, reason="同一家企业")
    assert same.value.code == "already_one"
    merging.merge(ORGANISATION, a, d, actor=actor, reason="同一家企业")
    assert selectors.subject(actor, ORGANISATION, d).code == c
    merging.unmerge(ORGANISATION, b, actor=actor, reason="核实为两家")
    assert selectors.subject(actor, ORGANISATION, a).code == b
    assert selectors.subject(actor, ORGANISATION, c).codes == (c, d)
    acts = [(step.act, step.other, step.by) for step in selectors.subject(actor, ORGANISATION, c).trail]
    assert acts[0] == ("unmerged", b, actor.username)
    assert AuditEntry.objects.filter(action="registers.merge").count() == 3
    assert AuditEntry.objects.get(action="registers.unmerge").detail["reason"] == "核实为两家"
    with pytest.raises(Problem) as nothing:
        merging.unmerge(ORGANISATION, b, actor=actor, reason="核实为两家")
    assert nothing.value.code == "not_merged"


def test_people_are_merged_by_their_ids_too() -> None:
    api.keep_people([(IDS[0], "张三"), (IDS[1], "张三")], source="t")
    actor = bureau()
    keep, drop = str(api.person_key(IDS[0])), str(api.person_key(IDS[1]))
    merging.merge(PERSON, IDS[0], IDS[1], actor=actor, reason="换发过号码")
    assert selectors.subject(actor, PERSON, drop).code == keep
    assert IDS[1] not in str(list(Trail.objects.values())) + str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize("role", ["operator", "leader", "auditor", "viewer"])
def test_who_may_not_merge_is_refused(role: str) -> None:
    organisations(*USCC[:2])
    with pytest.raises(Problem) as refused:
        merging.merge(ORGANISATION, USCC[0], USCC[1], actor=make_user(role), reason="同一家企业")
    assert refused.value.status == 403


def test_a_town_merges_what_lies_in_its_place_only() -> None:
    api.keep_houses([NewHouse("H-00001", place=HERE), NewHouse("H-00002", place=HERE)], source="t")
    api.keep_houses([NewHouse("H-00003", place=THERE)], source="t")
    clerk = town()
    assert merging.merge(HOUSE, "H-00001", "H-00002", actor=clerk, reason="同一房屋重复登记") == "H-00001"
    with pytest.raises(Problem) as unknown:
        merging.merge(HOUSE, "H-00001", "H-00003", actor=clerk, reason="同一房屋重复登记")
    assert unknown.value.status == 404


@pytest.mark.parametrize("reason", ["", "太短", "电话 13900000001 核实"])
def test_a_merge_needs_a_reason_that_names_nobody(reason: str) -> None:
    organisations(*USCC[:2])
    with pytest.raises(Problem, match="事由"):
        merging.merge(ORGANISATION, USCC[0], USCC[1], actor=bureau(), reason=reason)


def test_a_search_knows_codes_old_codes_and_parts_of_names() -> None:
    organisations(*USCC[:3])
    actor = bureau()
    merging.merge(ORGANISATION, USCC[0], USCC[1], actor=actor, reason="同一家企业")
    assert [row.pk for row in selectors.search(actor, ORGANISATION, USCC[1].lower()).rows] == [USCC[0]]
    assert len(selectors.search(actor, ORGANISATION, f"演示 {USCC[2][-4:]}").rows) == 1
    found = selectors.search(actor, ORGANISATION, "演示", limit=2)
    assert (len(found.rows), found.more) == (2, True)
    assert selectors.search(actor, ORGANISATION, "100%").rows == ()


def test_a_house_is_found_by_its_address_and_stands_below_it() -> None:
    api.keep_addresses(
        [
            NewAddress("A-00001", "41", "演示1路", "城区演示1路"),
            NewAddress("A-00002", "60", "2号101房", "城区演示1路2号101房", parent="A-00001"),
        ],
        source="t",
    )
    api.keep_houses([NewHouse("H-00001", "A-00002")], source="t")
    actor = bureau()
    assert [row.pk for row in selectors.search(actor, HOUSE, "演示1路").rows] == ["H-00001"]
    assert [row.pk for row in selectors.above(actor, "A-00002")] == ["A-00001", "A-00002"]
    assert [row.pk for row in selectors.below(actor, ["A-00001"])[ADDRESS].rows] == ["A-00002"]
    assert [row.pk for row in selectors.below(actor, ["A-00002"])[HOUSE].rows] == ["H-00001"]


def test_addresses_that_lie_in_each_other_do_not_lead_in_circles() -> None:
    one = NewAddress("A-00001", "41", "甲", "甲", parent="A-00002")
    api.keep_addresses([one, one._replace(code="A-00002", parent="A-00001")], source="t")
    assert len(selectors.above(bureau(), "A-00001")) == 2


def test_clear_values_need_the_right_and_a_reason_and_are_audited() -> None:
    api.keep_people([(IDS[0], "张三")], source="t")
    key = str(api.person_key(IDS[0]))
    actor = bureau()
    assert revealing.reveal_person(key, actor=actor, reason="核对身份信息").citizen_id == IDS[0]
    entry = AuditEntry.objects.get(action="registers.unmask")
    assert entry.object_id == key
    assert IDS[0] not in str(entry.detail)
    with pytest.raises(Problem) as refused:
        revealing.reveal_person(key, actor=make_user("operator"), reason="核对身份信息")
    assert refused.value.status == 403


# --- the second lock: raw SQL under the application's role

SECRETS = ("SELECT sealed FROM registers_registeredperson", "SELECT * FROM registers_registeredperson")


def everything() -> None:
    for place, number in ((HERE, 0), (THERE, 1)):
        api.keep_people([NewPerson(IDS[number], f"演员{number}", place)], source="t")
        api.keep_people([NewPerson(IDS[number], f"演示{number}", place)], source="t", rename=True)
        organisations(USCC[number], place=place)
        code = f"X-0000{number}"
        api.keep_addresses([NewAddress(code, "41", "路", "路", place=place)], source="t")
        api.keep_houses([NewHouse(code, place=place)], source="t")


def seen(user: User, statement: str) -> list[tuple[object, ...]]:
    """What a raw query shows to this reader."""
    with transaction.atomic(), connection.cursor() as cursor:
        access.act_as(user)
        cursor.execute(statement)
        found: list[tuple[object, ...]] = cursor.fetchall()
        access.stop_acting()
    return found


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@pytest.mark.parametrize("role", ["bureau", "operator", "auditor", "leader", "liaison", "viewer", "sysadmin", "town"])
def test_raw_sql_shows_what_the_scope_allows(kind: Kind, role: str) -> None:
    everything()
    user = town() if role == "town" else make_user(role)
    rows = {str(row[0]) for row in seen(user, f'SELECT {kind.pk} FROM "{kind.table}"')}  # noqa: S608  (own tables)
    assert rows == {str(row.pk) for row in selectors.reach(user, kind)}
    places = {row[0] for row in seen(user, f'SELECT place FROM "{kind.table}"')}  # noqa: S608  (own tables)
    if role == "town":
        assert places == {HERE}
    if kind is PERSON:
        assert bool(rows) == (role in {"bureau", "operator", "auditor", "town"})
        trail = {str(row) for row in seen(user, "SELECT former FROM registers_trail WHERE kind = 'person'")}
        assert any("演员0" in row for row in trail) == bool(rows)
        assert any("演员1" in row for row in trail) == (role in {"bureau", "operator", "auditor"})


@pytest.mark.parametrize("statement", [*SECRETS, "SELECT value FROM registers_keycheck"])
def test_no_raw_sql_reads_a_sealed_id_or_what_is_known_of_the_keys(statement: str) -> None:
    everything()
    with pytest.raises(ProgrammingError, match="permission denied"):
        seen(bureau(), statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registers_registeredperson SET name = 'x' RETURNING 1",
        "DELETE FROM registers_trail RETURNING 1",
        "INSERT INTO registers_alias (kind, code, kept) VALUES ('house', 'a', 'b') RETURNING 1",
    ],
)
def test_no_raw_sql_writes(statement: str) -> None:
    everything()
    with pytest.raises(ProgrammingError, match="permission denied"):
        seen(bureau(), statement)


def test_behind_the_lock_the_rooms_own_doors_work_and_the_lock_stays_on() -> None:
    everything()
    user = make_user("leader")
    key = api.person_key(IDS[0])
    with transaction.atomic(), connection.cursor() as cursor:
        access.act_as(user)
        assert api.masked_ids([key]) == {key: "441502********" + IDS[0][-4:]}
        api.keep_people([(IDS[2], "新人")], source="t")
        with pytest.raises(Problem):
            merging.merge(PERSON, IDS[0], IDS[1], actor=user, reason="同一个自然人")
        cursor.execute("SELECT current_user, count(*) FROM registers_registeredperson")
        assert cursor.fetchone() == (access.APP_ROLE, 0)
        access.stop_acting()
    assert RegisteredPerson.objects.count() == 3


def test_the_locks_can_be_put_on_again() -> None:
    locks.apply()
    everything()
    assert KeyCheck.objects.exists()
    assert Trail.objects.count() == 2


# --- the demonstration's population


@pytest.mark.parametrize(
    ("make", "size"),
    [
        (population.person, population.PEOPLE),
        (population.organisation, population.ORGANISATIONS),
        (population.address, population.ADDRESSES),
        (population.house, population.HOUSES),
    ],
)
def test_every_number_is_another_one_and_always_the_same(make: object, size: int) -> None:
    assert callable(make)
    chosen = {*range(0, size, size // 3000), size - 1}
    assert len({make(number)[0] for number in chosen}) == len(chosen)
    assert make(size - 1) == make(size - 1)
    for wrong in (-1, size):
        with pytest.raises(IndexError):
            make(wrong)


def test_the_population_is_well_formed_and_plainly_synthetic() -> None:
    known = {code for code, _name in population.villages()}
    for number in range(0, population.PEOPLE, 997):
        person = population.person(number)
        assert citizen_id_fault(person.citizen_id) is None
        assert person.citizen_id[6:14] == f"{person.birth:%Y%m%d}"
        assert person.birth.year < 2023
        assert person.name[1] == "演"
        assert person.place in known
        assert population.house(person.house).place == person.place
    for number in range(0, population.ORGANISATIONS, 101):
        organisation = population.organisation(number)
        assert uscc_fault(organisation.uscc) is None
        assert "演示" in organisation.name
    assert population.organisation_check_char("MB032716") == "9"
    assert population.organisation_check_char("00001333") == "8"
    assert len(known) == 99


def test_rooms_lie_in_streets_and_houses_in_rooms() -> None:
    room = population.address(population.STREETS + 1234)
    street = next(a for a in map(population.address, range(population.STREETS)) if a.code == room.parent)
    assert (street.level, room.level) == (population.STREET, population.ROOM)
    assert room.full_text.startswith(street.full_text)
    assert population.house(1234).address == room.code
