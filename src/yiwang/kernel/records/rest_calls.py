"""The calls of one record type. Schemas are made at run time, so annotations here are values and not postponed."""

from datetime import date
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from ninja import Path, Query, Router, Status

from yiwang.kernel.access import api as access
from yiwang.kernel.audit import api as audit
from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.registers import api as registers
from yiwang.lib.identifiers import names_a_person
from yiwang.lib.paging import MAX_LIMIT
from yiwang.lib.problems import Problem

from . import asked, history, revealing, searching, selectors, services, showing
from .cleaning import clean_row
from .guards import may
from .rest_schemas import BatchOut, PersonIn, ReasonIn, schemas_of, values_of
from .types import RecordType

# Ninja's Query and Path are generics to a type checker and functions to Python.
query_of: Any = Query
path_of: Any = Path
HELD = query_of(None, description="该日有效的记录")
KNOWN = query_of(None, description="按当日掌握的情况")
PK = path_of(..., ge=1, lt=2**63)


def add_calls(router: Router, kind: RecordType) -> None:
    """Give the router the calls of a record type."""
    name = kind.key.replace(".", "_").replace("-", "_")
    made: Any = schemas_of(kind)
    base = f"/{kind.key}"
    label = kind.name_zh

    def listed(found: selectors.Listing) -> dict[str, Any]:
        known = showing.known_of(kind, found.items)
        return {
            "items": [values_of(kind, item, known) for item in found.items],
            "next_cursor": found.next_cursor,
            "total": found.total,
            "more": found.more,
        }

    def given(record: Any) -> dict[str, Any]:
        return values_of(kind, record, showing.known_of(kind, [record]))

    @router.get(base, response=made.records, operation_id=f"list_{name}", summary=f"{label}列表")
    def list_rows(
        request: HttpRequest,
        filters: Query[made.filters],
        q: str = query_of("", max_length=searching.LONGEST, description="查询词；不能是证件号码"),
        place: str = query_of("", pattern="^[0-9]{0,12}$", description="区划代码或其前几位"),
        since: date | None = None,
        until: date | None = None,
        on: date | None = HELD,
        known: date | None = KNOWN,
        cursor: str = query_of("", max_length=200),
        limit: int = query_of(selectors.PAGE, ge=1, le=MAX_LIMIT),
    ) -> Any:
        """Records within the caller's scope, newest business date first; personal data is masked."""
        user = access.signed_in(request)
        may(user, kind, "view")
        if names_a_person(q):
            raise Problem(
                "id_in_address",
                "公民身份号码不能放在网址里，请用 POST …/search。",
                "A citizen id does not belong into an address; use POST …/search.",
            )
        asked.check_known(known)
        wanted = filters.model_dump()
        unit = wanted.pop("unit")
        query = selectors.Query(
            filters={name: text.replace("\x00", "") for name, text in wanted.items() if text},
            words=q,
            unit=orgs.unit(unit).path if unit else "",
            place=place,
            since=since,
            until=until,
            on=on,
            cursor=cursor,
        )
        if known is None:
            return listed(selectors.listing(user, kind, query, size=limit))
        return listed(selectors.listing_known(user, kind, query, known, size=limit))

    if any(column.get_internal_type() == "UUIDField" for column in kind.columns):

        @router.post(
            f"{base}/search", response=made.records, operation_id=f"search_{name}", summary=f"按证件号码查{label}"
        )
        def search_rows(request: HttpRequest, body: PersonIn) -> Any:
            """Records that name the person, at most 200; the id is neither kept nor logged."""
            user = access.signed_in(request)
            may(user, kind, "view")
            return listed(selectors.listing(user, kind, selectors.Query(words=body.citizen_id), size=MAX_LIMIT))

    @router.get(f"{base}/{{int:pk}}", response=made.record, operation_id=f"read_{name}", summary=f"一条{label}")
    def read_row(request: HttpRequest, pk: int = PK) -> Any:
        """One record; 404 when it is withdrawn or not the caller's to see."""
        user = access.signed_in(request)
        may(user, kind, "view")
        return given(selectors.one(user, kind, pk))

    @router.get(
        f"{base}/{{int:pk}}/history", response=made.history, operation_id=f"history_{name}", summary=f"{label}的历史"
    )
    def row_history(request: HttpRequest, pk: int = PK) -> Any:
        """Every version, oldest first; a withdrawn record has its history still."""
        user = access.signed_in(request)
        may(user, kind, "view")
        rows = selectors.versions(user, kind, pk)[::-1]
        rows += list(selectors.visible(user, kind).filter(pk=pk))
        if not rows:
            selectors.one(user, kind, pk)
        people = history.people(kind, rows)
        known = showing.Known({}, {}, registers.masked_ids(list(people)) if people else {})
        ends = ("superseded_at", "superseded_by", "superseded_reason", "superseded_kind")
        return {
            "items": [
                values_of(kind, row, known) | {end: getattr(row, end) for end in ends if hasattr(row, end)}
                for row in rows
            ]
        }

    @router.post(
        base, response={200: made.record, 201: made.record}, operation_id=f"create_{name}", summary=f"登记{label}"
    )
    def create_row(request: HttpRequest, body: made.row_in) -> Any:
        """A new record. The same source, source id and content again is no error: 200 with what is there."""
        user = access.signed_in(request)
        may(user, kind, "add")
        created, record = put(user, kind, body, audit.client_ip(request))
        return Status(201 if created else 200, given(record))

    @router.post(f"{base}/batch", response=BatchOut, operation_id=f"batch_{name}", summary=f"批量登记{label}")
    def create_rows(request: HttpRequest, body: made.rows_in) -> Any:
        """Up to 1000 records; good rows are kept, each other one says what is wrong with it."""
        user = access.signed_in(request)
        may(user, kind, "add")
        ip = audit.client_ip(request)
        results = [_one_of_batch(user, kind, number, row, ip) for number, row in enumerate(body.rows)]
        count = {status: sum(result["status"] == status for result in results) for status in STATUSES}
        return {**count, "rows": results}

    @router.patch(f"{base}/{{int:pk}}", response=made.record, operation_id=f"correct_{name}", summary=f"更正{label}")
    def correct_row(request: HttpRequest, body: made.correction_in, pk: int = PK) -> Any:
        """Replace the given columns; what was stays in the history. 409 when it is not the given version any more."""
        user = access.signed_in(request)
        may(user, kind, "correct")
        changes = body.changes.model_dump(exclude_unset=True)
        record = services.correct(
            selectors.one(user, kind, pk),
            changes,
            actor=user,
            reason=body.reason,
            version=body.version,
            ip=audit.client_ip(request),
        )
        return given(record)

    @router.delete(f"{base}/{{int:pk}}", response={204: None}, operation_id=f"withdraw_{name}", summary=f"撤回{label}")
    def withdraw_row(
        request: HttpRequest,
        reason: str = query_of(..., max_length=600, description="理由，会留在历史中，请勿写个人信息"),
        version: int | None = query_of(None, ge=1, le=32767),
        pk: int = PK,
    ) -> Any:
        """Take the record back; its history stays."""
        user = access.signed_in(request)
        may(user, kind, "withdraw")
        services.withdraw(
            selectors.one(user, kind, pk), actor=user, reason=reason, version=version, ip=audit.client_ip(request)
        )
        return Status(204, None)

    if any(column.personal for column in kind.columns):

        @router.post(
            f"{base}/{{int:pk}}/reveal",
            response=made.clear,
            operation_id=f"reveal_{name}",
            summary=f"查看{label}明文",
        )
        def reveal_row(request: HttpRequest, body: ReasonIn, pk: int = PK) -> Any:
            """The personal values in the clear; needs the permission and a reason, and is audited."""
            user = access.signed_in(request)
            may(user, kind, "unmask")
            record = selectors.one(user, kind, pk)
            return revealing.reveal(record, actor=user, reason=body.reason, ip=audit.client_ip(request))


