"""Keeping files: bytes by hash under the state folder, a row for each upload."""

from __future__ import annotations

import hashlib
import math
import os
import re
import tempfile
import time
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.files.base import File
from django.db import connection, transaction
from django.http import FileResponse, HttpResponseBase

from yiwang.kernel.access.api import User
from yiwang.kernel.audit import api as audit
from yiwang.kernel.orgs.api import Unit
from yiwang.lib.problems import Problem

from . import scanning
from .inspection import CHUNK, MAX_BYTES, inspect, too_large
from .kinds import type_by_ending
from .models import StoredFile

NAME_LENGTH = 200


def folder() -> Path:
    """Where the bytes lie."""
    return Path(settings.YIWANG_HOME) / "files"


def blob_path(sha256: str) -> Path:
    """Place of the bytes with this hash."""
    return folder() / sha256[:2] / sha256[2:4] / sha256


def clean_name(filename: str) -> str:
    """``filename`` without folders, control and direction-changing characters; at most 200 characters."""
    name = unicodedata.normalize("NFC", filename).replace("\\", "/").rpartition("/")[2]
    name = "".join(char for char in name if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
    name = re.sub(r"\s+", " ", name).strip(" .") or "file"
    stem, dot, ending = name.rpartition(".")
    return name if len(name) <= NAME_LENGTH else f"{stem[: NAME_LENGTH - len(ending) - 1]}{dot}{ending}"[-NAME_LENGTH:]


def _spool(upload: File[bytes] | bytes, handle: BinaryIO, most: float) -> tuple[str, int]:
    """Copy the upload to ``handle``, refusing more than ``most`` bytes as soon as they come; hash and size."""
    digest, size = hashlib.sha256(), 0
    chunks: Iterable[bytes] = [upload] if isinstance(upload, bytes) else upload.chunks(CHUNK)
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise too_large()
        digest.update(chunk)
        handle.write(chunk)
    handle.flush()
    os.fsync(handle.fileno())
    return digest.hexdigest(), size


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refuse_infected(signature: str) -> Problem:
    return Problem(
        "file_infected",
        f"文件查出恶意代码（{signature}），已拒收。请先在本机查杀病毒。",
        f"Malicious code was found in the file ({signature}); it is refused. Clean your computer first.",
    )


@transaction.atomic
def store(
    upload: File[bytes] | bytes,
    filename: str,
    *,
    actor: User,
    owner_unit: Unit | None,
    purpose: str,
    allowed: frozenset[str],
    own: bool = False,
) -> StoredFile:
    """Take in a file after looking inside it; nothing is left behind when it is refused.

    The bytes are on disk, synced and renamed into place before the row exists. ``purpose`` is a short key
    ("s45.evidence"). A file of our ``own`` making may have any size and is what its ending says; a scanner sees it as
    far as it takes files of that size. Problems: those of :func:`inspection.inspect`, ``file_infected``,
    ``scan_unavailable``.
    """
    name = clean_name(filename)
    incoming = folder() / "incoming"
    incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, temporary = tempfile.mkstemp(dir=incoming)
    path = Path(temporary)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            sha256, size = _spool(upload, handle, math.inf if own else MAX_BYTES)
        content_type = type_by_ending(name, allowed) if own else inspect(path, name, allowed)
        scanner = scanning.configured() if size <= MAX_BYTES else scanning.NotScanned()
        verdict = scanner.scan(path)
        if verdict.status == "refused":
            raise _refuse_infected(verdict.signature)
        _lock(sha256, shared=True)
        target = blob_path(sha256)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.replace(target)
        _sync_folder(target.parent)
    finally:
        path.unlink(missing_ok=True)
    stored = StoredFile.objects.create(
        sha256=sha256,
        size=size,
        content_type=content_type,
        filename=name,
        scan_status=verdict.status,
        owner_unit=owner_unit,
        uploaded_by=actor.username,
        purpose=purpose,
    )
    audit.record(
        "files.store",
        actor=actor.username,
        object_type="files.file",
        object_id=str(stored.pk),
        detail={"sha256": sha256, "size": size, "type": content_type, "purpose": purpose, "scan": verdict.status},
    )
    return stored


def open_bytes(stored: StoredFile) -> BinaryIO:
    """The bytes for reading. Problems: ``file_lost`` (410), ``file_quarantined`` (403, refused by a later scan)."""
    if stored.scan_status == StoredFile.ScanStatus.REFUSED:
        raise Problem(
            "file_quarantined",
            f"“{stored.filename}”查出恶意代码，已隔离，不能打开。请联系系统管理员。",
            f'"{stored.filename}" holds malicious code and is in quarantine. Tell the system administrator.',
            status=403,
        )
    try:
        return blob_path(stored.sha256).open("rb")
    except FileNotFoundError as error:
        raise Problem(
            "file_lost",
            f"“{stored.filename}”的内容不在存储中。请系统管理员从备份恢复。",
            f'The content of "{stored.filename}" is not in the store. The system administrator must restore it from '
            "backup.",
            status=410,
            sha256=stored.sha256,
        ) from error


def path_of(stored: StoredFile) -> Path:
    """Where the bytes lie, for a program that needs a path; read only. Problems as :func:`open_bytes`."""
    open_bytes(stored).close()
    return blob_path(stored.sha256)


def remove(stored: StoredFile, *, actor: str) -> None:
    """Forget a file that was needed for a while only; its bytes go too, unless another upload had the same."""
    sha256 = stored.sha256
    audit.record("files.remove", actor=actor, object_type="files.file", object_id=str(stored.pk))
    stored.delete()
    # After the commit: a rollback must find the bytes.
    transaction.on_commit(lambda: _drop_bytes(sha256))


@transaction.atomic
def _drop_bytes(sha256: str) -> None:
    """Remove bytes that no row names. Whoever is storing the same ones holds the lock until their row is there."""
    _lock(sha256, shared=False)
    if not StoredFile.objects.filter(sha256=sha256).exists():
        blob_path(sha256).unlink(missing_ok=True)


def _lock(sha256: str, *, shared: bool) -> None:
    """Until the transaction ends; the first 60 bits of the hash name the lock."""
    function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [int(sha256[:15], 16)])


