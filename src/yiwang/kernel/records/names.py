"""Names of the units and places that records name, kept in the process: they change with a reform only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from django.utils.translation import get_language

from yiwang.kernel.orgs import api as orgs

# A renamed unit is called by its new name after so many seconds.
KEPT_SECONDS = 60.0
# More names than a district has units and villages by far; a guard against growing without end.
KEPT_NAMES = 20_000


class Names:
    """Names (Chinese, English) by key; what is not known yet is asked for, once."""

    def __init__(self, find: Callable[[list[str]], Mapping[str, tuple[str, str]]]) -> None:
        self._find = find
        self._kept: dict[str, tuple[float, tuple[str, str]]] = {}

    def of(self, keys: Iterable[str]) -> dict[str, str]:
        """The name of each key in the active language; a key that names nothing is left out."""
        now = time.monotonic()
        wanted = {key for key in keys if key}
        missing = [key for key in wanted if key not in self._kept or self._kept[key][0] < now]
        if missing:
            if len(self._kept) > KEPT_NAMES:
                self._kept.clear()
            self._kept |= {key: (now + KEPT_SECONDS, names) for key, names in self._find(missing).items()}
        place = 0 if (get_language() or "zh").startswith("zh") else 1
        return {key: self._kept[key][1][place] for key in wanted if key in self._kept}


def _units(paths: list[str]) -> dict[str, tuple[str, str]]:
    found = orgs.Unit.objects.filter(path__in=[path.rstrip("/") for path in paths])
    return {
        path + "/": (short or name, english or name)
        for path, name, short, english in found.values_list("path", "name_zh", "short_zh", "name_en")
    }


def _places(codes: list[str]) -> dict[str, tuple[str, str]]:
    found = orgs.divisions(None).filter(code12__in=codes)
    return {code: (name, name) for code, name in found.values_list("code12", "name")}


class Towns:
    """The district's towns by code, for the choice above a list."""

    def __init__(self) -> None:
        self._until = 0.0
        self._kept: list[tuple[str, str]] = []

    def choices(self) -> list[tuple[str, str]]:
        """Code and name of every town that the district runs; a district without towns is asked for each time."""
        if not self._kept or self._until < time.monotonic():
            towns = orgs.divisions(level=orgs.Division.Level.TOWN)
            self._kept = list(towns.values_list("code12", "name"))
            self._until = time.monotonic() + KEPT_SECONDS
        return self._kept


# Keys are unit paths with the slash at their end, as records hold them.
UNITS = Names(_units)
PLACES = Names(_places)
TOWNS = Towns()
