"""The forms above a list, made once for each question that a list answers: the same for every page of its rows."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yiwang.kernel.access import api as access
from yiwang.kernel.codes import api as codes

from . import showing
from .asked import Asked
from .columns import BooleanColumn, CodeColumn
from .forms import LONGEST_CHOICE
from .names import TOWNS
from .types import RecordType

# Of some 10 KB each. Making them took 1 ms of a list's 12.
KEPT = 512
# Stands in the templates where each reader's own token goes (protection against forged requests).
_CSRF = "<!-- csrf -->"
_kept: dict[tuple[object, ...], tuple[str, str]] = {}


def forms_of(
    request: HttpRequest, kind: RecordType, asked: Asked, names: Sequence[str], *, hidden: bool
) -> tuple[SafeString, SafeString]:
    """The form of the filters, and that of columns and views (empty when the question is ``hidden``)."""
    towns = tuple(TOWNS.choices()) if not access.signed_in(request).place else ()
    key = (kind.key, get_language(), asked.address(), tuple(names), hidden, towns)
    made = _kept.get(key)
    if made is None:
        filters = filter_choices(kind, asked)
        context = {
            "kind": kind,
            "asked": asked,
            "hidden": hidden,
            "filters": filters,
            "towns": towns,
            "choices": [(name, label, name in names) for name, label in showing.choices(kind)],
        }
        made = (
            render_to_string("records/_filters.html", context),
            "" if hidden else render_to_string("records/_columns.html", context),
        )
        if len(_kept) >= KEPT:
            _kept.clear()
        _kept[key] = made
    token = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request))
    first, second = (mark_safe(part.replace(_CSRF, token)) for part in made)  # noqa: S308  (our own templates)
    return first, second


def filter_choices(kind: RecordType, wanted: Asked) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """Name, label, present value and values of every filter; a filter without values is written, not chosen."""
    language = get_language() or "zh"
    found = []
    for name in kind.options.filters:
        column = kind.column(name)
        values: list[tuple[str, str]] = []
        if isinstance(column, CodeColumn):
            every = codes.code_list(column.codes).values()
            values = [(item.value, item.label(language)) for item in every] if len(every) <= LONGEST_CHOICE else []
        elif isinstance(column, BooleanColumn):
            values = [("是", _("是")), ("否", _("否"))]
        found.append((name, str(column.verbose_name), wanted.filters.get(name, ""), values))
    return found
