"""The search box of a list: complete, newest first and in scope, whichever way the rows were found."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from yiwang.domains.services.reviews.models import Review
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.records import api as records
from yiwang.kernel.records import selectors
from yiwang.kernel.records.api import NewRow
from yiwang.kernel.records.selectors import Query
from yiwang.lib.clock import moment

pytestmark = pytest.mark.django_db
NAMES = ("社保参保登记", "居住登记", "不动产登记资料查询", "健康证明办理", "参保2023")
ROWS, PLACES = 120, ("441502001001", "441502002001")


@pytest.fixture(autouse=True)
def reviews() -> None:
    """Reviews of two units over 60 days, in no order; the last ten days have none of the last matter."""
    chance = random.Random(5)  # noqa: S311  (repeatable on purpose)
    rows = []
    for number in range(ROWS):
        after = chance.randrange(60)
        day = date(2023, 5, 1) + timedelta(days=after)
        name = NAMES[chance.randrange(4 if after > 50 else 5)]
        cells = {
            "case_no": f"C{number:05}X",
            "case_system": "own",
            "case_on": day,
            "matter_name": name,
            "channel": "window",
            "grade": "5",
            "is_default": "否",
            "occurred_on": day,
            "comment": chance.choice(("办理很快", "等候 时间较长", "")),
        }
        path = f"{make_unit(f'cq/u{number % 2}').path}/"
        rows.append(NewRow(cells, path, PLACES[number % 2], f"C{number:05}X", moment(day, 12)))
    assert records.load(Review.record_type, rows, source="t", recorded_by="t", synthetic=True) == ROWS


def paged(user: User, words: str, size: int, unit: str = "", place: str = "") -> tuple[list[str], int, bool]:
    """Numbers of all pages put together, and what the first page says there are."""
    found: list[str] = []
    query = Query(words=words, unit=unit, place=place)
    first = selectors.listing(user, Review.record_type, query, size=size)
    page = first
    while True:
        found += [item.source_id for item in page.items]
        if not page.next_cursor:
            return found, first.total, first.more
        query = Query(words=words, unit=unit, place=place, cursor=page.next_cursor)
        page = selectors.listing(user, Review.record_type, query, size=size)


@pytest.mark.parametrize("newest", [1, 10, 50, 20_000])
@pytest.mark.parametrize(
    "words",
    ["登", "登记", "不动产", "参保2023", "C00017", "17", "登记 时间", "办理 x", "C0 3x", "%", "记_", "\\", "（"],
)
def test_every_way_finds_the_same_rows(newest: int, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "NEWEST", newest)
    monkeypatch.setattr(selectors, "COMMON", 5)
    expected = [
        row.case_no
        for row in Review.objects.order_by("-occurred_on", "-id")
        if all(word in f"{row.case_no} {row.matter_name} {row.comment}".lower() for word in words.lower().split())
    ]
    reader = make_user("bureau", "cq/data")
    for size in (3, 50):
        found, total, more = paged(reader, words, size)
        assert found == expected
        assert total <= len(expected) if more else total == len(expected)


@pytest.mark.parametrize("newest", [1, 20_000])
def test_a_search_stays_in_the_reader_s_unit(newest: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "NEWEST", newest)
    reader = make_user("liaison", "cq/u1")
    found, _total, _more = paged(reader, "登记", 4)
    assert found == [
        row.case_no
        for row in Review.objects.filter(unit_path="cq/u1/", matter_name__contains="登记").order_by(
            "-occurred_on", "-id"
        )
    ]
    assert found


def test_another_unit_or_place_than_the_reader_s_gives_nothing() -> None:
    reader = make_user("liaison", "cq/u1")
    assert paged(reader, "登记", 4, unit="cq/u0")[0] == []
    assert paged(reader, "", 4, unit="cq/u0")[0] == []
    assert len(paged(reader, "", 50, unit="cq/u1")[0]) == ROWS // 2
    assert len(paged(make_user("bureau", "cq/data"), "", 50, place=PLACES[0])[0]) == ROWS // 2
