"""The template tags of every page (a builtin library: no ``{% load %}`` needed).

Tones are ``ok``, ``warn``, ``danger``, ``info`` and ``muted``; icons are Tabler's names.
"""

from __future__ import annotations

from datetime import date as Date
from datetime import datetime as DateTime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import forms, template
from django.core.paginator import Page
from django.forms.boundfield import BoundField
from django.template.context import RequestContext
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from yiwang.lib import clock
from yiwang.lib.zh_numbers import chinese_date, numeral
from yiwang.ui import charts, numbers
from yiwang.ui.types import NavGroup

register = template.Library()

# Days before the day due from which a deadline is shown as near.
NEAR_DAYS = 3


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A Tabler icon from the sprite; without ``label`` it is decoration and hidden from screen readers."""
    return _icon(name, str(label))


@lru_cache(maxsize=2048)
def _icon(name: str, label: str) -> SafeString:
    # A page has forty, which took 1 ms of its 20.
    href = f"{static('vendor/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', href)


@register.simple_tag
def nav_blocks(groups: tuple[NavGroup, ...]) -> SafeString:
    """The headed blocks of the side navigation."""
    return _nav_blocks(groups)


@lru_cache(maxsize=512)
def _nav_blocks(groups: tuple[NavGroup, ...]) -> SafeString:
    # Sixty links, the same for everybody with the same rights on the same page: 3 ms of a list's 18.
    return SafeString("".join(_nav_block(number, group) for number, group in enumerate(groups, start=1)))


def _nav_block(number: int, group: NavGroup) -> SafeString:
    lines = format_html_join(
        "\n",
        '<li><a class="nav-item{}" href="{}"{}>{}<span>{}</span>{}</a></li>',
        (
            (
                " is-current" if link.current else "",
                link.url,
                SafeString(' aria-current="page"') if link.current else "",
                icon(link.icon),
                link.label,
                format_html('<span class="nav-count">{}</span>', link.count) if link.count else "",
            )
            for link in group.links
        ),
    )
    return format_html(
        '<div class="nav-block"><h2 class="nav-title" id="nav-{}">{}</h2>\n'
        '<ul aria-labelledby="nav-{}">\n{}\n</ul></div>\n',
        number,
        group.label,
        number,
        lines,
    )


@register.simple_tag
def chip(tone: str, text: Any, icon_name: str = "") -> SafeString:
    """A small coloured label; the text says what the colour says."""
    drawing = icon(icon_name) if icon_name else ""
    return format_html('<span class="chip {}">{}{}</span>', charts.tone_class(tone), drawing, text)


@register.simple_tag
def status_dot(tone: str, text: Any = "") -> SafeString:
    """A dot before a word: quieter than a chip, for dense tables."""
    return format_html(
        '<span class="status-line {}"><span class="dot" aria-hidden="true"></span>{}</span>',
        charts.tone_class(tone),
        text,
    )


@register.simple_tag
def deadline(due: Date | DateTime | None, done: bool = False, as_of: Date | None = None) -> SafeString:
    """A deadline as a chip: 剩 3 日, 今日到期, 超期 2 日; 已办结 when ``done``; a dash without a date."""
    day = numbers.day_of(due)
    if done:
        return chip("ok", gettext("已办结"), "circle-check")
    if day is None:
        return format_html('<span class="text-secondary">{}</span>', "—")
    left = (day - (as_of or clock.today())).days
    if left < 0:
        late = ngettext("超期 %(days)s 日", "超期 %(days)s 日", -left) % {"days": -left}
        made = chip("danger", late, "alert-triangle")
    elif left == 0:
        made = chip("warn", gettext("今日到期"), "clock")
    else:
        text = ngettext("剩 %(days)s 日", "剩 %(days)s 日", left) % {"days": left}
        made = chip("warn" if left <= NEAR_DAYS else "ok", text, "clock")
    return format_html('<time datetime="{}" title="{}">{}</time>', day.isoformat(), date(day), made)


@register.simple_tag
def progress(percent: Any, expected: Any = None, label: str = "", tone: str = "info") -> SafeString:
    """A progress bar with its percentage; ``expected`` (percent of time gone) is a mark on it."""
    done, mark = numbers.decimal_of(percent), numbers.decimal_of(expected)
    value = f"{numbers.plain(done)}%" if done is not None else gettext("无数据")
    said = f"{label} {value}".strip()
    if mark is not None:
        said += gettext("，时间进度 %(percent)s%%") % {"percent": numbers.plain(mark)}
    drawing = charts.progress_bar(percent, expected, said, tone)
    return format_html(
        '<span class="progress-line">{}<span class="progress-value" aria-hidden="true">{}</span></span>', drawing, value
    )


@register.inclusion_tag("ui/tags/stat.html")
def stat(label: str, value: Any, note: Any = "", tone: str = "info", icon: str = "", href: str = "") -> dict[str, Any]:
    """A figure with its name in a card; the whole card is a link when ``href`` is given."""
    return {
        "label": label,
        "value": value,
        "note": note,
        "tone": charts.tone_class(tone),
        "icon_name": icon,
        "href": href,
    }


@register.inclusion_tag("ui/tags/empty.html")
def empty(title: str, hint: str = "", icon: str = "inbox", href: str = "", action: str = "") -> dict[str, Any]:
    """What a list shows when it has nothing, with what to do next (``action`` is the text of the link ``href``)."""
    return {"title": title, "hint": hint, "icon_name": icon, "href": href, "action": action}


def query_with(context: template.Context, **changes: Any) -> str:
    """The present query string with ``changes`` applied (None drops a key), beginning with ``?``."""
    request = context.get("request")
    present = request.GET.lists() if request is not None else ()
    pairs = [(key, value) for key, values in present for value in values if key not in changes]
    pairs += [(key, value) for key, value in changes.items() if value not in (None, "")]
    return "?" + urlencode(pairs)


@register.inclusion_tag("ui/tags/pagination.html", takes_context=True)
def pagination(context: RequestContext, page: Page[Any]) -> dict[str, Any]:
    """Page links that keep the filters of the present address."""
    paginator = page.paginator
    links = [
        (number, query_with(context, page=number)) if isinstance(number, int) else (None, "")
        for number in paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    ]
    return {
        "page": page,
        "links": links,
        "total": paginator.count,
        "previous": query_with(context, page=page.previous_page_number()) if page.has_previous() else "",
        "next": query_with(context, page=page.next_page_number()) if page.has_next() else "",
    }


@register.inclusion_tag("ui/tags/sort.html", takes_context=True)
def sort(context: RequestContext, key: str, label: str, parameter: str = "sort") -> dict[str, Any]:
    """The link inside a column's heading: ascending, then descending (``-key``); goes back to page one."""
    request = context.get("request")
    present = request.GET.get(parameter, "") if request is not None else ""
    direction = {key: "ascending", f"-{key}": "descending"}.get(present, "")
    following = f"-{key}" if direction == "ascending" else key
    return {"label": label, "direction": direction, "href": query_with(context, **{parameter: following, "page": None})}


