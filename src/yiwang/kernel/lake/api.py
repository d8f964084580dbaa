"""Door of the lake room: dated Parquet snapshots of all records (数据湖)."""

from __future__ import annotations

from .checking import damage, verify
from .pinning import holders, pin
from .reading import Lake, empty, open_lake, paths, pinned
from .refreshing import refresh
from .selectors import status
from .store import Manifest, kept_names, newest, newest_name
from .types import LakeTable, Refreshed, Snapshot, TableFault

__all__ = [
    "Lake",
    "LakeTable",
    "Manifest",
    "Refreshed",
    "Snapshot",
    "TableFault",
    "damage",
    "empty",
    "holders",
    "kept_names",
    "newest",
    "newest_name",
    "open_lake",
    "paths",
    "pin",
    "pinned",
    "refresh",
    "status",
    "verify",
]
