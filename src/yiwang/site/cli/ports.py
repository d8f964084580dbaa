"""Which port the web server listens on."""

from __future__ import annotations

import socket

from yiwang.lib.problems import Problem

HOST = "127.0.0.1"
TRIES = 100


def is_free(port: int, host: str = HOST) -> bool:
    """Whether nobody listens on the port (a listener in TIME_WAIT does not count, as for the server itself)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError):
            return False
    return True


def choose(wanted: int, host: str = HOST) -> int:
    """``wanted``, or the next free port after it."""
    for port in range(wanted, min(wanted + TRIES, 65536)):
        if is_free(port, host):
            return port
    raise Problem(
        "no_free_port",
        f"端口 {wanted} 起的 {TRIES} 个端口都被占用，请用 PORT 指定另一个。",
        f"The {TRIES} ports from {wanted} on are all taken; name another one in PORT.",
        status=503,
    )
