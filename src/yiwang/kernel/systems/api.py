"""Door of the systems room: what is installed, what a district needs in all, how far it stands."""

from __future__ import annotations

from .registry import catalogue, chapters, folder_of, installed, manifest, qualities, status_markdown
from .types import CatalogueRow, Chapter, NavItem, Quality, SystemManifest

__all__ = [
    "CatalogueRow",
    "Chapter",
    "NavItem",
    "Quality",
    "SystemManifest",
    "catalogue",
    "chapters",
    "folder_of",
    "installed",
    "manifest",
    "qualities",
    "status_markdown",
]
