"""Imports through the page: the file is checked as a job, people look, then the good rows are written as a job."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from yiwang.kernel.access import api as access
from yiwang.kernel.files import api as files
from yiwang.kernel.jobs import api as jobs
from yiwang.kernel.jobs.extend import Running
from yiwang.kernel.orgs import api as orgs
from yiwang.lib.problems import Problem

from . import importing
from .models import ImportRun
from .refused import label
from .registry import record_type
from .types import RecordType

KEPT_HOURS = 24


def runs_of(user: access.User, kind: RecordType) -> list[ImportRun]:
    """The user's last imports into this type."""
    return list(ImportRun.objects.filter(started_by=user, record_type=kind.key).select_related("job")[:10])


def run_of(user: access.User, kind: RecordType, pk: int) -> ImportRun:
    """One of the user's imports. Problem ``import_unknown`` (404)."""
    found = (
        ImportRun.objects.filter(started_by=user, record_type=kind.key, pk=pk)
        .select_related("job", "file", "bad_rows", "unit")
        .first()
    )
    if found is None:
        raise Problem("import_unknown", "没有这次导入，或不是您发起的。", "This is no import of yours.", status=404)
    return found


@transaction.atomic
def begin(
    user: access.User, kind: RecordType, upload: File[bytes], filename: str, *, source: str, unit: orgs.Unit | None
) -> ImportRun:
    """Take the file in and queue its check. Problems: those of the file room, ``source_invalid``."""
    importing.check_source(source)
    stored = files.store(
        upload, filename, actor=user, owner_unit=user.unit, purpose="records.import", allowed=files.TABLE_TYPES
    )
    run = ImportRun.objects.create(
        record_type=kind.key, started_by=user, filename=stored.filename, file=stored, source=source, unit=unit
    )
    _queue(run, user, kind)
    return run


def _queue(run: ImportRun, user: access.User, kind: RecordType) -> None:
    about = f"{kind.name_zh} {run.filename}"
    # Two imports into one type wait for one another: the second sees what the first wrote.
    run.job = jobs.start("records.import", actor=user, about=about, lock=f"import {kind.key}", run=run.pk)
    run.save(update_fields=["stage", "job"])


@transaction.atomic
def confirm(user: access.User, kind: RecordType, pk: int) -> ImportRun:
    """Queue the writing of the good rows. Problem ``import_not_ready`` (409) unless the check has ended well."""
    run_of(user, kind, pk)
    run = ImportRun.objects.select_for_update().get(pk=pk)
    ready = run.stage == ImportRun.Stage.CHECK and run.file_id and run.job and run.job.status == jobs.Job.Status.DONE
    if not ready:
        raise Problem(
            "import_not_ready",
            "这次导入不在待确认状态：可能还在检查、已经写入，或文件已过期清除。请刷新页面。",
            "This import does not wait for a confirmation: it is being checked, written, or its file has expired.",
            status=409,
        )
    run.stage = ImportRun.Stage.WRITE
    _queue(run, user, kind)
    return run


def work(running: Running, pk: int) -> dict[str, Any] | None:
    """The job: check the file, or write its good rows; what comes back is kept beside. Safe to begin again."""
    run = ImportRun.objects.select_related("started_by", "unit", "file", "bad_rows").filter(pk=pk).first()
    if run is not None and run.outcome.get("written"):
        # A worker that was killed after the last row: the file is gone because all of it is in.
        return _result(run)
    if run is None or run.file is None:
        raise Problem("import_expired", "文件已过期清除，请重新上传。", "The file has expired; upload it again.")
    kind, write, known = record_type(run.record_type), run.stage == ImportRun.Stage.WRITE, run.outcome.get("rows", 0)
    with tempfile.TemporaryDirectory() as folder:
        # Apart from the upload, which may be called the same and is a link to the stored bytes.
        bad = Path(folder) / "bad" / ("rows.xlsx" if run.file.content_type == files.XLSX else "rows.csv")
        bad.parent.mkdir()
        outcome = importing.run(
            kind,
            _named(run.file, folder),
            actor=run.started_by,
            source=run.source,
            unit=run.unit,
            write=write,
            bad_rows=bad,
            progress=lambda done: running.progress(done, known),
        )
        _keep(run, bad, outcome)
    return _result(run)


def _result(run: ImportRun) -> dict[str, Any]:
    """What the job's row keeps."""
    return {name: run.outcome[name] for name in ("rows", "new", "changed", "bad")}


def _named(stored: files.StoredFile, folder: str) -> Path:
    """The file under the name that messages should call it by."""
    path = Path(folder) / stored.filename
    path.symlink_to(files.path_of(stored))
    return path


@transaction.atomic
def _keep(run: ImportRun, bad: Path, outcome: importing.Outcome) -> None:
    kind, actor = record_type(run.record_type), run.started_by
    if run.bad_rows is not None:
        files.remove(run.bad_rows, actor=actor.username)
        run.bad_rows = None
    if bad.exists():
        stem, _dot, _ending = run.filename.rpartition(".")
        with bad.open("rb") as handle:
            run.bad_rows = files.store(
                File(handle), f"{stem}-错误行{bad.suffix}", actor=actor, owner_unit=actor.unit,
                purpose="records.import", allowed=files.TABLE_TYPES, own=True,
            )  # fmt: skip
    run.outcome = {
        **{name: getattr(outcome, name) for name in ("rows", "new", "changed", "same", "bad")},
        "shown": [[row, label(kind, column), fault.code, fault.zh, fault.en] for row, column, fault in outcome.shown],
        "written": run.stage == ImportRun.Stage.WRITE,
        "samples": [[sample.row, sample.effect, list(sample.cells)] for sample in outcome.samples],
    }
    run.save(update_fields=["outcome", "bad_rows"])
    if run.stage == ImportRun.Stage.WRITE and run.file is not None:
        files.remove(run.file, actor=actor.username)


def forget_old() -> int:
    """Remove the files of imports that are a day old; how many."""
    limit, removed = timezone.now() - timedelta(hours=KEPT_HOURS), 0
    for run in ImportRun.objects.filter(started_at__lt=limit).select_related("file", "bad_rows"):
        for stored in (run.file, run.bad_rows):
            if stored is not None:
                files.remove(stored, actor="system")
                removed += 1
    return removed
