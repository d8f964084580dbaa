"""Door of the organisation room."""

from __future__ import annotations

from .demo import shipped_villages
from .models import Division, Person, Post, Unit
from .selectors import divisions, posts_of, unit, units, units_under
from .services import add_person, hold_post, load_divisions, load_units, new_person
from .types import LoadResult

__all__ = [
    "Division",
    "LoadResult",
    "Person",
    "Post",
    "Unit",
    "add_person",
    "divisions",
    "hold_post",
    "load_divisions",
    "load_units",
    "new_person",
    "posts_of",
    "shipped_villages",
    "unit",
    "units",
    "units_under",
]
