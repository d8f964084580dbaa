"""Reading PDF: real files, lines put together to paragraphs and rows, and what is no report at all.

``data/*.pdf`` are real files: Chromium printed ``partly`` (a page of text, a page that is a picture) and ``scanned`` (a
picture only), LibreOffice ``locked`` (a password to open). Whole reports are printed in ``tests/browser`` and
``tests/external``.
"""

from __future__ import annotations

import resource
import zlib
from pathlib import Path

import pytest

from yiwang.domains.evaluation.reportcheck.api import check_bytes
from yiwang.domains.evaluation.reportcheck.engine.pages import Sheet, assemble
from yiwang.domains.evaluation.reportcheck.engine.source import Places, Source
from yiwang.domains.evaluation.reportcheck.types import CheckResult
from yiwang.lib.problems import Problem

DATA = Path(__file__).parent / "data"
SIZE, LEADING, LEFT, RIGHT = 16.0, 28.0, 80.0, 528.0
Fragment = tuple[str, float, float, float, float]


def check(name: str) -> CheckResult:
    return check_bytes((DATA / name).read_bytes(), name)


def refusal(data: bytes, name: str = "a.pdf") -> str:
    with pytest.raises(Problem) as caught:
        check_bytes(data, name)
    assert caught.value.zh != caught.value.en
    return caught.value.code


def pdf(content: bytes, filters: bytes = b"/FlateDecode") -> bytes:
    """A PDF of one page with this content stream, written by hand."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d/Filter[%s]>>stream\n%s\nendstream" % (len(content), filters, content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return out + end % (table, len(out))


def test_text_and_the_page_and_line_of_a_finding() -> None:
    result = check("partly.pdf")
    assert result.document.text == "受理纠纷85件，办结80件。"
    assert result.document.kind == "pdf"
    assert result.document.lines == ((0, 1, 1),)
    assert Places(result.document.text, result.document.lines)(9).zh == "第 1 页第 1 行第 10 字"


def test_a_page_that_is_a_picture_is_told_and_not_passed_over() -> None:
    found = [finding for finding in check("partly.pdf").findings if finding.kind == "page_not_read"]
    assert [finding.severity for finding in found] == ["warning"]
    assert "第 2 页" in found[0].message_zh


def test_a_scanned_report_has_no_text_layer() -> None:
    assert refusal((DATA / "scanned.pdf").read_bytes()) == "no_text_layer"


def test_a_password_is_told() -> None:
    assert refusal((DATA / "locked.pdf").read_bytes()) == "file_encrypted"


def test_a_file_that_was_cut_off_is_damaged_and_never_half_checked() -> None:
    whole = (DATA / "partly.pdf").read_bytes()
    assert refusal(whole[: len(whole) // 2]) == "file_damaged"
    assert refusal(whole[: len(whole) // 2] + b"\n%%EOF") == "file_damaged"


def test_nonsense_behind_the_mark_of_a_pdf_is_damaged() -> None:
    assert refusal(b"%PDF-1.4\n" + bytes(range(256)) * 50 + b"%%EOF") == "file_damaged"


def test_a_name_that_is_not_the_content_is_a_mismatch() -> None:
    whole = (DATA / "partly.pdf").read_bytes()
    assert refusal(whole, "a.docx") == "file_type_mismatch"
    assert refusal(b"\xef\xbb\xbfabc", "a.pdf") == "file_type_mismatch"


def test_a_file_written_by_hand_is_read() -> None:
    """So that the next test refuses its file for its size and for nothing else."""
    text = zlib.compress(b"BT /F 12 Tf 100 700 Td (Total 85 items) Tj ET")
    assert check_bytes(pdf(text), "a.pdf").document.text == "Total 85 items"


def test_a_bomb_ends_its_own_process_only() -> None:
    """Three gigabytes from a few KB: refused, and this process is as small as before."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(b" " * 10**7) + packer.flush(zlib.Z_FULL_FLUSH)
    spaces = b"\x78\xda" + block * 300 + packer.flush()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(pdf(zlib.compress(spaces), b"/FlateDecode/FlateDecode")) == "file_damaged"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


# Pieces of pages put together again


def line(text: str, number: int, *, indent: float = 0, end: float = RIGHT, size: float = SIZE) -> Fragment:
    """A printed line of the body, ``number`` lines down the page."""
    return text, LEFT + indent, end, 120 + LEADING * number, size


def page(*fragments: Fragment, upright: tuple[float, ...] = (), level: tuple[float, ...] = ()) -> Sheet:
    """A page of paper; rules are given by their place and run all along it."""
    return Sheet(
        595,
        842,
        False,
        list(fragments),
        [(at, 0.0, 842.0) for at in upright],
        [(at, 0.0, 595.0) for at in level],
    )


def lines(source: Source) -> list[str]:
    return source.text.split("\n")


