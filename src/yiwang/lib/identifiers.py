"""Official identifiers and how to test them: credit codes, citizen ids, identifiers of electronic licences.

统一社会信用代码 (GB 32100-2015), 公民身份号码 (GB 11643-1999), 电子证照标识 (GB/T 36904-2018).

Own validators, because the usual library demands digits in the region part of a credit code (refusing agencies of the
A, N and Y kinds) and refuses citizen ids of counties founded after the holder's birth (441502 exists from 1988).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import mul

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_CITIZEN_WEIGHTS = tuple(pow(2, 17 - i, 11) for i in range(17))
_CITIZEN_CHECK = "10X98765432"
# Values of the characters by their byte: a table and a product of two rows is a fifth of the time of a loop, and half a
# million identifiers are checked in one import.
_USCC_VALUES = {char: value for value, char in enumerate(USCC_ALPHABET)}
_CITIZEN_ZERO = ord("0") * sum(_CITIZEN_WEIGHTS)
_CITIZEN_FORM = re.compile(r"[1-9][0-9]{16}[0-9X]", re.ASCII)


@dataclass(frozen=True)
class Fault:
    """Why an identifier is refused: a stable code and the sentence in both languages."""

    code: str
    zh: str
    en: str


def uscc_check_char(first17: str) -> str:
    """Check character of a credit code from its first 17 characters (each of ``USCC_ALPHABET``)."""
    total = sum(map(mul, map(_USCC_VALUES.__getitem__, first17), _USCC_WEIGHTS))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def uscc_fault(code: str) -> Fault | None:
    """Why ``code`` is no unified social credit code (统一社会信用代码), or None when it is one."""
    if len(code) != 18:
        return Fault(
            "uscc_length",
            f"统一社会信用代码应为 18 位，“{code}”为 {len(code)} 位。",
            f'A unified social credit code has 18 characters, "{code}" has {len(code)}.',
        )
    wrong = sorted({char for char in code if char not in USCC_ALPHABET})
    if wrong:
        return Fault(
            "uscc_characters",
            f"统一社会信用代码“{code}”含有不允许的字符：{'、'.join(wrong)}（不使用 I、O、S、V、Z 和小写字母）。",
            f'The credit code "{code}" holds characters that do not occur: {", ".join(wrong)} '
            "(no I, O, S, V, Z, no lower case).",
        )
    expected = uscc_check_char(code[:17])
    if code[17] != expected:
        return Fault(
            "uscc_check",
            f"统一社会信用代码“{code}”的校验位不符，末位应为 {expected}，请核对是否录错。",
            f'The check character of the credit code "{code}" should be {expected}; look for a slip.',
        )
    return None


def citizen_id_check_char(first17: str) -> str:
    """Check character of a citizen id from its first 17 digits."""
    total = sum(map(mul, first17.encode(), _CITIZEN_WEIGHTS)) - _CITIZEN_ZERO
    return _CITIZEN_CHECK[total % 11]


def citizen_id_from_15(old: str) -> str:
    """The 18-character form of a 15-digit id of before 1999 (19 after the region, check character at the end)."""
    first17 = old[:6] + "19" + old[6:]
    return first17 + citizen_id_check_char(first17)


def citizen_id_fault(number: str) -> Fault | None:
    """Why ``number`` is no citizen id (公民身份号码, 18 characters), or None. Messages never repeat the number."""
    if not _CITIZEN_FORM.fullmatch(number):
        return Fault(
            "citizen_id_form",
            "公民身份号码应为 18 位：前 17 位为数字，末位为数字或大写 X。",
            "A citizen id has 18 characters: 17 digits and a digit or capital X.",
        )
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return Fault(
            "citizen_id_birth",
            "公民身份号码第 7 至 14 位不是有效的出生日期。",
            "Characters 7 to 14 of the citizen id are no date of birth.",
        )
    if number[17] != citizen_id_check_char(number[:17]):
        return Fault(
            "citizen_id_check",
            "公民身份号码的校验位不符，请核对是否录错。",
            "The check character of the citizen id is wrong; look for a slip.",
        )
    return None


LICENCE_ROOT = "1.2.156.3005.2."
_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Of a byte: the value of its digit or letter.
_BASE36_VALUES = bytes(_BASE36.find(chr(byte)) % 256 for byte in range(256))
_LICENCE_FORM = re.compile(
    r"1\.2\.156\.3005\.2\.([0-9A-Z]{18}[0-9]{3})\.([0-9A-Z]{6,18})\.([0-9A-Z]{1,40})\.([0-9]{3})\.([0-9A-Z])"
)
# Type (21) and issuer (18 where it is a credit code).
_LICENCE_HEAD = 39
# ISO 7064 MOD 37,36 one character on: state after (p + value) is looked up instead of divided.
_MOD_NEXT = tuple((total % 36 or 36) * 2 % 37 for total in range(36 + 37))


def licence_check_char(body: str) -> str:
    """Check character (ISO 7064 MOD 37,36) of type, issuer, serial and version, written without dots and root."""
    state = _licence_state(body[:_LICENCE_HEAD])
    for value in body[_LICENCE_HEAD:].encode().translate(_BASE36_VALUES):
        state = _MOD_NEXT[state + value]
    return _BASE36[(37 - state) % 36]


@lru_cache(maxsize=4096)
def _licence_state(head: str) -> int:
    """The check's state after type and issuer, which a million licences of a district share."""
    state = 36
    for value in head.encode().translate(_BASE36_VALUES):
        state = _MOD_NEXT[state + value]
    return state


