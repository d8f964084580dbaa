"""Pages of metrics: what readers see of a number, its rows within their scope, then and now, composing one's own."""

from __future__ import annotations

from datetime import date
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from yiwang.domains.services.kiosks.models import Kiosk
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.audit.models import AuditEntry
from yiwang.kernel.lake import api as lake
from yiwang.kernel.metrics import api as metrics
from yiwang.kernel.metrics import composing, definitions, results
from yiwang.kernel.metrics import values as counting
from yiwang.kernel.metrics.extend import Count, CountDistinct, Part, Sum, given, is_, is_not, standing, until, year
from yiwang.kernel.metrics.models import ComposedVersion, MetricResult
from yiwang.kernel.metrics.preparing import prepare
from yiwang.kernel.records import api as records

from .test_metrics import PARTS, Plain, filled, metric

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2023, 8, 1)
AT = f"as_of={DAY}"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> None:
    """A lake of the test's own."""
    settings.YIWANG_HOME = tmp_path


@pytest.fixture
def bureau() -> User:
    """The data bureau's official."""
    return make_user("bureau", "cq/data")


def page(user: User, address: str, status: int = 200) -> str:
    """The text of a page."""
    client = Client()
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return unescape(answer.content.decode())


def count(name: str, **options: Any) -> int:
    """How many records count, by a plain count."""
    return len(Plain(DAY, options.get("known_at")).selected(PARTS[name].selection))


def test_the_list_shows_every_metric_and_finds_some(bureau: User) -> None:
    filled()
    lake.refresh()
    everything = page(bureau, f"/metric/?{AT}")
    assert f">{count('standing')}</a> 部" in everything
    assert everything.count('<th scope="row"') == len(metrics.metrics())
    some = page(bureau, f"/metric/?{AT}&q=F004")
    assert "自助机</a>" in some
    assert some.count('<th scope="row"') == 1
    assert page(bureau, f"/metric/?{AT}&system=S28").count('<th scope="row"') == 4
    assert "没有符合条件的指标" in page(bureau, f"/metric/?{AT}&q=没有这个")


def test_pages_ask_the_database_for_names_only_once_they_were_shown(
    bureau: User,
) -> None:
    """However many metrics there are; and a later snapshot is told at once."""
    filled()
    lake.refresh()
    addresses = (f"/metric/?{AT}", f"/metric/s05.kiosks/?{AT}")
    for address in addresses:
        page(bureau, address)
    with CaptureQueriesContext(connection) as asked:
        shown = [page(bureau, address) for address in addresses]
    assert not [query for query in asked if "metrics_metricresult" in query["sql"]]
    # With two sign-ins; a question for each metric would be 41 more.
    assert len(asked) < 90
    first = min(Plain(DAY, None).selected(PARTS["standing"].selection), key=lambda row: row["id"])
    with records.written_by("t"):
        Kiosk._base_manager.filter(id=first["id"]).delete()
    lake.refresh()
    later = [page(bureau, address) for address in addresses]
    assert f">{count('standing')}</a> 部" in later[0]
    assert later[1] != shown[1]


def test_without_a_snapshot_every_page_says_what_to_do(bureau: User) -> None:
    for address in ("/metric/", "/metric/s05.kiosks/"):
        assert 'data-code="lake_empty"' in page(bureau, address)
    lake.refresh()
    assert 'data-code="known_later"' in page(bureau, f"/metric/?{AT}&known_at=2999-01-01")


def test_the_workbook_has_the_same_numbers_and_is_audited(bureau: User) -> None:
    filled()
    lake.refresh()
    client = Client()
    client.force_login(bureau)
    book = openpyxl.load_workbook(BytesIO(client.get(f"/metric/export/?{AT}").content))
    rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    kiosks = next(row for row in rows if "s05.kiosks" in row)
    assert count("standing") in kiosks
    assert any("当日有效的自助机" in str(cell) for cell in kiosks)
    assert AuditEntry.objects.filter(action="export", object_id="metrics").count() == 1


def test_a_metrics_page_shows_value_parts_trend_definition_and_owner(bureau: User) -> None:
    filled()
    make_unit("cq/service-centre", name_zh="政务服务中心")
    lake.refresh()
    told = page(bureau, f"/metric/s05.per-kiosk/?{AT}")
    assert "截至当日的自助机办件（“办理结果”为“办结”）的条数" in told
    assert "count(until s05.transaction where result in [done]) / count(standing s05.kiosk)" in told
    assert f'<a class="number-link" href="#rows-denominator">{count("standing")}</a>' in told
    # The first kiosk came in November 2022: ten month-ends have a value.
    assert told.count("<circle") == 10
    assert "政务服务中心" in told
    page(bureau, "/metric/s05.nothing/", 404)
    page(bureau, "/metric/s05.kiosks/?as_of=2023-02-30", 400)
    page(bureau, "/metric/s05.kiosks/?as_of=0001-01-01", 400)
    nothing = page(bureau, "/metric/s05.per-kiosk/?as_of=1990-01-01")
    assert "算不出" in nothing
    assert "分母为零" in nothing


