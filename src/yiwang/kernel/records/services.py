"""Writing records: add, correct, withdraw. Nothing is overwritten: the database keeps what was, who changed it, why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from yiwang.kernel.access import api as access
from yiwang.kernel.audit import api as audit
from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.registers import api as registers
from yiwang.lib.problems import Problem

from .base import Record
from .cleaning import Places, check_dates, clean_row, people_of
from .columns import CellFault, new_source_id
from .selectors import may_write
from .types import RecordType, RowFault

LONGEST_REASON = 300


def refused(kind: RecordType, faults: Sequence[RowFault]) -> Problem:
    """The Problem that says every fault of a row, by column."""
    named = [(str(kind.column(row.column).verbose_name) if row.column else "", row) for row in faults]
    return Problem(
        "record_invalid",
        "；".join(f"{name}：{row.fault.zh}" if name else row.fault.zh for name, row in named),
        " ".join(f"{row.column}: {row.fault.en}" if row.column else row.fault.en for _name, row in named),
        status=422,
        fields={row.column: {"code": row.fault.code, "zh": row.fault.zh, "en": row.fault.en} for _name, row in named},
    )


def checked_reason(reason: str) -> str:
    """The reason of a correction or withdrawal. Problem ``reason_missing``."""
    text = " ".join(reason.replace("\x00", "").split())
    if not 2 <= len(text) <= LONGEST_REASON:
        raise Problem(
            "reason_missing",
            f"请写明理由（2 至 {LONGEST_REASON} 字），它会留在记录的历史中。",
            f"Give a reason of 2 to {LONGEST_REASON} characters; it stays in the record's history.",
            status=422,
        )
    return text


@contextmanager
def written_by(actor: str, reason: str = "", at: datetime | None = None) -> Iterator[None]:
    """Inside, the history notes ``actor`` and ``reason``; ``at`` sets the record clock (demonstration only)."""
    with transaction.atomic(), connection.cursor() as cursor:
        settings = [actor, reason, at.isoformat() if at else ""]
        cursor.execute(
            "SELECT set_config('yiwang.actor', %s, true), set_config('yiwang.reason', %s, true), "
            "set_config('yiwang.clock', %s, true)",
            settings,
        )
        yield
        cursor.execute("SELECT set_config('yiwang.reason', '', true), set_config('yiwang.clock', '', true)")


def _place(cell: object) -> str:
    try:
        return Places().clean(cell)
    except CellFault as error:
        raise Problem(error.fault.code, error.fault.zh, error.fault.en, status=422, field="place") from error


@transaction.atomic
def create(
    kind: RecordType,
    cells: Mapping[str, object],
    *,
    actor: access.User,
    unit: orgs.Unit,
    place: str = "",
    source: str = "web",
    source_id: str = "",
    ip: str = "",
) -> Record:
    """A new record of ``unit``. Problems: ``forbidden``, ``record_invalid`` (422), ``record_exists`` (409)."""
    place = _place(place)
    if not may_write(actor, kind, "add", unit.path, place):
        raise access.forbidden()
    cleaned = clean_row(kind, cells)
    if cleaned.faults:
        raise refused(kind, cleaned.faults)
    registers.keep_people(people_of(kind, cells, cleaned.values), source=source)
    values = dict(cleaned.values)
    record = kind.model(
        unit_path=unit.path + "/",
        place=place,
        recorded_at=timezone.now(),
        recorded_by=actor.username,
        source=source,
        source_id=source_id or (str(values[kind.options.code]) if kind.options.code else new_source_id()),
        **values,
    )
    try:
        with transaction.atomic():
            record.save(force_insert=True)
    except IntegrityError as error:
        raise Problem(
            "record_exists",
            f"已有来源编号为“{record.source_id}”的{kind.name_zh}。如需修改，请打开该记录做更正。",
            f'There is a record with the source id "{record.source_id}" already; correct that one.',
            status=409,
            source_id=record.source_id,
        ) from error
    audit.record(
        "records.create",
        actor=actor.username,
        ip=ip,
        object_type=kind.key,
        object_id=str(record.pk),
        detail={"unit": unit.code},
    )
    return record


@transaction.atomic
def correct(
    record: Record,
    changes: Mapping[str, object],
    *,
    actor: access.User,
    reason: str,
    version: int | None = None,
    ip: str = "",
) -> Record:
    """Replace cells of a record; what was stays in its history. With ``version`` only when nobody changed it meanwhile.

    Problems: ``forbidden``, ``record_changed`` (409), ``reason_missing``, ``record_invalid``, ``nothing_changed``.
    """
    kind = record.record_type
    reason = checked_reason(reason)
    current = _locked(kind, record.pk, version)
    if not may_write(actor, kind, "correct", current.unit_path.rstrip("/"), current.place):
        raise access.forbidden()
    given = {name: cell for name, cell in changes.items() if name != "place"}
    cleaned = _merged(kind, current, given)
    changed = {name: value for name, value in cleaned.items() if value != getattr(current, name)}
    if "place" in changes and (place := _place(changes["place"])) != current.place:
        # Else a town could hand its record to another, where it may write nothing.
        if not may_write(actor, kind, "correct", current.unit_path.rstrip("/"), place):
            raise access.forbidden()
        changed["place"] = place
    if not changed:
        raise Problem("nothing_changed", "内容没有变化，未作更正。", "Nothing is different; nothing was corrected.")
    with written_by(actor.username, reason):
        kind.model._base_manager.filter(pk=current.pk).update(**changed, recorded_by=actor.username, reason=reason)
    audit.record(
        "records.correct",
        actor=actor.username,
        ip=ip,
        object_type=kind.key,
        object_id=str(record.pk),
        detail={"columns": sorted(changed)},
    )
    return kind.model._base_manager.get(pk=record.pk)


def _locked(kind: RecordType, pk: int, version: int | None) -> Record:
    current = kind.model._base_manager.select_for_update().filter(pk=pk).first()
    if current is None:
        raise Problem("record_gone", "这条记录已被撤回。", "This record was withdrawn meanwhile.", status=409)
    if version is not None and current.version != version:
        raise Problem(
            "record_changed",
            "这条记录在您填写期间已被他人更正，请核对最新内容后再提交。",
            "Somebody corrected this record while you were writing. Look at it again, then send.",
            status=409,
            version=current.version,
        )
    return current


def _merged(kind: RecordType, current: Record, given: Mapping[str, object]) -> dict[str, Any]:
    """Values of the given columns, clean, with the rules asked about the row as it would be."""
    values: dict[str, Any] = {column.name: getattr(current, column.name) for column in kind.columns}
    faults: list[RowFault] = []
    changed: dict[str, Any] = {}
    for name, cell in given.items():
        try:
            changed[name] = kind.column(name).clean_cell(cell)
        except CellFault as error:
            faults.append(RowFault(name, error.fault))
        except KeyError:
            raise Problem(
                "column_unknown", f"没有字段“{name}”。", f'There is no column "{name}".', status=422
            ) from None
    if not faults:
        values |= changed
        faults += check_dates(values)
        for rule in kind.options.rules:
            faults += rule(values)
    if faults:
        raise refused(kind, faults)
    registers.keep_people(people_of(kind, given, changed), source="correction")
    return changed


@transaction.atomic
def withdraw(record: Record, *, actor: access.User, reason: str, version: int | None = None, ip: str = "") -> None:
    """Take a record back (撤回): it no longer counts from now on, and stays in history. Problems as :func:`correct`."""
    kind = record.record_type
    reason = checked_reason(reason)
    current = _locked(kind, record.pk, version)
    if not may_write(actor, kind, "withdraw", current.unit_path.rstrip("/"), current.place):
        raise access.forbidden()
    with written_by(actor.username, reason):
        kind.model._base_manager.filter(pk=current.pk).delete()
    audit.record("records.withdraw", actor=actor.username, ip=ip, object_type=kind.key, object_id=str(record.pk))


@transaction.atomic
def restore(kind: RecordType, pk: int, *, actor: access.User, reason: str, ip: str = "") -> Record:
    """Bring a withdrawn record back as a new version (撤销撤回). Problems: ``record_not_withdrawn``, ``forbidden``."""
    reason = checked_reason(reason)
    last = kind.history._base_manager.filter(id=pk, superseded_kind="withdrawn").order_by("-row").first()
    if last is None or kind.model._base_manager.filter(pk=pk).exists():
        raise Problem("record_not_withdrawn", "这条记录没有被撤回。", "This record is not withdrawn.", status=409)
    if not may_write(actor, kind, "withdraw", last.unit_path.rstrip("/"), last.place):
        raise access.forbidden()
    names = [field.name for field in kind.model._meta.local_fields]
    values = {name: getattr(last, name) for name in names}
    values |= {
        "version": last.version + 1,
        "recorded_at": timezone.now(),
        "recorded_by": actor.username,
        "reason": reason,
    }
    record = kind.model(**values)
    record.save(force_insert=True)
    audit.record("records.restore", actor=actor.username, ip=ip, object_type=kind.key, object_id=str(pk))
    return record


@transaction.atomic
def correct_many(
    kind: RecordType,
    pks: Sequence[int],
    changes: Mapping[str, object],
    *,
    actor: access.User,
    reason: str,
    ip: str = "",
) -> int:
    """The same correction to many records, all or none (批量更正); how many changed. Records it would leave as they are
    are passed over."""
    done = 0
    for record in kind.model._base_manager.filter(pk__in=pks).order_by("pk"):
        try:
            correct(record, changes, actor=actor, reason=reason, ip=ip)
            done += 1
        except Problem as problem:
            if problem.code != "nothing_changed":
                raise
    return done
