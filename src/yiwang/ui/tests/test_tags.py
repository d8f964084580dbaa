"""The template tags as pages use them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django.utils import translation


def render(source: str, path: str = "/", **context: Any) -> str:
    request = RequestFactory().get(path)
    return str(engines["django"].from_string(source).render(context, request))


class Form(forms.Form):
    name = forms.CharField(label="名称", help_text="不超过 20 字", max_length=20)
    kind = forms.ChoiceField(label="类型", choices=[("a", "甲"), ("b", "乙")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="同意", required=False)
    unit = forms.ChoiceField(label="单位", choices=[("", "请选择")])


def test_icon_is_decoration_unless_named() -> None:
    assert 'aria-hidden="true"' in render('{% icon "bell" %}')
    assert "icons.svg#bell" in render('{% icon "bell" %}')
    named = render('{% icon "bell" label="消息" %}')
    assert 'role="img"' in named
    assert 'aria-label="消息"' in named


def test_chip_escapes_and_refuses_unknown_tones() -> None:
    assert "&lt;b&gt;" in render('{% chip "ok" text %}', text="<b>")
    with pytest.raises(ValueError, match="tone 'red'"):
        render('{% chip "red" "x" %}')


@pytest.mark.parametrize(
    ("due", "tone", "text"),
    [
        (date(2026, 3, 8), "tone-danger", "超期 2 日"),
        (date(2026, 3, 10), "tone-warn", "今日到期"),
        (date(2026, 3, 13), "tone-warn", "剩 3 日"),
        (date(2026, 3, 14), "tone-ok", "剩 4 日"),
    ],
)
def test_deadline(due: date, tone: str, text: str) -> None:
    made = render("{% deadline due as_of=day %}", due=due, day=date(2026, 3, 10))
    assert tone in made
    assert text in made
    assert f'datetime="{due}"' in made


def test_deadline_without_date_or_done() -> None:
    assert "—" in render("{% deadline none %}", none=None)
    assert "已办结" in render("{% deadline due done=True %}", due=date(2020, 1, 1))


def test_progress_says_value_and_time() -> None:
    made = render('{% progress "36.51" expected="50" label="进度" tone="danger" %}')
    assert 'aria-label="进度 36.51%，时间进度 50%"' in made
    assert 'width="36.51"' in made
    assert 'class="mark" x="49.00"' in made
    assert "style=" not in made


def test_progress_without_data_is_not_zero_percent() -> None:
    made = render('{% progress none label="进度" %}', none=None)
    assert "无数据" in made
    assert "0%" not in made.replace('width="0.00"', "")


def test_progress_beyond_hundred_keeps_its_number() -> None:
    made = render("{% progress value %}", value=Decimal("130.5"))
    assert "130.5%" in made
    assert 'width="100.00"' in made


def test_stat_links_when_it_leads_somewhere() -> None:
    assert '<a class="stat tone-warn" href="/x/">' in render(
        '{% stat "待办" 3 "注" tone="warn" icon="inbox" href="/x/" %}'
    )
    assert "<a" not in render('{% stat "待办" 3 %}')


def test_field_ties_label_help_and_error() -> None:
    made = render("{% field form.name %}", form=Form({"name": ""}))
    assert '<label class="form-label" for="id_name">' in made
    assert 'aria-describedby="id_name_help id_name_error"' in made
    assert 'aria-invalid="true"' in made
    assert 'id="id_name_error"' in made
    assert 'id="id_name_help"' in made
    assert "is-invalid" in made


def test_field_without_error_is_quiet() -> None:
    made = render("{% field form.name %}", form=Form())
    assert "is-invalid" not in made
    assert "field-error" not in made


def test_field_group_is_a_fieldset_and_keeps_the_choice() -> None:
    made = render("{% field form.kind %}", form=Form({"kind": "b", "name": "x", "unit": ""}))
    assert "<legend" in made
    assert made.count('type="radio"') == 2
    assert 'value="b" id="id_kind_1" required checked' in made.replace('required="required"', "required") or (
        'value="b"' in made and "checked" in made.split('value="b"')[1].split(">")[0]
    )


def test_field_checkbox_and_select_have_their_classes() -> None:
    form = Form()
    assert "form-check-input" in render("{% field form.agreed %}", form=form)
    assert "form-select" in render("{% field form.unit %}", form=form)


def test_pagination_keeps_the_filters() -> None:
    page = Paginator(range(95), 10).page(3)
    made = render("{% pagination page %}", "/?q=%E6%95%99&page=3", page=page)
    assert "共 95 条" in made
    assert 'aria-current="page"' in made
    assert "q=%E6%95%99&amp;page=4" in made


def test_sort_turns_round() -> None:
    assert 'href="?sort=name"' in render('{% sort "name" "名称" %}')
    turned = render('{% sort "name" "名称" %}', "/?sort=name&page=4")
    assert 'href="?sort=-name"' in turned
    assert "升序" in turned


def test_dates_are_counted_in_shanghai() -> None:
    late = datetime(2023, 6, 30, 17, 0, tzinfo=UTC)
    assert render("{% date d %}", d=late) == "2023年7月1日"
    assert render("{% datetime d %}", d=late) == "2023-07-01 01:00"
    assert render("{% date d %}", d=None) == "—"
    with translation.override("en"):
        assert render("{% date d %}", d=late) == "1 July 2023"


def test_num_and_zhnum() -> None:
    assert render("{{ value|num }}", value=241627) == "241,627"
    assert render("{{ value|num:2 }}", value="36.5") == "36.50"
    assert render("{{ value|num }}", value="x") == "—"
    assert render("{{ 12|zhnum }}") == "十二"


def test_heat_is_a_table() -> None:
    made = render('{% heat rows columns "单位与状态" %}', rows=[("甲", "", [("3", "ok")])], columns=["完成"])
    assert '<th scope="col">完成</th>' in made
    assert '<th scope="row">甲</th>' in made
    assert '<td class="tone-ok">3</td>' in made


def test_empty_offers_the_next_step() -> None:
    assert 'href="/new/"' in render('{% empty "没有" "新建一个" href="/new/" action="新建" %}')