def test_rows_are_those_behind_the_number_within_the_readers_scope(bureau: User) -> None:
    filled()
    lake.refresh()
    address = f"/metric/s05.kiosks/rows/?part=numerator&{AT}"
    plain = Plain(DAY, None).selected(PARTS["standing"].selection)
    seen: list[str] = []
    told = page(bureau, address)
    assert f"共 {len(plain)} 条" in told
    while True:
        seen += [part.split('"')[0] for part in told.split('href="/records/s05.kiosk/')[1:]]
        following = [part.split('"')[0] for part in told.split('rel="next" href="')[1:]]
        if not following:
            break
        told = page(bureau, following[0])
    assert seen == [f"{row['id']}/" for row in sorted(plain, key=lambda row: row["id"])]
    town = make_user("liaison", "cq/town")
    theirs = [row for row in plain if row["unit_path"] == "cq/town/"]
    told = page(town, address)
    assert f"您的权限范围内有 {len(theirs)} 条" in told
    assert told.count('href="/records/s05.kiosk/') == min(20, len(theirs))
    assert "cq/centre" not in told
    nobody = page(make_user("viewer", "cq/town"), address)
    assert "没有查看“自助机”明细的权限" in nobody
    assert "/records/s05.kiosk/" not in nobody
    page(bureau, f"/metric/s05.kiosks/rows/?part=denominator&{AT}", 404)
    page(make_user("sysadmin", "cq/data"), address, 403)


def test_rows_that_changed_after_the_snapshot_are_shown_as_they_counted(bureau: User) -> None:
    """The version that was counted, from the history; the number and its rows agree whatever happened since."""
    filled()
    lake.refresh()
    first = min(Plain(DAY, None).selected(PARTS["standing"].selection), key=lambda row: row["id"])
    with records.written_by("t"):
        Kiosk._base_manager.filter(id=first["id"]).update(name="后来的名称")
    told = page(bureau, f"/metric/s05.kiosks/rows/?{AT}")
    assert f'href="/records/s05.kiosk/{first["id"]}/"' in told
    assert "后来的名称" not in told
    with records.written_by("t"):
        Kiosk._base_manager.filter(id=first["id"]).delete()
    assert f'href="/records/s05.kiosk/{first["id"]}/"' in page(bureau, f"/metric/s05.kiosks/rows/?{AT}")


def test_then_and_now_names_kinds_and_shows_rows_of_the_readers_scope_only(bureau: User) -> None:
    filled()
    lake.refresh()
    address = f"/metric/s05.kiosks/compare/?{AT}&then=2023-02-10"
    told = page(bureau, address)
    with metrics.reading() as found:
        then = found.at(metrics.Holding(date(2023, 2, 10)))
        expected = metrics.differences(then, found, PARTS["standing"], DAY, most=1000)
    words = {"late": "补录", "corrected": "更正", "deleted": "删除"}
    for kind, (number, _adds) in expected.kinds.items():
        assert f"{words[kind]} {number} 条" in told
    assert "late" in expected.kinds
    theirs = page(make_user("liaison", "cq/town"), address)
    assert f"补录 {expected.kinds['late'][0]} 条" in theirs
    mine = {
        pk
        for model in (Kiosk, Kiosk.history_model)
        for pk in model._base_manager.filter(unit_path="cq/town/").values_list("id", flat=True)
    }
    shown = {int(part.split("/")[0]) for part in theirs.split('href="/records/s05.kiosk/')[1:]}
    assert shown
    assert shown <= mine
    assert "/records/" not in page(make_user("viewer", "cq/town"), address)
    assert "没有补录、更正或删除" in page(bureau, "/metric/s05.kiosks/compare/?as_of=2020-01-01&then=2026-01-01")


