"""REST of S06 beside that of its records (/records/s06.licence and siblings): the overview and the check."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from ninja import Router, Schema

from yiwang.kernel.access import api as access
from yiwang.lib.clock import today

from . import selectors

router = Router(tags=["s06"], auth=access.api_auth)


class LicenceTypeOut(Schema):
    """A licence type as of a day."""

    type_code: str
    name: str
    state: str
    issued: int
    used: int
    ending: int
    last_issued: date | None


class OverviewOut(Schema):
    """Licences as of a day: issued, used, matters that may use them, of those asleep."""

    as_of: date
    issued: int
    used: int
    matters: int
    asleep: int
    types: list[LicenceTypeOut]


class VerifiedOut(Schema):
    """A licence as anyone may check it; nothing of its holder."""

    identifier: str
    type_name: str
    issuer_code: str
    issued_on: date
    valid_to: date | None
    state: str
    holds: bool


@router.get("/overview", response=OverviewOut, operation_id="licence_overview", summary="电子证照签发和用证情况")
def licence_overview(request: HttpRequest, as_of: date | None = None) -> OverviewOut:
    """The caller's licences; without ``as_of``, as of the last day on which one was used."""
    user = access.signed_in(request)
    access.require(user, "s06.licence", "view")
    found = selectors.overview(user, as_of or selectors.last_day(user) or today())
    types = [
        LicenceTypeOut(
            type_code=row.type.type_code, name=row.type.name, state=row.state, issued=row.issued, used=row.used,
            ending=row.ending, last_issued=row.last_issued,
        )
        for row in found.types
    ]  # fmt: skip
    return OverviewOut(
        as_of=found.as_of, issued=found.issued, used=found.used, matters=found.matters, asleep=found.asleep, types=types
    )


@router.get(
    "/verify", response=VerifiedOut, operation_id="licence_verify", summary="核验电子证照", auth=None
)  # fmt: skip
def licence_verify(request: HttpRequest, identifier: str) -> VerifiedOut:
    """Whether a licence is real and holds today; open to anyone. Problems as the page's."""
    found = selectors.verify(identifier, today())
    return VerifiedOut(
        identifier=found.identifier, type_name=found.type_name, issuer_code=found.issuer_code,
        issued_on=found.issued_on, valid_to=found.valid_to, state=found.state, holds=found.holds,
    )  # fmt: skip
