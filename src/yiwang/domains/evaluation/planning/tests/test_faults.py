"""Bad input and bad luck: each has its message code, nothing is half kept, nothing typed is lost."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from yiwang.domains.evaluation.planning.models import Evidence, HandIn, IndicatorValue, ReportTemplate
from yiwang.domains.evaluation.planning.services import rounds
from yiwang.domains.evaluation.planning.tests.factory import (
    World,
    full_content,
    hand_in_for,
    make_round,
    make_world,
)
from yiwang.domains.evaluation.planning.tests.pages import PNG, browser, fields, get, post, text_of, upload
from yiwang.domains.evaluation.planning.tests.report.templates import repacked, template
from yiwang.domains.evaluation.planning.types import TEXT_LIMIT, HandInContent
from yiwang.kernel.access.testing import make_user
from yiwang.kernel.files import api as files
from yiwang.lib.problems import Problem

OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 600
WORD = template("正文")


def with_macro() -> bytes:
    """A Word file that carries a macro."""
    return repacked(WORD, lambda entries: entries.update({"word/vbaProject.bin": b"macro"}))


def bomb() -> bytes:
    """A small Word file that unpacks to more than 200 MB."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(f"word/{number}.xml", b"0" * (45 * 1024 * 1024))
    return stream.getvalue()


BAD_FILES: list[tuple[str, Callable[[], bytes], str, int]] = [
    ("空.pdf", lambda: b"", "file_empty", 400),
    ("大.png", lambda: PNG[:-12] + b"\x00" * (50 * 1024 * 1024) + PNG[-12:], "file_too_large", 413),
    ("加密.docx", lambda: OLE, "file_encrypted", 400),
    ("损坏.docx", lambda: WORD[: len(WORD) // 2], "file_damaged", 400),
    ("带宏.docx", with_macro, "file_macro", 400),
    ("改名.pdf", lambda: PNG, "file_name_mismatch", 400),
    ("程序.exe", lambda: b"MZ\x90\x00\x03\x00\x00\x00" * 40, "file_type_refused", 415),
    ("炸弹.docx", bomb, "file_bomb", 400),
]
IDS = [row[2] for row in BAD_FILES]


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def hand_in(world: World) -> HandIn:
    return hand_in_for(make_round(world), "T1-02")


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Path:
    """A state folder of the test's own."""
    settings.YIWANG_HOME = tmp_path
    return tmp_path


def kept_bytes(home: Path) -> list[Path]:
    return [path for path in (home / "files").rglob("*") if path.is_file()]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "data", "code", "status"), BAD_FILES, ids=IDS)
def test_bad_evidence(
    world: World, hand_in: HandIn, home: Path, name: str, data: Callable[[], bytes], code: str, status: int
) -> None:
    typed = fields(hand_in, progress="一起提交的文字", **{"file-F004": SimpleUploadedFile(name, data())})
    seen = text_of(post(world.liaison_police, "hand-in-submit", hand_in.pk, data=typed, status=status))
    assert f'<li data-code="{code}"><a href="#file-F004">{name}' in seen
    assert "一起提交的文字" in seen
    hand_in.refresh_from_db()
    assert HandInContent.from_json(hand_in.draft).progress == "一起提交的文字"
    assert hand_in.state == HandIn.State.DRAFT, "a hand-in with a refused document is not handed in"
    assert not Evidence.objects.exists()
    assert not files.StoredFile.objects.exists()
    assert not kept_bytes(home)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "data", "code", "status"),
    [row for row in BAD_FILES if row[2] != "file_name_mismatch"]
    + [("改名.png", lambda: WORD, "file_name_mismatch", 400), ("图片.docx", lambda: PNG, "file_type_refused", 415)],
)
def test_bad_template(world: World, home: Path, name: str, data: Callable[[], bytes], code: str, status: int) -> None:
    sent = {"file": SimpleUploadedFile(name, data())}
    seen = text_of(post(world.bureau, "template-upload", data=sent, status=status))
    assert f'data-code="{code}"' in seen
    assert not ReportTemplate.objects.exists()
    assert not files.StoredFile.objects.exists()
    assert not kept_bytes(home)


