"""For rooms above that ship data as CSV files in rooms and systems too: finding and reading them strictly."""

from __future__ import annotations

from .datafiles import csv_files, overlap, own_folder, read_certainty, read_date, read_rows, shipped, wrong
from .wording import CERTAINTY_NAMES, CERTAINTY_TONES

__all__ = [
    "CERTAINTY_NAMES",
    "CERTAINTY_TONES",
    "csv_files",
    "overlap",
    "own_folder",
    "read_certainty",
    "read_date",
    "read_rows",
    "shipped",
    "wrong",
]
