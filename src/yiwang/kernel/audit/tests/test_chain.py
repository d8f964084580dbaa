"""The chain: append-only in the database, broken by any change, linear under concurrency."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import DatabaseError, connection, transaction

from yiwang.kernel.audit import api as audit
from yiwang.kernel.audit.cli import audit as command
from yiwang.kernel.audit.models import AuditEntry
from yiwang.kernel.audit.services import GENESIS

UPDATE = "UPDATE audit_entry SET"


def tamper(change: str, entry: AuditEntry) -> None:
    """What somebody with the database's own rights could do: switch the triggers off and change a row."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        cursor.execute(f"{change} WHERE seq = %s", [entry.seq])
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")


@pytest.fixture
def chain(db: None) -> list[AuditEntry]:
    return [audit.record("test.act", actor="li.na", object_id=str(number), detail={"n": number}) for number in range(5)]


def test_entries_are_chained(chain: list[AuditEntry]) -> None:
    for before, after in pairwise(chain):
        assert after.previous_hash == before.hash
        assert after.seq == before.seq + 1
    first = AuditEntry.objects.order_by("seq")[0]
    assert first.previous_hash == GENESIS
    result = audit.verify()
    assert result.ok
    assert result.head == chain[-1].hash


@pytest.mark.parametrize(
    "sql", ["UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"]
)
def test_the_database_refuses_changes(chain: list[AuditEntry], sql: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert AuditEntry.objects.filter(action="test.act").count() == 5


def test_models_cannot_change_either(chain: list[AuditEntry]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        chain[0].delete()
    chain[0].actor = "x"
    with pytest.raises(DatabaseError), transaction.atomic():
        chain[0].save()


@pytest.mark.parametrize(
    "column",
    [
        "actor = 'x'",
        "action = 'x'",
        "detail = '{}'",
        "result = 'x'",
        "ip = '10.0.0.1'",
        "at = at + interval '1 s'",
        "object_id = 'x'",
    ],
)
def test_any_changed_column_breaks_the_chain(chain: list[AuditEntry], column: str) -> None:
    tamper(f"{UPDATE} {column}", chain[2])
    result = audit.verify()
    assert not result.ok
    assert result.broken_at == chain[2].seq
    assert "被改动" in result.reason_zh
    assert "changed" in result.reason_en


def test_a_missing_entry_breaks_the_chain(chain: list[AuditEntry]) -> None:
    tamper("DELETE FROM audit_entry", chain[2])
    result = audit.verify()
    assert (result.ok, result.broken_at) == (False, chain[3].seq)
    assert "缺失" in result.reason_zh


def test_a_cut_off_end_is_seen_with_the_noted_head(chain: list[AuditEntry]) -> None:
    head = audit.verify().head
    last = audit.record("test.act", actor="li.na")
    assert audit.verify(head).ok, "growing is no fault"
    tamper("DELETE FROM audit_entry", last)
    tamper("DELETE FROM audit_entry", chain[4])
    assert audit.verify().ok, "without the head a cut end cannot be seen"
    assert not audit.verify(head).ok


def test_a_rewritten_entry_breaks_the_next(chain: list[AuditEntry]) -> None:
    tamper("UPDATE audit_entry SET previous_hash = repeat('0', 64)", chain[2])
    assert audit.verify().broken_at == chain[2].seq


def test_a_rolled_back_act_leaves_no_entry(db: None) -> None:
    before = AuditEntry.objects.count()
    with transaction.atomic():
        audit.record("test.act", actor="li.na")
        transaction.set_rollback(True)
    assert AuditEntry.objects.count() == before
    assert audit.verify().ok


@pytest.mark.parametrize(
    "detail",
    [
        {
            "amount": Decimal("512090000.10"),
            "day": date(2023, 6, 30),
            "at": datetime(2023, 6, 30, 1, 2, 3, 4, tzinfo=UTC),
        },
        {"share": 36.51, "tiny": 1e-20, "huge": 10**30, "minus": -0.0},
        {"text": "中文 \x00 “引号” \u2028 😀", "nested": {"b": [1, None, True, {"a": ()}], "a": {}}},
        {1: "key", "set": {"one"}},
    ],
)
def test_whatever_is_recorded_reads_back_to_the_same_hash(db: None, detail: dict[str, Any]) -> None:
    audit.record("test.act", actor="nul\x00", object_id="x\x00", detail=detail)
    assert audit.verify().ok


def test_the_command_says_so_by_its_exit_status(chain: list[AuditEntry]) -> None:
    good = CliRunner().invoke(command, ["verify"])
    assert good.exit_code == 0
    assert "审计链完整" in good.output
    assert CliRunner().invoke(command, ["verify", "--head", "f" * 64]).exit_code == 1
    tamper("UPDATE audit_entry SET actor = 'x'", chain[2])
    bad = CliRunner().invoke(command, ["verify"])
    assert bad.exit_code == 1
    assert "被改动" in bad.output
    assert '"ok": false' in CliRunner().invoke(command, ["verify", "--json"]).output


@pytest.mark.django_db(transaction=True)
def test_the_chain_stays_linear_when_many_write_at_once() -> None:
    faults: list[DatabaseError] = []

    def write() -> None:
        try:
            for _ in range(10):
                with transaction.atomic():
                    audit.record("test.concurrent", actor="thread")
        except DatabaseError as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert audit.verify().ok
    assert AuditEntry.objects.filter(action="test.concurrent").count() >= 40
