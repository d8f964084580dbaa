"""Data that rooms, systems and the district ship as CSV files: where they lie, and reading them strictly."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NoReturn

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from .types import CERTAINTIES, Certainty

Row = dict[str, str]


def wrong(where: str | Path, what: str) -> NoReturn:
    """Stop the start: ``where`` is the file, with a line after a colon."""
    raise ImproperlyConfigured(f"{where}: {what}")


def shipped(folder: str) -> Iterator[tuple[str, Path]]:
    """``(app label, folder)`` of every room and system that has a folder of this name, in the order of installation."""
    for config in apps.get_app_configs():
        path = Path(config.path) / folder
        if config.name.startswith("yiwang.") and path.is_dir():
            yield config.label, path


def own_folder(folder: str) -> Path:
    """Where the district keeps its own changes: ``YIWANG_HOME/<folder>``; it need not exist."""
    return Path(settings.YIWANG_HOME) / folder


def csv_files(folder: Path) -> list[Path]:
    """The CSV files of ``folder``, by name."""
    return sorted(folder.glob("*.csv"))


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[str, Row]]:
    """``("file:line", cells)`` of every row; the first line must be ``columns``. UTF-8, with or without mark."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        wrong(path, f"is not UTF-8 (byte {error.start}); save it as CSV UTF-8")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if header != list(columns):
            wrong(f"{path}:1", f"the columns must be {','.join(columns)}")
        for cells in reader:
            where = f"{path}:{reader.line_num}"
            if len(cells) != len(columns):
                wrong(where, f"has {len(cells)} cells instead of {len(columns)}; put text with commas in quotes")
            for name, cell in zip(columns, cells, strict=True):
                if cell != cell.strip():
                    wrong(where, f"{name} {cell!r} has blanks around it")
            yield where, dict(zip(columns, cells, strict=True))
    except csv.Error as error:
        wrong(f"{path}:{reader.line_num}", str(error))


def read_date(where: str, name: str, text: str) -> date | None:
    """A day as yyyy-mm-dd; empty is None."""
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
        wrong(where, f"{name} {text!r} must be a day like 2023-06-30, or empty")
    try:
        return date.fromisoformat(text)
    except ValueError:
        wrong(where, f"{name} {text!r} is no day of the calendar")


def read_certainty(where: str, text: str) -> Certainty:
    """One of the four words."""
    for certainty in CERTAINTIES:
        if text == certainty:
            return certainty
    wrong(where, f"certainty {text!r} must be one of {', '.join(CERTAINTIES)}")


def overlap(first: tuple[date | None, date | None], second: tuple[date | None, date | None]) -> bool:
    """Whether two periods (from, first day after; None: open) share a day."""
    starts_before_end = first[0] is None or second[1] is None or first[0] < second[1]
    ends_after_start = first[1] is None or second[0] is None or second[0] < first[1]
    return starts_before_end and ends_after_start