def test_a_result_is_counted_once_for_a_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    filled()
    lake.refresh()
    wanted = [metric(name, PARTS[name]) for name in ("standing", "sum", "scores")]
    first = results.told(wanted, [DAY], by="unit")
    monkeypatch.setattr(counting, "reading", None)
    assert results.told(wanted, [DAY], by="unit") == first
    # Another name or rounding counts nothing anew; another condition does.
    renamed = [metric("renamed", PARTS["standing"], places=2)]
    assert results.told(renamed, [DAY], by="unit").value(renamed[0], DAY, "cq/centre/").rows
    with pytest.raises(TypeError):
        results.told([metric("other", PARTS["is"])], [DAY], by="unit")
    monkeypatch.undo()
    # A further snapshot has results of its own, and those of snapshots that are gone are forgotten.
    lake.refresh()
    assert prepare() is not None
    kept = set(MetricResult.objects.values_list("snapshot", flat=True))
    assert kept == set(lake.kept_names())
    assert results.forget([]) > 0
    assert not MetricResult.objects.exists()


def fields(**changes: str) -> dict[str, str]:
    """A form that composes a count of faults."""
    return {
        "record": "s05.fault", "kind": "count", "when": "until", "name_zh": "打印故障", "unit": "次", "places": "0",
        "column-0": "kind", "op-0": "is", "text-0": "打印机故障",
    } | changes  # fmt: skip


COMPOSED: dict[str, tuple[dict[str, str], Part]] = {
    "count": (fields(), Count(until("s05.fault", is_("kind", "printer")))),
    "several": (
        fields(**{"text-0": "打印机故障、网络中断", "op-0": "is_not"}),
        Count(until("s05.fault", is_not("kind", "printer", "network"))),
    ),
    "year": (fields(when="year", day="repaired_on", **{"column-0": ""}), Count(year("s05.fault", day="repaired_on"))),
    "given": (fields(**{"column-0": "repaired_on", "op-0": "given"}), Count(until("s05.fault", given("repaired_on")))),
    "distinct": (
        fields(kind="distinct", column="device_no"),
        CountDistinct(until("s05.fault", is_("kind", "printer")), "device_no"),
    ),
    "sum": (
        fields(record="s05.kiosk", kind="sum", column="matters", when="standing", **{"column-0": ""}),
        Sum(standing("s05.kiosk"), "matters"),
    ),
}


def tried(user: User, data: dict[str, str]) -> str:
    """The page that shows what the form would count."""
    return page(user, f"/metric/compose/?{urlencode(data)}&try=1&{AT}")


@pytest.mark.parametrize("name", COMPOSED)
def test_what_is_composed_counts_what_an_engineer_would_write(name: str, bureau: User) -> None:
    filled()
    lake.refresh()
    data, part = COMPOSED[name]
    told = page(
        bureau, "/metric/compose/?" + "&".join(f"{key}={value}" for key, value in data.items()) + f"&try=1&{AT}"
    )
    number, rows = Plain(DAY, None).number(part)
    assert number > 0
    assert f"<strong>{number:,}</strong>" in told
    assert f"由 {rows:,} 条记录算出" in told
    made = composing.metric(bureau, composing.read(data))
    assert made.numerator == part
    assert definitions.from_json("own.1", made.name_zh, "", definitions.to_json(made)).numerator == part
    again = composing.draft_of(made)
    assert composing.metric(bureau, again).parts == made.parts


@pytest.mark.parametrize("kind", ["share", "average"])
def test_a_share_and_an_average_keep_numerator_and_denominator(kind: str, bureau: User) -> None:
    filled()
    lake.refresh()
    data = fields(
        kind=kind,
        unit="%",
        places="2",
        **{"column-share": "kind", "op-share": "is", "text-share": "打印机故障", "column-0": ""},
    )
    if kind == "average":
        data |= {"record": "s05.kiosk", "column": "matters", "when": "standing", "unit": "项"}
    made = composing.metric(bureau, composing.read(data))
    with metrics.reading() as found:
        value = metrics.values(found, [made], [DAY])[0]
    top, bottom = (Plain(DAY, None).number(part)[0] for part in made.parts)
    assert (value.numerator, value.denominator) == (top, bottom)
    assert bottom
    assert composing.metric(bureau, composing.draft_of(made)).parts == made.parts


def post(user: User, address: str, data: dict[str, str]) -> Any:
    """The answer to a form that was sent."""
    client = Client()
    client.force_login(user)
    return client.post(address, data)