STATUSES = ("created", "present", "refused")


def put(user: access.User, kind: RecordType, row: Any, ip: str) -> tuple[bool, Any]:
    """The record of a row, and whether it is new. Problems as :func:`services.create`."""
    cells = row.cells.model_dump(exclude_none=True)
    unit = orgs.unit(row.unit)
    if row.source_id:
        found = selectors.visible(user, kind).filter(source=row.source, source_id=row.source_id).first()
        if found is not None and _owned(found, unit.path, row.place) and _same(kind, found, cells):
            return False, found
    return True, services.create(
        kind, cells, actor=user, unit=unit, place=row.place, source=row.source, source_id=row.source_id, ip=ip
    )


def _owned(record: Any, unit_path: str, place: str) -> bool:
    return record.unit_path == unit_path + "/" and place in (record.place, record.place.removesuffix("000"))


def _same(kind: RecordType, record: Any, cells: dict[str, Any]) -> bool:
    cleaned = clean_row(kind, cells)
    return not cleaned.faults and all(getattr(record, name) == value for name, value in cleaned.values.items())


def _one_of_batch(user: access.User, kind: RecordType, number: int, row: Any, ip: str) -> dict[str, Any]:
    try:
        with transaction.atomic():
            created, record = put(user, kind, row, ip)
    except Problem as problem:
        fields = problem.detail.get("fields", {})
        return {
            "row": number,
            "status": "refused",
            "code": problem.code,
            "zh": problem.zh,
            "en": problem.en,
            "fields": fields if isinstance(fields, dict) else {},
        }
    return {"row": number, "status": "created" if created else "present", "id": record.pk}
