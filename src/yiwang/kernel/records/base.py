"""The base of every business record: owner, place, business dates, two clocks, provenance, and its history table."""

from __future__ import annotations

import re
from typing import Any, ClassVar, cast

from django.db import models
from django.db.models.base import ModelBase
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from .columns import Column, DateColumn
from .types import RecordOptions, RecordType

# Every record type by key, in the order in which systems define them.
REGISTRY: dict[str, RecordType] = {}
BUSINESS_DATES = frozenset({"valid_from", "valid_to", "occurred_on"})
# Words that addresses, forms and the interface use beside the columns.
RESERVED = frozenset({"unit", "q", "on", "since", "until", "known", "cursor", "limit", "cols", "pk", "step", "format"})
# What every record has: a column of the same name would take its place without a word.
OWN = frozenset(
    {
        "id",
        "version",
        "unit_path",
        "place",
        "recorded_at",
        "recorded_by",
        "reason",
        "source",
        "source_id",
        "tx",
        "synthetic",
    }
)


class RecordBase(ModelBase):
    """Gives each record type a history model beside it and enters it in the registry."""

    def __new__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, Any], **kwargs: Any) -> Any:
        made: Any = super().__new__(cls, name, bases, attrs, **kwargs)
        options = attrs.get("record")
        if made._meta.abstract or options is None:
            return made
        label = made._meta.app_label
        history = _history_of(made)
        made.history_model = history
        # What the type declares comes first in lists, forms and files, the dates that every record has after it.
        found = [field for field in made._meta.local_fields if isinstance(field, Column)]
        columns = tuple(sorted(found, key=lambda column: column.name in BUSINESS_DATES))
        kind = RecordType(
            key=f"{label}.{options.key}",
            model=made,
            history=history,
            options=options,
            columns=columns,
            system=label.upper() if re.fullmatch(r"s[0-9]{2}", label) else "",
        )
        made.record_type = kind
        _check(kind)
        REGISTRY[kind.key] = kind
        return made


def _check(kind: RecordType) -> None:
    """A slip in a declaration stops the start."""
    names = {column.name for column in kind.columns}
    options = kind.options
    named = {
        options.title,
        *options.columns,
        *options.search,
        *options.filters,
        *filter(None, (options.code, options.ends)),
    }
    unknown = named - names - {"unit_path", "place", kind.date_field}
    if unknown:
        raise TypeError(f"{kind.key}: record options name unknown columns {sorted(unknown)}")
    taken = sorted(names & (RESERVED | OWN))
    if taken:
        raise TypeError(
            f"{kind.key}: columns may not be called {taken}: addresses, forms and every record use these words"
        )
    if kind.key in REGISTRY and REGISTRY[kind.key].model.__module__ != kind.model.__module__:
        raise TypeError(f"{kind.key} is declared twice")


def _history_of(model: Any) -> type[models.Model]:
    """The model of the former rows: every column as it was, plus when, by whom and why it ended."""
    fields: dict[str, Any] = {"row": models.BigAutoField(primary_key=True)}
    for field in model._meta.local_fields:
        if field.primary_key:
            fields[field.name] = models.BigIntegerField()
            continue
        # The plain Django field that migrations have too: a former row is read with the columns of the current ones.
        _name, path, args, kwargs = field.deconstruct()
        copy = import_string(path)(*args, **kwargs)
        copy._unique = False
        copy.db_index = False
        fields[field.name] = copy
    fields |= {
        "superseded_at": models.DateTimeField(),
        "superseded_tx": models.BigIntegerField(),
        "superseded_by": models.CharField(max_length=64),
        "superseded_reason": models.CharField(max_length=300),
        "superseded_kind": models.CharField(max_length=10),
    }
    meta = type(
        "Meta",
        (),
        {
            "app_label": model._meta.app_label,
            "db_table": f"{model._meta.db_table}_history",
            "default_permissions": (),
            "ordering": ["-row"],
        },
    )
    attrs = {"__module__": model.__module__, "__doc__": f"Former rows of {model.__name__}.", "Meta": meta, **fields}
    return cast("type[models.Model]", ModelBase(f"{model.__name__}History", (models.Model,), attrs))


class _CurrentTransaction(models.Func):
    """The number of the transaction that is writing."""

    template = "pg_current_xact_id()::text::bigint"
    arity = 0
    output_field = models.BigIntegerField()


class _TransactionField(models.BigIntegerField):  # type: ignore[type-arg]  # generic in its stubs only
    """The number of the transaction that writes a row, whatever the code that saves it says."""

    def deconstruct(self) -> Any:
        """The plain Django field."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.BigIntegerField", args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Asked of the database; at a change its trigger sets the number."""
        return _CurrentTransaction() if add else super().pre_save(model_instance, add)


class Record(models.Model, metaclass=RecordBase):
    """What every business record (业务记录) has.

    ``unit_path`` is the owning unit's path with a slash at its end ("cq/health/"), so that a range of text is exactly a
    subtree; ``place`` a 12-digit code of a town or village ("" unknown). ``version`` counts from 1; ``recorded_at`` is
    when the system learned this version; ``source`` and ``source_id`` name it where it came from, once. ``tx`` is the
    transaction that wrote it: the lake finds what is new by it.
    """

    record: ClassVar[RecordOptions]
    record_type: ClassVar[RecordType]
    history_model: ClassVar[type[Any]]
    business_date: ClassVar[str] = "valid_from"

    id = models.BigAutoField(primary_key=True)
    version = models.SmallIntegerField(default=1, editable=False)
    unit_path = models.CharField(_("所属单位"), max_length=300, db_collation="C")
    place = models.CharField(_("所在地"), max_length=12, db_collation="C", blank=True, default="")
    recorded_at = models.DateTimeField(_("入库时间"))
    recorded_by = models.CharField(_("录入人"), max_length=64)
    reason = models.CharField(_("更正理由"), max_length=300, blank=True, default="")
    source = models.CharField(_("来源系统"), max_length=30)
    source_id = models.CharField(_("来源编号"), max_length=80)
    tx = _TransactionField(editable=False, default=0)
    synthetic = models.BooleanField(_("演示数据"), default=False)

    class Meta:
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        return str(getattr(self, self.record.title, "") or self.pk)


class StateRecord(Record):
    """A record of something that lasts: in force from ``valid_from`` until (exclusive) ``valid_to``."""

    business_date = "valid_from"

    valid_from = DateColumn(_("起始日期"))
    valid_to = DateColumn(_("终止日期"), null=True, blank=True, help_zh="不含当日；仍有效的留空")

    class Meta(Record.Meta):
        abstract = True


class EventRecord(Record):
    """A record of something that happened on a day."""

    business_date = "occurred_on"

    occurred_on = DateColumn(_("发生日期"))

    class Meta(Record.Meta):
        abstract = True
