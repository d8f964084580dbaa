"""The fleet 自助机群: what each kiosk did, and which stand idle, silent or broken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Max, Q

from yiwang.kernel.access.api import User
from yiwang.kernel.records import api as records

from .models import Kiosk, KioskDay, KioskFault, Transaction

# Days without a completed transaction after which a kiosk counts as idle, and without a heartbeat as silent.
IDLE_DAYS = 30
SILENT_DAYS = 3
STATES = ("fault", "silent", "idle", "working")


@dataclass(frozen=True)
class FleetRow:
    """A kiosk as of a day; ``state`` is the first of :data:`STATES` that holds."""

    kiosk: Kiosk
    month: int
    total: int
    last_done: date | None
    last_heard: date | None
    faults: int
    state: str


@dataclass(frozen=True)
class Fleet:
    """The kiosks in service on a day, what needs somebody first; counts by state."""

    as_of: date
    rows: list[FleetRow]
    counts: dict[str, int]
    done: int
    persons: int


def last_day(user: User) -> date | None:
    """The last day of which the reader has a kiosk's record, or None."""
    rows = records.visible(user, KioskDay.record_type)
    found: date | None = rows.aggregate(last=Max("occurred_on"))["last"]
    return found


def fleet(user: User, as_of: date) -> Fleet:
    """The reader's kiosks in service on ``as_of``, each with its work up to the end of that day."""
    kiosks = records.in_force(records.visible(user, Kiosk.record_type), as_of).order_by("place", "device_no")
    done = records.visible(user, Transaction.record_type).filter(occurred_on__lte=as_of, result="done")
    since = as_of - timedelta(days=IDLE_DAYS)
    work = {
        row["device_no"]: row
        for row in done.values("device_no")
        .order_by()
        .annotate(total=Count("id"), month=Count("id", filter=Q(occurred_on__gt=since)), last=Max("occurred_on"))
    }
    days = records.visible(user, KioskDay.record_type).filter(occurred_on__lte=as_of, online_minutes__gt=0)
    heard = dict(days.values_list("device_no").order_by().annotate(last=Max("occurred_on")))
    broken = records.visible(user, KioskFault.record_type).filter(occurred_on__lte=as_of)
    broken = broken.filter(Q(repaired_on=None) | Q(repaired_on__gt=as_of))
    faults = dict(broken.values_list("device_no").order_by().annotate(number=Count("id")))
    rows = [_row(kiosk, work.get(kiosk.device_no, {}), heard.get(kiosk.device_no), faults, as_of) for kiosk in kiosks]
    rows.sort(key=lambda row: (STATES.index(row.state), row.month, row.kiosk.device_no))
    counts = {state: sum(row.state == state for row in rows) for state in STATES}
    persons = done.exclude(person_key=None).aggregate(number=Count("person_key", distinct=True))["number"]
    return Fleet(as_of, rows, counts, sum(row["total"] for row in work.values()), persons)


def _row(kiosk: Kiosk, work: dict[str, object], heard: date | None, faults: dict[str, int], as_of: date) -> FleetRow:
    month, total = int(str(work.get("month", 0))), int(str(work.get("total", 0)))
    last = work.get("last")
    number = faults.get(kiosk.device_no, 0)
    if number:
        state = "fault"
    elif heard is None or (as_of - heard).days > SILENT_DAYS:
        state = "silent"
    else:
        state = "working" if month else "idle"
    return FleetRow(kiosk, month, total, last if isinstance(last, date) else None, heard, number, state)
