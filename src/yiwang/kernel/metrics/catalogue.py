"""Every metric there is: those that systems define, and the newest version of those that officials composed."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language

from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.orgs.api import Unit
from yiwang.kernel.records import api as records
from yiwang.kernel.systems import api as systems
from yiwang.lib.problems import Problem

from . import definitions, registry
from .models import ComposedMetric, ComposedVersion
from .types import Metric


@dataclass(frozen=True)
class Entry:
    """A metric with whom it belongs to: its system, the unit that answers for it, and its version when composed."""

    metric: Metric
    system: str
    system_name: str
    owner: Unit | None
    version: ComposedVersion | None = None

    @property
    def code(self) -> str:
        """The metric's code."""
        return self.metric.code

    @property
    def name(self) -> str:
        """Name in the active language."""
        chinese = (get_language() or "zh").startswith("zh")
        return self.metric.name_zh if chinese else (self.metric.name_en or self.metric.name_zh)

    @property
    def note(self) -> str:
        """Note in the active language."""
        chinese = (get_language() or "zh").startswith("zh")
        return self.metric.note_zh if chinese else (self.metric.note_en or self.metric.note_zh)


def entries() -> list[Entry]:
    """Every metric by figure and code; retired ones of officials are left out."""
    owners = {unit.code: unit for unit in orgs.units()}
    found = [_of_system(metric, owners.get(_manifest(metric).owner_unit)) for metric in registry.metrics()]
    newest = ComposedVersion.objects.filter(metric__retired_at=None).select_related("metric__unit")
    return found + [_composed(version) for version in newest.order_by("metric_id", "-number").distinct("metric_id")]


def entry(code: str, version: int | None = None) -> Entry:
    """A metric by code or figure, of officials' ones a version (default: the newest). Problem ``metric_unknown``."""
    if not code.startswith("own."):
        metric = registry.metric(code)
        return _of_system(metric, orgs.units().filter(code=_manifest(metric).owner_unit).first())
    number = code.removeprefix("own.")
    rows = ComposedVersion.objects.none()
    if number.isascii() and number.isdigit() and len(number) < 19:
        rows = ComposedVersion.objects.filter(metric_id=int(number)).select_related("metric__unit")
    found = (rows if version is None else rows.filter(number=version)).order_by("-number").first()
    if found is None:
        raise Problem(
            "metric_unknown",
            f"没有指标“{code[:40]}”，或没有这个版本。请从指标列表进入。",
            f'There is no metric "{code[:40]}", or not this version of it. Start from the list of metrics.',
            status=404,
        )
    return _composed(found)


def versions(found: Entry) -> list[ComposedVersion]:
    """The versions of an official's metric, newest first; of a system's none."""
    return [] if found.version is None else list(found.version.metric.versions.order_by("-number"))


def composed(code: str) -> ComposedMetric:
    """An official's metric. Problem ``metric_unknown``."""
    found = entry(code).version
    if found is None:
        raise Problem(
            "metric_of_system",
            f"指标“{code[:40]}”由系统定义，不能在页面上修改。",
            f'The metric "{code[:40]}" is defined by its system and cannot be changed on a page.',
            status=409,
        )
    return found.metric


def _of_system(metric: Metric, owner: Unit | None) -> Entry:
    manifest = _manifest(metric)
    return Entry(metric, manifest.id, _name(manifest), owner)


def _composed(version: ComposedVersion) -> Entry:
    metric = definitions.from_json(version.metric.code, version.name_zh, version.name_en, version.definition)
    manifest = _manifest(metric)
    return Entry(metric, manifest.id, _name(manifest), version.metric.unit, version)


def _manifest(metric: Metric) -> systems.SystemManifest:
    return systems.manifest(records.record_type(metric.numerator.selection.record).system)


def _name(manifest: systems.SystemManifest) -> str:
    return manifest.name_zh if (get_language() or "zh").startswith("zh") else manifest.name_en
