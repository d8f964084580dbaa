"""What the database itself guards for the registers: the second lock and the trail of changes.

Applied after every ``migrate`` and safe to repeat, as :mod:`yiwang.kernel.records.sync` does for records. The
application's role may only read, within the reader's scope, and never a sealed id or what is remembered of the keys;
the services of this room write as the owner (:func:`yiwang.kernel.access.api.as_owner`).
"""

from __future__ import annotations

from django.db import connection

from yiwang.kernel.access import api as access

from .kinds import KINDS, PERSON, SECRET, Kind
from .models import Alias, KeyCheck, Trail

TRAIL = """
CREATE OR REPLACE FUNCTION registers_note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $note$
DECLARE former jsonb;
BEGIN
  SELECT jsonb_object_agg(was.key, was.value) INTO former
  FROM jsonb_each(to_jsonb(OLD) - 'sealed' - 'seal_key' - 'known_since') AS was
  WHERE was.value IS DISTINCT FROM to_jsonb(NEW) -> was.key;
  IF former IS NULL OR former - 'source' = '{{}}' THEN RETURN NULL; END IF;
  INSERT INTO "{trail}" (kind, code, act, at, by, source, reason, other, former)
  VALUES (TG_ARGV[0], to_jsonb(NEW) ->> TG_ARGV[1], 'updated', clock_timestamp(),
          coalesce(nullif(current_setting('yiwang.actor', true), ''), session_user), NEW.source, '', '', former);
  RETURN NULL;
END $note$;
"""


def _trigger(kind: Kind) -> str:
    return (
        f'CREATE OR REPLACE TRIGGER registers_note_change AFTER UPDATE ON "{kind.table}" '
        f"FOR EACH ROW EXECUTE FUNCTION registers_note_change('{kind.key}', '{kind.pk}')"
    )


def _bound(kind: Kind, index: int) -> str:
    """A bound of the reader's scope; as a sub-select it is worked out once a query instead of once a row."""
    return f"(select current_setting('yiwang.scopes', true)::jsonb #>> '{{{kind.resource},v,{index}}}')"


def _within(kind: Kind) -> str:
    """The condition of a row within the scope: everything, or a range of places. A row belongs to no unit, so a scope
    of units (whose lower bound is not empty) shows nothing."""
    everything = f"coalesce({_bound(kind, 4)}::bool, false)"
    return f"({everything} OR ({_bound(kind, 0)} = '' AND place >= {_bound(kind, 2)} AND place < {_bound(kind, 3)}))"


def _of_a_seen_row(table: str, column: str) -> str:
    """Whether the row that an alias or trail is about is one that the reader may see."""
    cases = []
    for kind in KINDS.values():
        code = f'"{table}".{column}' + ("::uuid" if kind is PERSON else "")
        row = f'SELECT 1 FROM "{kind.table}" t WHERE t.{kind.pk} = {code}'  # noqa: S608  (own tables and columns)
        cases.append(f"WHEN '{kind.key}' THEN EXISTS ({row})")
    return f"(CASE kind {' '.join(cases)} ELSE false END)"


def _read_only(table: str, condition: str, columns: str = "") -> list[str]:
    role = access.APP_ROLE
    return [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'DROP POLICY IF EXISTS yw_read ON "{table}"',
        f'CREATE POLICY yw_read ON "{table}" FOR SELECT USING ({condition})',
        f'REVOKE ALL ON "{table}" FROM {role}',
        f'GRANT SELECT {columns} ON "{table}" TO {role}',
    ]


def statements() -> list[str]:
    """Everything, in order."""
    alias, trail = Alias._meta.db_table, Trail._meta.db_table
    found = [TRAIL.format(trail=trail)]
    for kind in KINDS.values():
        found.append(_trigger(kind))
        names = [field.column for field in kind.model._meta.local_fields if field.column not in SECRET]
        listed = ", ".join(f'"{name}"' for name in names)
        found += _read_only(kind.table, _within(kind), f"({listed})")
    found += _read_only(alias, _of_a_seen_row(alias, "kept"))
    found += _read_only(trail, _of_a_seen_row(trail, "code"))
    found.append(f'REVOKE ALL ON "{KeyCheck._meta.db_table}" FROM {access.APP_ROLE}')
    return found


def apply() -> None:
    """Bring triggers, policies and grants in line with the declarations; nothing while tables are missing."""
    wanted = {kind.table for kind in KINDS.values()} | {model._meta.db_table for model in (Alias, Trail, KeyCheck)}
    if not wanted <= set(connection.introspection.table_names()):
        return
    with connection.cursor() as cursor:
        for statement in statements():
            cursor.execute(statement)
