"""A text generated true gets no error; a planted mistake is found."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from yiwang.domains.evaluation.reportcheck.api import check_text

NOUNS = ["书屋", "驿站", "车位", "路灯", "窗口", "场馆", "苗圃", "泵站"]
AREAS = ["街道", "园区", "社区", "厂区"]
STEMS = ["合格", "参保", "达标", "签约", "回访"]
COUNT = st.integers(min_value=1, max_value=200_000)
ROUNDINGS = st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN])


def errors(text: str) -> list[str]:
    return [finding.kind for finding in check_text(text).findings if finding.severity == "error"]


def percent(top: int, bottom: int, places: int, rounding: str) -> Decimal:
    return (Decimal(100) * top / bottom).quantize(Decimal(1).scaleb(-places), rounding)


@st.composite
def rates(draw: st.DrawFn) -> tuple[str, str]:
    """A true sentence with a rate, and the same with another rate (off by at least one in its last place)."""
    bottom = draw(COUNT)
    top = draw(st.integers(min_value=1, max_value=bottom))
    places = draw(st.integers(min_value=1, max_value=2))
    stem, noun = draw(st.sampled_from(STEMS)), draw(st.sampled_from(NOUNS))
    rate = percent(top, bottom, places, draw(ROUNDINGS))
    step = Decimal(1).scaleb(-places) * draw(st.integers(min_value=2, max_value=30))
    wrong = rate - step if rate > step else rate + step
    sentence = "全县登记" + noun + "{}个，" + stem + "{}个，" + stem + "率{}%。"
    return sentence.format(bottom, top, rate), sentence.format(bottom, top, wrong)


@st.composite
def sums(draw: st.DrawFn) -> tuple[str, str]:
    """A total with all its parts; mistaken: one part larger than it is."""
    parts = draw(st.lists(COUNT, min_size=2, max_size=4))
    noun = draw(st.sampled_from(NOUNS))
    more = draw(st.integers(min_value=1, max_value=5000))
    names = AREAS[: len(parts)]

    def write(values: list[int]) -> str:
        listed = "、".join(f"{name}{noun}{value}个" for name, value in zip(names, values, strict=True))
        return f"全县建成{noun}{sum(parts)}个，其中{listed}。"

    return write(parts), write([parts[0] + more, *parts[1:]])


@st.composite
def averages(draw: st.DrawFn) -> tuple[str, str]:
    """A total, a number of machines and the average."""
    machines = draw(st.integers(min_value=2, max_value=500))
    total = draw(st.integers(min_value=machines, max_value=500_000))
    average = (Decimal(total) / machines).quantize(Decimal("0.01"), draw(ROUNDINGS))
    wrong = average + draw(st.integers(min_value=2, max_value=900)) / Decimal(100)
    sentence = "全县{}台终端办理业务{}笔，台均业务{}笔。"
    return sentence.format(machines, total, average), sentence.format(machines, total, wrong)


@st.composite
def wholes(draw: st.DrawFn) -> tuple[str, str]:
    """A partial list, and a part above the whole."""
    whole = draw(st.integers(min_value=10, max_value=100_000))
    part = draw(st.integers(min_value=1, max_value=whole))
    above = whole + draw(st.integers(min_value=1, max_value=9000))
    noun = draw(st.sampled_from(NOUNS))
    sentence = "全县管理" + noun + "{}个，其中示范" + noun + "{}个。"
    return sentence.format(whole, part), sentence.format(whole, above)


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, str]:
    """Growth between two counts."""
    old = draw(st.integers(min_value=10, max_value=90_000))
    new = draw(st.integers(min_value=old + 1, max_value=old * 3))
    growth = percent(new - old, old, 1, draw(ROUNDINGS))
    wrong = growth + draw(st.integers(min_value=2, max_value=90)) / Decimal(10)
    sentence = "用户由{}户增至{}户，增长{}%。"
    return sentence.format(old, new, growth), sentence.format(old, new, wrong)


PAIRS = st.one_of(rates(), sums(), averages(), wholes(), changes())
QUIET = settings(max_examples=150, deadline=None)


@QUIET
@given(pair=PAIRS)
def test_true_sentences_have_no_error_and_mistakes_have_one(pair: tuple[str, str]) -> None:
    true, mistaken = pair
    assert errors(true) == [], true
    assert errors(mistaken), mistaken


@settings(max_examples=60, deadline=None)
@given(pairs=st.lists(PAIRS, min_size=2, max_size=8), data=st.data())
def test_true_reports_have_no_error_and_one_planted_mistake_is_found(
    pairs: list[tuple[str, str]], data: st.DataObject
) -> None:
    lines = [f"截至2023年6月30日，{true}" for true, _ in pairs]
    assert errors("\n".join(lines)) == []
    at = data.draw(st.integers(min_value=0, max_value=len(pairs) - 1))
    lines[at] = f"截至2023年6月30日，{pairs[at][1]}"
    text = "\n".join(lines)
    start = sum(len(line) + 1 for line in lines[:at])
    found = [finding for finding in check_text(text).findings if finding.severity == "error"]
    assert found
    assert all(start <= s < start + len(lines[at]) for finding in found for s, _ in finding.spans)


@QUIET
@given(
    text=st.text(alphabet="一二三0123456789万亿元个%，。；、“”《》（）其中占率截至2023年6月日均为共\n\t ", max_size=300)
)
def test_any_text_is_checked_without_failing(text: str) -> None:
    if any(character.isalnum() for character in text):
        result = check_text(text)
        for figure in result.figures:
            assert result.document.text[figure.start : figure.end] == figure.text
