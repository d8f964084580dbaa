"""The lake, with the kiosks' records: what a snapshot holds while people write, and what it is after faults."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from click.testing import CliRunner
from django.db import connection
from django.test import Client
from django.utils import timezone

from yiwang.domains.services.kiosks.models import Kiosk, KioskFault
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.lake import api as lake
from yiwang.kernel.lake import layout, refreshing, store
from yiwang.kernel.lake.cli import lake as command
from yiwang.kernel.lake.models import SnapshotMark
from yiwang.kernel.records import api as records
from yiwang.lib.clock import SHANGHAI, end_of_day
from yiwang.lib.problems import Problem

pytestmark = [pytest.mark.django_db(transaction=True)]
NEW = """
INSERT INTO s05_kiosk (unit_path, place, recorded_at, recorded_by, reason, source, source_id, synthetic, valid_from,
                       device_no, name, place_type, address, maker, matters)
VALUES ('cq/centre/', '', now(), 'machine', '', 'test', %s, false, '2023-01-01', %s, '机', 'bank', '', '', 0)
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    """A lake of the test's own."""
    settings.YIWANG_HOME = tmp_path
    return tmp_path


@pytest.fixture
def operator() -> User:
    """A record keeper of the centre."""
    return make_user("operator", "cq/centre")


def kiosk(operator: User, number: str, **cells: object) -> records.Record:
    """A kiosk of the centre."""
    given = {"device_no": number, "name": f"{number}号机", "place_type": "bank", "valid_from": "2023-01-05", **cells}
    return records.create(Kiosk.record_type, given, actor=operator, unit=make_unit("cq/centre"))


def rows(query: str, *values: object, name: str = "") -> list[tuple[Any, ...]]:
    """What a query of the newest snapshot gives, or of the named one."""
    with lake.open_lake(name) as opened:
        return opened.connection.execute(query, values).fetchall()


def ways(done: lake.Refreshed) -> dict[str, tuple[str, int, str]]:
    """What a refresh did to the tables that it did not leave as they were."""
    return {change.key: (change.way, change.rows, change.reason) for change in done.changes if change.way != "kept"}


def kiosks(done: lake.Refreshed) -> lake.LakeTable:
    """The kiosks' table."""
    return next(table for table in done.snapshot.tables if table.key == "s05.kiosk")


def faults(name: str = "") -> dict[str, int]:
    """What verify finds."""
    return {fault.code: fault.count for fault in lake.verify(name)[1]}


@contextmanager
def another() -> Iterator[psycopg.Connection]:
    """A connection beside Django's, whose transaction the test ends."""
    given = connection.settings_dict
    with psycopg.connect(
        host=given["HOST"], port=given["PORT"], dbname=given["NAME"], user=given["USER"], password=given["PASSWORD"]
    ) as opened:
        yield opened


def at_clock(number: str, moment: datetime, **fields: Any) -> Kiosk:
    """A kiosk that became known at ``moment``."""
    given = {
        "name": f"{number}号机",
        "place_type": "bank",
        "valid_from": date(2023, 1, 5),
        "source_id": number,
    } | fields
    record = Kiosk(device_no=number, unit_path="cq/centre/", recorded_at=moment, source="test", **given)
    record.save(force_insert=True)
    return record


def test_every_version_is_there_with_both_clocks_and_their_days(operator: User) -> None:
    # Half past midnight in Shanghai: in UTC it is still the day before.
    record = at_clock("A1", datetime(2023, 3, 2, 0, 30, tzinfo=SHANGHAI))
    with records.written_by("machine", at=datetime(2023, 5, 1, 23, 30, tzinfo=SHANGHAI)):
        Kiosk._base_manager.filter(pk=record.pk).update(name="新名")
    lake.refresh()
    every = rows(
        "SELECT version, name, valid_from, superseded_kind, recorded_at_day, superseded_at_day "
        'FROM versions."s05.kiosk" ORDER BY version'
    )
    first, second = date(2023, 3, 2), date(2023, 5, 1)
    assert every == [
        (1, "A1号机", date(2023, 1, 5), "corrected", first, second),
        (2, "新名", date(2023, 1, 5), None, second, None),
    ]
    moments = rows('SELECT epoch_us(recorded_at), epoch_us(superseded_at) FROM versions."s05.kiosk" WHERE version = 1')
    former = Kiosk.history_model._base_manager.get()
    assert moments == [(former.recorded_at.timestamp() * 1e6, former.superseded_at.timestamp() * 1e6)]
    assert rows('SELECT version, name FROM current."s05.kiosk"') == [(2, "新名")]
    for day, known in (
        ("2023-03-01", []),
        ("2023-03-02", ["A1号机"]),
        ("2023-04-30", ["A1号机"]),
        ("2023-05-01", ["新名"]),
    ):
        assert rows('SELECT name FROM known."s05.kiosk"(CAST(? AS date))', day) == [(name,) for name in known]