def test_a_version_is_published_and_old_ones_keep_their_results(bureau: User) -> None:
    filled()
    lake.refresh()
    address = f"/metric/compose/?{AT}"
    refused = post(bureau, address, fields())
    assert refused.status_code == 400
    assert 'data-code="reason_missing"' in refused.content.decode()
    assert not ComposedVersion.objects.exists()
    answer = post(bureau, address, fields(reason="看打印机"))
    first = ComposedVersion.objects.get()
    assert answer["Location"] == f"/metric/{first.metric.code}/"
    papers = Plain(DAY, None).number(COMPOSED["count"][1])[0]
    assert first.result["value"] == str(papers)
    revise = f"/metric/{first.metric.code}/revise/?{AT}"
    assert 'value="打印机故障"' in page(bureau, revise)
    same = post(bureau, revise, fields(reason="没有改"))
    assert 'data-code="definition_same"' in same.content.decode()
    post(bureau, revise, fields(reason="改看网络", name_zh="网络故障数", **{"text-0": "网络中断"}))
    assert [version.number for version in first.metric.versions.all()] == [1, 2]
    newest, old = (page(bureau, f"/metric/{first.metric.code}/?{AT}{tail}") for tail in ("", "&version=1"))
    assert "网络故障数" in newest.split("</h1>")[0]
    assert f"<strong>{papers}</strong>" in old
    assert f"发布时截至 {DAY} 为 {papers}" in newest
    assert "网络故障数" in page(bureau, f"/metric/?{AT}")
    assert AuditEntry.objects.filter(action="metric.published").count() == 2
    post(bureau, f"/metric/{first.metric.code}/retire/", {})
    assert "网络故障数" not in page(bureau, f"/metric/?{AT}")
    retired = page(bureau, f"/metric/{first.metric.code}/?{AT}")
    assert "这个指标已停用" in retired
    assert 'name="restore"' in retired
    post(bureau, f"/metric/{first.metric.code}/retire/", {"restore": "1"})
    assert "网络故障数" in page(bureau, f"/metric/?{AT}")
    assert page(bureau, "/metric/s05.kiosks/revise/", 409)
    for user in (make_user("liaison", "cq/town"), make_user("leader", "cq")):
        assert post(user, address, fields(reason="不该能发")).status_code == 403
        assert post(user, f"/metric/{first.metric.code}/retire/", {}).status_code == 403
        assert "网络故障数" in page(user, f"/metric/{first.metric.code}/?{AT}")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"record": "s05.nothing"}, "record"), ({"kind": "median"}, "kind"), ({"when": ""}, "when"),
        ({"when": "standing"}, "when"), ({"day": "kind"}, "day"), ({"name_zh": " "}, "name_zh"), ({"unit": ""}, "unit"),
        ({"places": "9"}, "places"), ({"text-0": "没有这种"}, "text-0"), ({"text-0": ""}, "text-0"),
        ({"column-0": "nothing"}, "column-0"), ({"op-0": "like"}, "column-0"), ({"op-0": "by_day"}, "column-0"),
        ({"kind": "sum", "column": "kind"}, "column"), ({"kind": "distinct"}, "column"),
        ({"kind": "share"}, "column-share"),
        ({"record": "s05.transaction", "column-0": "person_key"}, "column-0"),
    ],
)  # fmt: skip
def test_what_cannot_be_counted_says_which_field(changes: dict[str, str], field: str, bureau: User) -> None:
    lake.refresh()
    answer = post(bureau, "/metric/compose/", fields(reason="试", **changes))
    assert answer.status_code == 400
    text = answer.content.decode()
    assert 'data-code="definition_invalid"' in text
    assert f'href="#{field}"' in text
    assert not ComposedVersion.objects.exists()


def test_a_filter_that_matches_nothing_says_so_and_is_zero(bureau: User) -> None:
    filled()
    lake.refresh()
    data = fields(**{"text-0": "打印机故障", "column-1": "description", "op-1": "given"})
    told = page(
        bureau, "/metric/compose/?" + "&".join(f"{key}={value}" for key, value in data.items()) + f"&try=1&{AT}"
    )
    assert "没有一条记录符合条件" in told


def test_the_interface_tells_the_same(bureau: User) -> None:
    filled()
    lake.refresh()
    client = Client()
    client.force_login(bureau)
    one = client.get(f"/api/v1/metrics/values?{AT}&code=F004").json()
    assert [(row["code"], row["value"], row["rows"]) for row in one] == [
        ("s05.kiosks", str(count("standing")), count("standing"))
    ]
    months = client.get(f"/api/v1/metrics/values?{AT}&code=F004&by=month&months=3").json()
    assert [row["as_of"] for row in months] == ["2023-06-30", "2023-07-31", "2023-08-01"]
    units = client.get(f"/api/v1/metrics/values?{AT}&code=F004&by=unit").json()
    assert sum(int(row["value"]) for row in units) == count("standing")
    everything = client.get(f"/api/v1/metrics/values?{AT}").json()
    assert len(everything) == len(metrics.metrics())
    read = client.get("/api/v1/metrics/F006").json()
    assert read["expression"].startswith("count(until s05.transaction")
    assert client.get("/api/v1/metrics/F999").status_code == 404
    assert client.get(f"/api/v1/metrics/values?{AT}&by=month&months=0").status_code == 400
