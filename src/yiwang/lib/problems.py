"""The one way this project tells a person that something cannot be done.

A :class:`Problem` says in Chinese and in English what is wrong, where, and how to mend it, under a stable code that
programs and tests may rely on. Web pages, the API (RFC 9457) and the command line all show the same problem.
"""

from __future__ import annotations

from typing import Any


class Problem(Exception):
    """Something a person asked for that cannot be done, said so that they can mend it.

    ``code`` is stable snake_case; ``zh`` and ``en`` are whole sentences; ``status`` is the HTTP status; ``detail``
    carries values (field names, limits, counts) that a program may want.
    """

    def __init__(self, code: str, zh: str, en: str, status: int = 400, **detail: object) -> None:
        super().__init__(zh)
        self.code = code
        self.zh = zh
        self.en = en
        self.status = status
        self.detail: dict[str, object] = detail

    def message(self, language: str) -> str:
        """The sentence in ``language`` (``zh…`` is Chinese, anything else English)."""
        return self.zh if language.startswith("zh") else self.en

    def as_json(self) -> dict[str, Any]:
        """RFC 9457 members, plus ``code``, ``zh`` and ``en``."""
        return {
            "type": f"about:blank#{self.code}",
            "title": self.zh,
            "status": self.status,
            "code": self.code,
            "zh": self.zh,
            "en": self.en,
            "detail": self.detail,
        }
