"""The search box of a list: complete, newest first and in scope, whichever way the rows were found."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from hypothesis import given, strategies

from yiwang.domains.services.reviews.models import Review
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.records import api as records
from yiwang.kernel.records import finding, searching, selectors, sync
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
            "comment": chance.choice(("办理很快", "等候 时间较长", "", "뼈가뼈 가가가")),
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


@pytest.fixture(params=["newest", "newest few", "index", "months", "filters", "as guessed"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each way to the rows, whatever the planner guesses of a table so small."""
    monkeypatch.setattr(finding, "COMMON", 5)
    monkeypatch.setattr(finding, "NEWEST", {"newest": 20_000, "newest few": 10, "months": 0}.get(request.param, 50))
    if request.param != "as guessed":
        # Of the rows with the words, and of those that the reader's scope leaves.
        many = 10**9
        having, left = {"index": (0, many), "filters": (0, 0)}.get(request.param, (many, many))
        monkeypatch.setattr(finding, "_guess", lambda rows: having if "LIKE" in str(rows.query) else left)
        shape = finding.Shape(1, request.param == "months")
        monkeypatch.setattr(finding, "_shape", lambda _kind: shape)
    return str(request.param)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    "words",
    [
        *("登", "登记", "不动产", "参保2023", "C00017", "17", "登记 时间", "办理 x", "C0 3x", "%", "记_", "\\", "（"),
        # Syllables that stand for months in the indexes, in some comments and in none.
        *("뼈", "가", "가가", "뼈가뼈", "가가가", "登记 가가가", "뽀", "뽀뽀뽀"),
    ],
)
def test_every_way_finds_the_same_rows(words: str) -> None:
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


@pytest.mark.usefixtures("way")
def test_a_search_stays_in_the_reader_s_unit() -> None:
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


@pytest.mark.parametrize(
    ("words", "index"),
    [("登记", "s07_review_chars"), ("参保2023", "s07_review_words"), ("登 参保2023", "s07_review_chars")],
)
def test_the_indexes_of_words_answer_a_search_of_a_month(words: str, index: str) -> None:
    kind = Review.record_type
    condition = f"({searching.in_month(kind, words, '47000')})"
    of_month = RawSQL(condition, [], output_field=BooleanField())  # noqa: S611  (the words are not in it)
    rows = Review.objects.filter(searching.found_by(kind, words), of_month)
    with connection.cursor() as cursor:
        # Of so few rows the planner would read all.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    plan = rows.explain()
    assert f"on {index}" in plan
    # Words and month in one look at one index: that is what leaves out the other months.
    assert any(line.count("chr(") + line.count("repeat(") >= 2 for line in plan.splitlines() if "Index Cond" in line)


@given(strategies.dates(date(1900, 1, 1), date(2999, 12, 31)))
def test_database_and_program_agree_on_the_month_of_a_day(day: date) -> None:
    letters = searching.month_letters(Review.record_type)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {letters} FROM (SELECT %s::date AS occurred_on) AS row", [day])  # noqa: S608  (no value in it)
        assert cursor.fetchone()[0] == chr(searching.month(day)) * 3


def test_an_index_that_is_declared_no_more_is_dropped() -> None:
    table = Review.record_type.table
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE INDEX "{table}_search" ON "{table}" (source)')
        cursor.execute(f'CREATE INDEX "{table}_of_an_operator" ON "{table}" (source)')
        cursor.execute(f'CREATE INDEX "made_by_hand" ON "{table}" (source)')
    sync.apply([Review.record_type])
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = %s", [table])
        left = {name for (name,) in cursor.fetchall()}
    assert not left & {f"{table}_search", f"{table}_of_an_operator"}
    declared = {name for name in sync.indexes(Review.record_type) if "history" not in name}
    assert left == {*declared, f"{table}_pkey", "made_by_hand"}
