"""The key of personal data: pseudonyms by keyed hash, ids sealed. It is a file outside the database and its backups.

``YIWANG_HOME/keys/personal.key`` (0600), or the file that ``YIWANG_PERSONAL_KEY_FILE`` names: an index key for
pseudonyms (HMAC-SM3), sealing keys by number (AES-256-SIV) and which of them is in use.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import tempfile
import uuid
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings

from yiwang.lib.problems import Problem

CHECKED = b"yiwang personal key check"


@dataclass(frozen=True)
class Ring:
    """The keys in force: ``index`` for pseudonyms, ``seals`` by number, ``active`` the number that new ids get."""

    index: bytes
    seals: dict[int, bytes]
    active: int

    def pseudonym(self, kind: str, number: str) -> uuid.UUID:
        """See :func:`pseudonym`."""
        return pseudonym(self.index, kind, number)

    def seal(self, key: uuid.UUID, number: str) -> bytes:
        """The number, sealed for this person: number of the key (one byte), then AES-SIV.

        It is deterministic on purpose: the pseudonym beside it shows equality already, and no nonce can be used twice.
        """
        return bytes([self.active]) + _cipher(self.seals[self.active]).encrypt(number.encode(), [key.bytes])

    def open(self, key: uuid.UUID, sealed: bytes) -> str:
        """The number again. Problem ``personal_key_wrong`` when the key is another or the seal was changed."""
        seal = self.seals.get(sealed[0])
        if seal is None:
            raise wrong()
        try:
            return _cipher(seal).decrypt(sealed[1:], [key.bytes]).decode()
        except InvalidTag as error:
            raise wrong() from error

    def checks(self) -> dict[int, bytes]:
        """What the database remembers of each key so that another one is noticed; 0 stands for the index key."""
        every = {0: self.index, **self.seals}
        return {number: hmac.digest(key, CHECKED, "sm3")[:16] for number, key in every.items()}


def pseudonym(index: bytes, kind: str, number: str) -> uuid.UUID:
    """The first 16 bytes of HMAC-SM3 over kind and number."""
    return uuid.UUID(bytes=hmac.digest(index, f"{kind}:{number}".encode(), "sm3")[:16])


@lru_cache(maxsize=8)
def _cipher(key: bytes) -> AESSIV:
    return AESSIV(key)


def key_file() -> Path:
    """Where the key is, or will be."""
    return Path(settings.YIWANG_PERSONAL_KEY_FILE)


def wrong() -> Problem:
    """The Problem for a key that is not the one the data were sealed with."""
    return Problem(
        "personal_key_wrong",
        f"个人信息密钥 {key_file()} 与数据库中的数据不匹配，因此不启动。请从备份介质找回原来的密钥文件放回该位置，"
        "或用 YIWANG_PERSONAL_KEY_FILE 指明它；没有原密钥，已加密的身份号码无法读出。",
        f"The personal-data key {key_file()} is not the one that the data were sealed with, so nothing starts. Bring "
        "the right file back or name it in YIWANG_PERSONAL_KEY_FILE; without it the sealed ids cannot be read.",
        status=500,
    )


def missing() -> Problem:
    """The Problem for a key that is not there while the database holds sealed data."""
    return Problem(
        "personal_key_missing",
        f"找不到个人信息密钥 {key_file()}，而数据库中已有用它加密的数据，因此不启动。请从备份介质找回该文件放回原处，"
        "或用 YIWANG_PERSONAL_KEY_FILE 指明它的位置。",
        f"The personal-data key {key_file()} is missing while the database holds data sealed with it, so nothing "
        "starts. Bring the file back, or name its place in YIWANG_PERSONAL_KEY_FILE.",
        status=500,
    )


def ring() -> Ring:
    """The keys in force. Problem ``personal_key_missing`` or ``personal_key_unreadable``."""
    path = key_file()
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        raise missing() from None


@lru_cache(maxsize=4)
def index_of(path: str | Path) -> bytes:
    """The index key of this file, read once: no rotation changes it. Problems as :func:`ring`.

    A look at the file for each of a million pseudonyms would take five times what they do.
    """
    return ring().index


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int) -> Ring:
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        seals = {int(number): base64.b64decode(key) for number, key in table["seals"].items()}
        found = Ring(base64.b64decode(table["index"]), seals, int(table["active"]))
        if found.active not in seals or len(found.index) != 32 or any(len(key) != 64 for key in seals.values()):
            raise ValueError("a key has the wrong length, or the active one is not there")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Problem(
            "personal_key_unreadable",
            f"个人信息密钥文件 {path} 已损坏（{error}），因此不启动。请从备份介质找回该文件。",
            f"The personal-data key file {path} is damaged ({error}), so nothing starts. Bring it back from a copy.",
            status=500,
        ) from error
    return found


def new_ring() -> Ring:
    """Fresh keys."""
    return Ring(secrets.token_bytes(32), {1: secrets.token_bytes(64)}, 1)


def write(found: Ring, *, fresh: bool = False) -> None:
    """Keep the keys (0600), whole or not at all. With ``fresh`` a file that is there already stays as it is."""
    path = key_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    table = {
        "index": base64.b64encode(found.index).decode(),
        "seals": {str(number): base64.b64encode(key).decode() for number, key in sorted(found.seals.items())},
        "active": found.active,
    }
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        json.dump(table, handle)
        handle.flush()
        os.fsync(handle.fileno())
    try:
        if fresh:
            # A link fails when the name is there: of two first starts one makes the key, and both use it.
            path.hardlink_to(name)
            Path(name).unlink()
        else:
            Path(name).replace(path)
    except FileExistsError:
        Path(name).unlink()


def require_sm3() -> None:
    """Problem ``sm3_missing`` when this Python's OpenSSL has no SM3."""
    if "sm3" not in hashlib.algorithms_available:
        raise Problem(
            "sm3_missing",
            "当前 Python 的 OpenSSL 不支持 SM3，无法生成个人标识。请换用带 SM3 的 OpenSSL（1.1.1 以上，未裁剪）。",
            "This Python's OpenSSL has no SM3, so pseudonyms cannot be made. Use OpenSSL 1.1.1 or later with SM3.",
            status=500,
        )
