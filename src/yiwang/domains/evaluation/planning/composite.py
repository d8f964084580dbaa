"""Composite score 综合得分 of a round (domain.md §9.2): weights, coverage, sensitivity. Pure, in exact fractions.

The full score is 100 points, shared among three layers and, inside a layer, among its items by weight. What has no
data keeps its points: they are not earned, not covered, and given to nobody else. So a score is always shown with what
it covers and with the bounds between which it lies (missing items at nothing, missing items in full).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache
from pathlib import Path

from yiwang.domains.evaluation.planning.types import Judgement, Status, TaskStatus

FULL = Fraction(100)
NONE = Fraction(0)


class Layer(StrEnum):
    """A layer of the score 得分层次."""

    INDICATORS = "indicators"
    TASKS = "tasks"
    PROJECTS = "projects"


class Normalise(StrEnum):
    """How an indicator's progress becomes a share: of what is expected by now, or of the end target."""

    PACE = "pace"
    END = "end"


@dataclass(frozen=True)
class Parameters:
    """What the score is made with; in force from ``effective_from``. ``task_scores`` are shares from 0 to 1."""

    effective_from: date
    normalise: Normalise
    shift: Fraction
    layers: Mapping[Layer, Fraction]
    task_scores: Mapping[TaskStatus, Fraction]
    basis: str
    certainty: str


@dataclass(frozen=True)
class Item:
    """Something that is scored. ``share`` runs from 0 (nothing) to 1 (all that is asked); ``None``: no data."""

    layer: Layer
    code: str
    weight: Decimal
    share: Fraction | None


@dataclass(frozen=True)
class Scored:
    """An item with its points: ``full`` of the whole's 100, and what it earned of them (``None``: no data)."""

    item: Item
    full: Fraction
    earned: Fraction | None


@dataclass(frozen=True)
class Part:
    """Points of the whole, of a layer or of a chapter. Always ``earned <= covered <= full``."""

    full: Fraction = NONE
    covered: Fraction = NONE
    earned: Fraction = NONE
    items: int = 0
    missing: int = 0

    @property
    def lower(self) -> Fraction:
        """The score if everything missing turned out to be nothing."""
        return self.earned

    @property
    def upper(self) -> Fraction:
        """The score if everything missing turned out to be reached in full."""
        return self.earned + self.full - self.covered

    @property
    def coverage(self) -> Fraction | None:
        """Covered points over all points; ``None`` where there are none."""
        return self.covered / self.full if self.full else None

    @property
    def rate(self) -> Fraction | None:
        """Earned points over covered points: how good is what could be judged. ``None`` where nothing could."""
        return self.earned / self.covered if self.covered else None


@dataclass(frozen=True)
class Composite:
    """The score of a round: every item with its points, the layers, the whole."""

    rows: tuple[Scored, ...]
    layers: Mapping[Layer, Part]
    whole: Part


@dataclass(frozen=True)
class Effect:
    """What one item does to the score: the score without it, and with its weight moved down and up."""

    row: Scored
    without: Fraction
    lighter: Fraction
    heavier: Fraction


@cache
def all_parameters() -> tuple[Parameters, ...]:
    """Every dated set, oldest first, from ``composite.toml``."""
    data = tomllib.loads((Path(__file__).parent / "composite.toml").read_text(encoding="utf-8"))
    rows = [
        Parameters(
            effective_from=row["effective_from"],
            normalise=Normalise(row["normalise"]),
            shift=Fraction(row["shift"]),
            layers={layer: Fraction(row["layers"][layer]) for layer in Layer},
            task_scores={TaskStatus(state): Fraction(score) / 100 for state, score in row["task_scores"].items()},
            basis=row["basis"],
            certainty=row["certainty"],
        )
        for row in data["parameters"]
    ]
    return tuple(sorted(rows, key=lambda row: row.effective_from))


def parameters_on(day: date) -> Parameters:
    """The set in force on ``day``; the oldest for days before it."""
    rows = all_parameters()
    return next((row for row in reversed(rows) if row.effective_from <= day), rows[0])


def share_of(verdict: Judgement, rule: Normalise) -> Fraction | None:
    """What a judged indicator earns, from 0 to 1; ``None`` without data. A fact is no item and has no share."""
    if verdict.status in {Status.NO_DATA, Status.FACT}:
        return None
    if verdict.status is Status.REGRESSED:
        return NONE
    if verdict.progress is None:
        # Target equal to baseline: there is no way to go, only met or not met.
        return Fraction(verdict.status is Status.DONE)
    progress = Fraction(verdict.progress)
    if rule is Normalise.END:
        return _clamp(progress)
    expected = Fraction(verdict.expected or 0)
    return _clamp(progress / expected) if expected > 0 else Fraction(1)


