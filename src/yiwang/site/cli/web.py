"""``yiwang serve`` and ``yiwang demo``."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, NoReturn

import click

from yiwang.site import config, postgres, state
from yiwang.site.cli import ports

# Of each web process: so many slow pages, such as a report's, leave room for others. More would take turns at the
# interpreter and make every page late instead of the last ones.
THREADS = 3
PORT = click.option(
    "--port", type=click.IntRange(1, 65535), help="端口，默认 PORT 或 8000；占用时取下一个 / next free when taken"
)
WORKER = click.option(
    "--no-worker",
    is_flag=True,
    help="不执行后台任务，另行运行 yiwang worker / leave the jobs to `yiwang worker`",
)


@click.command()
@PORT
@WORKER
@click.option("--no-serve", is_flag=True, help="写出报告后结束，不启动网页服务 / end after the report")
def demo(port: int | None, no_worker: bool, no_serve: bool) -> None:
    """装入演示、以 2023-06-30 为截止日评估、写出并核验报告，然后启动 / the demonstration from load to serve."""
    chosen = address(port)
    os.environ.setdefault("YIWANG_DEMO", "1")
    with postgres.lease(), counters():
        _setup_django()
        from yiwang.site import demo as demonstration

        demonstration.run(chosen)
        if not no_serve:
            run_server(chosen, worker=not no_worker)


@click.command()
@PORT
@WORKER
def serve(port: int | None, no_worker: bool) -> None:
    """启动网页服务和自带数据库，Ctrl-C 停止 / serve pages, API and the embedded database; Ctrl-C stops."""
    chosen = address(port)
    with postgres.lease(), counters():
        _setup_django()
        from django.core.management import call_command

        from yiwang.kernel.registers import api as registers

        call_command("migrate", interactive=False, verbosity=0)
        registers.check_key()
        click.echo(f"一网 Yiwang：{config.base_url()}  （监听 listening on 127.0.0.1:{chosen}，Ctrl-C 停止 stops）")
        run_server(chosen, worker=not no_worker)


def address(port: int | None) -> int:
    """The port to listen on; the base address follows it unless YIWANG_BASE_URL is set."""
    wanted = port or config.port()
    chosen = ports.choose(wanted)
    if chosen != wanted:
        click.echo(f"端口 {wanted} 已被占用，改用 {chosen} / port {wanted} is taken, using {chosen}")
    os.environ["PORT"] = str(chosen)
    return chosen


def _setup_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yiwang.site.settings")
    import django

    django.setup()


@contextmanager
def counters() -> Iterator[None]:
    """A folder where the workers' counters meet, so that /metrics tells all processes together.

    The metrics library looks at the variable when it is first imported, so this comes before Django is set up.
    """
    with tempfile.TemporaryDirectory(prefix="yiwang-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def _settle(_worker: object) -> None:
    """What the application consists of is not garbage, and pages leave little: looking for it took a fifth of a page's
    time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def run_server(port: int, *, worker: bool) -> None:
    """gunicorn with threads (docs/decisions/0020) on the loopback address until it is told to stop (SIGINT, SIGTERM).

    With ``worker`` a process beside it runs the jobs.
    """
    from gunicorn.app.base import BaseApplication

    from yiwang.site.cli.worker import beside

    # Collected static files, for a proxy that serves them itself; empty otherwise.
    (state.home() / "static").mkdir(exist_ok=True)

    class Server(BaseApplication):
        """gunicorn, configured here and not from files."""

        def load_config(self) -> None:
            """Our options."""
            options: dict[str, Any] = {
                "bind": f"{ports.HOST}:{port}",
                "workers": config.workers(),
                "worker_class": "gthread",
                "threads": THREADS,
                # Whichever process is free takes the next request; kept connections all end up with one of them.
                "keepalive": 0,
                # What a process takes beyond its threads would wait in its own queue while another one idles.
                "worker_connections": THREADS,
                "post_worker_init": _settle,
                "timeout": 60,
                "graceful_timeout": 20,
                "loglevel": config.log_level().lower(),
                # A memory-backed folder: the workers' heartbeat must not wait for a busy disk.
                "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,  # noqa: S108
                "forwarded_allow_ips": ports.HOST,
                # It would be one socket in the home folder for all installations of this user.
                "control_socket_disable": True,
            }
            for name, value in options.items():
                if value is not None:
                    self.cfg.set(name, value)

        def load(self) -> Any:
            """The application, imported in each worker."""
            from yiwang.site.wsgi import application

            return application

    serving = os.getpid()
    with postgres.kept(), beside() if worker else nullcontext():
        try:
            Server().run()
        except SystemExit as ended:
            if os.getpid() != serving:
                _leave(ended)
            raise


def _leave(ended: SystemExit) -> NoReturn:
    """End a web process without leaving the blocks that it was forked in.

    They hold the server's database lease and its job worker: a web process that ended by itself took the embedded
    database down for all, and one that was told to stop waited for a worker that is not its child.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(ended.code if isinstance(ended.code, int) else int(ended.code is not None))
