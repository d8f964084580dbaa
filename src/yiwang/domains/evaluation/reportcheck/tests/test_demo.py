"""The demonstration's kept report: two versions of it, one finding dismissed, whole or not at all."""

from __future__ import annotations

import time

import pytest
from django.test import Client
from django.urls import reverse

from yiwang.domains.evaluation.reportcheck import demo, selectors, services
from yiwang.domains.evaluation.reportcheck.demo import loading
from yiwang.domains.evaluation.reportcheck.models import Check, Dismissal, Report
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_user
from yiwang.kernel.audit.api import AuditEntry
from yiwang.kernel.files.api import StoredFile

pytestmark = pytest.mark.django_db
KEPT = (Report, Check, Dismissal, StoredFile, AuditEntry)


@pytest.fixture
def bureau() -> User:
    return make_user("bureau", "cq/data", username="bureau")


def quietly(_line: str) -> None:
    """Says nothing."""


def counts() -> list[int]:
    return [model._base_manager.count() for model in KEPT]


def test_the_kept_report_is_the_units_and_says_that_it_is_made_up(bureau: User) -> None:
    said: list[str] = []
    assert demo.load(said.append)
    report = Report.objects.get()
    assert (report.created_by, report.unit, report.shared) == (bureau, bureau.unit, True)
    assert "演示" in report.title
    assert "虚构" in report.title
    assert len(said) == 1
    colleague, leader = make_user("liaison", "cq/data"), make_user("leader", "cq")
    assert [list(selectors.reports(user)) for user in (colleague, leader)] == [[report]] * 2
    assert list(selectors.reports(make_user("liaison", "cq/police"))) == []


def test_the_second_version_mends_most_and_brings_a_mistake(bureau: User) -> None:
    demo.load(quietly)
    first, second = Check.objects.order_by("number")
    found = selectors.compare(first, second)
    assert (first.number, second.number) == (1, 2)
    assert [item["stated"] for item in found.mended if item["severity"] == "error"] == [
        "120个", "98.5%", "50%", "1510项", "2024年6月31日",
    ]  # fmt: skip
    assert [now["stated"] for _before, now in found.still if now["severity"] == "error"] == ["59%"]
    assert [item["stated"] for item in found.added] == ["40%"]
    assert all(check.file is not None for check in (first, second))


def test_the_dismissed_finding_stays_dismissed_in_the_second_version(bureau: User) -> None:
    demo.load(quietly)
    for check in Check.objects.all():
        dismissed = [item for item in selectors.numbered(check) if item["dismissal"] is not None]
        assert [(item["kind"], item["dismissal"].reason) for item in dismissed] == [
            ("definition_clash", loading.REASON)
        ]
        assert check.dismissed == 1


def test_loading_again_changes_nothing(bureau: User) -> None:
    demo.load(quietly)
    before = counts()
    assert not demo.load(quietly)
    assert counts() == before


@pytest.mark.parametrize("step", ["dismiss", "_recount", "_add_version"])
def test_a_load_that_breaks_off_leaves_nothing_and_can_be_repeated(
    bureau: User, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = counts()
    with monkeypatch.context() as broken:
        broken.setattr(services, step, lambda *_given, **_named: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            demo.load(quietly)
    assert counts() == before
    assert demo.load(quietly)
    assert Check.objects.count() == 2


def test_it_is_quick(bureau: User) -> None:
    began = time.perf_counter()
    demo.load(quietly)
    assert time.perf_counter() - began < 3


def test_the_pages_begin_with_it(client: Client, bureau: User) -> None:
    demo.load(quietly)
    client.force_login(bureau)
    assert loading.TITLE in client.get(reverse("s46:checks")).content.decode()
    report = Report.objects.get()
    page = client.get(reverse("s46:report", args=[report.key])).content.decode()
    assert "上一版写" not in page
    assert loading.REASON in page
    assert "占比与分子分母不符" in client.get(reverse("s46:kinds")).content.decode()
    annotated = client.get(reverse("s46:check-annotated", args=[report.versions.get(number=2).key]))
    assert annotated.content[:2] == b"PK"