def score(items: Iterable[Item], layers: Mapping[Layer, Fraction]) -> Composite:
    """The composite score of ``items``; a layer without items (or without weight) keeps its points uncovered."""
    chosen = list(items)
    whole_weight = sum(layers.values(), NONE)
    rows: list[Scored] = []
    parts: dict[Layer, Part] = {}
    for layer, layer_weight in layers.items():
        points = FULL * layer_weight / whole_weight if whole_weight else NONE
        mine = [item for item in chosen if item.layer is layer]
        weight = sum((Fraction(item.weight) for item in mine), NONE)
        scored = [_scored(item, points * Fraction(item.weight) / weight if weight else NONE) for item in mine]
        rows += scored
        found = add(scored)
        parts[layer] = Part(points, found.covered, found.earned, found.items, found.missing)
    whole = Part(
        full=sum((part.full for part in parts.values()), NONE),
        covered=sum((part.covered for part in parts.values()), NONE),
        earned=sum((part.earned for part in parts.values()), NONE),
        items=sum(part.items for part in parts.values()),
        missing=sum(part.missing for part in parts.values()),
    )
    return Composite(tuple(rows), parts, whole)


def add(rows: Iterable[Scored]) -> Part:
    """The points of ``rows`` together."""
    chosen = list(rows)
    return Part(
        full=sum((row.full for row in chosen), NONE),
        covered=sum((row.full for row in chosen if row.earned is not None), NONE),
        earned=sum((row.earned for row in chosen if row.earned is not None), NONE),
        items=len(chosen),
        missing=sum(1 for row in chosen if row.earned is None),
    )


def effects(found: Composite, shift: Fraction) -> list[Effect]:
    """What every item does to the score, the strongest first (missing items count as nothing earned).

    Leaving an item out, or moving its weight by ``shift``, changes the shares of its layer's other items: that is what
    these numbers are for, and the only place where it happens.
    """
    rows = [
        Effect(
            row,
            without=_with_weight(found, row, NONE),
            lighter=_with_weight(found, row, 1 - shift),
            heavier=_with_weight(found, row, 1 + shift),
        )
        for row in found.rows
        if row.full
    ]
    return sorted(rows, key=lambda effect: (-abs(effect.without - found.whole.earned), effect.row.item.code))


def shaken(found: Composite, shift: Fraction) -> tuple[Fraction, Fraction]:
    """The lowest and the highest score when every weight, of items and of layers, may move by ``shift`` at once."""
    lows, highs = [], []
    for layer, part in found.layers.items():
        shares = [(row.full, row.item.share or NONE) for row in found.rows if row.item.layer is layer and row.full]
        lows.append((part.full, _lowest(shares, shift)))
        highs.append((part.full, _highest(shares, shift)))
    return FULL * _lowest(lows, shift), FULL * _highest(highs, shift)


def points(value: Fraction) -> Decimal:
    """Points as they are shown: two places, half to even (GB/T 8170)."""
    return Decimal(round(value * 100)).scaleb(-2)


def _scored(item: Item, full: Fraction) -> Scored:
    return Scored(item, full, None if item.share is None else full * item.share)


def _with_weight(found: Composite, row: Scored, factor: Fraction) -> Fraction:
    """The score when ``row`` weighs ``factor`` times as much and its layer's points are shared anew."""
    layer = found.layers[row.item.layer]
    change = row.full * (factor - 1)
    # The layer has points to share: `row` is one of its items and weighs something.
    weight = layer.full + change
    if not weight:
        return found.whole.earned - layer.earned
    earned = layer.earned + change * (row.item.share or NONE)
    return found.whole.earned - layer.earned + layer.full * earned / weight


def _highest(pairs: Sequence[tuple[Fraction, Fraction]], shift: Fraction) -> Fraction:
    """The highest weighted mean of (weight, value) when each weight may move by ``shift``.

    It is reached with the heavier weight on the best values and the lighter one on the rest; which split is best is
    found by trying each.
    """
    ordered = sorted(pairs, key=lambda pair: -pair[1])
    best = NONE
    top = sum((weight * value for weight, value in ordered), NONE) * (1 - shift)
    bottom = sum((weight for weight, _ in ordered), NONE) * (1 - shift)
    for weight, value in [(NONE, NONE), *ordered]:
        top += 2 * shift * weight * value
        bottom += 2 * shift * weight
        if bottom:
            best = max(best, top / bottom)
    return best


def _lowest(pairs: Sequence[tuple[Fraction, Fraction]], shift: Fraction) -> Fraction:
    """The lowest weighted mean: what is not reached, at its highest. Nothing for no pairs."""
    if not any(weight for weight, _ in pairs):
        return NONE
    return 1 - _highest([(weight, 1 - value) for weight, value in pairs], shift)


def _clamp(share: Fraction) -> Fraction:
    return min(Fraction(1), max(NONE, share))
