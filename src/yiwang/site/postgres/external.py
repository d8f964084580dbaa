"""A PostgreSQL server named by ``DATABASE_URL``: what it must be, checked, and the SQL that prepares it."""

from __future__ import annotations

import psycopg

from yiwang.lib.problems import Problem

# The builtin locale provider, which gives the same sort order on every machine, came with 17.
OLDEST_MAJOR = 17

SCRIPT = """\
-- 一网 Yiwang: prepares a PostgreSQL server (17 or later). Run once as a superuser, with a password of your own:
--   yiwang db script | psql -v password="'...'" -h HOST -U postgres postgres
-- 在 PostgreSQL 17 以上的服务器上以超级用户执行一次，并换成自己的口令。
\\set ON_ERROR_STOP on
-- CREATEDB lets `yiwang restore` load a backup beside the running database and then exchange the two.
CREATE ROLE yiwang LOGIN CREATEDB PASSWORD :password;
-- What requests run as: row-level security holds for it, while the owner of the tables passes it.
CREATE ROLE yiwang_app NOLOGIN;
GRANT yiwang_app TO yiwang;
CREATE DATABASE yiwang OWNER yiwang TEMPLATE template0 ENCODING 'UTF8'
  LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8';
REVOKE CONNECT ON DATABASE yiwang FROM PUBLIC;
-- Then: DATABASE_URL=postgresql://yiwang:PASSWORD@HOST:5432/yiwang
"""


def facts(url: str) -> dict[str, str]:
    """Version, encoding and locale provider of the server at ``url``; a Problem when it cannot be reached."""
    try:
        with psycopg.connect(url, connect_timeout=10, autocommit=True) as connection:
            row = connection.execute(
                "SELECT current_setting('server_version_num'), current_setting('server_version'), "
                "pg_encoding_to_char(encoding), datlocprovider::text, coalesce((SELECT pg_has_role(oid, 'SET') "
                "FROM pg_roles WHERE rolname = 'yiwang_app'), false)::text "
                "FROM pg_database WHERE datname = current_database()"
            ).fetchone()
    except psycopg.Error as error:
        # psycopg's message names host, port and cause, never the password.
        raise Problem(
            "database_unreachable",
            f"连不上 DATABASE_URL 指定的数据库：{error}。请检查地址、口令和网络；新服务器请先执行 yiwang db script 打"
            "印的脚本。",
            f"The database named by DATABASE_URL cannot be reached: {error}. Check address, password and network; "
            "prepare "
            "a new server with the script that `yiwang db script` prints.",
            status=503,
        ) from error
    number, version, encoding, provider, app = (str(value) for value in row or ("0", "?", "?", "?", "false"))
    return {
        "number": number,
        "version": version,
        "encoding": encoding,
        "locale_provider": provider,
        "app_role": app,
    }


def check(url: str) -> dict[str, str]:
    """Refuse a server that is too old or a database whose text order is not the same everywhere."""
    found = facts(url)
    if int(found["number"]) < OLDEST_MAJOR * 10000:
        raise Problem(
            "database_too_old",
            f"DATABASE_URL 指定的是 PostgreSQL {found['version']}，需要 {OLDEST_MAJOR} 或更高版本。请升级该服务器或换"
            "一台。",
            f"DATABASE_URL names PostgreSQL {found['version']}; {OLDEST_MAJOR} or later is needed. Upgrade that "
            "server or "
            "use another one.",
            status=503,
            version=found["version"],
        )
    if found["encoding"] != "UTF8" or found["locale_provider"] != "b":
        raise Problem(
            "database_locale_unfit",
            f"DATABASE_URL 指定的数据库编码为 {found['encoding']}、排序提供者为 {found['locale_provider']!r}；需要 "
            "UTF8 和 "
            "builtin（C.UTF-8），否则中文检索和排序会出错。请按 yiwang db script 打印的脚本新建数据库。",
            f"The database of DATABASE_URL has encoding {found['encoding']} and locale provider "
            f"{found['locale_provider']!r}; UTF8 and builtin (C.UTF-8) are needed, or Chinese search and order go "
            "wrong. "
            "Create it with the script that `yiwang db script` prints.",
            status=503,
        )
    if found["app_role"] != "true":
        raise Problem(
            "database_app_role_missing",
            "数据库中没有角色 yiwang_app，或应用用户不是它的成员，行级安全无法生效，因此不启动。请由管理员执行："
            "CREATE ROLE yiwang_app NOLOGIN; GRANT yiwang_app TO 应用用户;",
            "The role yiwang_app does not exist, or the application's user is no member of it: row-level security "
            "could not hold, so nothing starts. Have an administrator run: CREATE ROLE yiwang_app NOLOGIN; "
            "GRANT yiwang_app TO the application's user;",
            status=503,
        )
    return found
