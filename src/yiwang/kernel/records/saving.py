"""Saved views: a person's own filters and columns of a list, under a name."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from yiwang.kernel.access import api as access
from yiwang.lib.problems import Problem

from .asked import Asked
from .models import SavedView
from .types import RecordType

# So many a person needs of one list; more is a slip of a program.
MOST_VIEWS = 30


def views_of(user: access.User, kind: RecordType) -> list[SavedView]:
    """The user's own views of this type, by name."""
    return list(SavedView.objects.filter(user=user, record_type=kind.key))


@transaction.atomic
def save_view(user: access.User, kind: RecordType, name: str, asked: Asked, *, default: bool = False) -> SavedView:
    """Keep what a list asks for as ``name``, in place of the own view of that name.

    Problems: ``view_name_missing``, ``view_too_many``, ``view_too_long``.
    """
    name = " ".join(name.replace("\x00", "").split())
    if not 1 <= len(name) <= 40:
        raise Problem("view_name_missing", "请给视图起一个名称，1 至 40 个字。", "Name the view, 1 to 40 characters.")
    present = views_of(user, kind)
    if name not in {view.name for view in present} and len(present) >= MOST_VIEWS:
        raise Problem(
            "view_too_many",
            f"一种记录最多保存 {MOST_VIEWS} 个视图，请先删除不用的。",
            f"At most {MOST_VIEWS} views of one record type; delete some first.",
        )
    query = asked.address(columns=False)
    if len(query) > 1000:
        raise Problem("view_too_long", "筛选条件太长，无法保存为视图。", "These filters are too long to keep.")
    if default:
        SavedView.objects.filter(user=user, record_type=kind.key, default=True).update(default=False)
    view, _made = SavedView.objects.update_or_create(
        user=user,
        record_type=kind.key,
        name=name,
        defaults={"query": query, "columns": list(asked.columns), "default": default},
    )
    return view


def delete_view(user: access.User, kind: RecordType, pk: int) -> str:
    """Delete an own view; its name. Problem ``view_unknown`` (404)."""
    view = SavedView.objects.filter(user=user, record_type=kind.key, pk=pk).first()
    if view is None:
        raise Problem("view_unknown", "没有这个视图，可能已被删除。", "There is no such view.", status=404)
    name = view.name
    view.delete()
    return name


def columns_of(kind: RecordType, asked: Asked, views: Sequence[SavedView]) -> tuple[str, ...]:
    """The columns to show: those asked for, else those of the default view, else those of the type."""
    if asked.columns:
        return asked.columns
    known = {column.name for column in kind.columns} | {"unit_path", "place", "recorded_at", "source"}
    for view in views:
        kept = tuple(name for name in view.columns if name in known)
        if view.default and kept:
            return kept
    return kind.options.columns
