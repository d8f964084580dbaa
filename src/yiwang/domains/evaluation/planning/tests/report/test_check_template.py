"""What the check says about templates with faults."""

from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document

from yiwang.domains.evaluation.planning.report import package
from yiwang.domains.evaluation.planning.report.check_template import check_template
from yiwang.domains.evaluation.planning.report.findings import TemplateFinding
from yiwang.domains.evaluation.planning.report.placeholders import placeholders
from yiwang.domains.evaluation.planning.report.writer import default_template, write
from yiwang.domains.evaluation.planning.tests.report.sample import sample
from yiwang.domains.evaluation.planning.tests.report.templates import repacked, saved, template
from yiwang.lib.problems import Problem


def codes(data: bytes) -> list[str]:
    return [finding.code for finding in check_template(data)]


def only(data: bytes) -> TemplateFinding:
    findings = check_template(data)
    assert len(findings) == 1, findings
    return findings[0]


def test_the_default_template_has_no_fault() -> None:
    assert check_template(default_template()) == []


def test_unknown_placeholder_names_itself_its_place_and_the_nearest() -> None:
    finding = only(template("前言", "本区{{ distrct }}组织评估"))
    assert finding.code == "template_unknown_placeholder"
    assert finding.names == ("distrct",)
    assert finding.where == "本区{{ distrct }}组织评估"
    assert finding.suggestions[0] == "district"
    assert "distrct" in finding.zh
    assert "本区" in finding.zh
    assert "district" in finding.en


@pytest.mark.parametrize(
    ("paragraphs", "name", "near"),
    [
        (("{{ table.indicater }}",), "table.indicater", "table.indicators"),
        (("{{ table }}",), "table", "table.tasks"),
        (("{{ title.x }}",), "title.x", "title"),
        (("{%p for c in chapters %}", "{{ c.nme }}", "{%p endfor %}"), "c.nme", "c.name"),
        (("{{ fig.第五 }}",), "fig.第五", "fig.F001"),
        (("{{ fig }}",), "fig", "fig.F001"),
        (("{%p if tabel.gaps %}", "x", "{%p endif %}"), "tabel.gaps", "table.gaps"),
        (("{%p for c in chapters %}", "x", "{%p endfor %}", "{{ c.name }}"), "c.name", ""),
        (("{{ loop.index }}",), "loop.index", ""),
    ],
)
def test_unknown_names(paragraphs: tuple[str, ...], name: str, near: str) -> None:
    finding = only(template(*paragraphs))
    assert (finding.code, finding.names) == ("template_unknown_placeholder", (name,))
    assert not near or near in finding.suggestions


def test_every_unknown_placeholder_is_reported() -> None:
    found = check_template(template("{{ aaa }} {{ district }} {{ bbb }}", "{{ ccc }}"))
    assert [finding.names for finding in found] == [("aaa",), ("bbb",), ("ccc",)]


def test_figure_codes_are_compared_with_the_plan_when_it_is_given() -> None:
    data = template("{{ fig.F005 }}{{ fig.F999 }}")
    assert check_template(data) == []
    findings = check_template(data, known_figures={"F005", "F099"})
    assert [finding.names for finding in findings] == [("fig.F999",)]
    assert "fig.F099" in findings[0].suggestions


@pytest.mark.parametrize(
    "paragraphs",
    [
        ("{{ district",),
        ("{{ district }",),
        ("{%p for c in chapters %}", "x"),
        ("{%p if title %}", "x"),
        ("{%p endfor %}",),
        ("{% unknowntag %}",),
        ("{{ }}",),
        ("｛｛ district ｝｝",),
        ("{％ if title ％}",),
    ],
)
def test_broken_tags(paragraphs: tuple[str, ...]) -> None:
    assert "template_syntax" in codes(template("说明", *paragraphs))


def test_a_tag_that_does_not_end_is_shown_where_it_stands() -> None:
    finding = only(template("{{ district }}前言", "本区{{ title 组织评估", "{{ plan_title }}"))
    assert (finding.code, finding.where) == ("template_syntax", "本区{{ title 组织评估")


