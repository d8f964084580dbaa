"""Adoption of the apps as of a day: users, how many of the residents, by town, by month; towns behind their target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Substr, TruncMonth

from yiwang.kernel.access.api import User
from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.records import api as records
from yiwang.lib.quantities import percent

from .models import App, CitizenUser, EnterpriseUser, MonthlyActivity, PromotionTarget

# The app whose users are measured against the residents: the province's for citizens.
MAIN = "yss"
RESIDENTS = "s21.resident"
TOWN_DIGITS = 9


@dataclass(frozen=True)
class AppRow:
    """An app in use; ``fresh`` registered in the month of the day, ``active`` in the last month delivered.

    None where users of its kind are not the reader's to see.
    """

    app: App
    users: int | None
    fresh: int | None
    active: int | None


@dataclass
class TownRow:
    """A town: residents, those of them who use the main app, what was aimed at."""

    code: str
    name: str
    residents: int = 0
    users: int = 0
    target: int | None = None
    due_on: date | None = None

    @property
    def rate(self) -> Decimal | None:
        """Users of the residents, per cent: both counted of the same people, so never above 100."""
        return percent(self.users, self.residents)

    @property
    def missing(self) -> int | None:
        """Users still missing to the target."""
        return None if self.target is None else max(0, self.target - self.users)


@dataclass(frozen=True)
class Overview:
    """The reader's part of the apps as of a day.

    ``users`` of the main app are None where they are not the reader's to see. ``towns`` is None where residents are not
    known (no base register, or not the reader's); ``elsewhere`` are users who are no residents.
    """

    as_of: date
    apps: list[AppRow]
    towns: list[TownRow] | None
    users: int | None
    elsewhere: int | None
    channels: list[tuple[str, int]]
    months: list[tuple[date, int]]


def last_day(user: User) -> date | None:
    """The last day of which a registration is known to the reader."""
    found = [
        records.visible(user, model.record_type).aggregate(last=Max("occurred_on"))["last"]
        for model in (CitizenUser, EnterpriseUser)
        if records.can(user, model.record_type, "view")
    ]
    return max((day for day in found if day), default=None)


def overview(user: User, as_of: date) -> Overview:
    """How far the apps have come."""
    apps = list(records.in_force(records.visible(user, App.record_type), as_of).order_by("pk"))
    counts: dict[str, tuple[int, int]] = {}
    for model in (CitizenUser, EnterpriseUser):
        if records.can(user, model.record_type, "view"):
            counts |= _counts(standing(user, model, as_of), as_of)
    active = _active(user, as_of)
    seen = {
        audience: records.can(user, model.record_type, "view")
        for audience, model in (("citizen", CitizenUser), ("enterprise", EnterpriseUser))
    }
    rows = []
    for app in apps:
        users_of, fresh = counts.get(app.app_code, (0, 0)) if seen[app.audience] else (None, None)
        rows.append(AppRow(app, users_of, fresh, active.get(app.app_code)))
    towns: list[TownRow] | None = None
    users: int | None = None
    elsewhere = None
    channels: list[tuple[str, int]] = []
    months: list[tuple[date, int]] = []
    if records.can(user, CitizenUser.record_type, "view"):
        main = standing(user, CitizenUser, as_of).filter(app_code=MAIN)
        users = main.count()
        channels = list(main.order_by().values_list("channel").annotate(total=Count("pk")).order_by("-total"))
        months = _months(main, as_of)
        towns = _towns(user, main, as_of)
        if towns is not None:
            elsewhere = users - sum(town.users for town in towns)
    return Overview(as_of, rows, towns, users, elsewhere, channels, months)


def standing(user: User, model: Any, as_of: date) -> QuerySet[Any]:
    """The reader's users registered by the day and not cancelled by then."""
    return records.in_force(records.visible(user, model.record_type), as_of, "occurred_on", "cancelled_on")


def _counts(rows: QuerySet[Any], as_of: date) -> dict[str, tuple[int, int]]:
    fresh = Count("pk", filter=Q(occurred_on__gte=as_of.replace(day=1)))
    found = rows.order_by().values("app_code").annotate(total=Count("pk"), fresh=fresh)
    return {row["app_code"]: (row["total"], row["fresh"]) for row in found}


def _active(user: User, as_of: date) -> dict[str, int]:
    """Active users of each app in the last month that was delivered."""
    rows = records.visible(user, MonthlyActivity.record_type).filter(occurred_on__lte=as_of)
    last = rows.aggregate(last=Max("occurred_on"))["last"]
    found: dict[str, int] = {}
    for code, active in rows.filter(occurred_on=last).values_list("app_code", "active"):
        found[code] = found.get(code, 0) + active
    return found


def _months(main: QuerySet[Any], as_of: date) -> list[tuple[date, int]]:
    """New users of the month and the twelve before it."""
    first = date(as_of.year - 1, as_of.month, 1)
    counted = main.filter(occurred_on__gte=first).order_by().annotate(month=TruncMonth("occurred_on"))
    return sorted(counted.values_list("month").annotate(total=Count("pk")))


def _towns(user: User, main: QuerySet[Any], as_of: date) -> list[TownRow] | None:
    """Residents and users among them by town, the lowest adoption first; None without a base register.

    Systems do not import one another: residents are read by the key of their record type.
    """
    kind = next((kind for kind in records.record_types() if kind.key == RESIDENTS), None)
    if kind is None or not records.can(user, kind, "view"):
        return None
    residents = records.in_force(records.visible(user, kind), as_of)
    names = orgs.divisions(administered=True).filter(level="town").values_list("code12", "name")
    towns = {code[:TOWN_DIGITS]: TownRow(code[:TOWN_DIGITS], name) for code, name in names}
    for field, rows in (
        ("residents", residents),
        ("users", residents.filter(Exists(main.filter(person_key=OuterRef("person_key"))))),
    ):
        counted = rows.order_by().values(town=Substr("place", 1, TOWN_DIGITS))
        for row in counted.annotate(total=Count("person_key", distinct=True)):
            setattr(towns.setdefault(row["town"], TownRow(row["town"], row["town"])), field, row["total"])
    if not any(town.residents for town in towns.values()):
        return None
    targets = records.in_force(records.visible(user, PromotionTarget.record_type).filter(app_code=MAIN), as_of)
    for target in targets.order_by("due_on"):
        found = towns.get(target.place[:TOWN_DIGITS])
        if found is not None:
            found.target, found.due_on = target.users, target.due_on
    present = [town for town in towns.values() if town.residents or town.users]
    return sorted(present, key=lambda town: (town.rate or 0, town.code))
