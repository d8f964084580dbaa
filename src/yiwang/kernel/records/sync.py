"""What the database itself guards for record tables: history, versions, row-level security, indexes.

Applied after every ``migrate`` from the declarations, and safe to repeat: triggers and policies are replaced, indexes
made when missing. Tables and columns are Django's business.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.db import connection

from yiwang.kernel.access import api as access
from yiwang.kernel.registers import api as registers

from . import searching
from .base import REGISTRY
from .types import RecordType

# Conflicts with itself: two starts that both migrate wait for one another.
LOCK_KEY = int.from_bytes(b"YWSYNC")

KEEP = """
CREATE OR REPLACE FUNCTION "{table}_keep"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $keep$
DECLARE
  moment timestamptz := coalesce(nullif(current_setting('yiwang.clock', true), '')::timestamptz, clock_timestamp());
BEGIN
  IF TG_OP = 'UPDATE' THEN
    NEW.id := OLD.id; NEW.version := OLD.version; NEW.recorded_at := OLD.recorded_at; NEW.tx := OLD.tx;
  END IF;
  -- The clocks of one record never run backwards, whatever the machine's does.
  IF moment <= OLD.recorded_at THEN moment := OLD.recorded_at + interval '1 microsecond'; END IF;
  INSERT INTO "{table}_history"
    ({columns}, superseded_at, superseded_tx, superseded_by, superseded_reason, superseded_kind)
  VALUES ({old}, moment, pg_current_xact_id()::text::bigint,
          coalesce(nullif(current_setting('yiwang.actor', true), ''), session_user),
          coalesce(current_setting('yiwang.reason', true), ''),
          CASE TG_OP WHEN 'DELETE' THEN 'withdrawn' ELSE 'corrected' END);
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  NEW.version := OLD.version + 1;
  NEW.recorded_at := moment;
  NEW.tx := pg_current_xact_id()::text::bigint;
  RETURN NEW;
END $keep$;
DROP TRIGGER IF EXISTS "{table}_keep" ON "{table}";
CREATE TRIGGER "{table}_keep" BEFORE UPDATE OR DELETE ON "{table}" FOR EACH ROW EXECUTE FUNCTION "{table}_keep"();
ALTER TABLE "{table}" ALTER COLUMN tx SET DEFAULT pg_current_xact_id()::text::bigint;
ALTER TABLE "{table}" ALTER COLUMN version SET DEFAULT 1;
"""

# Former rows stay. Should somebody take some away or change them, or empty a table, this remembers that it was done:
# the lake then writes its copy of that type anew. Written by triggers only, in the transaction that does it.
PAST_CHANGES = "records_past_change"
REMEMBER = """
CREATE TABLE IF NOT EXISTS {past} (
  record_type text NOT NULL, tx bigint NOT NULL, at timestamptz NOT NULL, by_whom text NOT NULL
);
CREATE OR REPLACE FUNCTION {past}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $remember$
BEGIN
  INSERT INTO {past} VALUES (TG_ARGV[0], pg_current_xact_id()::text::bigint, clock_timestamp(), session_user);
  RETURN NULL;
END $remember$;
"""
WATCH = """
DROP TRIGGER IF EXISTS "{table}_past" ON "{table}_history";
CREATE TRIGGER "{table}_past" AFTER UPDATE OR DELETE OR TRUNCATE ON "{table}_history"
  FOR EACH STATEMENT EXECUTE FUNCTION {past}('{key}');
DROP TRIGGER IF EXISTS "{table}_past" ON "{table}";
CREATE TRIGGER "{table}_past" AFTER TRUNCATE ON "{table}"
  FOR EACH STATEMENT EXECUTE FUNCTION {past}('{key}');
"""

GRANTS = """
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
"""


def _scope(resource: str, which: str, index: int) -> str:
    """A bound of the reader's scope; as a sub-select it is worked out once a query instead of once a row (40 times)."""
    return f"(select current_setting('yiwang.scopes', true)::jsonb #>> '{{{resource},{which},{index}}}')"


def _within(resource: str, which: str) -> str:
    """The condition of a row within the scope: everything, or a range of unit paths and a range of places.

    The first half keeps the planner from believing that a reader of everything sees half a percent of the rows.
    """
    flag = f"current_setting('yiwang.scopes', true)::jsonb #>> '{{{resource},{which},4}}'"
    everything = f"(select coalesce(({flag})::bool, false))"
    return (
        f"({everything} OR (unit_path >= {_scope(resource, which, 0)} AND unit_path < {_scope(resource, which, 1)} "
        f"AND place >= {_scope(resource, which, 2)} AND place < {_scope(resource, which, 3)}))"
    )


