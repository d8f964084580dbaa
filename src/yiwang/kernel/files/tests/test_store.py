"""Taking in files: what is kept, what is refused with which words, and that nothing is half-kept."""

from __future__ import annotations

import os
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.audit import api as audit
from yiwang.kernel.files import api as files
from yiwang.kernel.files import inspection, services
from yiwang.kernel.files.kinds import OFD
from yiwang.lib.problems import Problem

from . import samples

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Settings) -> Path:
    settings.YIWANG_HOME = tmp_path
    settings.YIWANG_CLAMD = ""
    return tmp_path


def take(content: bytes, name: str, allowed: frozenset[str] = files.EVIDENCE_TYPES) -> files.StoredFile:
    return files.store(
        content, name, actor=make_user("liaison"), owner_unit=make_unit("cq"), purpose="test", allowed=allowed
    )


def on_disk(home: Path) -> list[Path]:
    return [path for path in (home / "files").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (samples.docx(), "报告.docx"),
        (samples.xlsx(), "台账.xlsx"),
        (samples.pdf(), "批复.PDF"),
        (samples.png(), "现场.png"),
        (samples.jpeg(), "现场.jpeg"),
        ("进展情况\n".encode(), "说明.txt"),
        ("进展情况\n".encode("gb18030"), "说明.txt"),
        ("﻿进展情况\n".encode("utf-16"), "说明.txt"),
        ("单位,数量\n卫健局,3\n".encode(), "数据.csv"),
        (samples.zipped({"OFD.xml": b"<ofd/>", "Doc_0/Document.xml": b"<d/>"}), "公文.ofd"),
    ],
)
def test_what_officials_have_is_taken(home: Path, content: bytes, name: str) -> None:
    stored = take(content, name)
    assert (stored.filename, stored.size, stored.scan_status) == (name, len(content), "not_scanned")
    with files.open_bytes(stored) as handle:
        assert handle.read() == content
    path = services.blob_path(stored.sha256)
    assert path == home / "files" / stored.sha256[:2] / stored.sha256[2:4] / stored.sha256
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert audit.entries(action="files.store", object_id=str(stored.pk)).exists()


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "空.docx", "file_empty"),
        (samples.png(), "报告.docx", "file_name_mismatch"),
        (samples.docx(), "报告.pdf", "file_name_mismatch"),
        (samples.docx(), "报告", "file_name_mismatch"),
        (b"<html><script>alert(1)</script></html>", "页面.html", "file_name_mismatch"),
        (samples.docx()[:-40], "报告.docx", "file_damaged"),
        (samples.png()[:-6], "现场.png", "file_damaged"),
        (samples.jpeg()[:-2], "现场.jpg", "file_damaged"),
        (samples.pdf()[:-8], "批复.pdf", "file_damaged"),
        (samples.pdf(encrypted=True), "批复.pdf", "file_encrypted"),
        (samples.ole(encrypted=True), "报告.docx", "file_encrypted"),
        (samples.encrypted_zip(), "报告.docx", "file_encrypted"),
        (samples.ole(encrypted=False), "报告.doc", "file_type_refused"),
        (samples.zipped({"a.txt": b"x"}), "包.zip", "file_type_refused"),
        (b"MZ\x90\x00" + bytes(200), "程序.exe", "file_type_refused"),
        (b"\x7fELF" + bytes(200), "报告.docx", "file_type_refused"),
        (samples.with_part(samples.docx(), "word/vbaProject.bin", b"x"), "报告.docx", "file_macro"),
        (samples.with_part(samples.docx(), "word/activeX/activeX1.xml", b"<x/>"), "报告.docx", "file_macro"),
        (samples.bomb(201), "报告.docx", "file_bomb"),
        (
            samples.with_part(samples.docx(), "word/comments.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
            "报告.docx",
            "file_bomb",
        ),
        (
            samples.with_part(
                samples.docx(), "word/comments.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x/>'.encode("utf-16")
            ),
            "报告.docx",
            "file_bomb",
        ),
    ],
)
def test_what_is_refused_says_why_and_leaves_nothing(home: Path, content: bytes, name: str, code: str) -> None:
    with pytest.raises(Problem) as caught:
        take(content, name)
    assert caught.value.code == code
    assert caught.value.zh
    assert caught.value.en.isascii() or name in caught.value.en
    assert on_disk(home) == []
    assert files.StoredFile.objects.count() == 0


def test_macro_content_type_is_refused(home: Path) -> None:
    types = b'<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
    with pytest.raises(Problem) as caught:
        take(samples.with_part(samples.docx(), "[Content_Types].xml", types), "报告.docx")
    assert caught.value.code == "file_macro"


def test_a_declared_size_is_not_believed(home: Path) -> None:
    with pytest.raises(Problem) as caught:
        take(samples.lying_about_size(samples.bomb(201)), "报告.docx")
    assert caught.value.code == "file_damaged"


def test_more_than_fifty_megabytes_is_refused_while_reading(home: Path) -> None:
    upload = SimpleUploadedFile("大.txt", b"a" * (files.MAX_BYTES + 1))
    with pytest.raises(Problem) as caught:
        files.store(
            upload, "大.txt", actor=make_user("liaison"), owner_unit=None, purpose="t", allowed=files.EVIDENCE_TYPES
        )
    assert (caught.value.code, caught.value.status) == ("file_too_large", 413)
    assert on_disk(home) == []


