"""The four registers (自然人、法人和其他组织、标准地址、实有房屋): their tables and what a code looks like."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yiwang.lib.identifiers import Fault, uscc_fault
from yiwang.lib.problems import Problem

from .models import RegisteredAddress, RegisteredHouse, RegisteredOrganisation, RegisteredPerson

# Columns of people that no query of the application needs: an id is opened by this room alone, and sealed but once.
SECRET = frozenset({"sealed", "seal_key"})
_CODE = re.compile(r"[0-9A-Z][0-9A-Z-]{5,29}", re.ASCII)


@dataclass(frozen=True)
class Kind:
    """One register: ``facts`` are the columns that a page shows, ``words`` the column that is searched by parts."""

    key: str
    name: str | Promise
    model: Any
    facts: tuple[str, ...]
    words: str
    icon: str
    fault_of: Callable[[str], Fault | None]

    @property
    def resource(self) -> str:
        """The resource of ``access.csv``."""
        return f"registers.{self.key}"

    @property
    def table(self) -> str:
        """The database's table."""
        return str(self.model._meta.db_table)

    @property
    def pk(self) -> str:
        """The column of the code."""
        return str(self.model._meta.pk.name)


def code_fault(code: str) -> Fault | None:
    """Why this is no code of an address or house: 6 to 30 digits, capital letters or hyphens, or None.

    The provinces number addresses by rules of their own (25 digits in Shenzhen), so only the form is looked at.
    """
    if _CODE.fullmatch(code):
        return None
    return Fault(
        "register_code_form",
        f"编码“{code[:40]}”应为 6 至 30 位数字、大写字母或连字符，以数字或字母开头。",
        f'The code "{code[:40]}" must be 6 to 30 digits, capital letters or hyphens, no hyphen first.',
    )


def key_fault(code: str) -> Fault | None:
    """Why this is no pseudonym, or None."""
    try:
        uuid.UUID(code)
    except ValueError:
        return Fault("person_key_form", "不是有效的个人标识。", "This is no pseudonym of a person.")
    return None


PERSON = Kind(
    key="person", name=_("自然人"), model=RegisteredPerson, facts=("place",), words="name", icon="user",
    fault_of=key_fault,
)  # fmt: skip
ORGANISATION = Kind(
    key="organisation", name=_("法人和其他组织"), model=RegisteredOrganisation,
    facts=("code", "kind", "status", "address", "place"), words="name", icon="building", fault_of=uscc_fault,
)  # fmt: skip
ADDRESS = Kind(
    key="address", name=_("标准地址"), model=RegisteredAddress, facts=("code", "level", "place", "lon", "lat"),
    words="full_text", icon="map-pin", fault_of=code_fault,
)  # fmt: skip
HOUSE = Kind(
    key="house", name=_("实有房屋"), model=RegisteredHouse, facts=("code", "address", "place"), words="", icon="home",
    fault_of=code_fault,
)  # fmt: skip
KINDS = {kind.key: kind for kind in (PERSON, ORGANISATION, ADDRESS, HOUSE)}


def kind_of(key: str) -> Kind:
    """The register with this key. Problem ``register_kind_unknown`` (404)."""
    if key not in KINDS:
        raise Problem(
            "register_kind_unknown",
            f"没有“{key[:20]}”这种登记库，应为 {'、'.join(KINDS)} 之一。",
            f'There is no register "{key[:20]}"; it is one of {", ".join(KINDS)}.',
            status=404,
        )
    return KINDS[key]
