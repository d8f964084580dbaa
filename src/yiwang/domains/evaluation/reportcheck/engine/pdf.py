"""Read the text layer of a PDF, in a process of its own that may use a gigabyte and forty seconds and may crash."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from yiwang.domains.evaluation.reportcheck.engine import faults, pages, pdf_child
from yiwang.domains.evaluation.reportcheck.engine.source import Source

_SECONDS = 60
_TOO_MUCH = {-signal.SIGXCPU, -signal.SIGKILL}


def read_pdf(data: bytes) -> Source:
    """The text of a PDF with the page and line of everything. Problems: ``file_encrypted``, ``file_damaged``,
    ``file_unpacked_too_large``, ``report_too_long``, ``no_text_layer``.
    """
    if b"%%EOF" not in data[-2048:]:
        raise faults.damaged("PDF，缺结尾 / cut off")
    answer = _ask(data)
    fault = answer.get("fault")
    if fault == "password":
        raise faults.encrypted()
    if fault == "long":
        raise faults.too_long(answer["count"])
    if fault == "pages":
        raise faults.too_many_pages(answer["count"], pdf_child.MAX_PAGES)
    if fault:
        raise faults.damaged("PDF")
    source = pages.assemble([pages.Sheet(*page) for page in answer["pages"]])
    if not any(character.isalnum() for character in source.text):
        raise faults.no_text_layer(len(answer["pages"]))
    return source


def _ask(data: bytes) -> dict[str, Any]:
    # -P: what lies in the folder the command was started in is not imported.
    command = [sys.executable, "-P", str(Path(pdf_child.__file__))]
    try:
        done = subprocess.run(  # noqa: S603  # our own program by its path, the file comes on standard input
            command, input=data, capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise faults.unpacked_too_large(len(data)) from error
    if done.returncode in _TOO_MUCH or b"MemoryError" in done.stderr:
        raise faults.unpacked_too_large(len(data))
    if done.returncode:
        # PDFium ends itself when memory runs out, and on a bad file it may crash: both look the same from here.
        raise faults.damaged("PDF，内容损坏或异常庞大 / damaged or abnormally large")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
