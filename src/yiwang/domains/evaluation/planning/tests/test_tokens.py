"""Live figures in texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiwang.domains.evaluation.planning import tokens
from yiwang.domains.evaluation.planning.rendering import ShownFigure, render_text
from yiwang.domains.evaluation.planning.tokens import Token
from yiwang.lib.problems import Problem

FIGURES = {
    "F005": ShownFigure("45122笔", "/evaluation/figures/F005/", "F005 累计办结"),
    "F006": ShownFigure("〔缺数〕", "/evaluation/figures/F006/", "F006 没有数据", missing=True),
}


def test_a_text_is_parsed_into_words_and_figures() -> None:
    assert tokens.parse("办结{F005}，均{f006}。") == ("办结", Token("F005"), "，均", Token("F006"), "。")
    assert tokens.parse("") == ()


def test_codes_come_once_in_order() -> None:
    assert tokens.codes("{F006}和{F005}，又{F006}") == ("F006", "F005")


pieces = st.one_of(
    st.text(alphabet=st.characters(exclude_characters="{}", exclude_categories=["Cs"]), min_size=1),
    st.integers(0, 9_999_999_999).map(lambda number: f"{{F{number}}}"),
)


@given(st.lists(pieces))
def test_joining_the_runs_gives_the_text_again(parts: list[str]) -> None:
    text = "".join(parts)
    assert "".join(run if isinstance(run, str) else f"{{{run.code}}}" for run in tokens.parse(text)) == text


@given(st.text())
def test_any_text_can_be_parsed_and_shown(text: str) -> None:
    tokens.parse(text)
    assert "<script" not in render_text(text, FIGURES)


@pytest.mark.parametrize("text", ["{F005", "F005}", "{}", "{ F005 }", "{{F005}}", "{办结}"])
def test_stray_braces_are_refused_with_their_place(text: str) -> None:
    with pytest.raises(Problem) as caught:
        tokens.check(f"前文{text}", {"F005"}, "progress", "进展情况")
    assert caught.value.code == "token_broken"
    assert caught.value.detail["field"] == "progress"


def test_a_figure_that_the_plan_lacks_is_refused() -> None:
    with pytest.raises(Problem) as caught:
        tokens.check("办结{F999}笔", {"F005"}, "progress", "进展情况")
    assert (caught.value.code, caught.value.detail["position"]) == ("token_unknown", 3)


def test_a_clean_text_passes() -> None:
    tokens.check("办结{F005}，约{f005}", {"F005"}, "progress", "进展情况")


def test_figures_in_a_text_open_and_words_are_escaped() -> None:
    shown = render_text("办结{F005}<b>\n\n另{F006}，{F007}", FIGURES)
    assert '<a class="figure number-link" href="/evaluation/figures/F005/" title="F005 累计办结">45122笔</a>' in shown
    assert "&lt;b&gt;" in shown
    assert 'class="figure token"' in shown
    assert "〔缺数 F007〕" in shown
    assert shown.count("<p>") == 2
