"""The pages of the report: texts, writing, downloads, templates."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document

from yiwang.domains.evaluation.planning.models import ReportFile, ReportTemplate, Round, RoundText
from yiwang.domains.evaluation.planning.services import closing
from yiwang.domains.evaluation.planning.tests.factory import World, accept_all, make_round, make_world
from yiwang.domains.evaluation.planning.tests.pages import browser, get, post, text_of
from yiwang.domains.evaluation.planning.tests.report.templates import template

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    """A state folder of the test's own."""
    settings.YIWANG_HOME = tmp_path
    return tmp_path


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def round_(world: World) -> Round:
    found = make_round(world)
    accept_all(world, found)
    return found


def piece(**changes: str) -> dict[str, str]:
    return {"section": "next_step", "position": "1", "title": "底数不清", "text": "完成率只有{F004}。", **changes}


def sent(data: bytes, name: str = "模板.docx") -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile(name, data)}


def test_who_sees_and_who_writes(world: World, round_: Round) -> None:
    write = reverse("s45:report-write", args=[round_.pk])
    for user in (world.leader, world.approver):
        seen = get(user, "report", round_.pk)
        assert "任务进展：4 / 4 项已采纳" in seen
        assert write not in seen
        post(user, "report-write", round_.pk, status=403)
        post(user, "report-text", round_.pk, data=piece(), status=403)
        post(user, "template-upload", data=sent(template("x")), status=403)
    assert write in get(world.bureau, "report", round_.pk)
    for user in (world.liaison_data, world.viewer, world.auditor):
        for name, args in (("report", (round_.pk,)), ("template", ()), ("template-download", ())):
            get(user, name, *args, expect=403)
    assert not ReportFile.objects.exists()


def test_texts_and_their_preview(world: World, round_: Round) -> None:
    assert "下一步措施：未写" in get(world.bureau, "report", round_.pk)
    post(world.bureau, "report-text", round_.pk, data=piece())
    seen = get(world.bureau, "report", round_.pk)
    assert "下一步措施：已写" in seen
    assert 'title="F004 房屋编码完成率' in seen
    assert ">36.51%</a>" in seen
    assert "完成率只有{F004}。</textarea>" in seen
    post(world.bureau, "report-text", round_.pk, data=piece(text="改过的{F001}"))
    assert RoundText.objects.get().text == "改过的{F001}"
    post(world.bureau, "report-text-delete", round_.pk, RoundText.objects.get().pk)
    assert not RoundText.objects.exists()
    post(world.bureau, "report-text-delete", round_.pk, 999, status=404)


def test_overall_judgement_with_named_numbers(world: World, round_: Round) -> None:
    seen = get(world.bureau, "report", round_.pk)
    assert "规划时序进度为49.86%" in seen, "the default text, filled in"
    assert "{time_progress}" in seen
    data = piece(section="overall", title="", text="共{tasks_total}项任务，{lagging}项滞后，{F001}。")
    post(world.bureau, "report-text", round_.pk, data=data)
    assert RoundText.objects.get().section == "overall"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": " "}, "field-error"),
        ({"text": "见{F999}"}, "没有对应的指标或数据"),
        ({"text": "多了一个{括号"}, "不是完整的数字标记"),
        ({"text": "坏\x00字"}, "field-error"),
        ({"text": "长" * 20_001}, "field-error"),
        ({"title": "长" * 201}, "field-error"),
    ],
)
def test_text_refused(world: World, round_: Round, changes: dict[str, str], said: str) -> None:
    seen = text_of(post(world.bureau, "report-text", round_.pk, data=piece(**changes), status=400))
    assert said in seen
    assert '<details class="piece" id="next_step-1" open>' in seen
    assert not RoundText.objects.exists()


def test_section_and_position_from_elsewhere(world: World, round_: Round) -> None:
    for changes in ({"section": "nonsense"}, {"position": "-1"}, {"position": "x"}):
        post(world.bureau, "report-text", round_.pk, data=piece(**changes), status=400)
    assert not RoundText.objects.exists()


