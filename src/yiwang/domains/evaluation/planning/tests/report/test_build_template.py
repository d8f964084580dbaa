"""The committed template is what the builder builds."""

from __future__ import annotations

import io
import zipfile

from yiwang.domains.evaluation.planning.report.build_template import PATH, build
from yiwang.domains.evaluation.planning.report.check_template import figure_codes
from yiwang.domains.evaluation.planning.report.package import jinja_source, open_package, rendered_parts
from yiwang.domains.evaluation.planning.report.writer import default_template


def _contents(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_committed_template_is_the_built_one() -> None:
    assert _contents(PATH.read_bytes()) == _contents(build())
    assert default_template() == PATH.read_bytes()


def test_building_twice_gives_the_same_bytes() -> None:
    assert build() == build()


def test_template_serves_any_plan() -> None:
    parts = list(rendered_parts(open_package(default_template())))
    assert len(parts) >= 3, "the body and the footers of odd and even pages"
    for part in parts:
        assert figure_codes(jinja_source(part.xml())) == set()


def test_no_font_is_embedded() -> None:
    assert not any(name.startswith("word/fonts/") for name in _contents(default_template()))
