"""Which records are looked at: as known on which day, of which units and places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

Range = tuple[str, str]


def within(path: str) -> Range:
    """The range of unit paths of a unit and those below it."""
    return (f"{path}/", f"{path}0")


@dataclass(frozen=True)
class Holding:
    """Records as known at the end of a day or at a moment (None: as in the snapshot), of some units or places.

    ``units`` and ``places`` are ranges of unit paths and of place codes, the upper end exclusive; None: all.
    """

    known_at: date | datetime | None = None
    units: Range | None = None
    places: Range | None = None

    def where(self, moment: str) -> str:
        """The condition in SQL, the same for both engines but for the type of a moment."""
        known = self.known_at
        if known is None:
            conditions = ["superseded_at IS NULL"]
        elif isinstance(known, datetime):
            at = f"CAST('{known.isoformat()}' AS {moment})"
            conditions = [f"recorded_at <= {at}", f"(superseded_at IS NULL OR superseded_at > {at})"]
        else:
            conditions = [
                f"recorded_at_day <= DATE '{known}'", f"(superseded_at IS NULL OR superseded_at_day > DATE '{known}')",
            ]  # fmt: skip
        for column, ends in (("unit_path", self.units), ("place", self.places)):
            if ends is not None:
                low, high = (end.replace("\\", "").replace("'", "''") for end in ends)
                conditions.append(f"{column} >= '{low}' AND {column} < '{high}'")
        return " AND ".join(conditions)