FIELD_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "form-check-input"),
    (forms.RadioSelect, "form-check-input"),
    (forms.CheckboxSelectMultiple, "form-check-input"),
    (forms.Select, "form-select"),
    (forms.Widget, "form-control"),
)


@register.inclusion_tag("ui/tags/field.html")
def field(bound: BoundField, label: str = "", autofocus: bool = False) -> dict[str, Any]:
    """A form field: label, required mark, widget, help and errors, tied together for screen readers."""
    widget = bound.field.widget
    group = isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple))
    css = next(name for kind, name in FIELD_CLASSES if isinstance(widget, kind))
    described = []
    if bound.help_text:
        described.append(f"{bound.auto_id}_help")
    if bound.errors:
        described.append(f"{bound.auto_id}_error")
    attrs: dict[str, Any] = {"class": " ".join(filter(None, (widget.attrs.get("class"), css)))}
    if bound.errors:
        attrs["class"] += " is-invalid"
    if described and not group:
        attrs["aria-describedby"] = " ".join(described)
    if autofocus:
        attrs["autofocus"] = True
    return {
        "field": bound,
        "label": label or bound.label,
        "group": group,
        "check": isinstance(widget, forms.CheckboxInput),
        "described": " ".join(described),
        "widget": "" if group else bound.as_widget(attrs=attrs),
        "options": [(option, option.data["attrs"]) for option in bound.subwidgets] if group else [],
    }


@register.simple_tag
def date(value: Date | DateTime | None) -> str:
    """A day as Asia/Shanghai counts it: 2023年6月30日, in English 30 June 2023."""
    day = numbers.day_of(value)
    if day is None:
        return "—"
    if (get_language() or "zh").startswith("zh"):
        return chinese_date(day)
    return f"{day.day} {day:%B} {day.year}"


@register.simple_tag
def datetime(value: DateTime | None) -> str:
    """A moment in Asia/Shanghai, to the minute: 2023-06-30 17:05."""
    if value is None:
        return "—"
    return f"{timezone.localtime(value, clock.SHANGHAI):%Y-%m-%d %H:%M}"


@register.inclusion_tag("ui/tags/heat.html")
def heat(rows: Any, columns: Any, caption: str) -> dict[str, Any]:
    """A grid: ``columns`` are headings, ``rows`` are (label, url, [(text, tone), …]); a real table underneath."""
    return {
        "columns": columns,
        "caption": caption,
        "rows": [(name, url, [(text, charts.tone_class(tone)) for text, tone in cells]) for name, url, cells in rows],
    }


@register.filter
def num(value: Any, places: int | None = None) -> str:
    """Thousands separated: 241627 → 241,627; ``places`` fixes the number of decimals; a dash for nothing."""
    number = numbers.decimal_of(value)
    if number is None:
        return "—"
    return f"{number:,.{places}f}" if places is not None else numbers.plain(number)


@register.filter
def zhnum(value: Any) -> str:
    """A heading's number: 3 → 三 (in English the figure itself)."""
    if (get_language() or "zh").startswith("zh"):
        return numeral(int(value))
    return str(value)
