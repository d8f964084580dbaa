"""The configured scanner: clamd when ``YIWANG_CLAMD`` names one, otherwise files are marked as not scanned."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

from django.conf import settings

from yiwang.lib.problems import Problem

from .extend import Scanner
from .types import ScanResult

TIMEOUT_SECONDS = 30
CHUNK = 64 * 1024


class NotScanned:
    """No scanner is configured; the file says so wherever it is shown."""

    def scan(self, path: Path) -> ScanResult:
        """Always ``not_scanned``."""
        return ScanResult("not_scanned")


class ClamdScanner:
    """Streams the file to a clamd (INSTREAM): ``address`` is ``host:port`` or the path of a Unix socket.

    Fails closed: a configured scanner that does not answer refuses the upload.
    """

    def __init__(self, address: str) -> None:
        self.address = address

    def _connect(self) -> socket.socket:
        if self.address.startswith("/"):
            link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            link.settimeout(TIMEOUT_SECONDS)
            link.connect(self.address)
            return link
        host, _, port = self.address.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=TIMEOUT_SECONDS)

    def scan(self, path: Path) -> ScanResult:
        """``clean`` or ``refused`` with the signature found."""
        try:
            with self._connect() as link, path.open("rb") as handle:
                link.sendall(b"zINSTREAM\0")
                while chunk := handle.read(CHUNK):
                    link.sendall(struct.pack("!L", len(chunk)) + chunk)
                link.sendall(struct.pack("!L", 0))
                answer = b""
                while not answer.endswith(b"\0") and (part := link.recv(4096)):
                    answer += part
        except (OSError, ValueError) as error:
            raise self._unavailable() from error
        text = answer.rstrip(b"\0").decode(errors="replace").strip()
        if text.endswith("OK"):
            return ScanResult("clean")
        if text.endswith("FOUND"):
            return ScanResult("refused", text.partition(":")[2].strip().removesuffix("FOUND").strip())
        raise self._unavailable()

    def _unavailable(self) -> Problem:
        return Problem(
            "scan_unavailable",
            "查毒服务暂时无法使用，文件未接收。请稍后再试，或联系系统管理员。",
            "The virus scanner cannot be reached, so the file was not taken. Try again later or tell the "
            "system administrator.",
            status=503,
        )


def configured() -> Scanner:
    """The scanner in force."""
    address = settings.YIWANG_CLAMD
    return ClamdScanner(address) if address else NotScanned()
