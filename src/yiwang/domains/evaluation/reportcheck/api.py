"""The door of the report check 报告核验 for programs: a file, its bytes, or a text. Importing it needs no Django."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from yiwang.domains.evaluation.reportcheck.engine import faults
from yiwang.domains.evaluation.reportcheck.engine.reading import accept, read_bytes, read_path
from yiwang.domains.evaluation.reportcheck.engine.run import check
from yiwang.domains.evaluation.reportcheck.engine.source import Source
from yiwang.domains.evaluation.reportcheck.types import CheckResult

if TYPE_CHECKING:
    from yiwang.kernel.access.api import User
    from yiwang.ui.types import SearchHit


def check_path(path: Path) -> CheckResult:
    """Check a .docx, .pdf, .html or .txt; :class:`~yiwang.lib.problems.Problem` when it cannot be read."""
    return check_bytes(read_path(path), path.name)


def check_bytes(data: bytes, filename: str) -> CheckResult:
    """Check an uploaded file; ``filename`` gives the type it claims to be. At most 50 MB, 200 MB unpacked."""
    return check(read_bytes(data, filename), sha256(data).hexdigest())


def check_text(text: str) -> CheckResult:
    """Check a text of at most a million characters."""
    return check(Source(accept(text)))


def annotate_bytes(data: bytes, result: CheckResult) -> bytes:
    """The .docx that ``result`` came from with a Word comment at the place of each finding.

    Problems: ``annotate_docx_only``, ``file_not_annotated``.
    """
    if result.document.kind != "docx":
        raise faults.only_docx_is_annotated(result.document.kind)
    from yiwang.domains.evaluation.reportcheck.engine.annotate import annotate

    return annotate(data, list(enumerate(result.findings, start=1)))


def search(user: User, q: str, limit: int = 10) -> list[SearchHit]:
    """The user's own checks by file name, for the site's search; the one verb here that needs Django."""
    from yiwang.domains.evaluation.reportcheck import selectors

    return selectors.search(user, q, limit)
