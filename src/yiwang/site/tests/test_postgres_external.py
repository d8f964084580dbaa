"""A server of one's own in DATABASE_URL: what is checked, and that the printed script prepares it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psycopg
import pytest

from yiwang.lib.problems import Problem
from yiwang.site import postgres, state
from yiwang.site.postgres import cluster as disk
from yiwang.site.postgres import external

pytestmark = pytest.mark.slow


@pytest.fixture
def admin(home: Path) -> str:
    """A superuser's address of a running server, without any of our roles and databases."""
    postgres.ensure_running()
    cluster = disk.load(state.postgres())
    assert cluster is not None
    with psycopg.connect(cluster.admin_url(), autocommit=True) as connection:
        connection.execute("DROP DATABASE yiwang")
        connection.execute("DROP ROLE yiwang")
        connection.execute("DROP ROLE yiwang_app")
    return cluster.admin_url()


def test_the_script_prepares_a_server(admin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    command = [str(postgres.program("psql")), admin, "--no-psqlrc", "--quiet", "-v", "password='It''s a secret'"]
    done = subprocess.run(command, input=postgres.script(), text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    host = admin.rpartition("@")[2].partition("/")[0]
    url = f"postgresql://yiwang:It%27s%20a%20secret@{host}/yiwang"
    monkeypatch.setenv("DATABASE_URL", url)
    assert postgres.ensure_running() == url == postgres.database_url()
    assert postgres.status().kind == "external"
    assert "secret" not in postgres.status().url
    assert postgres.stop() is False


def test_a_server_without_the_role_of_the_second_lock_is_refused(admin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = external.facts(admin)
    assert found["app_role"] == "false"
    monkeypatch.setattr(external, "facts", lambda url: found | {"encoding": "UTF8", "locale_provider": "b"})
    with pytest.raises(Problem) as refused:
        external.check(admin)
    assert refused.value.code == "database_app_role_missing"
    assert "CREATE ROLE yiwang_app" in refused.value.zh


def test_an_old_server_is_refused(admin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = external.facts(admin) | {"number": "160004", "version": "16.4"}
    monkeypatch.setattr(external, "facts", lambda url: found)
    with pytest.raises(Problem) as refused:
        external.check(admin)
    assert refused.value.code == "database_too_old"
    assert "16.4" in refused.value.zh
    assert "17" in refused.value.en


def test_a_database_with_another_order_is_refused(admin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("CREATE DATABASE other TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'")
    monkeypatch.setenv("DATABASE_URL", admin.rpartition("/")[0] + "/other")
    with pytest.raises(Problem) as refused:
        postgres.ensure_running()
    assert refused.value.code == "database_locale_unfit"


def test_an_unreachable_server_is_said_without_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://yiwang:geheim@127.0.0.1:1/yiwang")
    with pytest.raises(Problem) as refused:
        postgres.ensure_running()
    assert refused.value.code == "database_unreachable"
    assert "geheim" not in refused.value.zh + refused.value.en
