"""Changing days of the working-day calendar. Each change is audited with what was before."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from yiwang.kernel.access.api import User, require
from yiwang.kernel.audit import api as audit
from yiwang.lib.problems import Problem

from . import arrangements, selectors
from .models import CalendarOverride
from .working_days import WorkCalendar

_RESOURCE = ("limits.calendar", "override")
# Long enough for a document's number, short enough for a table.
_LEAST, _MOST = 4, 200


def set_override(actor: User, *, day: date, is_workday: bool, basis: str, ip: str = "") -> CalendarOverride:
    """Count ``day`` as worked or as off, whatever the arrangement says. Deadlines counted from now on follow it.

    Problems ``forbidden``, ``calendar_year_out_of_range``, ``override_basis``, ``override_no_effect``.
    """
    require(actor, *_RESOURCE)
    selectors.require_year(day.year)
    basis = _basis(basis)
    years = arrangements.arrangements()
    if day.year in years and WorkCalendar(years).is_workday(day) == is_workday:
        raise Problem(
            "override_no_effect",
            f"{day:%Y-%m-%d} 按节假日安排本来就是{'工作日' if is_workday else '休息日'}，不需要调整。",
            f"{day:%Y-%m-%d} already is a {'working day' if is_workday else 'day off'} by the arrangement.",
            status=409,
        )
    with transaction.atomic():
        before = CalendarOverride.objects.select_for_update().filter(day=day).first()
        row, _made = CalendarOverride.objects.update_or_create(
            day=day,
            defaults={
                "is_workday": is_workday,
                "basis": basis,
                "set_by": actor.get_username(),
                "set_at": timezone.now(),
            },
        )
        audit.record(
            "limits.override_day",
            actor=actor.get_username(),
            ip=ip,
            object_type="limits.calendar",
            object_id=day.isoformat(),
            detail={"is_workday": is_workday, "basis": basis, "before": _detail(before)},
        )
    return row


def clear_override(actor: User, *, day: date, basis: str, ip: str = "") -> None:
    """Count ``day`` as arranged again. Problems ``forbidden``, ``override_basis``, ``override_missing`` (404)."""
    require(actor, *_RESOURCE)
    basis = _basis(basis)
    with transaction.atomic():
        before = CalendarOverride.objects.select_for_update().filter(day=day).first()
        if before is None:
            raise Problem(
                "override_missing",
                f"{day:%Y-%m-%d} 没有调整，无需恢复。",
                f"{day:%Y-%m-%d} is not changed; there is nothing to undo.",
                status=404,
            )
        before.delete()
        audit.record(
            "limits.restore_day",
            actor=actor.get_username(),
            ip=ip,
            object_type="limits.calendar",
            object_id=day.isoformat(),
            detail={"basis": basis, "before": _detail(before)},
        )


def _detail(row: CalendarOverride | None) -> dict[str, object] | None:
    return {"is_workday": row.is_workday, "basis": row.basis, "set_by": row.set_by} if row else None


def _basis(text: str) -> str:
    text = " ".join(text.replace("\x00", "").split())
    if not _LEAST <= len(text) <= _MOST:
        raise Problem(
            "override_basis",
            f"请写明依据（文件名称或文号），{_LEAST} 至 {_MOST} 个字，现为 {len(text)} 个字。",
            f"Give the basis (title or number of the document) in {_LEAST} to {_MOST} characters; it has {len(text)}.",
        )
    return text
