"""What a round is closed with 办结底稿, gathered from what it rests on: figures, score, texts, hand-ins, report."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date
from hashlib import sha256
from typing import Any

from yiwang.domains.evaluation.planning.models import (
    Explanation,
    FrozenRound,
    HandInVersion,
    ReportFile,
    Round,
    RoundText,
)
from yiwang.domains.evaluation.planning.selectors import computed, values
from yiwang.domains.evaluation.planning.selectors.composite import scored_round
from yiwang.domains.evaluation.planning.selectors.values import Judged
from yiwang.kernel.files import api as files
from yiwang.kernel.lake.api import Snapshot
from yiwang.lib.problems import Problem
from yiwang.lib.units import digits

FORMAT = 1
LOST = "file_lost"


def frozen_round(round_: Round) -> FrozenRound:
    """What the round was closed with. Problem ``round_not_frozen`` (404)."""
    found = FrozenRound.objects.filter(round=round_).select_related("report__file").first()
    if found is None:
        raise Problem(
            "round_not_frozen",
            f"“{round_.title}”还没有办结底稿：办结时自动生成；本功能启用前办结的轮次没有底稿。",
            f'"{round_.title}" has not been frozen: closing does that; rounds closed before there was this have none.',
            status=404,
        )
    return found


def gather(
    round_: Round, report: ReportFile, *, snapshot: dict[str, Any] | None, known_on: date | None
) -> dict[str, Any]:
    """The content of a closed round, the same for ever while nothing is altered: numbers as decimal strings.

    ``snapshot`` as :func:`snapshot_out` tells it; ``known_on`` is the day whose knowledge of the records was used
    (``None``: all that the snapshot knows).
    """
    score = scored_round(round_)
    whole = score.found.whole
    return {
        "format": FORMAT,
        "round": {
            "id": round_.pk,
            "title": round_.title,
            "as_of": str(round_.as_of),
            "plan": round_.plan_version.plan.code,
            "plan_version": round_.plan_version.number,
            "closed_at": None if round_.closed_at is None else round_.closed_at.astimezone(UTC).isoformat(),
            "closed_by": round_.closed_by,
        },
        "snapshot": snapshot,
        "records_known_on": None if known_on is None else str(known_on),
        "figures": sorted(map(figure_out, values.judge_round(round_)), key=lambda row: str(row["code"])),
        "score": {
            "full": str(whole.full),
            "covered": str(whole.covered),
            "earned": str(whole.earned),
            "missing": whole.missing,
            "parameters": str(score.parameters.effective_from),
            "weights": None if score.weights is None else score.weights.pk,
        },
        "texts": [
            {"section": row.section, "position": row.position, "sha256": _hash([row.title, row.text])}
            for row in RoundText.objects.filter(round=round_).order_by("section", "position")
        ],
        "hand_ins": [
            {
                "task": row.hand_in.task_code,
                "unit": row.hand_in.unit.code,
                "version": row.number,
                "sha256": _hash(row.content),
            }
            for row in _accepted(round_)
        ],
        "explanations": [
            {"code": row.indicator_code, "sha256": _hash([row.cause, row.measure, str(row.due_on)])}
            for row in Explanation.objects.filter(round=round_).order_by("indicator_code")
        ],
        "report": {"number": report.number, "sha256": _file_hash(report)},
    }


def snapshot_out(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot with the hashes of its files; its own name is the hash of all that."""
    return {
        "name": snapshot.name,
        "number": snapshot.number,
        "taken_at": snapshot.taken_at.astimezone(UTC).isoformat(),
        "files": {table.key: [file.name for file in table.files] for table in snapshot.tables},
    }


def canonical(content: dict[str, Any]) -> bytes:
    """The one way in which ``content`` is written, so that its digest is the same everywhere."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(content: dict[str, Any]) -> str:
    """The SHA-256 of :func:`canonical`."""
    return sha256(canonical(content)).hexdigest()


def _accepted(round_: Round) -> Iterable[HandInVersion]:
    rows = HandInVersion.objects.filter(hand_in__round=round_, decision=HandInVersion.Decision.ACCEPTED)
    newest = rows.order_by("hand_in_id", "-number").distinct("hand_in_id").select_related("hand_in__unit")
    return sorted(newest, key=lambda row: (row.hand_in.task_code, row.hand_in.unit.code))


def figure_out(row: Judged) -> dict[str, Any]:
    """A figure with its value, its parts and its judgement; numbers as decimal strings, ``value`` in its own unit."""
    item, value, verdict = row.indicator, row.value, row.judgement
    metric = computed.metric_of(item)
    return {
        "code": item.code,
        "name": item.name_zh,
        "unit": item.unit,
        "value": None if value is None else digits(value.value),
        "hedge": "" if value is None else value.hedge,
        "as_of": None if value is None else str(value.as_of),
        "origin": None if value is None else value.origin,
        "by": None if value is None else value.unit.code,
        "metric": metric.code if metric is not None and row.is_computed else None,
        "numerator": None if value is None or value.numerator is None else digits(value.numerator),
        "denominator": None if value is None or value.denominator is None else digits(value.denominator),
        "rows": None if value is None else value.rows,
        "reported": None if row.reported is None else digits(row.reported.value),
        "status": verdict.status.value,
        "progress": None if verdict.progress is None else str(verdict.progress),
        "expected": None if verdict.expected is None else str(verdict.expected),
    }


def _hash(content: object) -> str:
    return sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _file_hash(report: ReportFile) -> str:
    """Of the bytes that lie there, not of what the database says of them; ``file_lost`` where there are none."""
    try:
        with files.open_bytes(report.file) as handle:
            return sha256(handle.read()).hexdigest()
    except Problem as problem:
        if problem.code != LOST:
            raise
        return LOST
