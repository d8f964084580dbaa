"""Operations centre (运营中心): system S43."""
