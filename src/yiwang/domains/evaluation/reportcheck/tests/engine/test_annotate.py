"""The annotated .docx: comments at the exact places, everything else as it was."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from docx import Document
from docx.oxml.ns import qn
from lxml import etree

from yiwang.domains.evaluation.reportcheck.api import annotate_bytes, check_bytes
from yiwang.domains.evaluation.reportcheck.cli import command
from yiwang.domains.evaluation.reportcheck.demo import example_report
from yiwang.domains.evaluation.reportcheck.tests.engine.test_reading import W, docx, p, package
from yiwang.lib.problems import Problem

WRONG = "抽查食堂240家，合格228家，合格率96%。"


def commented(data: bytes) -> dict[str, str]:
    """Each comment's text with the words it stands at, from the file alone."""
    document = Document(io.BytesIO(data))
    marked: dict[str, str] = {comment.text: "" for comment in document.comments}
    texts = {str(comment.comment_id): comment.text for comment in document.comments}
    open_now: set[str] = set()
    for element in document.element.body.iter():
        key = element.get(qn("w:id"))
        if element.tag == qn("w:commentRangeStart"):
            open_now.add(texts[key])
        elif element.tag == qn("w:commentRangeEnd"):
            open_now.remove(texts[key])
        elif element.tag == qn("w:t"):
            for text in open_now:
                marked[text] += element.text or ""
    assert not open_now
    return marked


def written(lines: list[str]) -> bytes:
    """A document as python-docx writes it."""
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_the_comment_says_what_is_wrong_and_how_to_mend_it_at_the_figure_itself() -> None:
    data = written(["第一段。", WRONG])
    found = commented(annotate_bytes(data, check_bytes(data, "a.docx")))
    assert list(found.values()) == ["96%"]
    words = next(iter(found))
    for part in ("意见 1【错误】", "228÷240", "文中：96%", "应为：95%", "请核对"):
        assert part in words


def test_every_finding_of_the_example_has_its_comment_and_the_text_is_the_same() -> None:
    name, data = example_report()
    before = check_bytes(data, name)
    out = annotate_bytes(data, before)
    after = check_bytes(out, name)
    assert after.document.text == before.document.text
    assert after.findings == before.findings
    told = commented(out)
    for number in range(1, len(before.findings) + 1):
        assert any(text.startswith(f"意见 {number}【") for text in told)
    assert all(told.values())


def test_parts_that_carry_no_comment_are_unchanged() -> None:
    name, data = example_report()
    out = annotate_bytes(data, check_bytes(data, name))
    changed = {"word/document.xml", "word/comments.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"}
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(io.BytesIO(out)) as new:
        assert set(new.namelist()) - set(old.namelist()) <= changed
        for part in old.namelist():
            if part not in changed and part.endswith((".xml", ".rels")):
                canonical = [etree.tostring(etree.fromstring(file.read(part)), method="c14n") for file in (old, new)]
                assert canonical[0] == canonical[1], part


def test_formats_survive_the_splitting_of_a_run() -> None:
    document = Document()
    run = document.add_paragraph().add_run(WRONG)
    run.bold = True
    run.font.name = "仿宋"
    stream = io.BytesIO()
    document.save(stream)
    data = stream.getvalue()
    out = Document(io.BytesIO(annotate_bytes(data, check_bytes(data, "a.docx"))))
    runs = [run for run in out.paragraphs[0].runs if run.text]
    assert "".join(run.text for run in runs) == WRONG
    assert [run.text for run in runs] == ["抽查食堂240家，合格228家，合格率", "96%", "。"]
    assert all(run.bold and run.font.name == "仿宋" for run in runs)


def test_a_figure_in_pieces_and_in_a_cell_and_comments_that_were_there() -> None:
    document = Document()
    paragraph = document.add_paragraph("抽查食堂240家，合格228家，合格率9")
    paragraph.add_run("6").italic = True
    paragraph.add_run("%。")
    document.add_comment(paragraph.runs[0], "领导批示", "张三", "张")
    cell = document.add_table(rows=1, cols=2).cell(0, 1)
    cell.text = "受理纠纷85件，办结88件。"
    stream = io.BytesIO()
    document.save(stream)
    data = stream.getvalue()
    found = commented(annotate_bytes(data, check_bytes(data, "a.docx")))
    assert "领导批示" in found
    assert sorted(found.values())[-2:] == ["96%", "抽查食堂240家，合格228家，合格率9"]
    assert any("88" in words for words in found.values())


BOX = (
    "<w:p><w:r><w:t>前文。</w:t></w:r><w:r><w:pict><w:txbxContent>"
    f"<w:p><w:r><w:t>{WRONG}</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>"
)
FOOTNOTE = {"word/footnotes.xml": f'<w:footnotes {W}><w:footnote w:id="2">{p(WRONG)}</w:footnote></w:footnotes>'}


@pytest.mark.parametrize(
    ("body", "more"),
    [
        (BOX, {}),
        (p("正文。"), FOOTNOTE),
        ("<w:p/>", FOOTNOTE),
    ],
    ids=["text box", "footnote", "nothing but a footnote"],
)
def test_where_word_allows_no_comment_it_hangs_on_the_box_or_the_beginning(body: str, more: dict[str, str]) -> None:
    data = docx(body, more, relations=True)
    out = annotate_bytes(data, check_bytes(data, "a.docx"))
    tree = Document(io.BytesIO(out)).element.body
    starts = list(tree.iter(qn("w:commentRangeStart")))
    assert len(starts) == 1
    assert not list(starts[0].iterancestors(qn("w:txbxContent")))


def test_a_document_of_another_kind_is_told_so() -> None:
    with pytest.raises(Problem) as caught:
        annotate_bytes(WRONG.encode(), check_bytes(WRONG.encode(), "a.txt"))
    assert caught.value.code == "annotate_docx_only"


def test_a_form_that_cannot_be_written_back_is_told_so() -> None:
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    body = f'<w:document xmlns:w="{strict}"><w:body>{p(WRONG)}</w:body></w:document>'
    data = package({"[Content_Types].xml": "<Types/>", "word/document.xml": body})
    with pytest.raises(Problem) as caught:
        annotate_bytes(data, check_bytes(data, "a.docx"))
    assert caught.value.code == "file_not_annotated"


def test_the_command_writes_the_copy_and_leaves_the_original(tmp_path: Path) -> None:
    source, target = tmp_path / "报告.docx", tmp_path / "批注.docx"
    source.write_bytes(written([WRONG]))
    before = source.read_bytes()
    result = CliRunner().invoke(command, [str(source), "--annotate", str(target)])
    assert result.exit_code == 1
    assert "批注版已写入" in result.output
    assert list(commented(target.read_bytes()).values()) == ["96%"]
    assert source.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["批注.docx", "报告.docx"]


@pytest.mark.parametrize(
    ("name", "target", "code"),
    [
        ("a.docx", "a.docx", "annotate_same_file"),
        ("a.docx", "无/b.docx", "file_unwritable"),
        ("a.txt", "b.docx", "annotate_docx_only"),
    ],
)
def test_a_copy_that_cannot_be_written_is_told_and_leaves_nothing(
    tmp_path: Path, name: str, target: str, code: str
) -> None:
    source = tmp_path / name
    source.write_bytes(written([WRONG]) if name.endswith("docx") else WRONG.encode())
    result = CliRunner().invoke(command, [str(source), "--annotate", str(tmp_path / target)])
    assert result.exit_code == 2
    assert code in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == [name]
