"""Licences as of a day: what each type issued and is used for, what needs somebody; the check that anyone may make."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Substr, TruncMonth

from yiwang.kernel.access.api import User
from yiwang.kernel.codes import api as codes
from yiwang.kernel.records import api as records
from yiwang.lib.identifiers import LICENCE_ROOT, licence_identifier_fault
from yiwang.lib.problems import Problem

from .models import EnabledMatter, Licence, LicenceType, Presentation, Proof

# Licences that end within so many days are told to their unit; matters without use for so many are called asleep.
SOON_DAYS, ASLEEP_DAYS = 30, 90
VALID = "01"
TYPE_LENGTH = 21


@dataclass(frozen=True)
class TypeRow:
    """A type as of a day: issued and used in all, of that in the last 30 days, ending soon."""

    type: LicenceType
    issued: int
    issued_lately: int
    ending: int
    used: int
    used_lately: int
    last_issued: date | None

    @property
    def state(self) -> str:
        """``empty``: opened and never issued; ``unused``: issued and never used; else ``used``."""
        return "empty" if not self.issued else "used" if self.used else "unused"


@dataclass(frozen=True)
class Overview:
    """The reader's licences as of a day; ``types`` in need of somebody first."""

    as_of: date
    types: list[TypeRow]
    issued: int
    used: int
    matters: int
    asleep: int
    ending: int
    on_paper: int
    proofs: int
    months: list[tuple[str, int, int]]

    @property
    def counts(self) -> dict[str, int]:
        """Types by state."""
        return {state: sum(row.state == state for row in self.types) for state in STATES}


STATES = ("empty", "unused", "used")


def last_day(user: User) -> date | None:
    """The last day on which a licence of the reader was used, or None."""
    found: date | None = records.visible(user, Presentation.record_type).aggregate(last=Max("occurred_on"))["last"]
    return found


def uses(user: User, as_of: date) -> QuerySet[Presentation]:
    """Presentations that count as use: accepted, up to the day."""
    return records.visible(user, Presentation.record_type).filter(occurred_on__lte=as_of, result="accepted")


def overview(user: User, as_of: date) -> Overview:
    """The reader's types, licences, uses and matters up to the end of ``as_of``."""
    lately, soon = as_of - timedelta(days=SOON_DAYS), as_of + timedelta(days=SOON_DAYS)
    licences = records.visible(user, Licence.record_type).filter(issued_on__lte=as_of)
    ending = Q(valid_to__gt=as_of, valid_to__lte=soon, state=VALID)
    issued: dict[str, Any] = {
        row["type_code"]: row
        for row in licences.values("type_code").order_by().annotate(
            total=Count("id"), lately=Count("id", filter=Q(issued_on__gt=lately)),
            ending=Count("id", filter=ending), last=Max("issued_on"),
        )
    }  # fmt: skip
    used: dict[str, Any] = {
        row["type"]: row
        for row in uses(user, as_of)
        .values(type=Substr("identifier", len(LICENCE_ROOT) + 1, TYPE_LENGTH))
        .order_by()
        .annotate(total=Count("id"), lately=Count("id", filter=Q(occurred_on__gt=lately)))
    }
    opened = records.in_force(records.visible(user, LicenceType.record_type), as_of)
    rows = [_row(kind, issued.get(kind.type_code, {}), used.get(kind.type_code, {})) for kind in opened]
    rows.sort(key=lambda row: (STATES.index(row.state), -row.issued, row.type.type_code))
    matters = records.in_force(records.visible(user, EnabledMatter.record_type), as_of)
    proofs = records.in_force(records.visible(user, Proof.record_type), as_of)
    return Overview(
        as_of=as_of,
        types=rows,
        issued=sum(row["total"] for row in issued.values()),
        used=sum(row["total"] for row in used.values()),
        matters=matters.count(),
        asleep=asleep(user, as_of).count(),
        ending=sum(row["ending"] for row in issued.values()),
        on_paper=proofs.filter(substitute="paper").count(),
        proofs=proofs.count(),
        months=_months(user, as_of),
    )


def _row(kind: LicenceType, issued: dict[str, Any], used: dict[str, Any]) -> TypeRow:
    return TypeRow(
        kind, issued.get("total", 0), issued.get("lately", 0), issued.get("ending", 0), used.get("total", 0),
        used.get("lately", 0), issued.get("last"),
    )  # fmt: skip


def asleep(user: User, as_of: date) -> QuerySet[EnabledMatter]:
    """Matters that may use licences and did not in the last 90 days."""
    since = as_of - timedelta(days=ASLEEP_DAYS)
    awake = uses(user, as_of).filter(occurred_on__gt=since).values("matter_code")
    matters = records.in_force(records.visible(user, EnabledMatter.record_type), as_of)
    return matters.exclude(matter_code__in=awake).order_by("matter_code")


def _months(user: User, as_of: date) -> list[tuple[str, int, int]]:
    """Month, licences issued and uses of the last twelve months, for the picture."""
    begin = date(as_of.year - 1, as_of.month, 1)
    issued = _by_month(records.visible(user, Licence.record_type), "issued_on", begin, as_of)
    used = _by_month(uses(user, as_of), "occurred_on", begin, as_of)
    months = sorted({*issued, *used})
    return [(month, issued.get(month, 0), used.get(month, 0)) for month in months]


def _by_month(rows: QuerySet[Any], day: str, begin: date, end: date) -> dict[str, int]:
    found = rows.filter(**{f"{day}__gte": begin, f"{day}__lte": end}).values(month=TruncMonth(day)).order_by()
    return {f"{row['month']:%Y-%m}": row["number"] for row in found.annotate(number=Count("id"))}


@dataclass(frozen=True)
class Verified:
    """What anyone may know of a licence: that there is one, of what type, from whom, and whether it holds."""

    identifier: str
    type_name: str
    issuer_code: str
    issued_on: date
    valid_to: date | None
    state: str
    holds: bool


def verify(identifier: str, on: date) -> Verified:
    """Whether a licence is real and holds on a day; nothing of its holder.

    The one reading of licences without a scope: a public check (在线核验), as the national rule wants it. Problems:
    those of the identifier's form, ``licence_unknown`` (404).
    """
    text = identifier.strip().upper()
    fault = licence_identifier_fault(text)
    if fault is not None:
        raise Problem(fault.code, fault.zh, fault.en)
    found = Licence._base_manager.filter(identifier=text).first()
    if found is None:
        raise Problem(
            "licence_unknown",
            "没有查到该电子证照标识。请核对是否抄录有误；如核对无误，该证照可能不是本区签发。",
            "No licence has this identifier. Look for a slip; the licence may be of another district.",
            status=404,
        )
    kind = LicenceType._base_manager.filter(type_code=found.type_code).first()
    holds = found.state == VALID and found.valid_from <= on and (found.valid_to is None or found.valid_to > on)
    return Verified(
        text, kind.name if kind else found.type_code, found.issuer_code, found.issued_on, found.valid_to,
        codes.code_list("licence-state").label(found.state), holds,
    )  # fmt: skip