def test_the_type_must_be_among_the_allowed(home: Path) -> None:
    with pytest.raises(Problem) as caught:
        take(samples.pdf(), "批复.pdf", files.DOCUMENT_TYPES)
    assert caught.value.code == "file_type_refused"
    assert ".docx, .txt" in caught.value.zh
    assert OFD not in files.DOCUMENT_TYPES


def test_the_same_bytes_are_kept_once(home: Path) -> None:
    first, second = take(samples.png(), "一.png"), take(samples.png(), "二.png")
    assert first.pk != second.pk
    assert len(on_disk(home)) == 1


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\li\\报告.txt", "报告.txt"),
        ("报告\u202etxt.txt", "报告txt.txt"),
        ("a\x00b\r\n.txt", "ab.txt"),
        ("长" * 300 + ".txt", "长" * 196 + ".txt"),
    ],
)
def test_names_are_cleaned(given_name: str, kept: str) -> None:
    assert take(b"x", given_name).filename == kept


def test_downloads_are_never_pages(home: Path) -> None:
    response = files.download_response(take(b"<script>alert(1)</script>", "说明.txt"))
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "%E8%AF%B4%E6%98%8E" in response.headers["Content-Disposition"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_a_lost_file_is_said_so(home: Path) -> None:
    stored = take(b"x", "a.txt")
    services.blob_path(stored.sha256).unlink()
    with pytest.raises(Problem) as caught:
        files.open_bytes(stored)
    assert (caught.value.code, caught.value.status) == ("file_lost", 410)


def test_sweeping_removes_what_no_row_names(home: Path) -> None:
    kept, lost = take(b"kept", "a.txt"), take(b"lost", "b.txt")
    path = services.blob_path(lost.sha256)
    lost.delete()
    (home / "files" / "incoming" / "left-over").write_bytes(b"x")
    assert files.sweep() == 0, "fresh files may belong to a request that is still running"
    assert files.sweep(older_than_seconds=-1) == 2
    assert not path.exists()
    assert files.open_bytes(kept).read() == b"kept"


# Made once: office files carry the time they were made, and Hypothesis must meet the same bytes again.
SAMPLES = [samples.docx(), samples.xlsx(), samples.png(), samples.pdf()]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_cut_or_altered_file_breaks_the_inspection(tmp_path: Path, data: st.DataObject) -> None:
    """Whatever arrives is taken or refused with a Problem; nothing else comes out."""
    base = bytearray(data.draw(st.sampled_from(SAMPLES)))
    for _ in range(data.draw(st.integers(0, 8))):
        base[data.draw(st.integers(0, len(base) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "x"
    path.write_bytes(bytes(base[: data.draw(st.integers(1, len(base)))]))
    with suppress(Problem):
        inspection.inspect(path, "报告.docx", files.EVIDENCE_TYPES)


class Clamd:
    """A clamd that says what it is told to say, over a Unix socket."""

    def __init__(self, path: Path, answer: bytes) -> None:
        self.answer = answer
        self.received = b""
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(os.fspath(path))
        self.socket.listen()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        while True:
            try:
                link, _address = self.socket.accept()
            except OSError:
                return
            with link:
                while not self.received.endswith(bytes(4)):
                    self.received += link.recv(65536)
                link.sendall(self.answer)
                self.received = b""


@pytest.fixture
def clamd(home: Path, settings: Settings) -> Iterator[Clamd]:
    path = home / "clamd.sock"
    server = Clamd(path, b"stream: OK\0")
    settings.YIWANG_CLAMD = str(path)
    yield server
    server.socket.close()


def test_a_clean_file_is_marked_so(clamd: Clamd) -> None:
    assert take(b"x", "a.txt").scan_status == "clean"


def test_an_infected_file_is_refused(clamd: Clamd, home: Path) -> None:
    clamd.answer = b"stream: Eicar-Test-Signature FOUND\0"
    with pytest.raises(Problem) as caught:
        take(b"x", "a.txt")
    assert caught.value.code == "file_infected"
    assert "Eicar-Test-Signature" in caught.value.zh
    assert files.StoredFile.objects.count() == 0


@pytest.mark.parametrize("address", ["/nowhere/clamd.sock", "127.0.0.1:1", "nonsense"])
def test_a_scanner_that_does_not_answer_refuses(settings: Settings, address: str) -> None:
    settings.YIWANG_CLAMD = address
    with pytest.raises(Problem) as caught:
        take(b"x", "a.txt")
    assert (caught.value.code, caught.value.status) == ("scan_unavailable", 503)


def test_a_later_scan_quarantines(home: Path, settings: Settings) -> None:
    stored = take(b"x", "a.txt")
    path = home / "clamd.sock"
    server = Clamd(path, b"stream: Bad FOUND\0")
    settings.YIWANG_CLAMD = str(path)
    assert files.rescan() == (1, 1)
    server.socket.close()
    stored.refresh_from_db()
    with pytest.raises(Problem) as caught:
        files.open_bytes(stored)
    assert caught.value.code == "file_quarantined"
    assert audit.entries(action="files.quarantine").exists()
