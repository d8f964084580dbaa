"""Systems as of a day: what still runs in own machine rooms, the next step, resources used too much or too little."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Avg, Count, Max

from yiwang.kernel.access.api import User
from yiwang.kernel.limits import api as limits
from yiwang.kernel.records import api as records
from yiwang.lib.quantities import percent

from .models import OWN, CloudRequest, CloudUse, GovSystem, MigrationStep

STEPS = ("assess", "plan", "move", "cutover", "watch", "retire")
STATES = ("to_move", "over", "under", "moved", "cloud", "hosted", "exempt")


@dataclass(frozen=True)
class SystemRow:
    """A system as of a day; ``step`` is the one to finish next, empty when nothing is left to do."""

    system: GovSystem
    state: str
    moved: bool
    step: str
    due_on: date | None
    granted: CloudRequest | None
    cpu: Decimal | None


@dataclass(frozen=True)
class Systems:
    """The reader's systems in service on a day, what needs somebody first."""

    as_of: date
    rows: list[SystemRow]
    counts: dict[str, int]
    low: Decimal
    high: Decimal
    days: int

    @property
    def moved(self) -> int:
        """Systems whose cutover is done (已上云)."""
        return sum(row.moved for row in self.rows)

    @property
    def late(self) -> int:
        """Systems whose next step is overdue."""
        return sum(row.due_on is not None and row.due_on < self.as_of for row in self.rows)

    @property
    def rate(self) -> Decimal | None:
        """Moved, of those moved and those to move, in per cent; None when there are none."""
        return percent(self.moved, self.moved + self.counts["to_move"])


def last_day(user: User) -> date | None:
    """The last day of which a system's use is known to the reader, or None."""
    if not records.can(user, CloudUse.record_type, "view"):
        return None
    found: date | None = records.visible(user, CloudUse.record_type).aggregate(last=Max("occurred_on"))["last"]
    return found


def systems(user: User, as_of: date) -> Systems:
    """The reader's systems in service on ``as_of`` with what is known of them at the end of that day."""
    low, high = limits.param("cloud.low-cpu", as_of).value, limits.param("cloud.high-cpu", as_of).value
    days = int(limits.param("cloud.use-days", as_of).value)
    standing = records.in_force(records.visible(user, GovSystem.record_type), as_of)
    steps: dict[str, list[MigrationStep]] = defaultdict(list)
    for step in records.visible(user, MigrationStep.record_type).filter(occurred_on__lte=as_of):
        steps[step.system_code].append(step)
    opened = records.visible(user, CloudRequest.record_type).filter(opened_on__lte=as_of).order_by("opened_on", "pk")
    granted = {request.system_code: request for request in opened}
    since = as_of - timedelta(days=days)
    used = records.visible(user, CloudUse.record_type).filter(occurred_on__lte=as_of, occurred_on__gt=since)
    # Judged only when every day of the period is known: a gap is no idleness.
    cpu = {
        row["system_code"]: round(Decimal(row["mean"]), 1)
        for row in used.values("system_code")
        .order_by()
        .annotate(mean=Avg("cpu"), known=Count("occurred_on", distinct=True))
        if row["known"] >= days * 9 // 10
    }
    rows = [
        _row(
            found,
            steps[found.system_code],
            granted.get(found.system_code),
            cpu.get(found.system_code),
            as_of,
            low,
            high,
        )
        for found in standing
    ]
    rows.sort(key=lambda row: (STATES.index(row.state), row.due_on or date.max, row.system.system_code))
    counts = Counter(row.state for row in rows)
    return Systems(as_of, rows, {state: counts[state] for state in STATES}, low, high, days)


def _row(
    system: GovSystem,
    steps: list[MigrationStep],
    granted: CloudRequest | None,
    cpu: Decimal | None,
    as_of: date,
    low: Decimal,
    high: Decimal,
) -> SystemRow:
    done = {step.stage for step in steps if step.done_on is not None and step.done_on <= as_of}
    begun = {step.stage: step for step in steps if step.stage not in done}
    moved = "cutover" in done
    to_move = system.hosting == OWN and not system.exemption and not moved
    following = ""
    if to_move or begun or moved:
        following = next((step for step in STEPS if step not in done), "")
    if to_move:
        state = "to_move"
    elif cpu is not None and cpu > high:
        state = "over"
    elif cpu is not None and cpu < low:
        state = "under"
    elif moved:
        state = "moved"
    elif system.exemption:
        state = "exempt"
    else:
        state = "hosted" if system.hosting == "district" else "cloud"
    due = begun[following].due_on if following in begun else None
    return SystemRow(system, state, moved, following, due, granted, cpu)