def licence_identifier(type_code: str, issuer: str, serial: str, version: int = 1) -> str:
    """The identifier 电子证照标识 of a licence: root, type, issuer, serial, version, check character."""
    check = licence_check_char(f"{type_code}{issuer}{serial}{version:03}")
    return f"{LICENCE_ROOT}{type_code}.{issuer}.{serial}.{version:03}.{check}"


def licence_identifier_fault(identifier: str) -> Fault | None:
    """Why ``identifier`` is no identifier of an electronic licence (GB/T 36904, domain.md §2.1), or None."""
    match = _LICENCE_FORM.fullmatch(identifier)
    if match is None:
        return Fault(
            "licence_form",
            f"电子证照标识应为“{LICENCE_ROOT}类型代码.颁发机构代码.流水号.版本号.校验位”，其中类型代码 21 位。",
            f'A licence identifier reads "{LICENCE_ROOT}type.issuer.serial.version.check", the type 21 characters.',
        )
    expected = licence_check_char("".join(match.groups()[:4]))
    if match[5] != expected:
        return Fault(
            "licence_check",
            f"电子证照标识的校验位不符，末位应为 {expected}，请核对是否录错。",
            f"The check character of the licence identifier should be {expected}; look for a slip.",
        )
    return None


def licence_type_fault(code: str) -> Fault | None:
    """Why ``code`` is no 证照类型代码 (the credit code of who defines it and three digits, 21 in all), or None."""
    if len(code) != 21 or not (code[18:].isascii() and code[18:].isdigit()):
        return Fault(
            "licence_type_form",
            "证照类型代码应为 21 位：定义机构的统一社会信用代码 18 位加 3 位顺序号。",
            "A licence type has 21 characters: the credit code of who defines it and three digits.",
        )
    return uscc_fault(code[:18])


_MATTER_TAIL = re.compile(r"[1-6][0-9]{12}", re.ASCII)


def matter_code_fault(code: str) -> Fault | None:
    """Why ``code`` is no 实施编码 of a matter (GB/T 39554.1-2020: credit code 18, level 1, basic code 12), or None."""
    if len(code) != 31 or not _MATTER_TAIL.fullmatch(code[18:]):
        return Fault(
            "matter_code_form",
            "事项实施编码应为 31 位：实施主体统一社会信用代码 18 位、行使层级 1 位（1 至 6）、基本编码 12 位。",
            "A matter's code has 31 characters: credit code 18, level 1 (1 to 6), basic code 12.",
        )
    return uscc_fault(code[:18])


def names_a_person(words: str) -> bool:
    """Whether the words are a citizen's id, or so like one that they do not belong into an address."""
    plain = words.replace(" ", "")
    if not re.fullmatch(r"[0-9]{15}|[0-9]{17}[0-9Xx]", plain, re.ASCII):
        return False
    return len(plain) == 15 or citizen_id_fault(plain.upper()) is None
