"""REST: looking up, everything known, merging, taking apart. Schemas are made at import, so annotations are values."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yiwang.kernel.access import api as access
from yiwang.kernel.audit import api as audit
from yiwang.lib.identifiers import names_a_person
from yiwang.lib.paging import MAX_LIMIT
from yiwang.lib.problems import Problem

from . import merging, revealing, selectors, showing
from .kinds import PERSON, Kind, kind_of
from .reasons import LONGEST

router = Router(tags=["registers"])
KindKey = Literal["person", "organisation", "address", "house"]
# Ninja's Query is a generic to a type checker and a function to Python.
query_of: Any = Query


class RegisterEntryOut(Schema):
    """A row of a register; a person's name and id are masked. Fields that the register does not have are null."""

    kind: str
    code: str
    name: str
    masked_id: str | None = None
    subject_type: str | None = None
    status: str | None = None
    address: str | None = None
    level: str | None = None
    parent: str | None = None
    lon: str | None = None
    lat: str | None = None
    place: str
    source: str
    known_since: datetime


class RegisterFoundOut(Schema):
    """What a search found; ``more`` says that there are more."""

    items: list[RegisterEntryOut]
    more: bool


class TrailOut(Schema):
    """One step of the trail; ``former`` are the values that a change replaced."""

    act: str
    at: datetime
    by: str
    source: str
    reason: str
    other: str
    former: dict[str, str | None]


class SubjectOut(Schema):
    """What stands under a code. ``entry`` is null for what is known from records only; ``former`` are old codes."""

    kind: str
    code: str
    masked_id: str | None
    entry: RegisterEntryOut | None
    former: list[str]
    trail: list[TrailOut]


class LinkOut(Schema):
    """A record: what it is called, and its page."""

    title: str
    url: str


class MentionOut(Schema):
    """Records of one type that name the subject; ``count`` may stop at 10,000 (``more``)."""

    label: str
    system: str
    count: int
    more: bool
    records: list[LinkOut]


class KnownOut(Schema):
    """Everything known, as far as the caller may see it."""

    kind: str
    code: str
    items: list[MentionOut]


class CitizenIn(Schema):
    """A citizen id, of 18 or 15 characters."""

    citizen_id: str = Field(max_length=20)


class MergeIn(Schema):
    """``drop`` is merged into the code of the address; of a person it is a pseudonym or a citizen id."""

    drop: str = Field(max_length=40)
    reason: str = Field(max_length=LONGEST * 3)


class UnmergeIn(Schema):
    """``code`` was merged into the code of the address, and is taken out again."""

    code: str = Field(max_length=40)
    reason: str = Field(max_length=LONGEST * 3)


class RevealIn(Schema):
    """Why the clear values are needed."""

    reason: str = Field(max_length=LONGEST * 3)


class ClearOut(Schema):
    """A person's id and name in the clear."""

    citizen_id: str
    name: str


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _entries(kind: Kind, rows: Any) -> list[RegisterEntryOut]:
    masked = selectors.masked_ids([row.key for row in rows]) if kind is PERSON else {}
    return [
        RegisterEntryOut(
            kind=kind.key,
            code=str(row.pk),
            name=showing.title(kind, row, masked),
            masked_id=masked.get(row.pk) if kind is PERSON else None,
            subject_type=getattr(row, "kind", None),
            status=getattr(row, "status", None),
            address=getattr(row, "address", None),
            level=getattr(row, "level", None),
            parent=getattr(row, "parent", None),
            lon=_text(getattr(row, "lon", None)),
            lat=_text(getattr(row, "lat", None)),
            place=row.place,
            source=row.source,
            known_since=row.known_since,
        )
        for row in rows
    ]


def _subject(user: access.User, kind: Kind, code: str) -> SubjectOut:
    found = selectors.subject(user, kind, code)
    masked = selectors.masked_ids([UUID(found.code)]).get(UUID(found.code)) if kind is PERSON else None
    return SubjectOut(
        kind=kind.key,
        code=found.code,
        masked_id=masked,
        entry=_entries(kind, [found.row])[0] if found.row is not None else None,
        former=list(found.codes[1:]),
        trail=[
            TrailOut(
                act=step.act,
                at=step.at,
                by=step.by,
                source=step.source,
                reason=step.reason,
                other=step.other,
                former={name: _text(value) for name, value in showing.masked_former(kind, step.former).items()},
            )
            for step in found.trail
        ],
    )


