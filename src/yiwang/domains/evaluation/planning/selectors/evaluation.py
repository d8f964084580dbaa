"""Evaluating a closed round again 复核: whether all still is as it was frozen, and what is known otherwise now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from yiwang.domains.evaluation.planning.models import FrozenRound, Round
from yiwang.domains.evaluation.planning.selectors import computed, frozen, values
from yiwang.kernel.lake import api as lake
from yiwang.kernel.metrics import api as metrics
from yiwang.kernel.metrics.api import Metric, Value
from yiwang.lib.problems import Problem
from yiwang.lib.units import digits, from_base

# What a figure of the snapshot is compared by.
COUNTED = ("value", "numerator", "denominator", "rows")
# Why a kept snapshot cannot be counted, by the code of the Problem that says so.
UNREADABLE = {
    "lake_damaged": "lake_damaged",
    "lake_lacks": "lake_lacks",
    "lake_empty": "snapshot_gone",
    "snapshot_unknown": "snapshot_gone",
}
LISTS = {"texts": ("section", "position"), "hand_ins": ("task", "unit"), "explanations": ("code",)}


@dataclass(frozen=True)
class Fault:
    """Something that is not as it was frozen. ``what`` names it ("F005", "texts overall 1", a file of the lake).

    ``code``: ``content_altered`` (the kept content does not match its digest), ``lake_damaged`` (a file of the
    snapshot is missing or altered), ``lake_lacks`` (it lacks a column), ``snapshot_gone``, ``count_differs`` (counting
    again gives another number), ``record_differs`` (the database says otherwise now than on closing).
    """

    code: str
    what: str
    frozen: str = ""
    found: str = ""


@dataclass(frozen=True)
class ThenNow:
    """A figure whose number is another now than the round was closed with."""

    code: str
    name: str
    unit: str
    origin: str
    then: str | None
    now: str | None
    metric: str | None


@dataclass(frozen=True)
class Evaluation:
    """The outcome: ``same`` if nothing was found; ``later`` is what is known otherwise now, which is no fault.

    ``recounted`` is how many figures were counted again from the kept snapshot.
    """

    round: Round
    frozen: FrozenRound
    faults: tuple[Fault, ...]
    later: tuple[ThenNow, ...]
    recounted: int

    @property
    def same(self) -> bool:
        """Whether the round gives today what it gave on closing."""
        return not self.faults


def evaluate(round_: Round) -> Evaluation:
    """Count and gather a closed round again. Problem ``round_not_frozen`` (404)."""
    kept = frozen.frozen_round(round_)
    content: dict[str, Any] = kept.content
    faults: list[Fault] = []
    if frozen.digest(content) != kept.digest:
        faults.append(Fault("content_altered", "", kept.digest, frozen.digest(content)))
    recounted, found = _recount(content)
    faults += found
    known_on = content["records_known_on"]
    again = frozen.gather(
        round_,
        kept.report,
        snapshot=content["snapshot"],
        known_on=None if known_on is None else date.fromisoformat(known_on),
    )
    faults += _differences(content, again)
    return Evaluation(round_, kept, tuple(faults), tuple(then_now(round_, content)), recounted)


def then_now(round_: Round, content: dict[str, Any]) -> Iterator[ThenNow]:
    """Figures that are known otherwise now: computed ones from the newest snapshot, reported ones as accepted since.

    ``now`` is ``None`` for what cannot be told now: a metric, a column or all snapshots are gone.
    """
    rows = content["figures"]
    now = _counted_now(content)
    plan = round_.plan_version.plan
    reported = values.reported_as_of(plan, round_.as_of, None, [row["code"] for row in rows])
    for row in rows:
        code = row["code"]
        if row["origin"] == "computed":
            current = now.get(code)
        else:
            current = digits(reported[code].value) if code in reported else None
        if current != row["value"]:
            yield ThenNow(
                code, row["name"], row["unit"], row["origin"] or "reported", row["value"], current, row["metric"]
            )


def _metrics_of(content: dict[str, Any]) -> dict[str, Metric]:
    """Metric by figure, of the figures that were counted and whose metric still is."""
    known = {metric.code: metric for metric in metrics.metrics()}
    return {row["code"]: known[row["metric"]] for row in content["figures"] if row["metric"] in known}


def _counted_now(content: dict[str, Any]) -> dict[str, str]:
    """By figure; without those that the newest snapshot cannot answer."""
    wanted = _metrics_of(content)
    if not wanted or not lake.newest_name():
        return {}
    day = date.fromisoformat(content["round"]["as_of"])
    told, _failed = computed.count(list(wanted.values()), day, None, lake.newest_name())
    units = {row["code"]: row["unit"] for row in content["figures"]}
    found = {}
    for code, metric in wanted.items():
        if metric.code in told and (value := told[metric.code].value) is not None:
            found[code] = digits(from_base(value, metric.unit, units[code]))
    return found


def _recount(content: dict[str, Any]) -> tuple[int, list[Fault]]:
    """Count the computed figures again from the kept snapshot itself: nothing remembered is looked at."""
    kept = content["snapshot"]
    rows = [row for row in content["figures"] if row["metric"] is not None]
    if kept is None or not rows:
        return 0, []
    wanted = _metrics_of(content)
    faults = [Fault("count_differs", row["code"], row["metric"], "") for row in rows if row["code"] not in wanted]
    day, known_on = date.fromisoformat(content["round"]["as_of"]), content["records_known_on"]
    known = None if known_on is None else date.fromisoformat(known_on)
    try:
        with lake.pinned(kept["name"]) as snapshot:
            broken = lake.damage(snapshot)
        if broken:
            return 0, [*faults, *(Fault("lake_damaged", f"{fault.key}/{fault.file}") for fault in broken)]
        with metrics.reading(known, kept["name"]) as opened:
            counted = {value.metric.code: value for value in metrics.values(opened, list(wanted.values()), [day])}
    except Problem as problem:
        if problem.code not in UNREADABLE:
            raise
        return 0, [*faults, Fault(UNREADABLE[problem.code], kept["name"], "", problem.zh)]
    for row in rows:
        if row["code"] in wanted:
            said = _said(counted[row["metric"]], row["unit"])
            frozen_ = {name: row[name] for name in COUNTED}
            if said != frozen_:
                faults.append(Fault("count_differs", row["code"], _shown(frozen_), _shown(said)))
    return len(wanted), faults


def _said(value: Value, unit: str) -> dict[str, Any]:
    number = None if value.value is None else from_base(value.value, value.metric.unit, unit)
    return {
        "value": None if number is None else digits(number),
        "numerator": digits(value.numerator),
        "denominator": None if value.denominator is None else digits(value.denominator),
        "rows": value.rows,
    }


def _differences(content: dict[str, Any], again: dict[str, Any]) -> Iterator[Fault]:
    """Where the database says otherwise than what was frozen."""
    for name in content.keys() - {"figures", *LISTS}:
        if content[name] != again.get(name):
            yield Fault("record_differs", name, _shown(content[name]), _shown(again.get(name)))
    yield from _of_list("figure", content["figures"], again["figures"], ("code",))
    for name, key in LISTS.items():
        yield from _of_list(name, content[name], again[name], key)


def _of_list(
    what: str, frozen_: list[dict[str, Any]], again: list[dict[str, Any]], key: tuple[str, ...]
) -> Iterator[Fault]:
    before, after = ({tuple(str(row[name]) for name in key): row for row in rows} for rows in (frozen_, again))
    for place in sorted(before.keys() | after.keys()):
        old, new = before.get(place, {}), after.get(place, {})
        if old != new:
            names = [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]
            yield Fault(
                "record_differs",
                f"{what} {' '.join(place)}",
                _shown({name: old.get(name) for name in names}),
                _shown({name: new.get(name) for name in names}),
            )


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={'—' if item is None else item}" for name, item in value.items())
    return "—" if value is None else str(value)
