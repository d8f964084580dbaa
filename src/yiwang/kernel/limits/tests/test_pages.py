"""The pages and the API of parameters and the calendar; days changed by those who may."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from yiwang.kernel.access.testing import make_user
from yiwang.kernel.audit.api import entries
from yiwang.kernel.limits import api as limits
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db
TYPHOON = date(2023, 7, 17)


def browser(role: str = "viewer") -> Client:
    """The browser of somebody with this role."""
    client = Client()
    client.force_login(make_user(role, "cq/health"))
    return client


def test_parameters_are_found_and_filtered() -> None:
    client = browser()
    page = client.get(reverse("limits:list"), {"q": "听证", "on": "2026-03-01"})
    assert {row[0].key for row in page.context["page"]} >= {"penalty.hearing-request", "licensing.hearing"}
    unsure = client.get(reverse("limits:list"), {"certainty": "verify", "calendar": "working_day"})
    assert {row[0].certainty for row in unsure.context["page"]} == {"verify"}
    assert "待核实" in unsure.content.decode()
    old = client.get(reverse("limits:list"), {"on": "2010-01-01", "q": "simple-person"})
    assert [row[2] for row in old.context["page"]] == ["50 元"]
    assert "没有符合条件的法定参数" in client.get(reverse("limits:list"), {"q": "无此参数"}).content.decode()
    assert client.get(reverse("limits:list"), {"on": "x", "calendar": "x", "page": "x", "q": "\x00"}).status_code == 200


def test_a_parameter_shows_versions_and_counts() -> None:
    client = browser()
    page = client.get(reverse("limits:detail", args=["penalty.simple-person"])).content.decode()
    assert "50 元" in page
    assert "行政处罚法（1996年）" in page
    counted = client.get(reverse("limits:detail", args=["licensing.decision"]), {"start": "2023-09-28"})
    assert counted.context["trial"].date == date(2023, 11, 1)
    assert "2023年11月1日" in counted.content.decode()
    open_end = client.get(reverse("limits:detail", args=["licensing.decision"]), {"start": "2026-12-30"})
    assert "暂定" in open_end.content.decode()
    before = client.get(reverse("limits:detail", args=["licensing.decision"]), {"start": "2000-01-01"})
    assert "没有适用于区划" in before.content.decode()
    assert client.get(reverse("limits:detail", args=["licensing.decision"]), {"start": "x"}).status_code == 200
    assert "08:00—12:00" in client.get(reverse("limits:detail", args=["city-management.cleaning"])).content.decode()
    assert client.get(reverse("limits:detail", args=["no.such"])).status_code == 404


def test_a_year_shows_holidays_and_says_what_it_lacks() -> None:
    client = browser()
    page = client.get(reverse("limits:calendar", args=[2023])).content.decode()
    assert "端午节放假 22—24 日" in page
    assert "端午节调休上班 25 日" in page
    assert "调整某一天" not in page
    gap = client.get(reverse("limits:calendar", args=[2027])).content.decode()
    assert "平台尚未收录 2027 年的节假日安排" in gap
    assert client.get(reverse("limits:calendar", args=[1999])).status_code == 404
    assert client.get(reverse("limits:calendar", args=[99999])).status_code == 404
    assert client.get(reverse("limits:calendar-now")).status_code == 302


@pytest.mark.parametrize("role", ["sysadmin", "bureau"])
def test_a_day_is_changed_with_a_basis_audited_and_restored(role: str) -> None:
    client = browser(role)
    address = reverse("limits:override", args=[2023])
    answer = client.post(address, {"day": "2023-07-17", "is_workday": "0", "basis": "三防指挥部停工令"})
    assert answer.status_code == 302
    assert not limits.is_workday(TYPHOON)
    assert limits.add_workdays(date(2023, 7, 14), 1) == date(2023, 7, 18)
    entry = entries(action="limits.override_day").get()
    assert (entry.object_id, entry.detail["basis"], entry.detail["before"]) == ("2023-07-17", "三防指挥部停工令", None)
    page = client.get(reverse("limits:calendar", args=[2023])).content.decode()
    assert "三防指挥部停工令" in page
    assert "本区调整为休息日：17 日" in page
    client.post(reverse("limits:restore", args=[2023]), {"day": "2023-07-17", "basis": "停工令已撤销"})
    assert limits.is_workday(TYPHOON)
    assert entries(action="limits.restore_day").get().detail["before"]["is_workday"] is False


def test_a_change_without_basis_or_effect_is_refused_on_the_form() -> None:
    client = browser("bureau")
    address = reverse("limits:override", args=[2023])
    missing = client.post(address, {"day": "2023-07-17", "is_workday": "0", "basis": ""})
    assert missing.status_code == 422
    short = client.post(address, {"day": "2023-07-17", "is_workday": "0", "basis": "台风"})
    assert "请写明依据" in short.content.decode()
    none = client.post(address, {"day": "2023-07-17", "is_workday": "1", "basis": "三防指挥部停工令"})
    assert "本来就是工作日" in none.content.decode()
    assert (
        client.post(address, {"day": "1999-07-17", "is_workday": "0", "basis": "三防指挥部停工令"}).status_code == 404
    )
    assert (
        client.post(reverse("limits:restore", args=[2023]), {"day": "2023-07-17", "basis": "撤销停工"}).status_code
        == 404
    )
    assert client.post(reverse("limits:restore", args=[2023]), {"day": "2023-07-17"}).status_code == 302
    assert limits.is_workday(TYPHOON)


def test_others_may_not_change_days() -> None:
    answer = browser().post(
        reverse("limits:override", args=[2023]), {"day": "2023-07-17", "is_workday": "0", "basis": "三防指挥部停工令"}
    )
    assert answer.status_code == 403
    with pytest.raises(Problem):
        limits.set_override(make_user("viewer"), day=TYPHOON, is_workday=False, basis="三防指挥部停工令")


def test_a_day_changed_twice_keeps_what_was_before_in_the_audit() -> None:
    admin = make_user("sysadmin")
    limits.set_override(admin, day=date(2027, 3, 1), is_workday=False, basis="第一次决定")
    limits.set_override(admin, day=date(2027, 3, 1), is_workday=True, basis="第二次决定")
    assert entries(action="limits.override_day").first().detail["before"]["basis"] == "第一次决定"  # type: ignore[union-attr]  # it was just made
    assert limits.is_workday(date(2027, 3, 1))


def test_the_door_counts() -> None:
    assert limits.workdays_between(date(2023, 4, 27), date(2023, 5, 8)) == 5
    assert limits.published_years()[0] == 2004
    found = limits.deadline(date(2023, 9, 28), limits.param("licensing.decision", date(2023, 9, 28)))
    assert (found.date, found.provisional) == (date(2023, 11, 1), False)


def test_the_api() -> None:
    client = browser()
    listed = client.get("/api/v1/limits/params", {"prefix": "penalty.", "on": "2026-03-01", "region": "441502"}).json()
    assert {found["key"].split(".")[0] for found in listed} == {"penalty"}
    found = client.get("/api/v1/limits/params/licensing.decision", {"on": "2026-03-01"}).json()
    assert (found["value"], found["amount_zh"]) == ("20", "20 个工作日")
    counted = client.get("/api/v1/limits/params/licensing.decision/deadline", {"start": "2023-09-28"}).json()
    assert (counted["date"], counted["provisional"]) == ("2023-11-01", False)
    year = client.get("/api/v1/limits/calendar/2025").json()
    assert (year["published"], year["workdays"], len(year["days"])) == (True, 248, 365)
    assert client.get("/api/v1/limits/calendar/2027").json()["published"] is False
    added = client.get("/api/v1/limits/workdays", {"start": "2026-09-30", "days": "10"}).json()
    assert added == {"date": "2026-10-20", "provisional": False, "missing_years": []}
    assert (
        client.get("/api/v1/limits/workdays", {"start": "9999-12-31", "days": "10"}).json()["code"]
        == "date_out_of_range"
    )
    assert client.get("/api/v1/limits/calendar/0").status_code == 404
    assert client.get("/api/v1/limits/params/no.such").json()["code"] == "param_unknown"
