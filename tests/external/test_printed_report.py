"""A report printed to PDF by LibreOffice is read as the Word document it was printed from."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pylopdf_fonts_zh_cn
import pytest

from yiwang.domains.evaluation.reportcheck.api import check_bytes
from yiwang.domains.evaluation.reportcheck.demo import example_report

pytestmark = [pytest.mark.external, pytest.mark.timeout(600)]


def test_the_example_report_reads_the_same_from_word_and_from_pdf(tmp_path: Path) -> None:
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.fail("soffice is missing: apt-get install --no-install-recommends libreoffice-writer", pytrace=False)
    name, data = example_report()
    (tmp_path / "report.docx").write_bytes(data)
    fonts = tmp_path / "fonts.conf"
    folder = Path(pylopdf_fonts_zh_cn.__file__).parent
    fonts.write_text(
        f"<fontconfig><dir>{folder}</dir><dir>/usr/share/fonts</dir><cachedir>{tmp_path / 'cache'}</cachedir>"
        "</fontconfig>",
        encoding="utf-8",
    )
    subprocess.run(
        [
            soffice,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(tmp_path),
            str(tmp_path / "report.docx"),
        ],
        check=True,
        capture_output=True,
        timeout=300,
        env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
    )
    written, printed = check_bytes(data, name), check_bytes((tmp_path / "report.pdf").read_bytes(), "report.pdf")
    assert printed.document.text == written.document.text
    assert printed.findings == written.findings