def test_write_and_download(world: World, round_: Round) -> None:
    post(world.bureau, "report-text", round_.pk, data=piece())
    for number in (1, 2):
        answer = post(world.bureau, "report-write", round_.pk)
        assert answer["Location"].endswith("#reports")
        assert ReportFile.objects.filter(number=number).exists()
    answer = post(world.bureau, "report-write", round_.pk, status=204, HX_Request="true")
    assert answer["HX-Redirect"].endswith("#reports")
    seen = get(world.leader, "report", round_.pk)
    assert "第 1 稿" in seen
    assert "第 3 稿" in seen
    answer = browser(world.leader).get(reverse("s45:report-download", args=[round_.pk, 1]))
    assert answer["Content-Disposition"].startswith("attachment")
    # A download streams; the test client's type knows only plain answers.
    document = Document(BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    words = "".join(node.text or "" for node in document.element.body.iter("{*}t"))
    assert "底数不清" in words
    assert "36.51%" in words
    assert list(document.comments)
    assert "?comments=none" in seen
    answer = browser(world.leader).get(reverse("s45:report-download", args=[round_.pk, 1]), {"comments": "none"})
    assert "attachment" in answer["Content-Disposition"]
    # A download streams; the test client's type knows only plain answers.
    clean = Document(BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert "".join(node.text or "" for node in clean.element.body.iter("{*}t")) == words
    assert not list(clean.comments)
    get(world.liaison_data, "report-download", round_.pk, 1, expect=403)
    assert 'data-code="report_unknown"' in get(world.bureau, "report-download", round_.pk, 9, expect=404)


def test_closed_round_is_written_but_not_edited(world: World, round_: Round) -> None:
    closing.close(round_, actor=world.bureau)
    seen = get(world.bureau, "report", round_.pk)
    assert reverse("s45:report-text", args=[round_.pk]) not in seen
    assert 'data-code="round_closed"' in text_of(post(world.bureau, "report-text", round_.pk, data=piece(), status=409))
    post(world.bureau, "report-write", round_.pk)


def test_texts_are_escaped(world: World, round_: Round) -> None:
    evil = "<script>alert(1)</script>"
    post(world.bureau, "report-text", round_.pk, data=piece(title=evil, text=evil))
    for user in (world.bureau, world.leader):
        seen = get(user, "report", round_.pk)
        assert evil not in seen
        assert "&lt;script&gt;" in seen


def test_template_is_used_and_retired(world: World, round_: Round) -> None:
    assert "系统自带模板" in get(world.bureau, "template")
    post(world.bureau, "template-upload", data=sent(template("本区自己的模板：{{ fig.F004 }}")))
    assert "模板.docx" in get(world.leader, "template")
    post(world.bureau, "report-write", round_.pk)
    answer = browser(world.bureau).get(reverse("s45:report-download", args=[round_.pk, 1]))
    # A download streams; the test client's type knows only plain answers.
    document = Document(BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    words = "".join(node.text or "" for node in document.element.body.iter("{*}t"))
    assert words == "本区自己的模板：36.51%"
    used = browser(world.bureau).get(reverse("s45:template-download"))
    # A download streams; the test client's type knows only plain answers.
    own = b"".join(used.streaming_content)  # type: ignore[attr-defined]
    default = browser(world.bureau).get(reverse("s45:template-download"), {"which": "default"}).content
    assert own != default
    assert default[:2] == own[:2] == b"PK"
    post(world.bureau, "template-retire")
    assert browser(world.bureau).get(reverse("s45:template-download")).content == default


def test_faulty_template_lists_every_fault_with_the_nearest_name(world: World) -> None:
    data = template("{{ distrct }}", "{{ fig.F999 }}", "{{ plan_title }}")
    seen = text_of(post(world.bureau, "template-upload", data=sent(data), status=400))
    listed = seen.partition("finding-list")[2].partition("</ol>")[0]
    assert "distrct" in listed
    assert "<code>district</code>" in listed
    assert "F999" in listed
    assert "模板里要改的地方" in seen
    assert not ReportTemplate.objects.exists()


def test_template_without_a_file(world: World) -> None:
    assert 'data-code="file_missing"' in text_of(post(world.bureau, "template-upload", status=400))


def test_placeholder_help(world: World) -> None:
    seen = get(world.bureau, "template")
    assert "{{ district }}" in seen
    assert "编号为 F001 的数据（带链接）" in seen
