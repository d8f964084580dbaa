"""Entering many rows of a register at once: known ones are brought up to date, what they were goes into the trail.

Rows go by COPY into a temporary table that the connection keeps, and from there in one statement into the register.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from yiwang.kernel.access import api as access
from yiwang.kernel.codes import api as codes
from yiwang.kernel.orgs import api as orgs
from yiwang.lib.identifiers import Fault
from yiwang.lib.problems import Problem

from .kinds import ADDRESS, HOUSE, ORGANISATION, SECRET, Kind


class NewPerson(NamedTuple):
    """A person to enter; ``place`` is the division where they live, when the source knows."""

    citizen_id: str
    name: str = ""
    place: str = ""


class NewOrganisation(NamedTuple):
    """An organisation to enter."""

    code: str
    name: str
    kind: str = ""
    status: str = ""
    place: str = ""
    address: str = ""


class NewAddress(NamedTuple):
    """A standard address to enter: an element of level ``level`` under ``parent``, called ``name``."""

    code: str
    level: str
    name: str
    full_text: str
    parent: str = ""
    place: str = ""
    lon: Decimal | None = None
    lat: Decimal | None = None


class NewHouse(NamedTuple):
    """A house to enter, at the standard address with the code ``address``."""

    code: str
    address: str = ""
    place: str = ""


@dataclass(frozen=True)
class Column:
    """A column as it is entered: its type, whether an empty value leaves the known one, whether a known one stays."""

    name: str
    type: str = "text"
    stays: bool = False


@transaction.atomic
def put(kind: Kind, columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, source: str, by: str) -> None:
    """Write rows, the code first, on behalf of ``by`` (else of the reader, else of the source).

    An empty value never replaces a known one; a column that ``stays`` is only filled. Rows are written in the order of
    their codes, so that two loads at once wait for one another instead of blocking each other. What is known already is
    not touched: it would stay locked until the caller's transaction ends, and long loads name the same people.
    """
    table, incoming = kind.table, f"{kind.table}_incoming"
    code = columns[0].name
    listed = ", ".join(f'"{column.name}"' for column in columns)
    declared = ", ".join(f'"{column.name}" {column.type}' for column in columns)
    open_columns = [column for column in columns[1:] if column.name not in SECRET]
    changes = ", ".join(f'"{column.name}" = {_newer(table, column, "excluded")}' for column in open_columns)
    differs, differs_yet = (
        " OR ".join(
            f'"{table}"."{column.name}" IS DISTINCT FROM {_newer(table, column, given)}' for column in open_columns
        )
        for given in (f'"{incoming}"', "excluded")
    )
    with access.as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('yiwang.actor', true)")
        before = cursor.fetchone()[0] or ""
        cursor.execute("SELECT set_config('yiwang.actor', %s, true)", [by or before or source])
        cursor.execute(f'CREATE TEMPORARY TABLE IF NOT EXISTS "{incoming}" ({declared}) ON COMMIT DELETE ROWS')
        with cursor.copy(f'COPY "{incoming}" ({listed}) FROM STDIN (FORMAT BINARY)') as copy:
            copy.set_types([column.type for column in columns])
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            f'INSERT INTO "{table}" ({listed}, source, known_since) '  # noqa: S608  (own tables and columns)
            f'SELECT {listed}, %s, %s FROM "{incoming}" WHERE NOT EXISTS (SELECT 1 FROM "{table}" '
            f'WHERE "{table}"."{code}" = "{incoming}"."{code}" AND NOT ({differs})) ORDER BY "{code}" '
            f'ON CONFLICT ("{code}") DO UPDATE SET {changes}, source = excluded.source WHERE {differs_yet}',
            [source, timezone.now()],
        )
        cursor.execute(f'DELETE FROM "{incoming}"')  # noqa: S608  (own temporary table)
        cursor.execute("SELECT set_config('yiwang.actor', %s, true)", [before])


def _newer(table: str, column: Column, incoming: str) -> str:
    own, given = f'"{table}"."{column.name}"', f'{incoming}."{column.name}"'
    if column.type != "text":
        return f"coalesce({given}, {own})"
    if column.stays:
        return f"CASE WHEN {own} = '' THEN {given} ELSE {own} END"
    return f"CASE WHEN {given} = '' THEN {own} ELSE {given} END"


def keep_organisations(rows: Iterable[NewOrganisation], *, source: str, by: str = "") -> int:
    """Enter organisations by credit code; how many. Those known get what is newer, with a trail.

    Problem ``register_row_invalid`` names the first row that is not right; nothing is kept then.
    """
    kinds, status = _values("subject-type"), _values("organisation-status")
    check = _Check()

    def fault(row: NewOrganisation) -> Fault | None:
        return (
            ORGANISATION.fault_of(row.code)
            or _text(row.name, 200, required=True)
            or _coded(row.kind, kinds, "subject-type")
            or _coded(row.status, status, "organisation-status")
            or (HOUSE.fault_of(row.address) if row.address else None)
            or check.place(row.place)
        )

    columns = [Column(name) for name in NewOrganisation._fields]
    return _keep(ORGANISATION, columns, rows, fault, source, by)


def keep_addresses(rows: Iterable[NewAddress], *, source: str, by: str = "") -> int:
    """Enter standard addresses by code, in any order; how many. Else as :func:`keep_organisations`."""
    levels = _values("address-element")
    check = _Check()

    def fault(row: NewAddress) -> Fault | None:
        return (
            ADDRESS.fault_of(row.code)
            or _coded(row.level, levels, "address-element", required=True)
            or _text(row.name, 100, required=True)
            or _text(row.full_text, 250, required=True)
            or (ADDRESS.fault_of(row.parent) if row.parent else None)
            or (_OWN_PARENT if row.parent == row.code else None)
            or check.place(row.place)
            or _point(row.lon, row.lat)
        )

    columns = [Column(name, "numeric" if name in {"lon", "lat"} else "text") for name in NewAddress._fields]
    return _keep(ADDRESS, columns, rows, fault, source, by)


def keep_houses(rows: Iterable[NewHouse], *, source: str, by: str = "") -> int:
    """Enter houses by code; how many. Else as :func:`keep_organisations`."""
    check = _Check()

    def fault(row: NewHouse) -> Fault | None:
        return (
            HOUSE.fault_of(row.code)
            or (ADDRESS.fault_of(row.address) if row.address else None)
            or check.place(row.place)
        )

    return _keep(HOUSE, [Column(name) for name in NewHouse._fields], rows, fault, source, by)


def _keep(kind: Kind, columns: Sequence[Column], rows: Iterable[Any], fault: Any, source: str, by: str) -> int:
    """Check and write; a code that comes twice counts once, as it comes last."""
    wanted: dict[str, Any] = {}
    for number, row in enumerate(rows, start=1):
        found = fault(row)
        if found is not None:
            raise Problem(
                "register_row_invalid",
                f"第 {number} 行（编码“{str(row.code)[:40]}”）：{found.zh}",
                f'Row {number} (code "{str(row.code)[:40]}"): {found.en}',
                status=422,
                row=number,
                fault=found.code,
            )
        wanted[row.code] = row
    put(kind, columns, wanted.values(), source=source, by=by)
    return len(wanted)


_OWN_PARENT = Fault("address_own_parent", "地址的上级不能是它自己。", "An address cannot lie in itself.")


class _Check:
    """The divisions there are, read once."""

    def __init__(self) -> None:
        self.places = frozenset(orgs.divisions(None).values_list("code12", flat=True))

    def place(self, code: str) -> Fault | None:
        """Why this is no division, or None; empty is not known."""
        if not code or code in self.places:
            return None
        return Fault(
            "place_unknown",
            f"“{code[:20]}”不是镇街或村居的 12 位区划代码。",
            f'"{code[:20]}" is no 12-digit code of a town or village.',
        )


def _values(name: str) -> Mapping[str, object]:
    return {item.value: item for item in codes.code_list(name).values()}


def _coded(value: str, known: Mapping[str, object], name: str, *, required: bool = False) -> Fault | None:
    if value in known or (not value and not required):
        return None
    return Fault(
        "code_unknown",
        f"“{value[:20]}”不在代码表 {name} 中，可用：{'、'.join(known)}。",
        f'"{value[:20]}" is not in the code list {name}; it has {", ".join(known)}.',
    )


def _text(value: str, longest: int, *, required: bool = False) -> Fault | None:
    if "\x00" in value or len(value) > longest or (required and not value):
        return Fault(
            "text_invalid",
            f"名称或地址应为 {'1' if required else '0'} 至 {longest} 个字。",
            f"A name or address has {'1' if required else '0'} to {longest} characters.",
        )
    return None


def _point(lon: Decimal | None, lat: Decimal | None) -> Fault | None:
    if (lon is None) == (lat is None) and (lon is None or (-180 <= lon <= 180 and -90 <= (lat or 0) <= 90)):
        return None
    return Fault(
        "point_invalid",
        "经度、纬度应同时填写，经度在 -180 至 180 之间，纬度在 -90 至 90 之间。",
        "Give longitude (-180 to 180) and latitude (-90 to 90) together.",
    )
