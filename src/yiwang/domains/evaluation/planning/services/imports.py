"""Taking in a plan from a workbook: look at it first, write it on confirmation."""

from __future__ import annotations

import uuid
from datetime import date

from django.core.files.base import File
from django.db import transaction

from yiwang.domains.evaluation.planning import planbook
from yiwang.domains.evaluation.planning.models import PlanVersion
from yiwang.domains.evaluation.planning.services.plans import PlanSpec, create_plan
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.files import api as files
from yiwang.kernel.files.api import StoredFile
from yiwang.kernel.orgs.api import Unit
from yiwang.lib.problems import Problem
from yiwang.lib.workbooks import CONTENT_TYPE

PURPOSE = "s45.plan-import"


def look(upload: File[bytes] | bytes, filename: str, *, actor: User) -> tuple[StoredFile, PlanSpec]:
    """Keep the workbook and read it, all its faults at once; nothing of the plan is written yet."""
    access.require(actor, "s45.plan", "import")
    stored = files.store(
        upload,
        filename,
        actor=actor,
        owner_unit=actor.unit,
        purpose=PURPOSE,
        allowed=frozenset({CONTENT_TYPE}),
    )
    return stored, _read(stored)


@transaction.atomic
def confirm(stored_id: str, *, actor: User) -> PlanVersion:
    """Write the plan of a workbook that the same person looked at. Problem ``plan_import_unknown``."""
    access.require(actor, "s45.plan", "import")
    stored = _looked_at(stored_id, actor)
    if stored is None:
        raise Problem(
            "plan_import_unknown",
            "没有找到您上传的规划工作簿，请重新上传。",
            "The workbook that you uploaded was not found. Upload it again.",
            status=404,
        )
    return create_plan(_read(stored), actor=actor.username)


def _looked_at(stored_id: str, actor: User) -> StoredFile | None:
    try:
        key = uuid.UUID(stored_id)
    except ValueError:
        return None
    return StoredFile.objects.filter(pk=key, purpose=PURPOSE, uploaded_by=actor.username).first()


def template() -> bytes:
    """An empty workbook for a plan of the present five years, to fill in."""
    return planbook.write(
        PlanSpec(
            code="",
            title_zh="",
            title_en="",
            starts_on=date(2021, 1, 1),
            ends_on=date(2025, 12, 31),
            basis="",
            synthetic_note="",
            chapters=(),
            tasks=(),
        )
    )


def _read(stored: StoredFile) -> PlanSpec:
    with files.open_bytes(stored) as handle:
        spec = planbook.read(handle)
    known = set(Unit.objects.values_list("code", flat=True))
    used = {(task.code, code) for task in spec.tasks for code in (task.lead_unit, *task.support_units)}
    used |= {(item.code, item.lead_unit) for item in spec.indicators}
    missing = sorted((code, referrer) for referrer, code in used if code not in known)
    if missing:
        names = "；".join(f"{referrer} 的单位“{code}”" for code, referrer in missing[:20])
        raise Problem(
            "plan_import_units",
            f"有 {len(missing)} 处单位编码在单位目录中没有：{names}。请按“单位”页的编码填写。",
            f"{len(missing)} unit codes are not in the list of units: "
            f"{', '.join(f'{code} ({referrer})' for code, referrer in missing[:20])}.",
            units=[code for code, _ in missing],
        )
    return spec