def policies(kind: RecordType) -> str:
    """Row-level security of the current and the former rows: read by scope ``v``, written by scope ``e``."""
    statements = []
    read, write = _within(kind.key, "v"), _within(kind.key, "e")
    for table in (kind.table, f"{kind.table}_history"):
        statements.append(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        statements += [
            f'DROP POLICY IF EXISTS {name} ON "{table}"' for name in ("yw_read", "yw_add", "yw_correct", "yw_withdraw")
        ]
        statements.append(f'CREATE POLICY yw_read ON "{table}" FOR SELECT USING ({read})')
    statements.append(f'CREATE POLICY yw_add ON "{kind.table}" FOR INSERT WITH CHECK ({write})')
    statements.append(f'CREATE POLICY yw_correct ON "{kind.table}" FOR UPDATE USING ({write}) WITH CHECK ({write})')
    statements.append(f'CREATE POLICY yw_withdraw ON "{kind.table}" FOR DELETE USING ({write})')
    return ";\n".join(statements) + ";"


def indexes(kind: RecordType) -> dict[str, str]:
    """Statement of each index by its name; the primary key is Django's."""
    table, day = kind.table, kind.date_field
    found = {
        f"{table}_once": f'CREATE UNIQUE INDEX IF NOT EXISTS "{table}_once" ON "{table}" (source, source_id)',
        f"{table}_day": f'CREATE INDEX IF NOT EXISTS "{table}_day" ON "{table}" ({day}, id)',
        f"{table}_unit": f'CREATE INDEX IF NOT EXISTS "{table}_unit" ON "{table}" (unit_path, {day}, id)',
        f"{table}_place": f'CREATE INDEX IF NOT EXISTS "{table}_place" ON "{table}" (place, {day}, id)',
        # The lake finds by these what is new. No block range indexes: later rows fill places all over a table.
        f"{table}_txid": f'CREATE INDEX IF NOT EXISTS "{table}_txid" ON "{table}" (tx)',
        f"{table}_history_txid": (
            f'CREATE INDEX IF NOT EXISTS "{table}_history_txid" ON "{table}_history" (superseded_tx)'
        ),
        f"{table}_history_id": f'CREATE INDEX IF NOT EXISTS "{table}_history_id" ON "{table}_history" (id, version)',
    }
    if kind.options.code:
        # What links to a record asks by its code.
        key = f"{table}_code"
        found[key] = f'CREATE INDEX IF NOT EXISTS "{key}" ON "{table}" ("{kind.options.code}")'
    for name in kind.options.filters:
        key = f"{table}_by_{name}"
        found[key] = f'CREATE INDEX IF NOT EXISTS "{key}" ON "{table}" ("{name}", {day}, id)'
    for key, method in searching.indexes(kind).items():
        found[key] = f'CREATE INDEX IF NOT EXISTS "{key}" ON "{table}" {method}'
    for column in kind.columns:
        if column.register and column.name != kind.options.code:
            key = f"{table}_of_{column.name}"
            found[key] = f'CREATE INDEX IF NOT EXISTS "{key}" ON "{table}" ("{column.name}")'
    return found


# Endings of the names of our indexes; Django's and PostgreSQL's own end otherwise.
_OURS = re.compile(r"once|day|unit|place|txid|history_(txid|id)|code|(by|of)_.+|search|triples|chars|words")


def _drop_former(cursor: Any, kind: RecordType) -> None:
    """Drop indexes that a former declaration made and the present one does not name."""
    cursor.execute(
        "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND tablename IN (%s, %s)",
        [kind.table, f"{kind.table}_history"],
    )
    declared = indexes(kind)
    for (name,) in cursor.fetchall():
        ending = name.removeprefix(f"{kind.table}_")
        if ending != name and _OURS.fullmatch(ending) and name not in declared:
            cursor.execute(f'DROP INDEX "{name}"')


def apply(kinds: Sequence[RecordType] | None = None) -> None:
    """Bring triggers, policies, grants and indexes of every record type in line with the declarations."""
    existing = set(connection.introspection.table_names())
    chosen = [kind for kind in kinds or tuple(REGISTRY.values()) if {kind.table, f"{kind.table}_history"} <= existing]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])
        try:
            # Of the contributed modules, and a trusted one: the owner of a database may create it.
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            cursor.execute(REMEMBER.format(past=PAST_CHANGES))
            for kind in chosen:
                cursor.execute(WATCH.format(table=kind.table, key=kind.key, past=PAST_CHANGES))
                names = [field.column for field in kind.model._meta.local_fields]
                cursor.execute(
                    KEEP.format(
                        table=kind.table,
                        columns=", ".join(f'"{name}"' for name in names),
                        old=", ".join(f'OLD."{name}"' for name in names),
                    )
                )
                cursor.execute(policies(kind))
                _drop_former(cursor, kind)
                for statement in indexes(kind).values():
                    cursor.execute(statement)
            cursor.execute(GRANTS.format(role=access.APP_ROLE))
            # After the grants on every table: of the registers the role may read some columns only.
            registers.apply_locks()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK_KEY])
