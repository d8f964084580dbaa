"""``yiwang check``: exit codes, JSON and what a person reads."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from yiwang.domains.evaluation.reportcheck.cli import command


def _write(folder: Path, text: str) -> str:
    path = folder / "报告.txt"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_clean_is_zero(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, [_write(tmp_path, "截至2023年6月30日，建成书屋45个。")])
    assert result.exit_code == 0
    assert "未发现问题" in result.output


def test_warnings_alone_are_zero(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, [_write(tmp_path, "受理纠纷85件，办结88件。")])
    assert result.exit_code == 0
    assert "存疑" in result.output


def test_errors_are_one_with_line_and_snippet(tmp_path: Path) -> None:
    path = _write(tmp_path, "第一行\n抽查食堂240家，合格228家，合格率96%。")
    result = CliRunner().invoke(command, [path])
    assert result.exit_code == 1
    assert "228÷240" in result.output
    assert "第 2 行第 20 字" in result.output
    assert "【96%】" in result.output


def test_json(tmp_path: Path) -> None:
    path = _write(tmp_path, "抽查食堂240家，合格228家，合格率96%。")
    result = CliRunner().invoke(command, [path, "--json"])
    assert result.exit_code == 1
    data = json.loads(result.output)
    assert data["findings"][0]["expected"] == "95%"
    start, end = data["findings"][0]["spans"][-1]
    assert data["document"]["text"][start:end] == "96%"


def test_unusable_is_two_and_says_so_in_both_languages(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, [str(tmp_path / "none.docx")])
    assert result.exit_code == 2
    assert "file_not_found" in result.stderr
    assert "找不到" in result.stderr
    assert "does not exist" in result.stderr
    as_json = CliRunner().invoke(command, [str(tmp_path / "none.docx"), "--json"])
    assert as_json.exit_code == 2
    assert json.loads(as_json.output)["code"] == "file_not_found"
