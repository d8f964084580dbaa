"""Electronic medical bills as of a day: what each hospital issued, which have stopped, what was taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from yiwang.kernel.access.api import User
from yiwang.kernel.records import api as records

from .models import Bill, Hospital

# Days without a bill after which a hospital counts as stopped.
STOPPED_DAYS = 7
STATES = ("never", "stopped", "issuing")


@dataclass(frozen=True)
class HospitalRow:
    """A hospital as of a day: bills issued in all and in the last 30 days, reversals, money, last day."""

    hospital: Hospital
    issued: int
    lately: int
    reversed: int
    amount: Decimal
    last: date | None
    state: str


@dataclass(frozen=True)
class Overview:
    """The reader's hospitals as of a day, those that need somebody first."""

    as_of: date
    rows: list[HospitalRow]
    issued: int
    reversed: int
    amount: Decimal
    months: list[tuple[str, int]]

    @property
    def counts(self) -> dict[str, int]:
        """Hospitals by state."""
        return {state: sum(row.state == state for row in self.rows) for state in STATES}

    @property
    def average(self) -> int:
        """Bills a month, over the months since the first bill, rounded half up (F057)."""
        months = len(self.months)
        return (self.issued * 2 + months) // (months * 2) if months else 0


def last_day(user: User) -> date | None:
    """The day of the reader's last bill, or None."""
    found: date | None = records.visible(user, Bill.record_type).aggregate(last=Max("occurred_on"))["last"]
    return found


def bills(user: User, as_of: date) -> QuerySet[Bill]:
    """The reader's bills up to the day, reversals with them."""
    return records.visible(user, Bill.record_type).filter(occurred_on__lte=as_of)


def overview(user: User, as_of: date) -> Overview:
    """Hospitals that issue bills on ``as_of``, with what they issued up to its end."""
    since = as_of - timedelta(days=30)
    issued = Q(state="issued")
    found: dict[str, Any] = {
        row["hospital"]: row
        for row in bills(user, as_of).values("hospital").order_by().annotate(
            total=Count("id", filter=issued), lately=Count("id", filter=issued & Q(occurred_on__gt=since)),
            red=Count("id", filter=Q(state="red")), money=Sum("amount", filter=issued),
            last=Max("occurred_on", filter=issued),
        )
    }  # fmt: skip
    hospitals = records.in_force(records.visible(user, Hospital.record_type), as_of)
    rows = [_row(hospital, found.get(hospital.code, {}), as_of) for hospital in hospitals]
    rows.sort(key=lambda row: (STATES.index(row.state), -row.issued, row.hospital.code))
    return Overview(
        as_of=as_of,
        rows=rows,
        issued=sum(row["total"] for row in found.values()),
        reversed=sum(row["red"] for row in found.values()),
        amount=sum((row["money"] or Decimal(0) for row in found.values()), Decimal(0)),
        months=_months(user, as_of),
    )


def _row(hospital: Hospital, found: dict[str, Any], as_of: date) -> HospitalRow:
    last = found.get("last")
    state = "never" if last is None else "stopped" if (as_of - last).days > STOPPED_DAYS else "issuing"
    return HospitalRow(
        hospital, found.get("total", 0), found.get("lately", 0), found.get("red", 0), found.get("money") or Decimal(0),
        last, state,
    )  # fmt: skip


def _months(user: User, as_of: date) -> list[tuple[str, int]]:
    """Month and bills issued, from the first bill's month on; a month without any is among them."""
    rows = bills(user, as_of).filter(state="issued").values(month=TruncMonth("occurred_on")).order_by("month")
    found = {row["month"]: row["number"] for row in rows.annotate(number=Count("id"))}
    if not found:
        return []
    month, months = min(found), []
    while month <= as_of:
        months.append((f"{month:%Y-%m}", found.get(month, 0)))
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return months
