"""Reading .txt and .docx, and every fault of a file with its own code and both languages."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from yiwang.domains.evaluation.reportcheck.api import check_bytes, check_path, check_text
from yiwang.domains.evaluation.reportcheck.engine import faults
from yiwang.domains.evaluation.reportcheck.engine.reading import decode, read_bytes
from yiwang.lib.problems import Problem

SENTENCE = "截至2023年6月30日，建成书屋45个。"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)


def package(parts: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return stream.getvalue()


RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)


def docx(body: str, more: Mapping[str, str | bytes] | None = None, head: str = "", *, relations: bool = False) -> bytes:
    document = f'<?xml version="1.0" encoding="UTF-8"?>{head}<w:document {W}><w:body>{body}</w:body></w:document>'
    parts = {"[Content_Types].xml": TYPES, "word/document.xml": document, **(more or {})}
    return package(parts | {"_rels/.rels": RELATIONS} if relations else parts)


def p(*runs: str) -> str:
    return "<w:p>" + "".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in runs) + "</w:p>"


def text_of(body: str, more: Mapping[str, str | bytes] | None = None) -> str:
    return read_bytes(docx(body, more), "报告.docx").text


def code(data: bytes, name: str) -> str:
    with pytest.raises(Problem) as caught:
        check_bytes(data, name)
    problem = caught.value
    assert problem.zh
    assert problem.en
    assert problem.zh != problem.en
    return problem.code


# Text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_text_encodings(encoding: str) -> None:
    result = check_bytes(SENTENCE.encode(encoding), "报告.txt")
    assert result.document.text == SENTENCE
    assert result.figures[0].value == "45"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_mark(encoding: str) -> None:
    assert decode(SENTENCE.encode(encoding)) == SENTENCE


def test_gb18030_beyond_gbk() -> None:
    text = f"㐀𠮷镇：{SENTENCE}"
    assert check_bytes(text.encode("gb18030"), "a.txt").document.text == text


def test_offsets_are_code_points_beyond_the_basic_plane() -> None:
    figure = check_text("𠮷𠮷村建成书屋45个。").figures[0]
    assert (figure.start, figure.end) == (7, 10)


def test_the_digest_is_of_the_file() -> None:
    assert (
        check_bytes("建成书屋45个".encode("gb18030"), "a.txt").document.sha256
        != check_text("建成书屋45个").document.sha256
    )


# Word


def test_numbers_split_over_runs() -> None:
    assert text_of(p("建成书屋4", "5", "个")) == "建成书屋45个"


def test_tracked_changes() -> None:
    body = (
        "<w:p><w:r><w:t>建成书屋</w:t></w:r><w:del><w:r><w:delText>54</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>45</w:t></w:r></w:ins><w:r><w:t>个</w:t></w:r>"
        "<w:moveFrom><w:r><w:t>旧</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>。</w:t></w:r></w:moveTo></w:p>"
    )
    assert text_of(body) == "建成书屋45个。"


def test_tables_and_nested_tables() -> None:
    def row(*cells: str) -> str:
        return "<w:tr>" + "".join(f"<w:tc>{cell}</w:tc>" for cell in cells) + "</w:tr>"

    nested = f"<w:tbl>{row(p('内甲'), p('12个'))}</w:tbl>"
    body = p("表前") + f"<w:tbl>{row(p('书屋'), p('45个'))}{row(p('外') + nested, p('8个'))}</w:tbl>" + p("表后")
    assert text_of(body) == "表前\n书屋\t45个\n外\t8个\n内甲\t12个\n表后"


def test_links_controls_fields_notes_and_boxes() -> None:
    w14 = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    body = (
        f"<w:p><w:hyperlink><w:r><w:t>链接</w:t></w:r></w:hyperlink>"
        f"<w:sdt><w:sdtContent><w:r><w:t>控件9个</w:t></w:r></w:sdtContent></w:sdt>"
        f"<w:r><w:instrText>PAGEREF _Toc1</w:instrText></w:r>"
        f"<w:r><mc:AlternateContent {w14}><mc:Choice><w:txbxContent>{p('框内30个')}</w:txbxContent></mc:Choice>"
        f"<mc:Fallback><w:txbxContent>{p('框内30个')}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    notes = (
        f'<w:footnotes {W}><w:footnote w:type="separator">{p("线")}</w:footnote>'
        f"<w:footnote>{p('注：含5个分馆')}</w:footnote></w:footnotes>"
    )
    text = text_of(body, {"word/footnotes.xml": notes})
    assert text == "框内30个\n链接控件9个\n注：含5个分馆"


def test_tabs_and_breaks() -> None:
    assert text_of("<w:p><w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:br/><w:t>丙</w:t></w:r></w:p>") == "甲\t乙\n丙"


# Faults


def test_empty() -> None:
    assert code(b"", "a.txt") == "file_empty"
    assert code(b"", "a.docx") == "file_empty"


def test_no_text() -> None:
    assert code("  \n，。".encode(), "a.txt") == "file_no_text"
    assert code(docx(p("")), "a.docx") == "file_no_text"


def test_too_large() -> None:
    assert code(b"x" * (faults.MAX_BYTES + 1), "a.txt") == "file_too_large"


def test_too_large_on_disk_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as stream:
        stream.truncate(faults.MAX_BYTES + 1)
    with pytest.raises(Problem) as caught:
        check_path(path)
    assert caught.value.code == "file_too_large"


def test_too_long() -> None:
    assert code(("长" * (faults.MAX_CHARACTERS + 1)).encode(), "a.txt") == "report_too_long"


def test_zip_bombs() -> None:
    assert code(docx(p("甲"), {"word/media/big.bin": b"\0" * 60_000_000}), "a.docx") == "file_unpacked_too_large"
    many: dict[str, str | bytes] = {f"word/media/{i}.bin": b"\0" * 9_000_000 for i in range(25)}
    assert code(docx(p("甲"), many), "a.docx") == "file_unpacked_too_large"


def test_a_document_that_unpacks_to_too_much_text() -> None:
    assert code(docx(p("字数" * 1_200_000)), "a.docx") == "report_too_long"


def test_xml_bombs_and_doctypes() -> None:
    bomb = '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    assert code(docx("<w:p><w:r><w:t>&b;</w:t></w:r></w:p>", head=bomb), "a.docx") == "file_xml_unsafe"
    outside = '<!DOCTYPE d SYSTEM "file:///etc/passwd">'
    assert code(docx(p("甲"), head=outside), "a.docx") == "file_xml_unsafe"


def test_deep_nesting() -> None:
    assert code(docx("<w:sdt>" * 3000 + "</w:sdt>" * 3000), "a.docx") == "file_damaged"


def test_encrypted() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512
    assert code(ole + "EncryptedPackage".encode("utf-16-le"), "a.docx") == "file_encrypted"
    assert code(ole, "a.doc") == "file_legacy_doc"
    flagged = bytearray(docx(p("甲")))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = flagged.find(magic)
        while at >= 0:
            flagged[at + offset] |= 1
            at = flagged.find(magic, at + 4)
    assert code(bytes(flagged), "a.docx") == "file_encrypted"


def test_damaged() -> None:
    good = docx(p("甲" * 500))
    assert code(good[: len(good) // 2], "a.docx") == "file_damaged"
    assert code(docx("<w:p><w:r>"), "a.docx") == "file_damaged"
    broken = bytearray(good)
    at = good.find(b"word/document.xml") + 40
    broken[at : at + 20] = bytes(20)
    assert code(bytes(broken), "a.docx") == "file_damaged"


def test_macros() -> None:
    assert code(docx(p("甲"), {"word/vbaProject.bin": b"x"}), "a.docx") == "file_has_macros"
    assert code(docx(p("甲")), "a.docm") == "file_has_macros"
    types = TYPES.replace("wordprocessingml.document.main+xml", "ms-word.document.macroEnabled.main+xml")
    data = package({"[Content_Types].xml": types, "word/document.xml": f"<w:document {W}/>"})
    assert code(data, "a.docx") == "file_has_macros"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7\n", "a.docx"),
        (package({"[Content_Types].xml": "", "xl/workbook.xml": ""}), "a.docx"),
        (package({"readme.txt": "x"}), "a.docx"),
        ("建成书屋45个".encode(), "a.docx"),
        (b"\x89PNG\r\n\x1a\n", "a.docx"),
        (docx(p("甲")), "a.txt"),
        (b"%PDF-1.7\n", "a.txt"),
        (bytes(range(256)) * 8, "a.txt"),
    ],
)
def test_wrongly_named(data: bytes, name: str) -> None:
    assert code(data, name) == "file_type_mismatch"


@pytest.mark.parametrize("name", ["a.odt", "a.xlsx", "a", "a.wps"])
def test_unsupported(name: str) -> None:
    assert code("建成书屋45个".encode(), name) == "file_type_unsupported"


def test_unknown_encoding() -> None:
    assert code("甲".encode() + b"\xff\xff\x81", "a.txt") == "file_encoding_unknown"


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path, expected in ((tmp_path / "none.txt", "file_not_found"), (tmp_path, "file_unreadable")):
        with pytest.raises(Problem) as caught:
            check_path(path)
        assert caught.value.code == expected


def test_ten_thousand_figures_are_found_and_checked() -> None:
    lines = [
        f"第{i}村截至2023年6月30日建成书屋{i % 90 + 10}个，其中标准书屋{i % 7 + 2}个，藏书{i % 4000 + 500}册，"
        f"开展活动{i % 30 + 1}场，服务群众{i + 100}人次。"
        for i in range(2000)
    ]
    result = check_text("\n".join(lines))
    assert len(result.figures) >= 10_000
    assert not [finding for finding in result.findings if finding.severity == "error"]


def test_one_endless_sentence_is_no_trap() -> None:
    """Work that grows with the square of a sentence would run into the limit that every test has."""
    check_text("建成书屋45个、" * 4000)
    check_text("，".join(f"其中甲{i}个" for i in range(4000)))
    check_text("“" * 20_000 + "（" * 20_000 + "、甲乙" * 20_000)
