"""Masking: the examples of the default profile, and that no mask lets more through than it says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiwang.lib import masking


@pytest.mark.parametrize(
    ("mask", "plain", "masked"),
    [
        (masking.mask_name, "张三", "张*"),
        (masking.mask_name, "张小三", "张**"),
        (masking.mask_name, "欧阳小明", "欧阳**"),
        (masking.mask_name, "欧阳", "欧*"),
        (masking.mask_name, "张", "张*"),
        (masking.mask_name, "", ""),
        (masking.mask_citizen_id, "441502200002291016", "441502********1016"),
        (masking.mask_citizen_id, "12345", "*****"),
        (masking.mask_mobile, "13812345678", "138****5678"),
        (masking.mask_mobile, "138 1234 5678", "138****5678"),
        (masking.mask_mobile, "110", "***"),
        (masking.mask_landline, "0660-33221234", "0660-****1234"),
        (masking.mask_bank_card, "6222021234567890123", "622202*********0123"),
        (masking.mask_plate, "粤N·A8812", "粤N·***12"),
        (masking.mask_address, "城区香洲街道新区社区三马路8号201房", "城区香洲街道新区社区***"),
        (masking.mask_address, "城区香洲街道", "城区香洲街道***"),
        (masking.mask_address, "", ""),
    ],
)
def test_examples(mask: Callable[[str], str], plain: str, masked: str) -> None:
    assert mask(plain) == masked


@given(st.from_regex(r"1[0-9]{10}", fullmatch=True))
def test_four_digits_of_a_mobile_number_are_always_hidden(number: str) -> None:
    assert masking.mask_mobile(number).count("*") == 4


@given(st.text("0123456789X", min_size=15, max_size=25))
def test_a_citizen_id_keeps_its_length_and_ten_characters(number: str) -> None:
    masked = masking.mask_citizen_id(number)
    assert len(masked) == len(number)
    assert masked.count("*") == len(number) - 10