@pytest.mark.django_db
def test_evidence_for_a_foreign_figure_and_without_a_file(world: World, hand_in: HandIn, home: Path) -> None:
    typed = fields(hand_in, **{"file-F001": upload()})
    seen = text_of(post(world.liaison_police, "evidence-add", hand_in.pk, data=typed, status=400))
    assert 'data-code="indicator_unknown"' in seen
    seen = text_of(post(world.liaison_police, "evidence-add", hand_in.pk, data=fields(hand_in), status=400))
    assert 'data-code="file_missing"' in seen
    assert not Evidence.objects.exists()


@pytest.mark.django_db
def test_killed_between_bytes_and_row(
    world: World, hand_in: HandIn, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(**_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(files.StoredFile.objects, "create", killed)
        with pytest.raises(RuntimeError, match="killed"):
            post(world.liaison_police, "evidence-add", hand_in.pk, data=fields(hand_in, file=upload()))
    assert len(kept_bytes(home)) == 1, "the bytes were there before the row"
    assert not files.StoredFile.objects.exists()
    assert not Evidence.objects.exists()
    post(world.liaison_police, "evidence-add", hand_in.pk, data=fields(hand_in, file=upload()))
    row = Evidence.objects.get()
    assert files.open_bytes(row.file).read() == PNG
    assert len(kept_bytes(home)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"progress": "看不见的\x00字"}, "text_control"),
        ({"problems": "长" * (TEXT_LIMIT + 1)}, "text_too_long"),
        ({"figure-F004-note": "\x00"}, "text_control"),
        ({"figure-F004-evidence": "长" * (TEXT_LIMIT + 1)}, "text_too_long"),
        ({"figure-F004-value": "1e999"}, "figure_invalid"),
        ({"figure-F004-value": "NaN"}, "figure_invalid"),
        ({"figure-F004-value": "1" * 19}, "figure_invalid"),
        ({"figure-F004-value": "0.1234567"}, "figure_invalid"),
        ({"figure-F004-hedge": "大概齐"}, "figure_hedge"),
        ({"figure-F004-remedy_due": "明年"}, "figure_date_invalid"),
    ],
)
def test_bad_texts(world: World, hand_in: HandIn, change: dict[str, str], code: str) -> None:
    for name in ("hand-in-save", "hand-in-submit"):
        seen = text_of(post(world.liaison_police, name, hand_in.pk, data=fields(hand_in, **change), status=400))
        assert f'data-code="{code}"' in seen
    hand_in.refresh_from_db()
    assert hand_in.revision == 0
    post(world.liaison_police, "hand-in-preview", hand_in.pk, data=fields(hand_in, **change), status=200)


@pytest.mark.django_db
@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 30, "１"])
def test_bad_revision(world: World, hand_in: HandIn, revision: str) -> None:
    data = fields(hand_in, revision=revision)
    seen = text_of(post(world.liaison_police, "hand-in-save", hand_in.pk, data=data, status=400))
    assert 'data-code="page_stale"' in seen


@pytest.mark.django_db
def test_control_characters_in_a_reason(world: World, hand_in: HandIn) -> None:
    post(world.liaison_police, "hand-in-submit", hand_in.pk, data=fields(hand_in))
    data = {"number": "1", "reason": "请改\x00正"}
    seen = text_of(post(world.bureau, "hand-in-return", hand_in.pk, data=data, status=400))
    assert 'data-code="text_control"' in seen


