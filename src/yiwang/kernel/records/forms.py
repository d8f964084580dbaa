"""Forms made from the columns of a record type: widgets, examples, and faults at the field they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yiwang.kernel.access import api as access
from yiwang.kernel.codes import api as codes
from yiwang.kernel.orgs import api as orgs
from yiwang.lib.clock import today
from yiwang.lib.problems import Problem

from . import selectors
from .columns import (
    BooleanColumn,
    CodeColumn,
    Column,
    DateColumn,
    DecimalColumn,
    IntegerColumn,
    MobileColumn,
    TextColumn,
)
from .services import LONGEST_REASON
from .showing import Known, masked
from .types import RecordType

# Longer lists are written, not chosen: a page of a thousand options helps nobody.
LONGEST_CHOICE = 300
LONG_TEXT = 120


def _labels(column: CodeColumn, value: str) -> list[tuple[str, str]]:
    """Today's values of the column's code list, and ``value`` when it no longer is one of them."""
    language = get_language() or "zh"
    found = codes.code_list(column.codes)
    pairs = [(item.value, item.label(language)) for item in found.values(today())]
    if value and value not in {code for code, _label in pairs}:
        pairs.append((value, found.label(value, language)))
    return pairs


def widget_of(column: Column, value: str = "") -> forms.Widget:
    """The control that suits a column."""
    if isinstance(column, CodeColumn):
        pairs = _labels(column, value)
        if len(pairs) <= LONGEST_CHOICE:
            return forms.Select(choices=[("", _("请选择")), *pairs])
    if isinstance(column, BooleanColumn):
        return forms.Select(choices=[("", _("请选择")), ("是", _("是")), ("否", _("否"))])
    if isinstance(column, DateColumn):
        return forms.DateInput(attrs={"type": "date"})
    if isinstance(column, (IntegerColumn, DecimalColumn)):
        return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    if isinstance(column, MobileColumn):
        return forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})
    if isinstance(column, TextColumn) and (column.max_length or 0) > LONG_TEXT:
        return forms.Textarea(attrs={"rows": 3, "maxlength": column.max_length})
    longest = column.max_length if isinstance(column, TextColumn) else 30
    return forms.TextInput(attrs={"maxlength": longest, "autocomplete": "off"})


def hint_of(column: Column, shown: str = "") -> str:
    """Help, example, and for personal data how to leave it as it is."""
    parts = [column.help_zh]
    unit = getattr(column, "unit", "")
    if unit:
        parts.append(_("单位：%(unit)s") % {"unit": unit})
    if column.example and not isinstance(column, (CodeColumn, BooleanColumn, DateColumn)):
        parts.append(_("例：%(example)s") % {"example": column.example})
    if column.personal and shown:
        parts.append(_("现为 %(shown)s；不改则留空") % {"shown": shown})
    return "；".join(part for part in parts if part)


def cell_of(column: Column, value: Any) -> str:
    """A stored value as the form holds it: codes as codes, the rest as people write it."""
    return str(value) if isinstance(column, CodeColumn) and value else column.show(value)


class RecordForm(forms.Form):
    """The columns of a type as fields; cells are cleaned by the services, which know every rule."""

    def __init__(
        self,
        kind: RecordType,
        *args: Any,
        item: Any = None,
        known: Known | None = None,
        names: Sequence[str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.kind, self.item = kind, item
        self.columns = [column for column in kind.columns if names is None or column.name in names]
        for column in self.columns:
            value = getattr(item, column.name) if item is not None else None
            present = "" if item is None or column.personal else cell_of(column, value)
            shown = masked(column, value, known.people if known else {}) if item is not None else ""
            # What is personal is not sent to the page: an empty field leaves it as it is.
            kept = item is not None and column.personal and bool(shown)
            self.fields[column.name] = forms.CharField(
                label=str(column.verbose_name),
                required=column.required and not kept,
                strip=True,
                initial=present,
                widget=widget_of(column, present),
                help_text=hint_of(column, shown),
                error_messages={"required": _("必填，不能为空。")},
            )

    def cells(self) -> dict[str, object]:
        """What was written, by column; of a correction only what is different, so that old values need not be valid."""
        found: dict[str, object] = {}
        for column in self.columns:
            text = self.cleaned_data.get(column.name, "")
            if self.item is not None:
                if column.personal and not text:
                    continue
                if not column.personal and text == cell_of(column, getattr(self.item, column.name)):
                    continue
            found[column.name] = text
        return found

    def refuse(self, problem: Problem) -> None:
        """Put the faults of a Problem at their fields; what belongs to no field of this form stands above them."""
        language = get_language() or "zh"
        faults = problem.detail.get("fields")
        placed = False
        if isinstance(faults, dict):
            for name, fault in faults.items():
                if name in self.fields:
                    self.add_error(name, fault["zh"] if language.startswith("zh") else fault["en"])
                    placed = True
        name = problem.detail.get("field")
        if isinstance(name, str) and name in self.fields:
            self.add_error(name, problem.message(language))
            placed = True
        if not placed:
            self.add_error(None, problem.message(language))


def place_choices() -> list[tuple[str, str]]:
    """The district's towns and villages by code; villages are named with their town."""
    rows = list(orgs.divisions().values_list("code12", "name", "level"))
    towns = {code[:9]: name for code, name, level in rows if level == orgs.Division.Level.TOWN}
    return [
        (code, name if level == orgs.Division.Level.TOWN else f"{towns.get(code[:9], '')} {name}".strip())
        for code, name, level in rows
    ]


