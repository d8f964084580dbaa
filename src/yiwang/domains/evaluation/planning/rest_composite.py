"""REST of the composite score 综合得分. Points and shares are decimal strings with two places."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from django.http import HttpRequest
from ninja import Path, Schema

from yiwang.domains.evaluation.planning import rest_write
from yiwang.domains.evaluation.planning.composite import Layer, Normalise, Part, points
from yiwang.domains.evaluation.planning.rest_in import Id
from yiwang.domains.evaluation.planning.rest_out import unit_out
from yiwang.domains.evaluation.planning.rest_schemas import UnitNameOut
from yiwang.domains.evaluation.planning.selectors import composite as reads
from yiwang.domains.evaluation.planning.selectors import handins
from yiwang.kernel.access import api as access

router = rest_write.router


class PointsOut(Schema):
    """Points of a part: ``earned <= covered <= full``. Missing data lowers ``coverage`` and changes no other points.

    ``lower`` and ``upper`` bound the score (missing at nothing, missing in full); ``rate`` is earned over covered.
    """

    full: str
    covered: str
    earned: str
    lower: str
    upper: str
    coverage: str | None
    rate: str | None
    items: int
    missing: int


class LayerOut(PointsOut):
    """A layer's points."""

    layer: Layer


class ChapterPointsOut(PointsOut):
    """A chapter's points."""

    chapter: int


class ScoredOut(Schema):
    """An indicator or task: its points, what it earned (``null``: no data), and what it does to the score.

    ``without``, ``lighter`` and ``heavier`` are changes of the whole score: item left out, weight moved down and up;
    ``null`` for a reader who does not see the whole.
    """

    layer: Layer
    code: str
    name_zh: str
    chapter: int
    lead_unit: UnitNameOut
    status: str
    full: str
    share: str | None
    earned: str | None
    without: str | None
    lighter: str | None
    heavier: str | None


class ShakenOut(Schema):
    """The lowest and the highest score when every weight may move by ``shift`` at once."""

    shift: str
    low: str
    high: str


class CompositeOut(Schema):
    """The composite score of a round. A unit gets its own items with the points that they have in the whole.

    ``older`` counts indicators whose newest value is of a day before ``as_of``; they are judged against that day.
    """

    round: int
    as_of: date
    normalise: Normalise
    certainty: str
    expert_weights: int | None
    older: int
    whole: PointsOut
    layers: list[LayerOut]
    chapters: list[ChapterPointsOut]
    shaken: ShakenOut | None
    items: list[ScoredOut]


@router.get("/rounds/{pk}/composite", response=CompositeOut, operation_id="s45_composite", summary="综合得分")
def get_composite(request: HttpRequest, pk: Path[Id]) -> CompositeOut:
    """The score with coverage, bounds and sensitivity."""
    user = access.signed_in(request)
    access.require(user, "s45.composite", "view")
    round_ = handins.round_by_id(pk)
    found = reads.round_score(user, round_)
    shaken = found.shaken()
    return CompositeOut(
        round=round_.pk,
        as_of=round_.as_of,
        normalise=found.parameters.normalise,
        certainty=found.parameters.certainty,
        expert_weights=None if found.weights is None else found.weights.pk,
        older=found.older,
        whole=PointsOut(**_points(found.whole)),
        layers=[LayerOut(layer=layer, **_points(part)) for layer, part in found.layers.items()],
        chapters=[ChapterPointsOut(chapter=row.chapter.number, **_points(row.part)) for row in found.chapters],
        shaken=None
        if shaken is None
        else ShakenOut(shift=_text(found.parameters.shift), low=_text(shaken[0]), high=_text(shaken[1])),
        items=_items(found),
    )


def _items(found: reads.RoundScore) -> list[ScoredOut]:
    effects = {(row.line.layer, row.line.code): row for row in found.moved(len(found.lines))}
    items = []
    for line in found.lines:
        effect, share, earned = effects.get((line.layer, line.code)), line.scored.item.share, line.scored.earned
        items.append(
            ScoredOut(
                layer=line.layer,
                code=line.code,
                name_zh=line.name_zh,
                chapter=line.chapter.number,
                lead_unit=unit_out(line.unit),
                status=line.status,
                full=_text(line.scored.full),
                share=None if share is None else _text(share * 100),
                earned=None if earned is None else _text(earned),
                without=None if effect is None else _text(effect.without),
                lighter=None if effect is None else _text(effect.lighter),
                heavier=None if effect is None else _text(effect.heavier),
            )
        )
    return items


def _points(part: Part) -> dict[str, Any]:
    return {
        "full": _text(part.full),
        "covered": _text(part.covered),
        "earned": _text(part.earned),
        "lower": _text(part.lower),
        "upper": _text(part.upper),
        "coverage": None if part.coverage is None else _text(part.coverage * 100),
        "rate": None if part.rate is None else _text(part.rate * 100),
        "items": part.items,
        "missing": part.missing,
    }


def _text(value: Fraction) -> str:
    return str(points(value))
