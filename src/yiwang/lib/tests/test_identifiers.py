"""Identifiers: the published vectors, and properties over generated ones."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiwang.lib.identifiers import (
    USCC_ALPHABET,
    citizen_id_check_char,
    citizen_id_fault,
    citizen_id_from_15,
    licence_check_char,
    licence_identifier,
    licence_identifier_fault,
    licence_type_fault,
    matter_code_fault,
    uscc_check_char,
    uscc_fault,
)

USCC = [
    "91110000600037341L",
    "11370800MB28559184",
    "11100000000013338W",
    "11441502MA0000015X",
    "92441502MA0000015J",
]
CITIZENS = [
    "11010519491231002X",
    "360426199101010071",
    "441502200002291016",
    "44150219000101001X",
    "441502197001010011",
]


@pytest.mark.parametrize("code", USCC)
def test_known_credit_codes(code: str) -> None:
    assert uscc_fault(code) is None


@pytest.mark.parametrize("code", USCC)
def test_any_other_last_character_is_refused(code: str) -> None:
    for char in USCC_ALPHABET.replace(code[-1], ""):
        fault = uscc_fault(code[:-1] + char)
        assert fault is not None
        assert fault.code == "uscc_check"
        assert code[-1] in fault.zh


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("", "uscc_length"),
        ("91110000600037341", "uscc_length"),
        ("91110000600037341l", "uscc_characters"),
        ("9111000060003734IL", "uscc_characters"),
        ("９1110000600037341L", "uscc_characters"),
    ],
)
def test_what_is_no_credit_code(code: str, fault: str) -> None:
    found = uscc_fault(code)
    assert found is not None
    assert found.code == fault
    assert found.zh != found.en


@given(st.text(USCC_ALPHABET, min_size=17, max_size=17))
def test_every_generated_credit_code_is_valid_also_with_letters_in_the_region(first17: str) -> None:
    assert uscc_fault(first17 + uscc_check_char(first17)) is None


@given(st.text(USCC_ALPHABET, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(USCC_ALPHABET))
def test_a_slip_in_one_character_is_always_found(first17: str, place: int, char: str) -> None:
    """31 is prime and no weight is a multiple of it, so one wrong character always changes the sum."""
    code = first17 + uscc_check_char(first17)
    wrong = code[:place] + char + code[place + 1 :]
    assert (uscc_fault(wrong) is None) == (wrong == code)


@pytest.mark.parametrize("number", CITIZENS)
def test_known_citizen_ids(number: str) -> None:
    """The last was born before 441502 existed: libraries that look up regions refuse it."""
    assert citizen_id_fault(number) is None


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("", "citizen_id_form"),
        ("11010519491231002x", "citizen_id_form"),
        ("01010519491231002X", "citizen_id_form"),
        ("１1010519491231002X", "citizen_id_form"),
        ("110105194912310021", "citizen_id_check"),
        ("441502199902290018", "citizen_id_birth"),
        ("441502200013010018", "citizen_id_birth"),
    ],
)
def test_what_is_no_citizen_id(number: str, fault: str) -> None:
    found = citizen_id_fault(number)
    assert found is not None
    assert found.code == fault
    assert not number or number not in found.zh + found.en, "a message never repeats personal data"


@given(
    st.integers(110000, 659999),
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.integers(0, 999),
    st.integers(0, 16),
    st.sampled_from("0123456789"),
)
def test_citizen_ids_are_valid_until_one_digit_slips(
    region: int, birth: date, order: int, place: int, digit: str
) -> None:
    first17 = f"{region}{birth:%Y%m%d}{order:03}"
    number = first17 + citizen_id_check_char(first17)
    assert citizen_id_fault(number) is None
    wrong = number[:place] + digit + number[place + 1 :]
    assert (citizen_id_fault(wrong) is None) == (wrong == number)


def test_old_ids_of_15_digits() -> None:
    assert citizen_id_from_15("110105491231002") == "11010519491231002X"


# domain.md §2.1: published identifiers, and one of a manual whose check character is wrong.
LICENCES = (
    ("11100000000013338W011.11430000006122244L.20230000403.001", "U"),
    ("11100000000013338W009.11330105002500287C.2025052201.002", "0"),
    ("11100000MB03271699022.340100.000000016.001", "9"),
    ("11100000000013338W002.11320482014138860P.201807250201.001", "M"),
    ("11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001", "D"),
)


@pytest.mark.parametrize(("body", "check"), LICENCES)
def test_licence_identifiers_by_the_national_rule(body: str, check: str) -> None:
    assert licence_check_char(body.replace(".", "")) == check
    assert licence_identifier_fault(f"1.2.156.3005.2.{body}.{check}") is None
    type_code, issuer, serial, version = body.split(".")
    assert licence_identifier(type_code, issuer, serial, int(version)) == f"1.2.156.3005.2.{body}.{check}"


def test_the_manual_s_dummy_and_other_forms_are_no_licence_identifiers() -> None:
    dummy = licence_identifier_fault(f"1.2.156.3005.2.{LICENCES[-1][0]}.M")
    assert dummy is not None
    assert dummy.code == "licence_check"
    for wrong in ("", LICENCES[0][0] + ".U", "1.2.156.3005.2." + LICENCES[0][0].lower() + ".U"):
        fault = licence_identifier_fault(wrong)
        assert fault is not None
        assert fault.code == "licence_form"


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=40), st.data())
def test_one_wrong_character_of_a_licence_is_always_noticed(serial: str, data: st.DataObject) -> None:
    whole = licence_identifier("11100000000013338W011", "11430000006122244L", serial)
    start = whole.rindex(f".{serial}.001.") + 1
    place = data.draw(st.integers(start, start + len(serial) - 1))
    other = data.draw(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ").filter(lambda char: char != whole[place]))
    assert licence_identifier_fault(whole[:place] + other + whole[place + 1 :]) is not None


def test_a_licence_type_carries_the_credit_code_of_who_defines_it() -> None:
    assert licence_type_fault("11100000000013338W011") is None
    for wrong in ("11100000000013338W01", "11100000000013338X011", "11100000000013338W01A"):
        assert licence_type_fault(wrong) is not None


def test_a_matter_s_code_is_read_in_its_parts() -> None:
    assert matter_code_fault("11370800MB285591843370117002011") is None
    for wrong in (
        "11370800MB28559184337011700201",
        "11370800MB285591857370117002011",
        "11370800MB285591833370117002011",
    ):
        assert matter_code_fault(wrong) is not None