def unit_choices(user: access.User, kind: RecordType) -> list[tuple[str, str]]:
    """The units for which the user may add records of this type, by code."""
    found = selectors.scope(user, kind, "add")
    units = orgs.units()
    if found.kind != "all":
        if user.unit_path is None:
            return []
        units = orgs.units_under(user.unit_path) if found.kind == "subtree" else units.filter(path=user.unit_path)
    return [(unit.code, unit.short_name) for unit in units]


class NewForm(RecordForm):
    """A new record: its unit and place, then its columns."""

    unit = forms.ChoiceField(label="", widget=forms.Select)
    place = forms.ChoiceField(label="", required=False, widget=forms.Select)

    def __init__(self, kind: RecordType, user: access.User, *args: Any, **options: Any) -> None:
        super().__init__(kind, *args, **options)
        units = unit_choices(user, kind)
        self.fields["unit"] = forms.ChoiceField(
            label=_("所属单位"), choices=units, initial=user.unit.code if user.unit else None
        )
        self.fields["place"] = forms.ChoiceField(
            label=_("所在地"), required=False, choices=[("", _("不涉及")), *place_choices()]
        )


class CorrectForm(RecordForm):
    """A correction: the columns, the place, why, and the version that the reader looked at."""

    def __init__(self, kind: RecordType, *args: Any, item: Any, **options: Any) -> None:
        super().__init__(kind, *args, item=item, **options)
        self.fields["place"] = forms.ChoiceField(
            label=_("所在地"),
            required=False,
            initial=item.place,
            choices=[("", _("不涉及")), *place_choices()],
        )
        self.fields["reason"] = reason_field()
        self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, initial=item.version)

    def cells(self) -> dict[str, object]:
        """With the place, when it is another."""
        found = super().cells()
        if self.cleaned_data.get("place", "") != self.item.place:
            found["place"] = self.cleaned_data.get("place", "")
        return found


def reason_field(help_text: str = "") -> forms.CharField:
    """Why something is changed."""
    return forms.CharField(
        label=_("理由"),
        min_length=2,
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"maxlength": LONGEST_REASON, "autocomplete": "off"}),
        help_text=help_text or _("会留在记录的历史中，请勿写个人信息。"),
        error_messages={"required": _("请写明理由。"), "min_length": _("请写明理由，至少 2 个字。")},
    )


class ReasonForm(forms.Form):
    """Withdraw or restore: why, and of which version."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"] = reason_field()


class SaveViewForm(forms.Form):
    """The name of a saved view, and whether its columns are shown first."""

    name = forms.CharField(max_length=40)
    default = forms.BooleanField(required=False)
