"""What the base registers know is handed to the registers of all systems (主体与地址)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from yiwang.kernel.registers import api as registers
from yiwang.kernel.registers.api import NewAddress, NewHouse, NewOrganisation

from .models import Address, House, Organisation

SOURCE = "s21"
# Rows fetched at a time.
BLOCK = 5_000


def feed(progress: Callable[[int, int], None] = lambda done, total: None) -> dict[str, int]:
    """Enter every address, house and organisation; how many of each there are.

    All of them each time: what is known already is left as it is, so that nothing has to be remembered between two
    runs, and one that was missed is made up for. People need no feeding: a record that names one enters them.
    """
    counts = {model.record_type.key: model._base_manager.count() for model in (Address, House, Organisation)}
    addresses, houses = counts[Address.record_type.key], counts[House.record_type.key]
    total = sum(counts.values())
    registers.keep_addresses(_addresses(), source=SOURCE)
    progress(addresses, total)
    registers.keep_houses(_houses(), source=SOURCE)
    progress(addresses + houses, total)
    registers.keep_organisations(_organisations(), source=SOURCE)
    progress(total, total)
    return counts


def _rows(model: Any, *columns: str) -> Iterator[tuple[Any, ...]]:
    found: Iterator[tuple[Any, ...]] = model._base_manager.order_by("pk").values_list(*columns).iterator(BLOCK)
    return found


def _addresses() -> Iterator[NewAddress]:
    columns = ("address_code", "level", "name", "full_text", "parent_code", "place", "lon", "lat")
    return (NewAddress(*row) for row in _rows(Address, *columns))


def _houses() -> Iterator[NewHouse]:
    return (NewHouse(*row) for row in _rows(House, "house_code", "address_code", "place"))


def _organisations() -> Iterator[NewOrganisation]:
    rows = _rows(Organisation, "uscc", "name", "kind", "place", "address_code")
    return (NewOrganisation(uscc, name, kind, "active", place, address) for uscc, name, kind, place, address in rows)
