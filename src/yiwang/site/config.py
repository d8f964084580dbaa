"""Configuration by environment variables: each declared once, with its meaning, default and where its value came from.

`yiwang config` prints :data:`VARIABLES`; ``settings.py`` asks the functions below. Secrets are never printed.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from yiwang.lib.problems import Problem
from yiwang.site import postgres, state

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True)
class Variable:
    """One environment variable; ``value`` gives what is in force, as shown to people."""

    name: str
    zh: str
    en: str
    value: Callable[[], str]
    default_from_zh: str = "默认"
    default_from_en: str = "default"
    secret: bool = False

    @property
    def is_set(self) -> bool:
        """Whether the environment gives it."""
        return bool(os.environ.get(self.name))

    def shown(self) -> str:
        """The value in force; a secret only as the fact that there is one."""
        if self.secret:
            return "******" if self.is_set or self.default_from_en != "default" else ""
        return self.value()

    def source(self, language: str) -> str:
        """Where the value came from."""
        if self.is_set:
            return "环境变量" if language.startswith("zh") else "environment"
        return self.default_from_zh if language.startswith("zh") else self.default_from_en


def home() -> Path:
    """The state folder (``YIWANG_HOME``, else ``var/`` of the checkout)."""
    return state.home()


def port() -> int:
    """Port that `yiwang serve` and `yiwang demo` listen on; when it is taken, they use the next free one."""
    value = os.environ.get("PORT") or "8000"
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise _invalid("PORT", value, "1 到 65535 之间的整数", "a whole number from 1 to 65535")
    return int(value)


def base_url() -> str:
    """Address that people reach this installation at; links in documents start with it."""
    return (os.environ.get("YIWANG_BASE_URL") or f"http://127.0.0.1:{port()}").rstrip("/")


def clamd() -> str:
    """Address of a ClamAV daemon (``host:port`` or socket path); empty: uploads are marked as not scanned."""
    return os.environ.get("YIWANG_CLAMD", "")


def secret_file() -> Path:
    """Where the generated key is kept."""
    return state.keys() / "secret.key"


def secret_key() -> str:
    """``YIWANG_SECRET_KEY``, else a generated key kept 0600 under ``keys/``; two first starts at once agree on one."""
    value = os.environ.get("YIWANG_SECRET_KEY")
    if value:
        return value
    path = secret_file()
    if not path.exists():
        state.ensure_home()
        path.parent.mkdir(exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            handle.write(secrets.token_urlsafe(48))
        try:
            # A link fails when the name is there already: the first writer wins, and no half-written key is ever read.
            path.hardlink_to(name)
        except FileExistsError:
            pass
        finally:
            Path(name).unlink()
    return path.read_text(encoding="utf-8")


def personal_key_file() -> Path:
    """The key that pseudonyms and sealed ids are made with: ``YIWANG_PERSONAL_KEY_FILE``, else under ``keys/``."""
    value = os.environ.get("YIWANG_PERSONAL_KEY_FILE")
    return Path(value).expanduser().resolve() if value else state.keys() / "personal.key"


def debug() -> bool:
    """``YIWANG_DEBUG=1``: never on a server."""
    return _flag("YIWANG_DEBUG")


def https() -> bool:
    """Whether people reach this installation over TLS."""
    return base_url().startswith("https://")


def allowed_hosts() -> list[str]:
    """Host names that are answered: ``YIWANG_ALLOWED_HOSTS``, else this machine and the host of the base address."""
    value = os.environ.get("YIWANG_ALLOWED_HOSTS")
    if value:
        return [host.strip() for host in value.split(",") if host.strip()]
    return sorted({"127.0.0.1", "localhost", urlsplit(base_url()).hostname or "127.0.0.1"})


def trusted_origins() -> list[str]:
    """Origins whose forms are accepted."""
    return [base_url()]


def district_zh() -> str:
    """The district's name as pages show it."""
    return os.environ.get("YIWANG_DISTRICT_ZH") or "汕尾市城区"


def district_en() -> str:
    """The district's name on English pages."""
    return os.environ.get("YIWANG_DISTRICT_EN") or "Chengqu District, Shanwei"


def demo() -> bool:
    """Whether pages say that this is a demonstration."""
    return _flag("YIWANG_DEMO")


def workers() -> int:
    """Web processes of `yiwang serve`."""
    value = os.environ.get("YIWANG_WORKERS") or "2"
    if not value.isdigit() or not 0 < int(value) <= 64:
        raise _invalid("YIWANG_WORKERS", value, "1 到 64 之间的整数", "a whole number from 1 to 64")
    return int(value)


def log_level() -> str:
    """From which level on log lines are written."""
    value = (os.environ.get("YIWANG_LOG_LEVEL") or "INFO").upper()
    if value not in LEVELS:
        raise _invalid("YIWANG_LOG_LEVEL", value, "、".join(LEVELS) + " 之一", "one of " + ", ".join(LEVELS))
    return value


def metrics_token() -> str:
    """Token with which another machine may read ``/metrics``; empty: only this machine may."""
    return os.environ.get("YIWANG_METRICS_TOKEN", "")


def slow_query_ms() -> int:
    """From how many milliseconds on a query is named in the log."""
    value = os.environ.get("YIWANG_SLOW_QUERY_MS") or "200"
    if not value.isdigit():
        raise _invalid("YIWANG_SLOW_QUERY_MS", value, "毫秒数（非负整数）", "a number of milliseconds")
    return int(value)


