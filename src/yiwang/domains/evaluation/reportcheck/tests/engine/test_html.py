"""Reading HTML: what a browser shows and nothing else, tables as tables, and files that cannot be read whole."""

from __future__ import annotations

import socket

import pytest

from yiwang.domains.evaluation.reportcheck.api import check_bytes
from yiwang.lib.problems import Problem


def text(markup: str | bytes) -> str:
    data = markup if isinstance(markup, bytes) else markup.encode()
    return check_bytes(data, "报告.html").document.text


def refusal(markup: str) -> str:
    with pytest.raises(Problem) as caught:
        check_bytes(markup.encode(), "报告.htm")
    return caught.value.code


def test_blocks_are_lines_and_inline_markup_is_none() -> None:
    body = "<h1>报告</h1><p>登记<b>站点</b><i>200</i>个。<br>已建成50个</p>"
    assert (
        text(f"<html><head><title>题</title></head><body>{body}</body></html>") == "报告\n登记站点200个。\n已建成50个"
    )


def test_a_line_break_of_the_source_parts_no_chinese_words() -> None:
    assert text("<p>登记站点\n   200个，\n已建成\n\t50个</p>") == "登记站点200个，已建成50个"


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>var a = '9个站点';</script>",
        "<style>p{content:'9个'}</style>",
        "<p hidden>9个站点</p>",
        '<div style="color:red; display : none">9个<b>站点</b></div>',
        '<span style="visibility:hidden">9个站点</span>',
        "<template>9个站点</template>",
        "<noscript>9个站点</noscript>",
        "<del>9个站点</del>",
        "<!-- 9个站点 -->",
        "<textarea>9个站点</textarea>",
        '<iframe srcdoc="9个站点">9个站点</iframe>',
    ],
)
def test_what_is_not_shown_is_not_checked(hidden: str) -> None:
    assert text(f"<p>登记站点200个。</p>{hidden}<p>其余照旧</p>") == "登记站点200个。\n其余照旧"


def test_a_table_is_a_table_and_its_total_is_checked() -> None:
    rows = "".join(f"<tr><th>{name}</th><td> {count} </td></tr>" for name, count in [("甲镇", 12), ("乙镇", 30)])
    page = f"<table><caption>附表</caption><tr><th>镇街</th><th>站点<br>（个）</th></tr>{rows}"
    page += "<tr><td>合计</td><td>43</td></tr></table>"
    result = check_bytes(page.encode(), "a.html")
    assert result.document.text == "附表\n镇街\t站点 （个）\n甲镇\t12\n乙镇\t30\n合计\t43"
    assert [finding.kind for finding in result.findings] == ["table_sum"]


def test_a_table_that_only_arranges_the_page_is_read_as_blocks() -> None:
    inner = "<table><tr><td>甲镇</td><td>12</td></tr></table>"
    page = f"<table><tr><td>栏目</td><td><p>登记站点200个。</p><p>已建成50个。</p>{inner}</td></tr></table>"
    assert text(page) == "栏目\n登记站点200个。\n已建成50个。\n甲镇\t12"


@pytest.mark.parametrize("named", ["gb2312", "GBK", "gb18030"])
def test_the_encoding_that_the_page_names(named: str) -> None:
    page = f'<meta http-equiv="Content-Type" content="text/html; charset={named}"><p>龍津站点200个㐀</p>'
    assert text(page.encode("gb18030")) == "龍津站点200个㐀"


def test_an_encoding_that_is_none_is_not_believed() -> None:
    assert text('<meta charset="no-such-thing"><p>站点200个</p>') == "站点200个"


def test_nothing_is_fetched_and_no_entity_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("the reader opens a connection")

    monkeypatch.setattr(socket, "socket", no_network)
    page = '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd">]><html><head>'
    page += '<link rel="stylesheet" href="http://127.0.0.1/a.css"></head><p>站点200个&a;<img src="http://127.0.0.1/a">'
    assert "root:" not in text(page)


def test_what_follows_a_large_picture_inside_the_page_is_read() -> None:
    assert text(f'<p>站点200个</p><img src="data:image/png;base64,{"A" * 11_000_000}"><p>已建成50个') == (
        "站点200个\n已建成50个"
    )


def test_what_could_not_be_read_whole_is_refused() -> None:
    assert refusal("<div>" * 5000 + "站点200个") == "file_damaged"
    assert refusal("<p>站" * 400_001) == "file_unpacked_too_large"
    assert refusal("<p> </p>") == "file_no_text"
    assert refusal("   ") == "file_no_text"