def download_response(stored: StoredFile) -> HttpResponseBase:
    """An answer that saves the file: never shown as a page of this site, whatever it holds."""
    response = FileResponse(
        open_bytes(stored), as_attachment=True, filename=stored.filename, content_type=stored.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


def rescan() -> tuple[int, int]:
    """Scan what came in unscanned: ``(scanned, refused)``. Refused files stay, marked, and cannot be opened."""
    scanner, scanned, refused = scanning.configured(), 0, 0
    for stored in StoredFile.objects.filter(scan_status=StoredFile.ScanStatus.NOT_SCANNED).iterator():
        verdict = scanner.scan(blob_path(stored.sha256))
        if verdict.status == "not_scanned":
            break
        stored.scan_status = verdict.status
        stored.save(update_fields=["scan_status"])
        scanned += 1
        if verdict.status == "refused":
            refused += 1
            audit.record(
                "files.quarantine",
                actor="system",
                object_type="files.file",
                object_id=str(stored.pk),
                result="refused",
                detail={"signature": verdict.signature},
            )
    return scanned, refused


def sweep(*, older_than_seconds: int = 24 * 3600) -> int:
    """Remove bytes that no row names (their request was rolled back) and left-over temporary files; how many."""
    limit, removed = time.time() - older_than_seconds, 0
    for path in sorted(folder().rglob("*")):
        if not path.is_file() or path.stat().st_mtime > limit:
            continue
        if path.parent.name == "incoming" or not StoredFile.objects.filter(sha256=path.name).exists():
            path.unlink()
            removed += 1
    return removed
