"""Writing the audit chain and checking it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils import timezone

from .models import AuditEntry
from .types import VerifyResult

GENESIS = "0" * 64
# Key of the advisory lock that keeps the chain linear: "YWAUDIT" as a number below 2^63.
LOCK_KEY = int.from_bytes(b"YWAUDIT")


def _text(value: str) -> str:
    """PostgreSQL text cannot hold NUL; the visible symbol keeps the trace of an attempt."""
    return value.replace("\x00", "␀")


def _plain(value: Any) -> Any:
    """``value`` as JSON that reads back identically: floats become strings, because jsonb rewrites them."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Mapping):
        return {_text(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int):
        return value
    return _plain(json.loads(json.dumps(value, cls=DjangoJSONEncoder)))


def entry_hash(entry: AuditEntry) -> str:
    """SHA-256 over the canonical JSON of everything in ``entry`` but its own hash."""
    body = {
        "seq": entry.seq,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "action": entry.action,
        "object_type": entry.object_type,
        "object_id": entry.object_id,
        "detail": entry.detail,
        "ip": entry.ip,
        "result": entry.result,
        "previous": entry.previous_hash,
    }
    canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def record(
    action: str,
    *,
    actor: str,
    object_type: str = "",
    object_id: str = "",
    detail: Mapping[str, Any] | None = None,
    ip: str = "",
    result: str = "ok",
) -> AuditEntry:
    """Append one entry inside the caller's transaction (so an act that is rolled back leaves none).

    ``action`` is ``room.verb`` (``access.sign_in``); ``result`` is ``ok``, ``refused`` or ``failed``. ``detail`` holds
    no personal data beyond identifiers, because nothing here can ever be erased.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_KEY])
        last = AuditEntry.objects.order_by("-seq").only("seq", "hash").first()
        entry = AuditEntry(
            seq=last.seq + 1 if last else 1,
            at=timezone.now(),
            actor=_text(actor),
            action=_text(action),
            object_type=_text(object_type),
            object_id=_text(str(object_id)),
            detail=_plain(detail or {}),
            ip=_text(ip),
            result=_text(result),
            previous_hash=last.hash if last else GENESIS,
        )
        entry.hash = entry_hash(entry)
        entry.save(force_insert=True)
    return entry


def verify(head: str = "") -> VerifyResult:
    """Walk the whole chain. With ``head`` (a hash noted earlier), also demand that this entry is still in it."""
    previous, checked, last_seq, head_seen = GENESIS, 0, 0, not head

    def broken(seq: int, zh: str, en: str) -> VerifyResult:
        return VerifyResult(False, checked, seq, zh, en, previous if checked else "")

    for entry in AuditEntry.objects.order_by("seq").iterator(chunk_size=2000):
        if entry.seq != last_seq + 1:
            return broken(
                entry.seq,
                f"第 {last_seq + 1} 条审计记录缺失。",
                f"Audit entry {last_seq + 1} is missing.",
            )
        if entry.previous_hash != previous:
            return broken(
                entry.seq,
                f"第 {entry.seq} 条审计记录与前一条的哈希链不相连。",
                f"Audit entry {entry.seq} is not chained to the one before it.",
            )
        if entry.hash != entry_hash(entry):
            return broken(
                entry.seq,
                f"第 {entry.seq} 条审计记录的内容被改动。",
                f"The content of audit entry {entry.seq} was changed.",
            )
        previous, last_seq, checked = entry.hash, entry.seq, checked + 1
        head_seen = head_seen or previous == head
    if not head_seen:
        return broken(
            last_seq + 1,
            "留存的链尾哈希已不在链中：末尾的审计记录被删除，或整条链被重写。",
            "The head noted earlier is no longer in the chain: the end was cut off or the chain rewritten.",
        )
    return VerifyResult(True, checked, head=previous if checked else "")