@pytest.mark.django_db
def test_messages_in_english(world: World, hand_in: HandIn) -> None:
    client = browser(world.liaison_police)
    client.cookies["django_language"] = "en"
    data = fields(hand_in, **{"figure-F004-value": "x"})
    seen = client.post(reverse("s45:hand-in-save", args=[hand_in.pk]), data).content.decode()
    assert "is not a number" in seen


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run ``works`` in threads that start together; what each returned or raised."""
    gate = threading.Barrier(len(works))
    found: list[object] = [None] * len(works)

    def run(index: int, work: Callable[[], object]) -> None:
        try:
            gate.wait(timeout=10)
            found[index] = work()
        except Exception as error:  # noqa: BLE001  # handed to the test, which asserts on it
            found[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index, work)) for index, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["hand-in-save", "hand-in-submit"])
def test_two_people_at_once(name: str) -> None:
    world = make_world()
    hand_in = hand_in_for(make_round(world), "T1-02")
    colleague = make_user("liaison", world.liaison_police.unit)
    url = reverse(f"s45:{name}", args=[hand_in.pk])
    texts = ("甲写的{F004}", "乙写的{F004}")
    clients = (browser(world.liaison_police), browser(colleague))
    sent = [fields(hand_in, progress=text) for text in texts]
    one, two = at_once(*(lambda c=c, d=d: c.post(url, d) for c, d in zip(clients, sent, strict=True)))
    # at_once returns whatever the functions return: here answers.
    assert {one.status_code, two.status_code} == {302, 409}  # type: ignore[attr-defined]
    # at_once returns whatever the functions return: here answers.
    won = 0 if one.status_code == 302 else 1  # type: ignore[attr-defined]
    lost = text_of((one, two)[1 - won])
    assert 'data-code="handin_conflict"' in lost
    assert texts[1 - won] in lost, "the loser's text is still on the page"
    hand_in.refresh_from_db()
    assert HandInContent.from_json(hand_in.draft).progress == texts[won]
    assert hand_in.versions.count() == (1 if name == "hand-in-submit" else 0)


@pytest.mark.django_db(transaction=True)
def test_a_unit_asked_twice_at_once() -> None:
    world = make_world()
    round_ = make_round(world, tasks=())
    found = at_once(*[lambda: rounds.ask(round_, ["T1-01", "T1-02"], actor=world.bureau)] * 2)
    problems = [item for item in found if isinstance(item, Problem)]
    assert [problem.code for problem in problems] == ["handin_already_asked"]
    assert HandIn.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_accepted_twice_at_once() -> None:
    world = make_world()
    hand_in = hand_in_for(make_round(world), "T1-02")
    post(world.liaison_police, "hand-in-submit", hand_in.pk, data=fields(hand_in, full_content(hand_in)))
    url = reverse("s45:hand-in-accept", args=[hand_in.pk])
    clients = (browser(world.bureau), browser(make_user("bureau", "cq/data")))
    answers = at_once(*(lambda c=c: c.post(url, {"number": "1"}) for c in clients))
    # at_once returns whatever the functions return: here answers.
    assert {answer.status_code for answer in answers} == {302, 409}  # type: ignore[attr-defined]
    assert IndicatorValue.objects.filter(code="F004", as_of=date(2023, 6, 30)).count() == 1


@pytest.mark.django_db
def test_asked_twice_in_a_row(world: World, hand_in: HandIn) -> None:
    seen = text_of(post(world.bureau, "round-ask", hand_in.round_id, data={"tasks": "T1-02"}, status=409))
    assert 'data-code="handin_already_asked"' in seen
    assert HandIn.objects.filter(task_code="T1-02").count() == 1
    assert "T1-02" in get(world.bureau, "round", hand_in.round_id)


@pytest.mark.django_db
def test_nul_and_huge_numbers_in_addresses(world: World, hand_in: HandIn) -> None:
    client = browser(world.bureau)
    for url in (
        "/evaluation/tasks/T1-01%00/",
        "/evaluation/figures/%00/",
        f"/evaluation/hand-ins/{10**30}/",
        f"/evaluation/rounds/{10**30}/",
        f"/evaluation/adjustments/{10**30}/",
        f"/evaluation/evidence/{10**30}/",
        f"/evaluation/hand-ins/{hand_in.pk}/versions/{10**30}/",
        f"/evaluation/rounds/{hand_in.round_id}/report/{10**30}/",
    ):
        assert client.get(url).status_code == 404, url
    explain = f"/evaluation/rounds/{hand_in.round_id}/judgement/%00/explain/"
    assert client.post(explain, {"cause": "x", "measure": "y", "due_on": "2024-01-01"}).status_code == 404
    assert client.get("/evaluation/adjustments/new/", {"task": "T1-01\x00", "target": "\x00"}).status_code == 200