def test_a_million_open_tags_are_refused() -> None:
    assert set(codes(template("{{r " * 1_000_000))) == {"template_syntax"}


def test_findings_do_not_go_on_for_ever() -> None:
    assert len(check_template(template(*["{{ nonsense }}"] * 60))) == 50


def test_closing_brackets_alone_are_plain_text() -> None:
    assert check_template(template("原文如此：}} %} #}")) == []


@pytest.mark.parametrize(
    "text",
    [
        "{% import 'x' as y %}",
        "{% include 'x' %}",
        "{% extends 'x' %}",
        "{% from 'x' import y %}",
        "{% macro m() %}{% endmacro %}",
        "{% set x = 1 %}",
        "{{ title.__class__ }}",
        "{{ title.__class__.__mro__ }}",
        "{{ fig.__init__.__globals__ }}",
        "{{ title['__class__'] }}",
        "{{ chapters[0] }}",
        "{{ title.upper() }}",
        "{{ title | upper }}",
        "{{ title is defined }}",
        "{{ range(10) }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 2 ** 100000 }}",
        "{{ [1] }}",
        "{{ title ~ title }}",
        "{{ 1 if title else 2 }}",
        "{% for x in [1] %}{% endfor %}",
        "{% for x in range(99999) %}{% endfor %}",
        "{% for a, b in chapters %}{% endfor %}",
        "{% for a in chapters if a.name %}{% endfor %}",
        "{% for a in chapters recursive %}{% endfor %}",
        "{% if title.upper() %}{% endif %}",
    ],
)
def test_forbidden_constructs(text: str) -> None:
    data = template(text)
    assert codes(data) == ["template_forbidden"]
    with pytest.raises(Problem) as caught:
        write(sample(), data)
    assert caught.value.code == "template_forbidden"


def test_what_has_several_fields_cannot_be_printed() -> None:
    finding = only(template("{%p for c in chapters %}", "{{ c }}", "{%p endfor %}"))
    assert finding.code == "template_not_printable"
    assert "{{ c.number }}" in finding.zh
    assert codes(template("{%p for c in chapters %}", "{{ c.tasks }}", "{%p endfor %}")) == ["template_not_printable"]


def test_what_is_no_list_cannot_be_looped_over() -> None:
    finding = only(template("{%p for c in district %}", "{{ c }}", "{%p endfor %}"))
    assert finding.code == "template_not_a_list"
    assert "table.indicators" in finding.zh


def test_loops_are_not_nested_without_end() -> None:
    depth = 4
    opening = [f"{{%p for x{number} in chapters %}}" for number in range(depth)]
    assert "template_loop_depth" in codes(template(*opening, "x", *["{%p endfor %}"] * depth))


def test_sections_belong_in_the_main_text() -> None:
    document = Document()
    document.sections[0].header.paragraphs[0].text = "{{ chapters }}"
    assert codes(saved(document)) == ["template_section_outside_body"]
    document.sections[0].header.paragraphs[0].text = "{{ nonsense }}"
    assert "页眉" in only(saved(document)).zh


def test_split_placeholder_is_no_fault() -> None:
    document = Document()
    paragraph = document.add_paragraph()
    for piece in ("{", "{ dis", "trict }", "}"):
        paragraph.add_run(piece)
    assert check_template(saved(document)) == []


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"PK\x03\x04broken", b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600]
)
def test_not_a_word_document(data: bytes) -> None:
    assert only(data).code == "template_not_docx"
    with pytest.raises(Problem) as caught:
        write(sample(), data)
    assert caught.value.code == "template_not_docx"
    assert caught.value.status == 400


def test_password_or_old_format_is_named() -> None:
    assert "密码" in only(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").zh


def test_another_zip_is_no_word_document() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "x")
    assert only(stream.getvalue()).code == "template_not_docx"


def test_truncated_file() -> None:
    assert only(default_template()[:-200]).code == "template_not_docx"


def test_damaged_part() -> None:
    def damage(entries: dict[str, bytes]) -> None:
        entries["word/document.xml"] = entries["word/document.xml"][:-50]

    finding = only(repacked(default_template(), damage))
    assert (finding.code, finding.where) == ("template_not_docx", "word/document.xml")


