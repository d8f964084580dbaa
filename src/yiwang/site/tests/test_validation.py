"""Messages for input that does not fit an API schema."""

from __future__ import annotations

from yiwang.site.validation import field_of, validation_problem


def test_each_field_is_named_in_both_languages() -> None:
    problem = validation_problem(
        [
            {"type": "missing", "loc": ("body", "payload", "title")},
            {"type": "string_too_long", "loc": ("query", "q"), "ctx": {"max_length": 100}},
        ]
    )
    assert (problem.code, problem.status) == ("invalid_input", 422)
    assert "body.title：缺少此项" in problem.zh
    assert "query.q: At most 100 characters" in problem.en
    assert problem.detail["errors"] == [
        {"field": "body.title", "type": "missing", "zh": "缺少此项，请补上。", "en": "This is missing."},
        {"field": "query.q", "type": "string_too_long", "zh": "至多 100 个字。", "en": "At most 100 characters."},
    ]


def test_an_unknown_fault_still_gets_a_sentence() -> None:
    assert "接口文档" in validation_problem([{"type": "new_in_pydantic", "loc": ("query", "x")}]).zh


def test_field_names() -> None:
    assert field_of(("body", "payload", "items", 0, "name")) == "body.items.0.name"
    assert field_of(("query", "limit")) == "query.limit"
