"""Official identifiers and how to test them: 统一社会信用代码 (GB 32100-2015), 公民身份号码 (GB 11643-1999).

Own validators, because the usual library demands digits in the region part of a credit code (refusing agencies of the
A, N and Y kinds) and refuses citizen ids of counties founded after the holder's birth (441502 exists from 1988).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_CITIZEN_WEIGHTS = tuple(pow(2, 17 - i, 11) for i in range(17))
_CITIZEN_CHECK = "10X98765432"


@dataclass(frozen=True)
class Fault:
    """Why an identifier is refused: a stable code and the sentence in both languages."""

    code: str
    zh: str
    en: str


def uscc_check_char(first17: str) -> str:
    """Check character of a credit code from its first 17 characters (each of ``USCC_ALPHABET``)."""
    total = sum(USCC_ALPHABET.index(char) * weight for char, weight in zip(first17, _USCC_WEIGHTS, strict=True))
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
    total = sum(int(char) * weight for char, weight in zip(first17, _CITIZEN_WEIGHTS, strict=True))
    return _CITIZEN_CHECK[total % 11]


def citizen_id_from_15(old: str) -> str:
    """The 18-character form of a 15-digit id of before 1999 (19 after the region, check character at the end)."""
    first17 = old[:6] + "19" + old[6:]
    return first17 + citizen_id_check_char(first17)


def citizen_id_fault(number: str) -> Fault | None:
    """Why ``number`` is no citizen id (公民身份号码, 18 characters), or None. Messages never repeat the number."""
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number, re.ASCII):
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


def names_a_person(words: str) -> bool:
    """Whether the words are a citizen's id, or so like one that they do not belong into an address."""
    plain = words.replace(" ", "")
    if not re.fullmatch(r"[0-9]{15}|[0-9]{17}[0-9Xx]", plain, re.ASCII):
        return False
    return len(plain) == 15 or citizen_id_fault(plain.upper()) is None