def test_dotx_is_named() -> None:
    def rename(entries: dict[str, bytes]) -> None:
        kinds = entries["[Content_Types].xml"]
        entries["[Content_Types].xml"] = kinds.replace(b"document.main+xml", b"template.main+xml")

    assert ".dotx" in only(repacked(default_template(), rename)).zh


@pytest.mark.parametrize("name", ["word/vbaProject.bin", "word/activeX/activeX1.xml", "word/embeddings/oleObject1.bin"])
def test_active_content(name: str) -> None:
    data = repacked(default_template(), lambda entries: entries.update({name: b"<x/>"}))
    assert only(data).code == "template_macro"


def test_macro_content_type() -> None:
    def mark(entries: dict[str, bytes]) -> None:
        kinds = entries["[Content_Types].xml"].decode()
        entries["[Content_Types].xml"] = kinds.replace(
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
            "application/vnd.ms-word.document.macroEnabled.main+xml",
        ).encode()

    assert only(repacked(default_template(), mark)).code == "template_macro"


def test_content_from_elsewhere() -> None:
    def attach(entries: dict[str, bytes]) -> None:
        relations = entries["word/_rels/document.xml.rels"].decode()
        entries["word/_rels/document.xml.rels"] = relations.replace(
            "</Relationships>",
            '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"'
            ' Target="http://tracker.example/x.png" TargetMode="External"/></Relationships>',
        ).encode()

    finding = only(repacked(default_template(), attach))
    assert finding.code == "template_external_content"
    assert finding.names == ("http://tracker.example/x.png",)


def test_ordinary_links_are_no_fault() -> None:
    document = Document()
    document.part.relate_to(
        "https://example.org/", "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink", True
    )
    assert check_template(saved(document)) == []


def test_entities_are_refused() -> None:
    def bomb(entries: dict[str, bytes]) -> None:
        entries["word/settings.xml"] = (
            b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
            b'<w:settings xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">&b;</w:settings>'
        )

    assert only(repacked(default_template(), bomb)).code == "template_not_docx"


def test_too_large_a_file() -> None:
    assert only(b"PK\x03\x04" + b"\0" * package.MAX_BYTES).code == "template_too_large"


def test_zip_bomb() -> None:
    data = repacked(
        default_template(), lambda entries: entries.update({"word/media/a.png": bytes(package.MAX_UNPACKED + 1)})
    )
    assert len(data) < package.MAX_BYTES
    assert only(data).code == "template_too_large"


def test_part_too_large() -> None:
    blob = b"<x>" + b" " * package.MAX_XML_PART + b"</x>"
    data = repacked(default_template(), lambda entries: entries.update({"word/extra.xml": blob}))
    assert only(data).code == "template_too_large"


def test_problem_carries_all_findings() -> None:
    with pytest.raises(Problem) as caught:
        write(sample(), template("{{ aaa }}", "{{ bbb }}"))
    problem = caught.value
    assert problem.code == "template_unknown_placeholder"
    assert "另有 1 处" in problem.zh
    assert "1 more" in problem.en
    findings = problem.detail["findings"]
    assert isinstance(findings, list)
    assert [finding["names"] for finding in findings] == [["aaa"], ["bbb"]]


def test_every_placeholder_of_the_help_page_works() -> None:
    scalars = [p for p in placeholders() if "[" not in p.name]
    data = template(*[f"{{{{ {p.name} }}}}" for p in scalars])
    assert check_template(data) == []
    assert write(sample(), data)
    for row in (p for p in placeholders() if p.name.count("[]") == 1):
        source, field = row.name.split("[].")
        if row.kind in ("section", "table"):
            continue
        loop = template(f"{{%p for row in {source} %}}", f"{{{{ row.{field} }}}}", "{%p endfor %}")
        assert check_template(loop) == [], row.name
        assert write(sample(), loop)


def test_every_placeholder_has_a_meaning_in_both_languages() -> None:
    names = [p.name for p in placeholders()]
    assert len(names) == len(set(names)) > 70
    assert all(p.meaning_zh and p.meaning_en for p in placeholders())
