"""Reports with versions: who sees them, what became of the findings, what officials dismissed and how often."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook

from yiwang.domains.evaluation.reportcheck import selectors, services
from yiwang.domains.evaluation.reportcheck.demo import example_report
from yiwang.domains.evaluation.reportcheck.models import Check, Dismissal, Report
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_user
from yiwang.kernel.audit.api import AuditEntry
from yiwang.kernel.files.api import StoredFile
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db

CANTEENS = "截至2023年6月30日，抽查食堂240家，合格228家，合格率96%。"
DISPUTES = "截至2023年6月30日，受理矛盾纠纷85件，办结88件。"
STATIONS = "截至2023年6月30日，全区应建站点200个，已建成50个，建成率30%。"
FIRST = f"{CANTEENS}\n{DISPUTES}\n"
# The canteens are mended, the disputes stand in another paragraph with other words before them, the stations are new.
SECOND = f"{CANTEENS.replace('96', '95')}\n{STATIONS}\n上半年工作情况。{DISPUTES}\n"


@pytest.fixture
def owner() -> User:
    """A liaison who hands in reports."""
    return make_user("liaison", "cq/health")


@pytest.fixture
def colleague(owner: User) -> User:
    """Another liaison of the same unit."""
    return make_user("liaison", "cq/health")


def hand_in(actor: User, text: str, *, report: Report | None = None, shared: bool = False) -> Check:
    return services.check_upload(text.encode(), "半年报告.txt", actor=actor, report=report, shared=shared)


def kinds(items: list[dict[str, object]]) -> list[object]:
    return [item["kind"] for item in items]


# Who sees what


def test_a_report_is_its_creators_alone_until_it_is_shared(owner: User, colleague: User) -> None:
    bureau, other = make_user("bureau", "cq/data"), make_user("liaison", "cq/police")
    leader, integrator = make_user("leader", "cq"), make_user("integrator", "cq/health")
    report = hand_in(owner, FIRST).report
    people = (colleague, bureau, leader, other, integrator)
    assert [list(selectors.reports(user)) for user in people] == [[]] * 5
    services.share(report, shared=True, actor=owner)
    assert [bool(selectors.reports(user)) for user in people] == [True, True, True, False, False]
    services.share(report, shared=False, actor=owner)
    assert [list(selectors.reports(user)) for user in people] == [[]] * 5


def test_who_may_work_on_a_shared_report(owner: User, colleague: User) -> None:
    check = hand_in(owner, FIRST, shared=True)
    bureau, leader = make_user("bureau", "cq/data"), make_user("leader", "cq")
    for user in (owner, colleague, bureau):
        assert selectors.may_edit(user, check.report)
    for act in (
        lambda: hand_in(leader, SECOND, report=check.report),
        lambda: services.dismiss(check, 1, reason="口径不同", actor=leader),
        lambda: services.share(check.report, shared=False, actor=colleague),
        lambda: services.delete_check(check, actor=bureau),
    ):
        with pytest.raises(Problem) as caught:
            act()
        assert caught.value.code == "forbidden"
    assert Check.objects.count() == 1
    assert not Dismissal.objects.exists()


def test_a_private_report_cannot_be_worked_on_even_by_who_has_its_object(owner: User, colleague: User) -> None:
    report = hand_in(owner, FIRST).report
    with pytest.raises(Problem) as caught:
        hand_in(colleague, SECOND, report=report)
    assert caught.value.code == "forbidden"


def test_an_account_that_keeps_no_reports_for_a_unit_cannot_share(client: Client) -> None:
    integrator = make_user("integrator", "cq/firm")
    client.force_login(integrator)
    data = {"file": SimpleUploadedFile("a.txt", FIRST.encode()), "shared": "1"}
    assert "unit_missing" in client.post(reverse("s46:check-new"), data).content.decode()
    assert not Report.objects.exists()
    assert 'name="shared"' not in client.get(reverse("s46:checks")).content.decode()


# Versions


def test_a_new_version_is_compared_with_the_last(owner: User) -> None:
    first = hand_in(owner, FIRST)
    second = hand_in(owner, SECOND, report=first.report)
    found = selectors.compare(first, second)
    assert (first.number, second.number) == (1, 2)
    assert kinds(found.mended) == ["share_mismatch"]
    assert [(before["kind"], now["kind"]) for before, now in found.still] == [("funnel_order", "funnel_order")]
    assert kinds(found.added) == ["share_mismatch"]
    assert found.added[0]["stated"] == "30%"


def test_a_figure_that_was_changed_and_is_still_wrong_is_still_there(owner: User) -> None:
    first = hand_in(owner, CANTEENS)
    second = hand_in(owner, CANTEENS.replace("96%", "97%"), report=first.report)
    found = selectors.compare(first, second)
    assert [(before["stated"], now["stated"]) for before, now in found.still] == [("96%", "97%")]
    assert not found.mended
    assert not found.added


def test_the_pages_show_versions_and_comparison(client: Client, owner: User) -> None:
    client.force_login(owner)
    first = hand_in(owner, FIRST)
    address = reverse("s46:report", args=[first.report.key])
    new = {"file": SimpleUploadedFile("新稿.txt", SECOND.encode())}
    page = client.post(reverse("s46:report-version", args=[first.report.key]), new, follow=True)
    assert page.redirect_chain == [(address, 302)]
    text = page.content.decode()
    for words in ("第 2 版", "第 1 版", "新稿.txt", "已改（1）", "仍在（1）", "新增（1）"):
        assert words in text
    second = Check.objects.get(number=2)
    assert "已改 1 条，仍在 1 条，新增 1 条" in client.get(reverse("s46:check", args=[second.key])).content.decode()
    assert "请选择两个不同的版本" in client.get(f"{address}?old=2&new=2").content.decode()
    assert client.get(f"{address}?old=9&new=x").status_code == 200


def test_the_same_file_again_is_said_so_and_adds_no_version(client: Client, owner: User) -> None:
    client.force_login(owner)
    first = hand_in(owner, FIRST)
    again = {"file": SimpleUploadedFile("a.txt", FIRST.encode())}
    page = client.post(reverse("s46:report-version", args=[first.report.key]), again)
    assert page.status_code == 409
    assert "version_same" in page.content.decode()
    bad = {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.4\n%%EOF")}
    page = client.post(reverse("s46:report-version", args=[first.report.key]), bad)
    assert "file_damaged" in page.content.decode()
    assert "file_missing" in client.post(reverse("s46:report-version", args=[first.report.key])).content.decode()
    assert Check.objects.count() == 1


def test_deleting_versions_removes_texts_files_and_with_the_last_the_report(client: Client, owner: User) -> None:
    client.force_login(owner)
    name, data = example_report()
    first = services.check_upload(data, name, actor=owner)
    second = hand_in(owner, SECOND, report=first.report)
    assert StoredFile.objects.count() == 1
    gone = client.post(reverse("s46:check-delete", args=[first.key]))
    assert gone["Location"] == reverse("s46:report", args=[first.report.key])
    assert not StoredFile.objects.exists()
    # The number of a deleted version is not given again while later ones stand.
    assert hand_in(owner, FIRST, report=first.report).number == 3
    client.post(reverse("s46:report-delete", args=[first.report.key]))
    assert not Report.objects.exists()
    assert not Check.objects.filter(pk=second.pk).exists()


# The annotated document


def test_the_annotated_document_leaves_out_what_was_dismissed(client: Client, owner: User) -> None:
    client.force_login(owner)
    name, data = example_report()
    check = services.check_upload(data, name, actor=owner)
    services.dismiss(check, 2, reason="另有说明", actor=owner)
    answer = client.get(reverse("s46:check-annotated", args=[check.key]))
    told = " ".join(comment.text for comment in Document(BytesIO(answer.content)).comments)
    assert "attachment" in answer["Content-Disposition"]
    assert "意见 1【" in told
    assert "意见 2【" not in told
    assert AuditEntry.objects.filter(action="export", object_type="s46.check").exists()


def test_only_word_documents_that_were_kept_can_be_annotated(client: Client, owner: User) -> None:
    client.force_login(owner)
    text = hand_in(owner, FIRST)
    assert client.get(reverse("s46:check-annotated", args=[text.key])).status_code == 400
    name, data = example_report()
    old = services.check_upload(data, name, actor=owner)
    Check.objects.filter(pk=old.pk).update(file=None)
    assert client.get(reverse("s46:check-annotated", args=[old.key])).status_code == 410


# Dismissals


def test_a_dismissed_finding_stays_dismissed_in_the_next_version(owner: User, colleague: User) -> None:
    first = hand_in(owner, FIRST, shared=True)
    number = kinds(first.result["findings"]).index("funnel_order") + 1
    services.dismiss(first, number, reason="含上年结转", actor=colleague)
    second = hand_in(owner, SECOND, report=first.report)
    told = [item for item in selectors.numbered(second) if item["dismissal"]]
    assert [(item["kind"], item["dismissal"].reason) for item in told] == [("funnel_order", "含上年结转")]
    assert told[0]["dismissal"].dismissed_by == colleague
    first.refresh_from_db()
    assert (first.dismissed, second.dismissed) == (1, 1)


def test_a_figure_that_changed_is_not_dismissed_with_the_old_one(owner: User) -> None:
    first = hand_in(owner, CANTEENS)
    services.dismiss(first, 1, reason="四舍五入", actor=owner)
    second = hand_in(owner, CANTEENS.replace("96%", "97%"), report=first.report)
    assert second.dismissed == 0


def test_one_dismissal_holds_for_one_of_two_alike(owner: User) -> None:
    first = hand_in(owner, f"{CANTEENS}\n第二季度{CANTEENS}")
    alike = [item for item in selectors.numbered(first) if item["kind"] == "share_mismatch"]
    assert len(alike) == 2
    services.dismiss(first, alike[1]["number"], reason="季度口径", actor=owner)
    assert [bool(item["dismissal"]) for item in selectors.numbered(first) if item["kind"] == "share_mismatch"] == [
        False,
        True,
    ]


def test_a_dismissal_can_be_taken_back_and_both_acts_are_audited(owner: User) -> None:
    check = hand_in(owner, FIRST)
    services.dismiss(check, 1, reason=" 口径 \n 不同 ", actor=owner)
    services.take_back(check, 1, actor=owner)
    check.refresh_from_db()
    assert check.dismissed == 0
    kept = Dismissal.objects.get()
    assert (kept.reason, kept.taken_back_by) == ("口径 不同", owner)
    acts = list(AuditEntry.objects.filter(object_type="s46.check").order_by("pk").values_list("action", flat=True))
    assert acts == ["report.checked", "report.finding_dismissed", "report.dismissal_taken_back"]
    services.dismiss(check, 1, reason="再次核对后仍不改", actor=owner)
    assert Dismissal.objects.count() == 2


@pytest.mark.parametrize(
    ("number", "reason", "code"),
    [
        (1, "", "reason_missing"),
        (1, "  ", "reason_missing"),
        (1, "长" * 201, "reason_missing"),
        (99, "因", "finding_unknown"),
    ],
)
def test_what_cannot_be_dismissed_is_told(owner: User, number: int, reason: str, code: str) -> None:
    check = hand_in(owner, FIRST)
    with pytest.raises(Problem) as caught:
        services.dismiss(check, number, reason=reason, actor=owner)
    assert caught.value.code == code
    assert not Dismissal.objects.exists()


def test_dismissing_twice_and_taking_back_what_is_not_dismissed_is_told(owner: User) -> None:
    check = hand_in(owner, FIRST)
    with pytest.raises(Problem) as caught:
        services.take_back(check, 1, actor=owner)
    assert caught.value.code == "finding_not_dismissed"
    services.dismiss(check, 1, reason="因", actor=owner)
    with pytest.raises(Problem) as caught:
        services.dismiss(check, 1, reason="因", actor=owner)
    assert caught.value.code == "finding_dismissed"


def test_dismissing_on_the_page(client: Client, owner: User) -> None:
    client.force_login(owner)
    check = hand_in(owner, CANTEENS)
    page, act = reverse("s46:check", args=[check.key]), reverse("s46:check-dismiss", args=[check.key, 1])
    assert '<mark class="mark-error">' in client.get(page).content.decode()
    refused = client.post(act, {"reason": ""})
    assert refused.status_code == 400
    assert "reason_missing" in refused.content.decode()
    text = client.post(act, {"reason": "<b>附注</b>已说明"}, follow=True).content.decode()
    assert '<mark class="mark-error">' not in text
    assert "&lt;b&gt;附注&lt;/b&gt;已说明" in text
    assert "已忽略 1 条" in text
    book = load_workbook(BytesIO(client.get(reverse("s46:check-export", args=[check.key])).content))
    assert book["核验意见"].cell(2, 9).value == "<b>附注</b>已说明"
    text = client.post(reverse("s46:check-restore", args=[check.key, 1]), follow=True).content.decode()
    assert '<mark class="mark-error">' in text


def test_counts_of_dismissals_show_a_noisy_checker(client: Client, owner: User) -> None:
    text = "\n".join(f"第{number}批{CANTEENS}" for number in range(5))
    check = hand_in(owner, f"{text}\n{DISPUTES}", shared=True)
    shares = [item["number"] for item in selectors.numbered(check) if item["kind"] == "share_mismatch"]
    for number in shares[:3]:
        services.dismiss(check, number, reason="批次口径", actor=owner)
    # The next version counts once, not again.
    hand_in(owner, f"{text}\n{DISPUTES}\n附记。", report=check.report)
    hand_in(make_user("liaison", "cq/police"), CANTEENS)
    counts = {count.key: count for count in selectors.kind_counts(owner)}
    assert (counts["share_mismatch"].found, counts["share_mismatch"].dismissed) == (5, 3)
    assert str(counts["share_mismatch"].percent) == "60.0"
    assert counts["share_mismatch"].noisy
    assert not counts["funnel_order"].noisy
    client.force_login(make_user("bureau", "cq/data"))
    page = client.get(reverse("s46:kinds")).content.decode()
    assert "占比与分子分母不符" in page
    assert "误报多" in page
    book = load_workbook(BytesIO(client.get(reverse("s46:kinds-export")).content))
    assert book["意见类型统计"].cell(2, 2).value == 5


# The list


def test_the_list_shows_the_latest_version_and_can_be_narrowed(client: Client, owner: User, colleague: User) -> None:
    client.force_login(owner)
    first = hand_in(owner, FIRST)
    second = hand_in(owner, SECOND, report=first.report)
    services.check_upload(STATIONS.encode(), "站点专报.txt", actor=colleague, shared=True)
    page = client.get(reverse("s46:checks")).content.decode()
    assert reverse("s46:check", args=[second.key]) in page
    assert reverse("s46:check", args=[first.key]) not in page
    assert "站点专报" in page
    assert "站点专报" not in client.get(reverse("s46:checks"), {"whose": "mine"}).content.decode()
    assert "半年报告" not in client.get(reverse("s46:checks"), {"whose": "shared"}).content.decode()
    assert "没有符合条件的报告" in client.get(reverse("s46:checks"), {"q": "不存在"}).content.decode()
    assert [hit.title for hit in selectors.search(owner, "站点")] == ["站点专报"]


# The API


def test_the_api_does_what_the_pages_do(client: Client, owner: User) -> None:
    client.force_login(owner)
    base = "/api/v1/report-check"
    made = client.post(f"{base}/checks", {"file": SimpleUploadedFile("a.txt", FIRST.encode()), "shared": "true"}).json()
    new = {"file": SimpleUploadedFile("b.txt", SECOND.encode()), "report": made["report"]}
    second = client.post(f"{base}/checks", new).json()
    assert (made["number"], second["number"], second["report"]) == (1, 2, made["report"])
    compared = client.get(f"{base}/checks/{second['key']}/comparison").json()
    assert (compared["old"], compared["new"], len(compared["mended"]), len(compared["still"])) == (1, 2, 1, 1)
    assert client.get(f"{base}/checks/{made['key']}/comparison").json()["code"] == "version_unknown"
    body = {"number": 1, "reason": "口径不同"}
    told = client.post(f"{base}/checks/{second['key']}/dismissals", body, content_type="application/json")
    assert (told.status_code, told.json()["reason"]) == (201, "口径不同")
    assert client.get(f"{base}/checks/{second['key']}/findings").json()[0]["reason"] == "口径不同"
    assert client.get(f"{base}/kinds").json()[0]["dismissed"] == 1
    assert client.delete(f"{base}/checks/{second['key']}/dismissals/1").status_code == 204
    listed = client.get(f"{base}/reports").json()["items"]
    assert [(row["key"], row["shared"], row["unit"]) for row in listed] == [(made["report"], True, "health")]
    report = client.get(f"{base}/reports/{made['report']}").json()
    assert [row["number"] for row in report["versions"]] == [2, 1]
    hidden = client.post(f"{base}/reports/{made['report']}/sharing", {"shared": False}, content_type="application/json")
    assert hidden.json()["shared"] is False
    name, data = example_report()
    word = client.post(f"{base}/checks", {"file": SimpleUploadedFile(name, data)}).json()
    answer = client.get(f"{base}/checks/{word['key']}/annotated")
    assert len(list(Document(BytesIO(answer.content)).comments)) > 10