def test_lines_of_a_paragraph_are_joined_and_the_next_paragraph_is_not() -> None:
    source = assemble(
        [
            page(
                line("全区登记站点200个，已建成50", 0, indent=32),
                line("个。", 1, end=112),
                line("二、问题", 2, indent=32, end=176),
                line("站点仍", 3, indent=32),
                line("不足。", 4, end=128),
            )
        ]
    )
    assert lines(source) == ["全区登记站点200个，已建成50个。", "二、问题", "站点仍不足。"]
    assert source.lines == ((0, 1, 1), (16, 1, 2), (19, 1, 3), (24, 1, 4), (27, 1, 5))


def test_a_number_or_word_at_the_break_is_kept_whole() -> None:
    """A line that ends early because the number after it had no room goes on."""
    source = assemble(
        [
            page(
                line("已建成站点共计有", 0, indent=32, end=470),
                line("12345.67万个，以digital infor-", 1),
                line("mation及COVID-", 2),
                line("19 screening", 3),
                line("points为主。", 4, end=200),
            )
        ]
    )
    assert lines(source) == ["已建成站点共计有12345.67万个，以digital information及COVID-19 screening points为主。"]


def test_a_paragraph_goes_on_over_the_page_without_head_and_page_number() -> None:
    def sheet(number: int, *body: Fragment) -> Sheet:
        head = ("示例区评估报告 2024年", 80.0, 200.0, 40.0, 9.0)
        foot = (f"— {number} —", 280.0, 320.0, 800.0, 12.0)
        return page(head, *body, foot)

    source = assemble(
        [
            sheet(1, line("一、情况", 0, indent=32, end=176), line("全区登记站点200个，已建成50", 1, indent=32)),
            sheet(2, line("个，建成率25%。", 0, end=200), line("二、问题", 1, indent=32, end=176)),
        ]
    )
    assert lines(source) == ["一、情况", "全区登记站点200个，已建成50个，建成率25%。", "二、问题"]
    assert source.lines[2] == (21, 2, 1)


@pytest.mark.parametrize("said", ["1", "- 1 -", "第1页", "第 1 页 共 12 页", "1/12", "·1·"])
def test_page_numbers_are_no_figures(said: str) -> None:
    source = assemble([page(line("登记站点200个。", 0, end=200), (said, 280.0, 320.0, 800.0, 12.0))])
    assert source.text == "登记站点200个。"


def test_a_number_at_the_foot_that_is_no_page_number_stays() -> None:
    source = assemble([page(line("登记站点个数", 0, end=200), ("200", 280.0, 320.0, 800.0, 12.0))])
    assert "200" in source.text


def test_a_ruled_table_is_rows_with_cells_even_when_a_cell_has_two_lines() -> None:
    """The cells are drawn one after the other; the short ones stand at half the height of the long one."""
    upright, level = (78.0, 240.0, 400.0, 530.0), (100.0, 130.0, 190.0, 220.0)
    source = assemble(
        [
            page(
                ("街道", 140.0, 168.0, 120.0, 14.0),
                ("登记站点（个）", 244.0, 396.0, 120.0, 14.0),
                ("达标（个）", 404.0, 480.0, 120.0, 14.0),
                ("青云街道办事处及其下辖", 82.0, 236.0, 150.0, 14.0),
                ("各居民委员会", 110.0, 194.0, 178.0, 14.0),
                ("420", 310.0, 333.0, 164.0, 14.0),
                ("400", 455.0, 478.0, 164.0, 14.0),
                ("合计", 140.0, 168.0, 210.0, 14.0),
                ("420", 310.0, 333.0, 210.0, 14.0),
                ("400", 455.0, 478.0, 210.0, 14.0),
                upright=upright,
                level=level,
            )
        ]
    )
    assert lines(source) == [
        "街道\t登记站点（个）\t达标（个）",
        "青云街道办事处及其下辖各居民委员会\t420\t400",
        "合计\t420\t400",
    ]


def test_a_table_without_rules_is_rows_too() -> None:
    rows = [("镇街", "站点"), ("甲镇", "12"), ("乙镇", "30")]
    fragments = [
        (text, 90.0 + 200 * column, 130.0 + 200 * column, 120 + LEADING * row, SIZE)
        for row, cells in enumerate(rows)
        for column, text in enumerate(cells)
    ]
    assert lines(assemble([page(*fragments)])) == ["镇街\t站点", "甲镇\t12", "乙镇\t30"]


def test_a_title_of_two_centred_lines_is_one() -> None:
    title = [
        ("示例区便民服务设施建设运行情况中期评估", 85.0, 523.0, 100.0, 22.0),
        ("（征求意见稿）", 230.0, 384.0, 136.0, 22.0),
    ]
    body = [line("全区登记站点200个，已建成50", number) for number in range(1, 6)]
    body = [(text, left, right, down + 60, size) for text, left, right, down, size in body]
    assert lines(assemble([page(*title, *body)]))[0] == "示例区便民服务设施建设运行情况中期评估（征求意见稿）"