def lake_keep_days() -> int:
    """For how many days the last snapshot of each day stays in the lake."""
    value = os.environ.get("YIWANG_LAKE_KEEP_DAYS") or "30"
    if not value.isdigit() or not 0 < int(value) <= 3660:
        raise _invalid("YIWANG_LAKE_KEEP_DAYS", value, "1 到 3660 之间的整数", "a whole number from 1 to 3660")
    return int(value)


def database() -> dict[str, Any]:
    """Django's database settings from ``DATABASE_URL`` or the embedded server's remembered address."""
    parts = urlsplit(postgres.database_url())
    return {
        "ENGINE": "yiwang.lib.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "yiwang",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "127.0.0.1",
        "PORT": str(parts.port or 5432),
        "OPTIONS": dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair),
        "TEST": {"NAME": os.environ.get("YIWANG_TEST_DB") or None},
    }


def logging_settings() -> dict[str, Any]:
    """Logging: one JSON object a line on standard error, in UTC."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "format": "%(levelname)s %(name)s %(request_id)s %(message)s",
                "rename_fields": {"levelname": "level", "name": "logger"},
                "timestamp": "time",
                "json_ensure_ascii": False,
            }
        },
        "filters": {"request": {"()": "yiwang.site.observe.RequestNumberFilter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request"]}},
        "root": {"handlers": ["console"], "level": log_level()},
        # The queue tells every job's start and end at INFO; jobs tell that themselves, on their page.
        "loggers": {"procrastinate": {"level": "WARNING"}},
    }


def _flag(name: str) -> bool:
    value = os.environ.get(name) or "0"
    if value not in ("0", "1"):
        raise _invalid(name, value, "0 或 1", "0 or 1")
    return value == "1"


def _invalid(name: str, value: str, zh: str, en: str) -> Problem:
    return Problem(
        "configuration_invalid",
        f"环境变量 {name} 的值 {value!r} 不可用：应为{zh}。",
        f"The environment variable {name} has the value {value!r}; it must be {en}.",
        status=500,
        name=name,
    )


def _database_shown() -> str:
    return postgres.without_password(postgres.database_url())


VARIABLES: tuple[Variable, ...] = (
    Variable("YIWANG_HOME", "状态目录：数据库、文件、密钥、日志", "state folder: database, files, keys, logs",
             lambda: str(home())),
    Variable("DATABASE_URL", "PostgreSQL 17 以上服务器的地址；不设则用自带数据库",
             "address of a PostgreSQL server (17 or later); unset: the embedded one", _database_shown,
             "自带数据库", "embedded server"),
    Variable("PORT", "网页服务端口，占用时取下一个空闲端口", "port of the web server; the next free one when taken",
             lambda: str(port())),
    Variable("YIWANG_BASE_URL", "用户访问本系统的地址；文档中的链接以此开头",
             "address that people use; links in documents start with it", base_url),
    Variable("YIWANG_ALLOWED_HOSTS", "允许的主机名，逗号分隔", "host names that are answered, comma-separated",
             lambda: ",".join(allowed_hosts())),
    Variable("YIWANG_SECRET_KEY", "会话与签名密钥", "key for sessions and signatures", lambda: "",
             "自动生成的 keys/secret.key", "generated keys/secret.key", secret=True),
    Variable("YIWANG_WORKERS", "网页服务进程数", "web processes", lambda: str(workers())),
    Variable("YIWANG_LOG_LEVEL", "日志级别：" + "、".join(LEVELS), "log level: " + ", ".join(LEVELS), log_level),
    Variable("YIWANG_SLOW_QUERY_MS", "超过多少毫秒的查询记入日志", "queries slower than this are named in the log",
             lambda: str(slow_query_ms())),
    Variable("YIWANG_METRICS_TOKEN", "其他机器读取 /metrics 的令牌；不设则只有本机可读",
             "token for reading /metrics from another machine; unset: only this machine", lambda: "",
             secret=True),
    Variable("YIWANG_CLAMD", "ClamAV 病毒扫描服务（主机:端口或套接字路径）；不设则标为“未扫描”",
             "ClamAV scanner (host:port or socket path); unset: files are marked as not scanned", clamd),
    Variable("YIWANG_PERSONAL_KEY_FILE", "个人信息密钥文件", "file of the personal-data key",
             lambda: str(personal_key_file())),
    Variable("YIWANG_LAKE_KEEP_DAYS", "数据湖每日最后一份快照保留的天数",
             "days that the last snapshot of each day stays in the lake", lambda: str(lake_keep_days())),
    Variable("YIWANG_SPARK_MASTER", "yiwang metrics --engine spark 使用的集群",
             "cluster of yiwang metrics --engine spark",
             lambda: os.environ.get("YIWANG_SPARK_MASTER") or "local[*]"),
    Variable("YIWANG_DISTRICT_ZH", "页面上显示的区县名称", "name of the district on Chinese pages", district_zh),
    Variable("YIWANG_DISTRICT_EN", "英文页面上的区县名称", "name of the district on English pages", district_en),
    Variable("YIWANG_DEMO", "1：页面标明这是演示", "1: pages say that this is a demonstration",
             lambda: str(int(demo()))),
    Variable("YIWANG_DEBUG", "1：开发调试，服务器上不得使用", "1: for development, never on a server",
             lambda: str(int(debug()))),
    Variable("YIWANG_TEST_DB", "测试用数据库名（仅测试）", "name of the test database (tests only)",
             lambda: os.environ.get("YIWANG_TEST_DB", "")),
)  # fmt: skip