def test_only_what_changed_is_added(operator: User) -> None:
    kept, changed, withdrawn = (kiosk(operator, name) for name in ("A1", "A2", "A3"))
    first = lake.refresh()
    assert {reason for _way, _rows, reason in ways(first).values()} == {"first"}
    assert ways(lake.refresh()) == {}
    records.correct(changed, {"name": "新名"}, actor=operator, reason="改名更正")
    records.withdraw(withdrawn, actor=operator, reason="登记有误")
    short = kiosk(operator, "A4")
    records.withdraw(short, actor=operator, reason="登记有误")
    done = lake.refresh()
    # Two new versions (one of them ended already) and two ends.
    assert ways(done) == {"s05.kiosk": ("added", 4, "")}
    table = kiosks(done)
    assert (table.versions, table.current, len(table.files)) == (5, 2, 3)
    assert table.files[0] == kiosks(first).files[0]
    found = rows('SELECT device_no, version, superseded_kind FROM versions."s05.kiosk" ORDER BY 1, 2')
    assert found == [("A1", 1, None), ("A2", 1, "corrected"), ("A2", 2, None), ("A3", 1, "withdrawn"),
                     ("A4", 1, "withdrawn")]  # fmt: skip
    records.restore(Kiosk.record_type, withdrawn.pk, actor=operator, reason="误撤回")
    lake.refresh()
    assert rows('SELECT device_no FROM current."s05.kiosk" ORDER BY 1') == [("A1",), ("A2",), ("A3",)]
    assert faults() == {}
    # The first snapshot is still what it was.
    assert rows('SELECT count(*) FROM current."s05.kiosk"', name=first.snapshot.name) == [(3,)]
    assert kept.pk


def test_what_was_open_during_a_refresh_comes_with_the_next_once(operator: User) -> None:
    kiosk(operator, "A1")
    lake.refresh()
    with another() as late, another() as later:
        late.execute(NEW, ["L1", "L1"])
        later.execute(NEW, ["L2", "L2"])
        late.execute("UPDATE s05_kiosk SET name = '改' WHERE device_no = 'A1'")
        kiosk(operator, "A2")
        lake.refresh()
        assert rows('SELECT device_no, name FROM current."s05.kiosk" ORDER BY 1') == [
            ("A1", "A1号机"),
            ("A2", "A2号机"),
        ]
        late.commit()
        lake.refresh()
        found = rows('SELECT device_no, name FROM versions."s05.kiosk" ORDER BY 1, version')
        assert found == [("A1", "A1号机"), ("A1", "改"), ("A2", "A2号机"), ("L1", "机")]
        later.commit()
    lake.refresh()
    lake.refresh()
    assert rows('SELECT count(*) FROM versions."s05.kiosk"') == [(5,)]
    assert faults() == {}


def test_a_snapshot_is_of_one_moment_while_people_write(operator: User) -> None:
    kiosk(operator, "A1")
    lake.refresh()
    done = threading.Event()

    def write() -> None:
        number = 0
        with another() as writer:
            while not done.is_set():
                number += 1
                writer.execute(NEW, [f"W{number}", f"W{number}"])
                writer.execute(
                    "INSERT INTO s05_kioskfault (unit_path, place, recorded_at, recorded_by, reason, source, "
                    "source_id, synthetic, occurred_on, device_no, kind, description) "
                    "VALUES ('cq/centre/', '', now(), 'm', '', "
                    "'test', %s, false, '2023-01-01', %s, 'paper', '')",
                    [f"F{number}", f"W{number}"],
                )
                writer.execute("UPDATE s05_kiosk SET matters = matters + 1 WHERE device_no = 'A1'")
                writer.commit()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for turn in range(8):
            lake.refresh(full=turn % 3 == 2)
            question = (
                'SELECT (SELECT count(*) FROM current."s05.kiosk") - 1, (SELECT count(*) FROM current."s05.fault"), '
                "(SELECT matters FROM current.\"s05.kiosk\" WHERE device_no = 'A1'), "
                "(SELECT count(*) - 1 FROM versions.\"s05.kiosk\" WHERE device_no = 'A1')"
            )
            [found] = rows(question)
            assert len(set(found)) == 1, found
            # Verify compares with the database as it is now, and it has moved on.
            assert faults() == {}
    finally:
        done.set()
        thread.join()