def _looker(request: HttpRequest) -> access.User:
    user = access.signed_in(request)
    access.require(user, "registers.subject", "view")
    return user


@router.post("/person/search", response=SubjectOut, operation_id="find_person", summary="按证件号码查自然人")
def find_person(request: HttpRequest, body: CitizenIn) -> SubjectOut:
    """The person with this id; it is neither kept nor logged. 404 when there is none, or none for the caller."""
    return _subject(_looker(request), PERSON, body.citizen_id)


@router.get("/{kind}", response=RegisterFoundOut, operation_id="search_register", summary="查登记库")
def search_register(
    request: HttpRequest,
    kind: KindKey,
    q: str = query_of(..., min_length=1, max_length=selectors.LONGEST_SEARCH, description="名称、地址中的字或编码"),
    limit: int = query_of(selectors.SHOWN, ge=1, le=MAX_LIMIT),
) -> RegisterFoundOut:
    """Rows within the caller's scope, by code (an old one too) or by parts of name or address."""
    user = _looker(request)
    if names_a_person(q):
        raise Problem(
            "id_in_address",
            "公民身份号码不能放在网址里，请用 POST …/person/search。",
            "A citizen id does not belong into an address; use POST …/person/search.",
        )
    wanted = kind_of(kind)
    if not selectors.may(user, wanted, "view"):
        raise access.forbidden()
    found = selectors.search(user, wanted, q, limit)
    return RegisterFoundOut(items=_entries(wanted, found.rows), more=found.more)


@router.get("/{kind}/{code}", response=SubjectOut, operation_id="get_subject", summary="一个主体、地址或房屋")
def get_subject(request: HttpRequest, kind: KindKey, code: str) -> SubjectOut:
    """What stands under a code today; for an old code what it was merged into."""
    return _subject(_looker(request), kind_of(kind), code)


@router.get("/{kind}/{code}/known", response=KnownOut, operation_id="known_of_subject", summary="各系统中的记录")
def known_of_subject(request: HttpRequest, kind: KindKey, code: str) -> KnownOut:
    """Records that name the subject under any of its codes, as far as the caller may see them."""
    found = selectors.subject(_looker(request), kind_of(kind), code)
    items = [
        MentionOut(
            label=mention.label,
            system=mention.system,
            count=mention.count,
            more=mention.more,
            records=[LinkOut(title=title, url=url) for title, url in mention.links],
        )
        for mention in found.mentions
    ]
    return KnownOut(kind=kind, code=found.code, items=items)


@router.post("/{kind}/{code}/merge", response=SubjectOut, operation_id="merge_subjects", summary="合并")
def merge_subjects(request: HttpRequest, kind: KindKey, code: str, body: MergeIn) -> SubjectOut:
    """The dropped code stands for the kept one from now on."""
    user, wanted = _looker(request), kind_of(kind)
    access.require(user, wanted.resource, "merge")
    found = selectors.subject(user, wanted, code)
    merging.merge(wanted, found.code, body.drop, actor=user, reason=body.reason, ip=audit.client_ip(request))
    return _subject(user, wanted, found.code)


@router.post("/{kind}/{code}/unmerge", response=SubjectOut, operation_id="unmerge_subjects", summary="撤销合并")
def unmerge_subjects(request: HttpRequest, kind: KindKey, code: str, body: UnmergeIn) -> SubjectOut:
    """The code of the body is a thing of its own again; the answer is what stands under the code of the address."""
    user, wanted = _looker(request), kind_of(kind)
    access.require(user, wanted.resource, "merge")
    found = selectors.subject(user, wanted, code)
    if selectors.clean_code(wanted, body.code) not in found.codes[1:]:
        raise merging.not_merged(body.code)
    merging.unmerge(wanted, body.code, actor=user, reason=body.reason, ip=audit.client_ip(request))
    return _subject(user, wanted, found.code)


@router.post("/person/{code}/reveal", response=ClearOut, operation_id="reveal_person", summary="查看自然人明文")
def reveal_person(request: HttpRequest, code: str, body: RevealIn) -> Any:
    """Id and name in the clear; needs the permission and a reason, and is audited."""
    user = _looker(request)
    access.require(user, PERSON.resource, "unmask")
    return revealing.reveal_person(
        selectors.subject(user, PERSON, code).code, actor=user, reason=body.reason, ip=audit.client_ip(request)
    )
