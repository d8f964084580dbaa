"""Subjects as people read them: names of codes and divisions, personal data masked, links to what they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from yiwang.kernel.access import api as access
from yiwang.kernel.codes import api as codes
from yiwang.kernel.orgs import api as orgs
from yiwang.lib.masking import mask_name

from . import selectors
from .kinds import ADDRESS, HOUSE, ORGANISATION, PERSON, Kind
from .selectors import Subject

LABELS: Mapping[str, str | Promise] = {
    "code": gettext_lazy("编码"),
    "name": gettext_lazy("名称"),
    "kind": gettext_lazy("主体类型"),
    "status": gettext_lazy("状态"),
    "address": gettext_lazy("标准地址"),
    "place": gettext_lazy("所在地"),
    "level": gettext_lazy("要素类型"),
    "parent": gettext_lazy("上级地址"),
    "full_text": gettext_lazy("地址全文"),
    "lon": gettext_lazy("经度"),
    "lat": gettext_lazy("纬度"),
    "source": gettext_lazy("来源"),
}
LISTS = {"kind": "subject-type", "status": "organisation-status", "level": "address-element"}
ACTS: Mapping[str, str | Promise] = {
    "updated": gettext_lazy("更新"),
    "merged": gettext_lazy("合并"),
    "unmerged": gettext_lazy("撤销合并"),
}
TONES = {"updated": "info", "merged": "ok", "unmerged": "warn"}


@dataclass(frozen=True)
class Fact:
    """One line of a subject; ``href`` leads to what it names."""

    label: str
    text: str
    href: str = ""


@dataclass(frozen=True)
class Hit:
    """A line of a list of subjects."""

    title: str
    note: str
    href: str
    merged: bool = False


@dataclass(frozen=True)
class Step:
    """One line of the trail: what was done, when, by whom, why, and the values that were replaced."""

    act: str
    tone: str
    at: datetime
    by: str
    reason: str
    source: str
    other: str
    former: tuple[tuple[str, str], ...]


def address_of(kind: Kind, code: str) -> str:
    """The page of a subject."""
    return reverse(f"registers:{kind.key}", args=[code])


def places(wanted: Iterable[str]) -> dict[str, str]:
    """Names of divisions, a village's with its town's before it."""
    found = set(wanted) - {""}
    if not found:
        return {}
    towns = {code[:9] + "000" for code in found}
    names = dict(orgs.divisions(None).filter(code12__in=found | towns).values_list("code12", "name"))
    return {
        code: " ".join(dict.fromkeys(filter(None, (names.get(code[:9] + "000", ""), names.get(code, code)))))
        for code in found
    }


def label_of(name: str, value: Any) -> str:
    """A value as people read it: the label of a code, a name of a person masked elsewhere."""
    if name in LISTS and value:
        found = {item.value: item for item in codes.code_list(LISTS[name]).values()}.get(value)
        return found.label(get_language() or "zh") if found else str(value)
    return "" if value is None else str(value)


def title(kind: Kind, row: Any, masked: Mapping[UUID, str]) -> str:
    """What a subject is called; a person masked."""
    if kind is PERSON:
        return mask_name(row.name) or masked.get(row.key, "") or _("未登记姓名")
    return str(row.code if kind is HOUSE else getattr(row, kind.words))


def heading(subject: Subject, masked: Mapping[UUID, str]) -> str:
    """The heading of a subject's page, also of one that only records know."""
    if subject.row is not None:
        return title(subject.kind, subject.row, masked)
    return masked.get(UUID(subject.code), "") or _("自然人") if subject.kind is PERSON else subject.code


def facts(user: access.User, subject: Subject, masked: Mapping[UUID, str]) -> list[Fact]:
    """What the register says of it, as far as this reader may see."""
    kind, row = subject.kind, subject.row
    found = []
    if kind is PERSON:
        found.append(Fact(_("公民身份号码"), masked.get(UUID(subject.code), "")))
    elif row is None:
        found.append(Fact(str(LABELS["code"]), subject.code))
    if row is None:
        return found
    if kind is PERSON:
        found.append(Fact(_("姓名"), mask_name(row.name)))
    for name in kind.facts:
        value = getattr(row, name)
        if name == "place":
            found.append(Fact(str(LABELS[name]), places([value]).get(value, "")))
        elif name == "address":
            found.append(_address(user, value))
        else:
            found.append(Fact(str(LABELS[name]), label_of(name, value)))
    return found


def _address(user: access.User, code: str) -> Fact:
    row = selectors.reach(user, ADDRESS).filter(pk=selectors.resolve(ADDRESS, code)).first() if code else None
    return Fact(str(LABELS["address"]), row.full_text if row else code, address_of(ADDRESS, row.code) if row else "")


def hits(kind: Kind, rows: Sequence[Any]) -> list[Hit]:
    """Rows of a register as a list."""
    named = places(row.place for row in rows)
    masked = selectors.masked_ids([row.key for row in rows]) if kind is PERSON else {}
    addresses: dict[str, str] = {}
    if kind is HOUSE:
        wanted = {row.address for row in rows}
        addresses = dict(ADDRESS.model.objects.filter(pk__in=wanted).values_list("code", "full_text"))

    def note(row: Any) -> str:
        if kind is PERSON:
            return masked.get(row.key, "")
        if kind is ORGANISATION:
            return f"{row.code} {label_of('kind', row.kind)}".strip()
        return label_of("level", row.level) if kind is ADDRESS else addresses.get(row.address, row.address)

    dropped = selectors.dropped(kind, [str(row.pk) for row in rows])
    return [
        Hit(
            title(kind, row, masked),
            " · ".join(filter(None, (note(row), named.get(row.place, "")))),
            address_of(kind, row.pk),
            merged=str(row.pk) in dropped,
        )
        for row in rows
    ]


def masked_former(kind: Kind, former: Mapping[str, Any]) -> dict[str, Any]:
    """Values that a change replaced; a person's name masked."""
    return {
        name: mask_name(str(value)) if kind is PERSON and name == "name" else value for name, value in former.items()
    }


def steps(subject: Subject) -> list[Step]:
    """The trail, newest first; former names of a person masked."""
    personal = subject.kind is PERSON
    named = places(str(step.former["place"]) for step in subject.trail if step.former.get("place"))
    found = []
    for step in subject.trail:
        former = []
        for name, value in masked_former(subject.kind, step.former).items():
            text = named.get(value, "") if name == "place" else label_of(name, value)
            label = _("姓名") if personal and name == "name" else str(LABELS.get(name, name))
            former.append((label, text or "—"))
        other = "" if personal or not step.other else step.other
        found.append(
            Step(
                act=str(ACTS.get(step.act, step.act)),
                tone=TONES.get(step.act, "muted"),
                at=step.at,
                by=step.by,
                reason=step.reason,
                source=step.source,
                other=other,
                former=tuple(former),
            )
        )
    return found
