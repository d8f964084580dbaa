"""The daily circular (活跃率每日通报): units by activity, who delivered nothing, accounts that nobody activated."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Min, Q

from yiwang.kernel.access.api import User
from yiwang.kernel.limits import api as limits
from yiwang.kernel.records import api as records
from yiwang.lib.quantities import percent

from .models import Account, Activity, Member

# Calendar days of the means beside the day's rate.
WEEK, MONTH = 7, 30


@dataclass(frozen=True)
class MemberRow:
    """A unit on a day. ``rate`` is None when it delivered nothing; ``low``: below the line of the circular.

    ``idle`` accounts are not activated, the oldest of them since ``idle_since``.
    """

    member: Member
    accounts: int
    activated: int
    idle: int
    idle_since: date | None
    due: int | None
    active: int | None
    rate: Decimal | None
    week: Decimal | None
    month: Decimal | None
    low: bool


@dataclass(frozen=True)
class Circular:
    """The reader's units on a day: those without a figure first, then the lowest rate first.

    ``late`` are accounts not activated within the time that is given; ``left`` those still open in units that have
    ended.
    """

    as_of: date
    workday: bool
    line: Decimal
    rows: list[MemberRow]
    accounts: int
    activated: int
    due: int
    active: int
    late: int
    left: int

    @property
    def units(self) -> int:
        """Units connected."""
        return len(self.rows)

    @property
    def missing(self) -> int:
        """Units that delivered no figure for a working day."""
        return sum(row.rate is None for row in self.rows) if self.workday else 0

    @property
    def activation(self) -> Decimal | None:
        """Activated of all accounts in use, per cent (激活率); None without accounts."""
        return percent(self.activated, self.accounts)

    @property
    def rate(self) -> Decimal | None:
        """Active of the accounts of the units that delivered, per cent."""
        return percent(self.active, self.due)


def last_day(user: User) -> date | None:
    """The last working day of which activity is known to the reader; any last day when there is no working day."""
    rows = records.visible(user, Activity.record_type).order_by("-occurred_on").values_list("occurred_on", flat=True)
    days = list(rows.distinct()[:MONTH])
    calendar = limits.calendar()
    return next((day for day in days if calendar.is_workday(day)), days[0] if days else None)


def circular(user: User, as_of: date) -> Circular:
    """The circular of a day."""
    line = limits.param("collaboration.active-rate", as_of).value
    members = list(records.in_force(records.visible(user, Member.record_type), as_of))
    standing = records.in_force(records.visible(user, Account.record_type), as_of)
    codes = [member.member_code for member in members]
    connected = standing.filter(member_code__in=codes)
    on = Q(activated_on__lte=as_of)
    accounts = {
        row["member_code"]: row
        for row in standing.order_by()
        .values("member_code")
        .annotate(total=Count("pk"), activated=Count("pk", filter=on), since=Min("valid_from", filter=~on))
    }
    days: dict[str, dict[date, tuple[int, int]]] = defaultdict(dict)
    recent = records.visible(user, Activity.record_type).filter(
        occurred_on__gt=as_of - timedelta(days=MONTH), occurred_on__lte=as_of
    )
    # Of two figures of one day the one that came last holds.
    delivered = recent.order_by("recorded_at", "pk")
    for code, day, due, active in delivered.values_list("member_code", "occurred_on", "accounts", "active"):
        days[code][day] = (due, active)
    rows = [_row(member, accounts.get(member.member_code), days[member.member_code], as_of, line) for member in members]
    rows.sort(key=lambda row: (row.rate is not None, row.rate or 0, row.member.member_code))
    return Circular(
        as_of=as_of,
        workday=limits.is_workday(as_of),
        line=line,
        rows=rows,
        accounts=sum(row.accounts for row in rows),
        activated=sum(row.activated for row in rows),
        due=sum(row.due or 0 for row in rows),
        active=sum(row.active or 0 for row in rows),
        late=_late(list(connected.filter(~on).values_list("valid_from", flat=True)), as_of),
        left=standing.exclude(member_code__in=codes).count(),
    )


def _row(
    member: Member, found: dict[str, object] | None, days: dict[date, tuple[int, int]], as_of: date, line: Decimal
) -> MemberRow:
    counted = found or {}
    total, activated = int(str(counted.get("total", 0))), int(str(counted.get("activated", 0)))
    due, active = days.get(as_of, (None, None))
    rate = percent(active, due) if due is not None and active is not None else None
    since = counted.get("since")
    return MemberRow(
        member=member,
        accounts=total,
        activated=activated,
        idle=total - activated,
        idle_since=since if isinstance(since, date) else None,
        due=due,
        active=active,
        rate=rate,
        week=_mean(days, as_of - timedelta(days=WEEK)),
        month=_mean(days, as_of - timedelta(days=MONTH)),
        low=rate is not None and rate < line,
    )


def _mean(days: dict[date, tuple[int, int]], after: date) -> Decimal | None:
    """Active of all accounts over the days after ``after``."""
    found = [pair for day, pair in days.items() if day > after]
    return percent(sum(active for _due, active in found), sum(due for due, _active in found))


def _late(opened: list[date], as_of: date) -> int:
    """How many of the accounts opened on these days are past the time to activate them."""
    param, calendar = limits.param("collaboration.activate", as_of), limits.calendar()
    ends: dict[date, date] = {}
    late = 0
    for day in opened:
        if day not in ends:
            ends[day] = calendar.deadline(day, param).date
        late += ends[day] < as_of
    return late
