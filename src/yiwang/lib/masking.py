"""Masking of personal data in the default profile (GB/T 37964 practice): what a reader without need sees."""

from __future__ import annotations

import re

COMPOUND_SURNAMES = ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "夏侯", "令狐")


def mask_name(name: str) -> str:
    """A personal name: 张三 → 张*, 张小三 → 张**, 欧阳小明 → 欧阳**."""
    kept = 2 if len(name) > 2 and name.startswith(COMPOUND_SURNAMES) else 1
    return name[:kept] + "*" * max(1, len(name) - kept) if name else ""


def mask_citizen_id(number: str) -> str:
    """A citizen id: first six and last four; anything shorter than 15 is hidden wholly."""
    if len(number) < 15:
        return "*" * len(number)
    return number[:6] + "*" * (len(number) - 10) + number[-4:]


def mask_mobile(number: str) -> str:
    """A mobile number: 138****5678; anything that is none is hidden but for its last two."""
    digits = re.sub(r"[\s-]", "", number)
    if re.fullmatch(r"1[0-9]{10}", digits):
        return f"{digits[:3]}****{digits[-4:]}"
    return "*" * max(0, len(digits) - 2) + digits[-2:] if len(digits) > 4 else "*" * len(digits)


def mask_landline(number: str) -> str:
    """A landline: area code and last four (0660-****1234)."""
    match = re.fullmatch(r"(0[0-9]{2,3})-?([0-9]{7,8})", number)
    return f"{match[1]}-****{match[2][-4:]}" if match else mask_mobile(number)


def mask_bank_card(number: str) -> str:
    """A bank card: first six and last four."""
    return mask_citizen_id(number)


def mask_plate(plate: str) -> str:
    """A vehicle plate: 粤N·A8812 → 粤N·***12."""
    plain = plate.replace("·", "").replace(" ", "")
    return f"{plain[:2]}·***{plain[-2:]}" if len(plain) >= 6 else "*" * len(plain)


def mask_address(address: str) -> str:
    """An address down to its street, town, village or community: 城区香洲街道***."""
    match = re.match(r".*?(?:街道|镇|乡)(?:.{1,12}?(?:村|社区|居委会|村委会))?", address)
    return (match[0] if match else address[:6]) + "***" if address else ""
