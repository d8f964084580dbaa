"""Drawing: the frame is fixed and stored first, then the result, in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.kernel.limits import api as limits
from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.records import api as records
from yiwang.kernel.records.api import NewRow
from yiwang.lib.problems import Problem

from . import drawing
from .models import Assignment, Draw, DrawFrame, Inspector, Target, pairs_of

SOURCE = "s10.draw"
CLASSES = "ABCD"


@transaction.atomic
def new_draw(actor: User, unit: orgs.Unit, *, field: str, objects: int, each: int, avoid: str, day: date) -> Draw:
    """Draw ``objects`` of a field and ``each`` inspectors of the unit for each.

    The seed is made here, after everything else is fixed: who could choose it could try seeds until one suits.
    Problems: ``draw_frame_small`` (fewer objects or inspectors than asked for), ``draw_avoid_unknown``,
    ``draw_avoidance`` (too few inspectors are left), and those of a record that is wrong.
    """
    targets, people = (
        records.in_force(records.visible(actor, model.record_type).filter(unit_path=unit.path + "/"), day)
        for model in (Target, Inspector)
    )
    classes = dict(targets.filter(field=field).values_list("uscc", "credit"))
    inspectors = list(people.values_list("card_no", flat=True))
    frame = frame_on(day, classes)
    if len(frame) < objects or len(inspectors) < each:
        raise Problem(
            "draw_frame_small",
            f"对象库中该领域有 {len(frame)} 个对象，人员库有 {len(inspectors)} 人，"
            f"不够抽取 {objects} 个对象、每个 {each} 人。",
            f"The pools have {len(frame)} objects of the field and {len(inspectors)} inspectors: too few for {objects} "
            f"objects with {each} inspectors each.",
            field="objects",
        )
    strange = [f"{card}:{uscc}" for card, uscc in pairs_of(avoid) if card not in inspectors or uscc not in frame]
    if strange:
        raise Problem(
            "draw_avoid_unknown",
            f"回避中的“{strange[0]}”不在人员库和对象库中，请核对执法证号和统一社会信用代码。",
            f'Avoidance names "{strange[0]}", which is not in the pools; look at card and credit code.',
            field="avoid",
        )
    number = f"SSJ-{day:%Y%m%d}-{secrets.token_hex(3).upper()}"
    cells = draw_cells(number, field, secrets.token_hex(16), objects, each, avoid, frame, inspectors, day)
    made = records.create(Draw.record_type, cells, actor=actor, unit=unit, place="", source_id=number)
    found: Draw = Draw.objects.get(pk=made.pk)
    result = results(found, frame, inspectors)
    if any(len(one.cards) < each for one in result):
        raise Problem(
            "draw_avoidance",
            "回避之后，有的对象没有足够的检查人员。请减少回避或增加人员。",
            "After avoidance some object has too few inspectors: avoid fewer or add inspectors.",
            field="avoid",
        )
    store(found, frame, inspectors, result, by=actor.username, at=timezone.now())
    return found


def frame_on(day: date, classes: Mapping[str, str]) -> dict[str, int]:
    """The weight of each object by its credit class, as the legal parameters of the day give it; a class without weight
    is not drawn."""
    weights = {letter: int(limits.param(f"supervision.weight-{letter.lower()}", day).value) for letter in CLASSES}
    return {uscc: weights[credit] for uscc, credit in classes.items() if weights[credit] > 0}


def draw_cells(
    number: str,
    field: str,
    seed: str,
    objects: int,
    each: int,
    avoid: str,
    frame: dict[str, int],
    inspectors: Sequence[str],
    day: date,
) -> dict[str, object]:
    """The cells of a draw, with the hash of its frame."""
    return {
        "draw_no": number,
        "field": field,
        "seed": seed,
        "sample": objects,
        "each": each,
        "avoid": avoid,
        "frame_hash": drawing.frame_hash(frame, inspectors, count=objects, each=each, avoid=pairs_of(avoid)),
        "algorithm": drawing.VERSION,
        "occurred_on": day,
    }


def results(draw: Draw, frame: dict[str, int], inspectors: Sequence[str]) -> list[drawing.Drawn]:
    """What the draw gives."""
    return drawing.draw(draw.seed, frame, inspectors, count=draw.sample, each=draw.each, avoid=pairs_of(draw.avoid))


@transaction.atomic
def store(
    draw: Draw,
    frame: dict[str, int],
    inspectors: Sequence[str],
    drawn: Sequence[drawing.Drawn],
    *,
    by: str,
    at: datetime,
    outcomes: Sequence[str] = (),
    synthetic: bool = False,
) -> None:
    """Keep frame and result beside the draw."""
    pool = [("object", code, weight) for code, weight in sorted(frame.items())]
    pool += [("inspector", card, 0) for card in sorted(inspectors)]
    common = {"draw_no": draw.draw_no, "occurred_on": draw.occurred_on}
    frames = (
        NewRow(
            {**common, "role": role, "code": code, "weight": weight}, draw.unit_path, "", f"{draw.draw_no}-{code}", at
        )
        for role, code, weight in pool
    )
    assigned = (
        NewRow(
            {
                **common,
                "position": place,
                "uscc": one.uscc,
                "officer_cards": "、".join(one.cards),
                "result": outcomes[place - 1] if place <= len(outcomes) else "",
            },
            draw.unit_path,
            "",
            f"{draw.draw_no}-{place}",
            at,
        )
        for place, one in enumerate(drawn, start=1)
    )
    with access.as_owner():
        records.load(DrawFrame.record_type, frames, source=SOURCE, recorded_by=by, synthetic=synthetic)
        records.load(Assignment.record_type, assigned, source=SOURCE, recorded_by=by, synthetic=synthetic)
