"""Telling units that a round asks how their earlier measures stand."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from yiwang.domains.evaluation.planning.models import Round
from yiwang.kernel.access import api as access
from yiwang.kernel.notices import api as notices
from yiwang.kernel.orgs.api import Unit


def tell(round_: Round, units: Iterable[Unit], *, zh: str, en: str, kind: str, dedupe: str = "") -> list[Unit]:
    """Notify the liaisons of ``units``; returns those whose liaisons were told (``dedupe``: once for each key)."""
    url = reverse("s45:follow-up", args=[round_.pk])
    told = []
    for unit in units:
        sent = notices.notify(
            access.users_with_role("liaison", unit=unit),
            f"s45.{kind}",
            zh,
            en,
            url,
            body_zh=f"{round_.title}，报送截止 {round_.due_on}。",
            body_en=f"{round_.title}, due on {round_.due_on}.",
            dedupe_key=f"{dedupe}-{unit.pk}" if dedupe else None,
        )
        if sent:
            told.append(unit)
    return told
