import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiwang.domains.evaluation.planning.report.title import title_lines


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        (
            "汕尾市城区数字政府改革建设“十四五”规划实施中期评估报告",
            ["汕尾市城区数字政府改革建设", "“十四五”规划实施中期评估报告"],
        ),
        ("中期评估报告", ["中期评估报告"]),
        ("示范县教育发展“十四五”规划实施2023年度评估报告", ["示范县教育发展“十四五”规划", "实施2023年度评估报告"]),
        ("", []),
    ],
)
def test_breaks_stand_between_words(title: str, lines: list[str]) -> None:
    assert title_lines(title) == lines


def test_a_title_that_cannot_be_broken_well_is_cut() -> None:
    assert title_lines("》" * 45) == ["》" * 20, "》" * 20, "》" * 5]


@given(st.text(alphabet="城区数字政府“十四五”规划实施中期评估2023《》、a", max_size=120))
def test_nothing_is_lost_and_every_line_fits(title: str) -> None:
    lines = title_lines(title)
    assert "".join(lines) == title
    assert all(0 < len(line) <= 20 for line in lines)
