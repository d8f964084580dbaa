"""Writes the evaluation report in Word from a template (评估报告)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.part import XmlPart
from docx.oxml.parser import parse_xml
from docx.package import Package

from . import contents
from . import wordxml as w
from .binding import bind
from .check_template import MAX_FINDINGS, check_part, figure_codes
from .comments import Comments, annotate
from .context import GapRow, ReportContext
from .engine import environment
from .expand import expand
from .findings import as_problem
from .markers import Markers, clean
from .metrics import StyleSheet
from .package import inspect_package, jinja_source, open_package, rendered_parts
from .package_io import save_package
from .runs import Pen
from .styles import ensure_styles, styles_xml

MISSING_FIGURE = "报告模板引用了这项数据，本轮没有报送或计算的数值。"
MISSING_INDICATOR = "本轮没有数值。"


@cache
def default_template() -> bytes:
    """The template that comes with the product, in GB/T 9704-2012 layout; :mod:`.build_template` makes it."""
    return files(__package__).joinpath("default_template.docx").read_bytes()


def write(context: ReportContext, template: bytes | None = None) -> bytes:
    """The report as a .docx file.

    ``template`` is a .docx with the placeholders of :mod:`.placeholders`; ``None`` takes the default. A figure that
    the data lack is printed as 〔缺数 F005〕 and joins the list of gaps. Raises :class:`yiwang.lib.problems.Problem`
    with the code of the first finding where the template may not be used (see :mod:`.check_template`).
    """
    data = default_template() if template is None else template
    findings = inspect_package(data)
    if findings:
        raise as_problem(findings)
    package = open_package(data)
    parts = list(rendered_parts(package))
    findings = [finding for part in parts for finding in check_part(part)][:MAX_FINDINGS]
    if findings:
        raise as_problem(findings)

    sources = [(part, jinja_source(part.xml())) for part in parts]
    named = set().union(*(figure_codes(source) for _, source in sources))
    context = with_missing(context, named)
    markers = Markers()
    values = bind(context, markers)
    stylesheet = _stylesheet(package)
    ids = ensure_styles(stylesheet)
    comments = Comments(package, ids, clean(context.compiled_by or context.district), _utc(context))
    for part, source in sources:
        rendered = environment().from_string(source).render(values).replace("\n<w:p", "<w:p")
        root = parse_xml(rendered)
        pen = Pen(context, markers, part.part, ids)

        def build_contents(_: w.Element, root: w.Element = root) -> list[w.Element]:
            return contents.contents_field(contents.mark_headings(root[0], StyleSheet(stylesheet)), ids)

        expand(root, values, pen, build_contents)
        annotate(root, markers.figures, comments if part.is_body else None)
        part.replace(root)
    _set_properties(package, context)
    return save_package(package)


def with_missing(context: ReportContext, named: set[str]) -> ReportContext:
    """``context`` with the figures that a template names, or an indicator needs, and nobody gave, among its gaps."""
    listed = {gap.code for gap in context.gaps}
    added = [
        GapRow(code=row.code, name=row.name, unit_name=row.lead_unit, what=MISSING_INDICATOR)
        for row in context.indicators
        if row.value is None and row.code not in listed
    ]
    listed |= {gap.code for gap in added}
    added += [
        GapRow(code=code, name="—", unit_name="—", what=MISSING_FIGURE)
        for code in sorted(named - set(context.figures) - listed)
    ]
    return replace(context, gaps=(*context.gaps, *added)) if added else context


def _stylesheet(package: Package) -> w.Element:
    """The root of the styles part; a template without one gets ours."""
    document = package.main_document_part
    styles = document.part_related_by(RELATIONSHIP_TYPE.STYLES) if _has_styles(package) else document._styles_part
    assert isinstance(styles, XmlPart)  # noqa: S101  python-docx loads the styles part as XML
    if not len(styles.element):
        # python-docx has no public way to replace a part's root.
        styles._element = styles_xml()  # type: ignore[assignment]
    root: w.Element = styles.element
    return root


def _has_styles(package: Package) -> bool:
    return any(rel.reltype == RELATIONSHIP_TYPE.STYLES for rel in package.main_document_part.rels.values())


def _utc(context: ReportContext) -> datetime:
    """The moment of writing as Word notes it: in UTC, without saying so."""
    return context.generated_at.astimezone(UTC).replace(tzinfo=None)


def _set_properties(package: Package, context: ReportContext) -> None:
    properties = package.core_properties
    written = _utc(context)
    properties.title = clean(context.title)
    properties.subject = clean(context.round_title)
    properties.author = clean(context.compiled_by or context.district)
    properties.last_modified_by = properties.author
    properties.language = "zh-CN"
    properties.keywords = ""
    properties.comments = f"规划第{context.plan_version}版；数据截至{context.as_of.isoformat()}"
    properties.created = written
    properties.modified = written
    properties.revision = 1