@pytest.mark.parametrize("seed", range(4))
def test_known_on_any_day_is_what_the_database_says(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  (an order of edits)
    start, number = datetime(2023, 3, 1, 8, tzinfo=SHANGHAI), 0
    present, gone = list[int](), list[int]()
    for step in range(60):
        moment = start + timedelta(hours=9 * step)
        act = chance.choice(["create", "correct", "correct", "withdraw", "restore", "refresh"])
        with records.written_by("machine", at=moment):
            if act == "create" or (act in ("correct", "withdraw") and not present):
                number += 1
                present.append(at_clock(f"K{number}", moment).pk)
            elif act == "correct":
                Kiosk._base_manager.filter(pk=chance.choice(present)).update(matters=step)
            elif act == "withdraw":
                gone.append(present.pop(chance.randrange(len(present))))
                Kiosk._base_manager.filter(pk=gone[-1]).delete()
            elif act == "restore" and gone:
                present.append(gone.pop(chance.randrange(len(gone))))
                last = Kiosk.history_model._base_manager.filter(id=present[-1]).order_by("row").last()
                at_clock(last.device_no, moment, id=last.id, version=last.version + 1, matters=last.matters)
        if act == "refresh":
            lake.refresh()
    lake.refresh()
    assert faults() == {}
    with lake.open_lake() as opened:
        for days in range(-1, 26):
            day = start.date() + timedelta(days=days)
            moment = end_of_day(day)
            former = Kiosk.history_model._base_manager.filter(recorded_at__lt=moment, superseded_at__gte=moment)
            expected = [
                *Kiosk._base_manager.filter(recorded_at__lt=moment).values_list("id", "version", "matters"),
                *former.values_list("id", "version", "matters"),
            ]
            question = 'SELECT id, version, matters FROM known."s05.kiosk"(?) ORDER BY id'
            assert opened.connection.execute(question, [day]).fetchall() == sorted(expected)


def test_many_small_files_are_put_together_and_many_ends_written_anew(
    operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refreshing, "MOST_FILES", 3)
    monkeypatch.setattr(refreshing, "MOST_ENDS", 6)
    many = [kiosk(operator, f"A{number}") for number in range(30)]
    files = []
    for record in many[:20]:
        lake.refresh()
        records.correct(record, {"name": "新名"}, actor=operator, reason="改名更正")
        done = lake.refresh()
        files.append(len(kiosks(done).files))
    assert max(files) <= 12
    assert min(files[1:]) == 1, "once it was written anew"
    assert rows('SELECT count(*), count(DISTINCT id) FROM versions."s05.kiosk"') == [(50, 30)]
    assert faults() == {}


def test_former_rows_that_are_taken_away_by_hand_leave_the_lake(operator: User) -> None:
    record = kiosk(operator, "A1")
    records.correct(record, {"name": "新名"}, actor=operator, reason="改名更正")
    lake.refresh()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM s05_kiosk_history WHERE id = %s", [record.pk])
    assert faults() == {"rows_unknown": 1}
    assert ways(lake.refresh()) == {"s05.kiosk": ("rewritten", 1, "past_changed")}
    assert faults() == {}
    assert ways(lake.refresh()) == {}


def test_other_columns_are_written_anew(operator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    kiosk(operator, "A1")
    with monkeypatch.context() as before:
        before.setattr(layout, "FIRST", ("id", "version", "unit_path"))
        old = lake.refresh()
    done = lake.refresh()
    assert {reason for _way, _rows, reason in ways(done).values()} == {"columns"}
    assert rows('SELECT place FROM current."s05.kiosk"') == [("",)]
    assert "place" not in dict(old.snapshot.tables[0].columns)


def test_damage_is_noticed_and_mended(operator: User, home: Path) -> None:
    kiosk(operator, "A1")
    done = lake.refresh()
    [file] = kiosks(done).files
    path = store.path_of("s05.kiosk", file.name)
    whole = path.read_bytes()
    path.write_bytes(whole[:-20] + b"x" + whole[-19:])
    assert faults() == {"file_damaged": 1}
    assert ways(lake.refresh(full=True))["s05.kiosk"] == ("rewritten", 1, "asked")
    assert faults() == {}
    path.unlink()
    with pytest.raises(Problem) as refused:
        rows('SELECT * FROM current."s05.kiosk"')
    assert refused.value.code == "lake_damaged"
    assert faults() == {"file_missing": 1}
    assert ways(lake.refresh()) == {"s05.kiosk": ("rewritten", 1, "damaged")}
    assert faults() == {}
    manifest = store.manifests()[-1].path
    manifest.write_bytes(manifest.read_bytes() + b" ")
    with pytest.raises(Problem, match="缺失或已损坏"):
        lake.status()
    assert {reason for _way, _rows, reason in ways(lake.refresh()).values()} == {"damaged"}
    assert faults() == {}


def test_a_database_that_was_set_back_is_noticed(operator: User) -> None:
    kiosk(operator, "A1")
    lake.refresh()
    # What a database lacks that was set back to yesterday.
    SnapshotMark.objects.all().delete()
    done = lake.refresh()
    assert {reason for _way, _rows, reason in ways(done).values()} == {"other_database"}
    assert ways(lake.refresh()) == {}


def test_rows_from_another_servers_dump_come_once(operator: User) -> None:
    """Loaded rows bring the transaction numbers of the server they were dumped from, higher than those here."""
    first, second = kiosk(operator, "A1"), kiosk(operator, "A2")
    ahead = 12
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE s05_kiosk DISABLE TRIGGER USER")
        cursor.execute("UPDATE s05_kiosk SET tx = pg_current_xact_id()::text::bigint + %s", [ahead])
        cursor.execute("ALTER TABLE s05_kiosk ENABLE TRIGGER USER")
    lake.refresh(full=True)
    for turn in range(2 * ahead):
        if turn % 5 == 1:
            records.correct(first, {"matters": turn}, actor=operator, reason="数量更正")
            first.refresh_from_db()
        if turn == ahead:
            records.withdraw(second, actor=operator, reason="登记有误")
        done = lake.refresh()
        assert kiosks(done).versions == 2 + len(range(1, turn + 1, 5))
        assert faults() == {}
    assert rows('SELECT count(*) FROM current."s05.kiosk"') == [(1,)]


def test_a_server_that_goes_away_is_told_and_the_next_refresh_goes_on(
    operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk(operator, "A1")
    first = lake.refresh()
    with monkeypatch.context() as broken:
        rewrite = refreshing._rewrite

        def cut(*given: Any) -> Any:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND datname = current_database()"
                )
            return rewrite(*given)

        broken.setattr(refreshing, "_rewrite", cut)
        with pytest.raises(Problem) as refused:
            lake.refresh(full=True)
    assert refused.value.code == "lake_failed"
    assert "lake refresh" in refused.value.zh
    assert "ROLLBACK" not in refused.value.en, "what went wrong, not what followed from it"
    status = lake.status()
    assert status is not None
    assert status.newest == first.snapshot
    kiosk(operator, "A2")
    assert ways(lake.refresh()) == {"s05.kiosk": ("added", 1, "")}
    assert faults() == {}


def test_old_snapshots_go_unless_somebody_reads_them(operator: User) -> None:
    kiosk(operator, "A1")
    old = lake.refresh().snapshot
    kiosk(operator, "A2")
    new = lake.refresh(full=True).snapshot
    later = timezone.now() + timedelta(days=40)
    with lake.open_lake(old.name) as opened:
        assert store.sweep(later, {}) == {old.name, new.name}
        assert opened.connection.execute('SELECT device_no FROM current."s05.kiosk"').fetchall() == [("A1",)]
    assert store.sweep(later, {}) == {new.name}
    assert len(list((store.root() / "s05.kiosk").iterdir())) == 1
    with pytest.raises(Problem) as refused:
        rows("SELECT 1", name=old.name)
    assert refused.value.code == "snapshot_unknown"


def test_one_refresh_at_a_time(operator: User) -> None:
    with store.writing(), pytest.raises(Problem) as refused:
        lake.refresh()
    assert (refused.value.code, refused.value.status) == ("lake_busy", 409)


def test_readers_reach_nothing_but_the_lake(operator: User, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    lake.refresh()
    with lake.open_lake() as opened, pytest.raises(duckdb.PermissionException):
        opened.connection.execute("SELECT * FROM read_text(?)", [str(tmp_path / "secret.txt")])


def test_a_person_stays_a_pseudonym_and_nothing_about_the_entry_goes_along(operator: User) -> None:
    record = kiosk(operator, "A1")
    records.correct(record, {"name": "新名"}, actor=operator, reason="应张三要求改名")
    lake.refresh()
    with lake.open_lake() as opened:
        tables = {table.key: dict(table.columns) for table in opened.snapshot.tables}
    assert tables["s05.transaction"]["person_key"] == "uuid"
    for columns in tables.values():
        assert not {"recorded_by", "reason", "superseded_by", "superseded_reason"} & set(columns)
    held = b"".join(path.read_bytes() for path in store.root().rglob("*.parquet"))
    assert "新名".encode() in held
    assert "张三".encode() not in held
    assert operator.username.encode() not in held


@pytest.mark.slow
def test_a_refresh_killed_ten_times_leaves_the_last_snapshot_whole(operator: User, home: Path, settings: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            NEW.replace("VALUES (", "SELECT ").replace("0)", "0 FROM generate_series(1, 60000) n")
            .replace("%s, false", "'N' || n, false").replace("%s, '机'", "'N' || n, '机'")
        )  # fmt: skip
    first = lake.refresh().snapshot
    program = (
        "import django; django.setup()\n"
        "from yiwang.kernel.lake import api\n"
        "print('ready', flush=True)\n"
        "while True: api.refresh(full=True); print('refreshed', flush=True); api.refresh()\n"
    )
    found = connection.settings_dict
    url = f"postgresql://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"
    environment = os.environ | {"DATABASE_URL": url, "YIWANG_HOME": str(home),
                                "YIWANG_PERSONAL_KEY_FILE": str(settings.YIWANG_PERSONAL_KEY_FILE)}  # fmt: skip
    chance = random.Random(1)  # noqa: S311  (when to kill)
    numbers = [first.number]
    for turn in range(10):
        process = subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        if turn % 2:  # every other kill comes after a refresh that ended, whatever the machine's speed
            assert process.stdout.readline() == b"refreshed\n"
        time.sleep(chance.random())
        process.send_signal(signal.SIGKILL)
        process.wait()
        status = lake.status()
        assert status is not None
        numbers.append(status.newest.number)
        assert faults() == {}
        kiosk(operator, f"A{turn}")
        assert ways(lake.refresh())["s05.kiosk"][:2] == ("added", 1)
    assert numbers == sorted(numbers)
    assert numbers[-1] >= 1 + 10 + 5 - 1, "ten of ours, and one of each program that was let end one"
    assert rows('SELECT count(*), count(DISTINCT id) FROM current."s05.kiosk"') == [(60_010, 60_010)]
    named = {
        file.name
        for manifest in store.manifests()
        for table in store.read(manifest.path).tables
        for file in table.files
    }
    assert {path.stem for path in store.root().rglob("*.parquet")} == named
    assert not [path for path in store.root().rglob(".*") if path.name != ".lock"]


def test_the_command_tells_programs(operator: User) -> None:
    run = CliRunner()
    empty = run.invoke(command, ["status", "--json"])
    assert (empty.exit_code, json.loads(empty.output)) == (1, None)
    kiosk(operator, "A1")
    done = run.invoke(command, ["refresh", "--json"])
    told = json.loads(done.output)
    assert (done.exit_code, told["number"]) == (0, 1)
    status = json.loads(run.invoke(command, ["status", "--json"]).output)
    assert status["name"] == told["name"]
    assert next(row for row in status["types"] if row["key"] == "s05.kiosk")["current"] == 1
    assert status["age_seconds"] < 60
    checked = run.invoke(command, ["verify", "--json"])
    assert (checked.exit_code, json.loads(checked.output)["ok"]) == (0, True)
    next(iter((store.root() / "s05.kiosk").iterdir())).unlink()
    checked = run.invoke(command, ["verify"])
    assert checked.exit_code == 1
    assert "文件缺失" in checked.output


def test_the_page_says_what_there_is_and_how_old(operator: User, client: Client) -> None:
    client.force_login(make_user("sysadmin"))
    assert "数据湖还没有快照" in client.get("/lake/").content.decode()
    kiosk(operator, "A1")
    taken = lake.refresh().snapshot
    page = client.get("/lake/").content.decode()
    assert taken.name in page
    assert "自助机故障" in page
    assert "已超过 24 小时未刷新" not in page
    assert KioskFault.record_type.key in page
