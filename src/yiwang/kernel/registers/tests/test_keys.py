"""What may be relied on: ids are sealed, another key is noticed, a rotation survives a kill and loses nothing."""

from __future__ import annotations

import hashlib
import stat
import threading
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from yiwang.kernel.registers import api, keys, services
from yiwang.kernel.registers.models import KeyCheck, RegisteredPerson
from yiwang.lib.identifiers import citizen_id_check_char
from yiwang.lib.problems import Problem

RING = keys.new_ring()


def citizen(number: int) -> str:
    first17 = f"44150219900101{number:03d}"
    return first17 + citizen_id_check_char(first17)


@pytest.fixture(autouse=True)
def key_file(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "personal.key"
    settings.YIWANG_PERSONAL_KEY_FILE = path
    return path


def enter(count: int) -> list[str]:
    numbers = [citizen(number) for number in range(count)]
    api.check_key()
    assert api.keep_people(((number, "张三") for number in numbers), source="test") == count
    return numbers


def clear() -> set[str]:
    return set(api.reveal(list(RegisteredPerson.objects.values_list("key", flat=True))).values())


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"", "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_is_the_standards(text: bytes, digest: str) -> None:
    assert hashlib.new("sm3", text).hexdigest() == digest


@given(st.uuids(), st.text(min_size=1, max_size=40))
def test_what_is_sealed_opens_again_for_this_person_only(key: uuid.UUID, number: str) -> None:
    sealed = RING.seal(key, number)
    assert RING.open(key, sealed) == number
    with pytest.raises(Problem, match="密钥"):
        RING.open(uuid.UUID(int=key.int ^ 1), sealed)


@pytest.mark.django_db
def test_first_start_makes_a_private_key_and_the_id_is_nowhere_in_the_clear(key_file: Path) -> None:
    [number] = enter(1)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    person = RegisteredPerson.objects.get()
    assert person.key == api.person_key(number)
    assert number.encode() not in bytes(person.sealed)
    assert api.masked_ids([person.key]) == {person.key: "441502********" + number[-4:]}
    assert str(person) == "张*"


@pytest.mark.django_db
def test_twenty_thousand_people_are_kept_once() -> None:
    api.check_key()
    people = [(f"P{number:017d}", "") for number in range(20_000)]
    api.keep_people(people, source="test")
    api.keep_people([*people[:10], ("P" + "0" * 17, "李四")], source="test")
    assert RegisteredPerson.objects.count() == 20_000
    assert RegisteredPerson.objects.exclude(name="").get().name == "李四"


@pytest.mark.django_db
def test_a_missing_or_wrong_or_damaged_key_refuses_the_start(key_file: Path) -> None:
    enter(1)
    key_file.unlink()
    with pytest.raises(Problem) as missing:
        api.check_key()
    assert missing.value.code == "personal_key_missing"
    assert str(key_file) in missing.value.zh
    assert not key_file.exists()
    keys.write(keys.new_ring())
    with pytest.raises(Problem) as wrong:
        api.check_key()
    assert wrong.value.code == "personal_key_wrong"
    key_file.write_text("{", encoding="utf-8")
    with pytest.raises(Problem) as damaged:
        api.check_key()
    assert damaged.value.code == "personal_key_unreadable"


class KilledError(Exception):
    """Stands for kill -9: nothing after it runs."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("calls", [0, 1, 2])
def test_a_rotation_killed_after_any_batch_goes_on(key_file: Path, monkeypatch: pytest.MonkeyPatch, calls: int) -> None:
    numbers = enter(5)
    monkeypatch.setattr(services, "BATCH", 2)
    with monkeypatch.context() as patched:
        patched.setattr(services, "_reseal", killed_after(calls, services._reseal))
        with pytest.raises(KilledError):
            api.rotate()
    api.check_key()
    assert clear() == set(numbers)
    assert api.rotate() == 5 - 2 * calls
    after_rotation(numbers)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("writes", [0, 1])
def test_a_rotation_killed_at_either_write_of_the_file_goes_on(monkeypatch: pytest.MonkeyPatch, writes: int) -> None:
    numbers = enter(3)
    with monkeypatch.context() as patched:
        patched.setattr(keys, "write", killed_after(writes, keys.write))
        with pytest.raises(KilledError):
            api.rotate()
    api.check_key()
    assert clear() == set(numbers)
    api.rotate()
    after_rotation(numbers)


def killed_after(calls: int, real: Callable[..., object]) -> Callable[..., object]:
    left = [calls]

    def fake(*args: object, **named: object) -> object:
        if left[0] == 0:
            raise KilledError
        left[0] -= 1
        return real(*args, **named)

    return fake


def after_rotation(numbers: list[str]) -> None:
    api.check_key()
    assert clear() == set(numbers)
    assert list(keys.ring().seals) == [2]
    assert set(KeyCheck.objects.values_list("number", flat=True)) == {0, 2}
    assert {api.person_key(number) for number in numbers} == set(RegisteredPerson.objects.values_list("key", flat=True))


@pytest.mark.django_db(transaction=True)
def test_people_entered_during_a_rotation_are_not_lost() -> None:
    enter(1)
    entered, finish = threading.Event(), threading.Event()

    def load() -> None:
        try:
            with transaction.atomic():
                api.keep_people([(citizen(700), "王五")], source="test")
                entered.set()
                finish.wait(20)
        finally:
            connection.close()

    loading = threading.Thread(target=load)
    loading.start()
    assert entered.wait(20)
    threading.Timer(0.5, finish.set).start()
    api.rotate()
    loading.join(20)
    assert clear() == {citizen(0), citizen(700)}
